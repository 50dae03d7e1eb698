/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Filters of programs of our own, from a list of the calls that they make.
 */
#ifndef GABION_SECCOMP_CALL_LIST_H
#define GABION_SECCOMP_CALL_LIST_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* In place of a value: the number of the process. */
#define GABION_CALL_OWN_PID UINT64_MAX

/**
 * struct gabion_call_test - a test of one argument: (argument & @mask) == @value
 * @mask:	0: there is no test
 */
struct gabion_call_test {
	unsigned int argument;
	uint64_t mask, value;
};

/**
 * struct gabion_call - a syscall that some may make
 * @number:	of x86-64
 * @kinds:	bits, which the list's owner gives a meaning: of the kinds of threads or processes
 *		that may make it
 * @tests:	all have to hold. A call with several entries is allowed by each.
 * @error:	not 0: the call is answered with this errno, instead of being made
 */
struct gabion_call {
	int number;
	unsigned int kinds;
	struct gabion_call_test tests[2];
	int error;
};

/*
 * The program for one of @kind, a single bit, in the process @pid: it allows what @n @calls say,
 * and does @otherwise, a SCMP_ACT_ of libseccomp, with every other call of x86-64; one of another
 * ABI kills the process. The instructions are the caller's to free(). 0 or -errno.
 */
int gabion_call_list_build(const struct gabion_call *calls, size_t n, unsigned int kind,
			   uint32_t otherwise, pid_t pid, struct sock_fprog *program);

/*
 * Hold the calling thread, and those that it starts, to @program, for ever; it gains no privilege
 * by execve(2) any more, either. Without memory of the heap. 0 or -errno.
 */
int gabion_call_list_enter(const struct sock_fprog *program);

#endif /* GABION_SECCOMP_CALL_LIST_H */
