/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Syscall filters in the compiled policy.
 *
 * A filter belongs to one domain and says for every (ABI, number, arguments)
 * what happens.  The actions are those of seccomp(2) and mean the same; unlike
 * there, a filter holds whether or not the program asks for it, is replaced
 * with the policy while the program runs, and is judged after the program's own
 * filters, on the number and arguments that they left.
 */
#ifndef _UAPI_GABION_SYSCALL_H
#define _UAPI_GABION_SYSCALL_H

#include <linux/types.h>

#define GABION_TESTS_MAX	65536U	/* in one policy */
#define GABION_CALLS_MAX	2048U	/* numbers of one ABI that have an entry of their own */

/**
 * enum gabion_abi - ways into the kernel's syscalls
 * @GABION_ABI_X86_64:	the syscall instruction of 64-bit code
 * @GABION_ABI_I386:	int 0x80 (64-bit code too), sysenter, syscall of 32-bit code
 * @GABION_ABI_X32:	the syscall instruction with bit 30 of the number set; numbers here and in
 *			events are without that bit.  (-1 has it set and is of x86-64: the number
 *			that runs nothing, and that the kernel therefore does not judge.)
 */
enum gabion_abi {
	GABION_ABI_X86_64,
	GABION_ABI_I386,
	GABION_ABI_X32,
	GABION_ABI_END,
};

/**
 * enum gabion_action - what happens to a syscall; of several, the greatest counts
 * @GABION_ACTION_ALLOW: it runs
 * @GABION_ACTION_LOG:	it runs and is recorded
 * @GABION_ACTION_TRACE: the tracer that asked for PTRACE_EVENT_SECCOMP decides (its event message
 *			is the data) and may change the number, which is judged again; -ENOSYS
 *			without such a tracer
 * @GABION_ACTION_ERRNO: it does not run and returns -data
 * @GABION_ACTION_TRAP:	it does not run; SIGSYS with si_code SYS_SECCOMP, si_errno = data
 * @GABION_ACTION_KILL:	the process dies of SIGSYS, which it cannot catch
 */
enum gabion_action {
	GABION_ACTION_ALLOW,
	GABION_ACTION_LOG,
	GABION_ACTION_TRACE,
	GABION_ACTION_ERRNO,
	GABION_ACTION_TRAP,
	GABION_ACTION_KILL,
	GABION_ACTION_END,
};

/*
 * An outcome, __le32: either a test to go on with,
 *	GABION_OUTCOME_TEST | index into TESTS
 * or the end,
 *	action << 16 | data, and GABION_OUTCOME_QUIET where it is not recorded
 * data: ERRNO 1..4095; TRAP and TRACE any 16 bits; otherwise 0.
 */
#define GABION_OUTCOME_TEST		(1U << 31)
#define GABION_OUTCOME_QUIET		(1U << 30)
#define GABION_OUTCOME(action, data)	((__u32)(action) << 16 | (data))
#define GABION_OUTCOME_ACTION(outcome)	((outcome) >> 16 & 0xff)
#define GABION_OUTCOME_DATA(outcome)	((outcome) & 0xffff)
#define GABION_ERRNO_MAX		4095U

/**
 * struct gabion_policy_calls - a filter's part for one ABI
 * @first:	index into CALLS of the outcome of number 0
 * @count:	how many numbers have an entry, at most GABION_CALLS_MAX
 * @otherwise:	outcome of every other number; not a test, and refuses
 */
struct gabion_policy_calls {
	__le32	first;
	__le32	count;
	__le32	otherwise;
};

/**
 * struct gabion_policy_filter - what one domain may call
 * @domain:	index into DOMAINS, not 0
 * @abi:	by enum gabion_abi
 *
 * Whoever may call io_uring_setup or io_uring_enter may call, without a test of
 * arguments, everything that io_uring can do in their stead: core/syscall.h.
 */
struct gabion_policy_filter {
	__le32	domain;
	struct gabion_policy_calls abi[3];
};

/**
 * struct gabion_policy_test - low <= (arg[argument] & mask) <= high, unsigned
 * @mask:	bits that are looked at
 * @low:	smallest value
 * @high:	greatest
 * @on_true:	outcome; a test that is named has a greater index than this one
 * @on_false:	outcome, likewise
 * @argument:	0..5
 * @reserved:	0
 *
 * The arguments of i386 calls are 32 bits, extended by zeros.
 */
struct gabion_policy_test {
	__le64	mask;
	__le64	low;
	__le64	high;
	__le32	on_true;
	__le32	on_false;
	__u8	argument;
	__u8	reserved[7];
};

#endif /* _UAPI_GABION_SYSCALL_H */
