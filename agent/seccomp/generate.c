// SPDX-License-Identifier: GPL-2.0
#include "generate.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdlib.h>

#include "bpf.h"

/**
 * struct gabion_part - a libseccomp context
 * @ctx:	owned; of x86-64
 * @abi:	whose numbers it gets
 * @code:	of calls without a rule
 */
struct gabion_part {
	scmp_filter_ctx ctx;
	u32 abi;
	u32 code;
};

static scmp_filter_ctx new_context(u32 code, bool binary_tree)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_TRACE(code));

	/*
	 * What it would take for another ABI was sent elsewhere: numbers from bit 30 up are none.
	 */
	if (ctx && (seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_TRACE(code)) ||
		    seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, binary_tree ? 2 : 1))) {
		seccomp_release(ctx);
		return NULL;
	}
	return ctx;
}

struct gabion_part *gabion_part_new(u32 abi, u32 code, bool binary_tree)
{
	struct gabion_part *part = calloc(1, sizeof(*part));

	if (!part)
		return NULL;
	part->abi = abi;
	part->code = code;
	part->ctx = new_context(code, binary_tree);
	if (!part->ctx) {
		free(part);
		return NULL;
	}
	return part;
}

void gabion_part_free(struct gabion_part *part)
{
	if (part)
		seccomp_release(part->ctx);
	free(part);
}

int gabion_part_add(struct gabion_part *part, u32 number, const struct gabion_seccomp_rule *rule,
		    u32 code)
{
	struct scmp_arg_cmp arguments[GABION_SYSCALL_ARGUMENTS];
	unsigned int i, n = 0;

	for (i = 0; rule && i < GABION_SYSCALL_ARGUMENTS; i++) {
		const struct gabion_cube *cube = &rule->argument[i];

		if (cube->mask)
			arguments[n++] = SCMP_CMP64(i, SCMP_CMP_MASKED_EQ, cube->mask, cube->value);
	}
	if (part->abi == GABION_ABI_X32)
		number |= GABION_X32_BIT;
	return seccomp_rule_add_exact_array(part->ctx, SCMP_ACT_TRACE(code), (int)number, n,
					    arguments);
}

/*
 * A lone x86-64 context refuses numbers with x32's bit. Beside a context of x32,
 * though an empty one, libseccomp lets them through to the rules.
 */
static int let_x32_through(struct gabion_part *part)
{
	scmp_filter_ctx x32 = new_context(part->code, false);
	int err;

	if (!x32)
		return -ENOMEM;
	err = seccomp_arch_add(x32, SCMP_ARCH_X32);
	if (!err)
		err = seccomp_arch_remove(x32, SCMP_ARCH_X86_64);
	if (!err)
		err = seccomp_merge(part->ctx, x32);
	if (err)
		seccomp_release(x32);
	return err;
}

/* It begins by looking whether the ABI is x86-64. */
static int retarget(struct sock_filter *insns, size_t n)
{
	if (n < 3 || insns[0].code != (BPF_LD | BPF_W | BPF_ABS) ||
	    insns[0].k != offsetof(struct seccomp_data, arch) ||
	    insns[1].code != (BPF_JMP | BPF_JEQ | BPF_K) || insns[1].k != AUDIT_ARCH_X86_64)
		return -EPROTO;
	insns[1].k = AUDIT_ARCH_I386;
	return 0;
}

int gabion_part_generate(struct gabion_part *part, struct sock_filter **insns, size_t *n)
{
	int err = part->abi == GABION_ABI_X32 ? let_x32_through(part) : 0;

	if (!err)
		err = gabion_bpf_export(part->ctx, insns, n);
	if (!err && part->abi == GABION_ABI_I386) {
		err = retarget(*insns, *n);
		if (err)
			free(*insns);
	}
	return err;
}
