// SPDX-License-Identifier: GPL-2.0
#include "program.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdlib.h>

#include "../common/cleanup.h"
#include "../policy/syscall_names.h"
#include "call_label.h"
#include "generate.h"

#define PARTS_MAX 256U
/* With each rule libseccomp adds all earlier ones of the part again: many need small parts. */
#define PART_RULES_MAX 128U

/* struct code - what a place-holder stands for: an outcome, or the part that goes on */
struct code {
	bool link;
	u32 value;
};

/**
 * struct section - the filter of one ABI
 * @parts:	the first has all calls; each other one the calls whose conditions it judges,
 *		and what is left to them otherwise
 * @fallback:	outcome of calls without a rule, by part
 * @nrules:	rules with conditions, by part
 */
struct section {
	const struct gabion_view *view;
	u32 abi;
	bool binary_tree;
	struct gabion_part *parts[PARTS_MAX];
	u32 fallback[PARTS_MAX];
	size_t nrules[PARTS_MAX];
	u32 nparts;
	struct code *codes;
	u32 ncodes;
};

static int failed(struct gabion_error *error, int err, const char *what)
{
	return gabion_error_set(error, err, "libseccomp: %s: %s", what, strerror(-err));
}

static int code_of(struct section *s, struct code code)
{
	struct code *codes;
	u32 i;

	for (i = 0; i < s->ncodes; i++)
		if (s->codes[i].link == code.link && s->codes[i].value == code.value)
			return (int)i;
	if (s->ncodes == GABION_CODES_MAX)
		return -E2BIG;
	codes = realloc(s->codes, (s->ncodes + 1) * sizeof(*codes));
	if (!codes)
		return -ENOMEM;
	s->codes = codes;
	s->codes[s->ncodes] = code;
	return (int)s->ncodes++;
}

/* Index of a part whose calls without a rule get @fallback, and which takes @n rules more. */
static int part_for(struct section *s, u32 fallback, size_t n)
{
	u32 i;
	int code;

	for (i = 0; i < s->nparts; i++)
		if (s->fallback[i] == fallback &&
		    (!s->nrules[i] || s->nrules[i] + n <= PART_RULES_MAX)) {
			s->nrules[i] += n;
			return (int)i;
		}
	if (s->nparts == PARTS_MAX)
		return -E2BIG;
	code = code_of(s, (struct code){false, fallback});
	if (code < 0)
		return code;
	s->parts[i] = gabion_part_new(s->abi, (u32)code, s->binary_tree);
	if (!s->parts[i])
		return -ENOMEM;
	s->fallback[i] = fallback;
	s->nrules[i] = n;
	s->nparts++;
	return (int)i;
}

static int add(struct section *s, int part, u32 number, const struct gabion_seccomp_rule *rule,
	       struct code what)
{
	int code = code_of(s, what);

	return code < 0 ? code : gabion_part_add(s->parts[part], number, rule, (u32)code);
}

static int add_rules(struct section *s, u32 number, const struct gabion_rules *rules)
{
	int part, err = 0;
	size_t i;

	if (!rules->n)
		return rules->fallback == s->fallback[0]
			       ? 0
			       : add(s, 0, number, NULL, (struct code){false, rules->fallback});
	/* The cases that are left over are the part's default: they need no rules. */
	part = part_for(s, rules->fallback, rules->n);
	if (part < 0)
		return part;
	if (part)
		err = add(s, 0, number, NULL, (struct code){true, (u32)part});
	for (i = 0; !err && i < rules->n; i++)
		err = add(s, part, number, &rules->rules[i],
			  (struct code){false, rules->rules[i].outcome});
	return err;
}

static int add_call(struct section *s, u32 number, u32 outcome, struct gabion_error *error)
{
	cleanup_rules struct gabion_rules rules = {0};
	cleanup_free char *label = NULL;
	int err = gabion_rules_build(&rules, s->view, s->abi, outcome, GABION_FALLBACK_ANY, error);

	if (!err) {
		err = add_rules(s, number, &rules);
		if (err)
			failed(error, err, "rule refused");
	}
	if (err) {
		label = gabion_call_label(s->abi, number);
		gabion_error_prefix(error, "syscall %s of %s", label ? label : "?",
				    gabion_abi_name(s->abi));
	}
	return err;
}

static int add_calls(struct section *s, const struct gabion_policy_filter *filter,
		     struct gabion_error *error)
{
	const struct gabion_policy_calls *calls = &filter->abi[s->abi];
	u32 number, count = le32_to_cpu(calls->count);
	int err;

	err = part_for(s, le32_to_cpu(calls->otherwise) & ~GABION_OUTCOME_QUIET, 0);
	if (err < 0)
		return failed(error, err, "cannot begin a filter");
	for (err = 0, number = 0; !err && number < count; number++)
		err = add_call(s, number, gabion_filter_entry(s->view, filter, s->abi, number),
			       error);
	return err;
}

/* ---- joining ---- */

