// SPDX-License-Identifier: GPL-2.0
#include "filter.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../agent/seccomp/bpf.h"
#include "calls.h"

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

static int fill(scmp_filter_ctx ctx, enum gabion_thread thread, pid_t pid)
{
	/* A call of another ABI is none of ours; and among many a call is searched by halving. */
	int err = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	size_t i;

	if (!err)
		err = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	for (i = 0; !err && i < gabion_calls_count; i++)
		if (gabion_calls[i].threads >> thread & 1)
			err = add(ctx, &gabion_calls[i], pid);
	return err;
}

static int build(struct sock_fprog *program, enum gabion_thread thread, pid_t pid)
{
	/* A trap: refusal.h has the last word, if only to say it. */
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_TRAP);
	size_t n = 0;
	int err;

	if (!ctx)
		return -ENOMEM;
	err = fill(ctx, thread, pid);
	if (!err)
		err = gabion_bpf_export(ctx, &program->filter, &n);
	program->len = n;
	seccomp_release(ctx);
	return err;
}

int gabion_filters_build(struct gabion_filters *filters, pid_t pid, struct gabion_error *error)
{
	unsigned int thread;
	int err = 0;

	memset(filters, 0, sizeof(*filters));
	for (thread = 0; !err && thread < GABION_THREADS; thread++)
		err = build(&filters->of[thread], thread, pid);
	return err ? gabion_error_set(error, err, "cannot make the syscall filters: %s",
				      strerror(-err))
		   : 0;
}

void gabion_filters_free(struct gabion_filters *filters)
{
	unsigned int thread;

	for (thread = 0; thread < GABION_THREADS; thread++)
		free(filters->of[thread].filter);
	memset(filters, 0, sizeof(*filters));
}

int gabion_filters_enter(const struct gabion_filters *filters, enum gabion_thread thread)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filters->of[thread]))
		return -errno;
	return 0;
}
