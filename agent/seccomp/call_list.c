// SPDX-License-Identifier: GPL-2.0
#include "call_list.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bpf.h"

static int add(scmp_filter_ctx ctx, const struct gabion_call *call, pid_t pid)
{
	struct scmp_arg_cmp tests[2];
	unsigned int n = 0, i;

	for (i = 0; i < 2; i++) {
		const struct gabion_call_test *test = &call->tests[i];

		if (!test->mask)
			continue;
		tests[n++] = SCMP_CMP64(test->argument, SCMP_CMP_MASKED_EQ, test->mask,
					test->value == GABION_CALL_OWN_PID ? (uint64_t)pid
									   : test->value);
	}
	return seccomp_rule_add_exact_array(
		ctx, call->error ? SCMP_ACT_ERRNO(call->error) : SCMP_ACT_ALLOW, call->number, n,
		tests);
}

static int fill(scmp_filter_ctx ctx, const struct gabion_call *calls, size_t n, unsigned int kind,
		pid_t pid)
{
	/* A call of another ABI is none of ours; and among many a call is searched by halving. */
	int err = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	size_t i;

	if (!err)
		err = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	for (i = 0; !err && i < n; i++)
		if (calls[i].kinds & kind)
			err = add(ctx, &calls[i], pid);
	return err;
}

int gabion_call_list_build(const struct gabion_call *calls, size_t n, unsigned int kind,
			   uint32_t otherwise, pid_t pid, struct sock_fprog *program)
{
	scmp_filter_ctx ctx = seccomp_init(otherwise);
	size_t length = 0;
	int err;

	if (!ctx)
		return -ENOMEM;
	err = fill(ctx, calls, n, kind, pid);
	if (!err)
		err = gabion_bpf_export(ctx, &program->filter, &length);
	program->len = (unsigned short)length;
	seccomp_release(ctx);
	return err;
}

int gabion_call_list_enter(const struct sock_fprog *program)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, program))
		return -errno;
	return 0;
}