static int append(struct gabion_program *program, const struct sock_filter *insns, size_t n,
		  struct gabion_error *error)
{
	struct sock_filter *longer;

	if (program->n + n > BPF_MAXINSNS)
		return gabion_error_set(error, -E2BIG,
					"the filter has more than the %u instructions that the "
					"kernel takes; grant fewer ABIs, or fewer conditions on "
					"arguments",
					BPF_MAXINSNS);
	longer = realloc(program->insns, (program->n + n) * sizeof(*insns));
	if (!longer)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	memcpy(longer + program->n, insns, n * sizeof(*insns));
	program->insns = longer;
	program->n += n;
	return 0;
}

static u32 seccomp_value(u32 outcome)
{
	static const u32 actions[GABION_ACTION_END] = {
		[GABION_ACTION_ALLOW] = SECCOMP_RET_ALLOW,
		[GABION_ACTION_LOG] = SECCOMP_RET_LOG,
		[GABION_ACTION_TRACE] = SECCOMP_RET_TRACE,
		[GABION_ACTION_ERRNO] = SECCOMP_RET_ERRNO,
		[GABION_ACTION_TRAP] = SECCOMP_RET_TRAP,
		[GABION_ACTION_KILL] = SECCOMP_RET_KILL_PROCESS,
	};

	return actions[GABION_OUTCOME_ACTION(outcome)] | GABION_OUTCOME_DATA(outcome);
}

/* Put what the place-holders stand for in their place; parts begin at @starts. */
static int settle(const struct section *s, struct gabion_program *program, const size_t *starts)
{
	size_t i;

	for (i = starts[0]; i < program->n; i++) {
		struct sock_filter *insn = &program->insns[i];
		const struct code *code;

		if (BPF_CLASS(insn->code) != BPF_RET)
			continue;
		if (insn->code != (BPF_RET | BPF_K) ||
		    (insn->k & SECCOMP_RET_ACTION_FULL) != SECCOMP_RET_TRACE ||
		    (insn->k & SECCOMP_RET_DATA) >= s->ncodes)
			return -EPROTO;
		code = &s->codes[insn->k & SECCOMP_RET_DATA];
		if (!code->link)
			insn->k = seccomp_value(code->value);
		else /* only the first part has links, and to parts behind it */
			*insn = (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA,
							     (u32)(starts[code->value] - i - 1));
	}
	return 0;
}

static int append_section(struct section *s, struct gabion_program *program,
			  struct gabion_error *error)
{
	size_t starts[PARTS_MAX], n;
	int err = 0;
	u32 i;

	for (i = 0; !err && i < s->nparts; i++) {
		cleanup_free struct sock_filter *insns = NULL;

		starts[i] = program->n;
		err = gabion_part_generate(s->parts[i], &insns, &n);
		if (err)
			return failed(error, err, "cannot generate the filter");
		err = append(program, insns, n, error);
	}
	if (err)
		return err;
	err = settle(s, program, starts);
	return err ? failed(error, err, "generates what this program does not understand") : 0;
}

static int translate_abi(struct gabion_program *program, const struct gabion_view *view,
			 const struct gabion_policy_filter *filter, u32 abi, bool binary_tree,
			 struct gabion_error *error)
{
	struct section s = {.view = view, .abi = abi, .binary_tree = binary_tree};
	int err = add_calls(&s, filter, error);
	u32 i;

	if (!err)
		err = append_section(&s, program, error);
	for (i = 0; i < s.nparts; i++)
		gabion_part_free(s.parts[i]);
	free(s.codes);
	return err;
}

void gabion_program_free(struct gabion_program *program)
{
	free(program->insns);
	*program = (struct gabion_program){0};
}

int gabion_program_build(struct gabion_program *program, const struct gabion_view *view,
			 const struct gabion_policy_filter *filter, bool binary_tree,
			 struct gabion_error *error)
{
	static const struct sock_filter head[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_I386, 0, 1),
		BPF_STMT(BPF_JMP | BPF_JA, 0), /* to i386 */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS), /* there is no other */
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0xffffffff, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, GABION_X32_BIT, 0, 1),
		BPF_STMT(BPF_JMP | BPF_JA, 0), /* to x32 */
	};
	static const struct {
		u32 abi;
		size_t jump; /* in the head, to it; 0: it follows the head */
	} order[] = {
		{GABION_ABI_X86_64, 0},
		{GABION_ABI_I386, 2},
		{GABION_ABI_X32, 8},
	};
	size_t i;
	int err;

	if (seccomp_arch_native() != SCMP_ARCH_X86_64)
		return gabion_error_set(error, -EOPNOTSUPP, "libseccomp is not for x86-64");
	err = append(program, head, sizeof(head) / sizeof(*head), error);
	for (i = 0; !err && i < sizeof(order) / sizeof(*order); i++) {
		if (order[i].jump)
			program->insns[order[i].jump].k = (u32)(program->n - order[i].jump - 1);
		err = translate_abi(program, view, filter, order[i].abi, binary_tree, error);
	}
	return err;
}
