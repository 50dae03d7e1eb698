/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GABION_VMM_JAIL_CALLS_H
#define GABION_VMM_JAIL_CALLS_H

#include <stddef.h>
#include <stdint.h>

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
 * struct gabion_call - a syscall that some threads may make
 * @number:	of x86-64
 * @threads:	1 << enum gabion_thread
 * @tests:	all have to hold. A call with several entries is allowed by each.
 * @error:	not 0: the call is answered with this errno, instead of being made
 */
struct gabion_call {
	int number;
	unsigned int threads;
	struct gabion_call_test tests[2];
	int error;
};

extern const struct gabion_call gabion_calls[];
extern const size_t gabion_calls_count;

#endif /* GABION_VMM_JAIL_CALLS_H */
