// SPDX-License-Identifier: GPL-2.0
#include "items.h"

#include "model.h"
#include "outcome.h"
#include "test_walk.h"

static int find_action(struct gabion_model *m, const struct gabion_ast_name *name)
{
	struct gabion_suggestion s = {.name = name->text};
	int i;

	for (i = 0; i < GABION_ACTION_END; i++) {
		if (!strcmp(gabion_action_name(i), name->text))
			return i;
		gabion_suggest_try(&s, gabion_action_name(i));
	}
	model_error(m, &name->loc,
		    s.nearest ? gabion_arena_printf(&m->arena, "did you mean `%s`?", s.nearest)
			      : "the actions are allow, log, trace, errno, trap and kill",
		    "unknown action \"%s\"", name->text);
	return -1;
}

static uint32_t errno_data(struct gabion_model *m, const struct gabion_ast_action *a)
{
	struct gabion_suggestion s = {.name = a->data.text ? a->data.text : ""};
	uint64_t number = 0;

	if (!a->data.text) {
		model_error(m, &a->name.loc, "write `as errno EPERM`, or another error",
			    "`errno` needs an error");
		return 0;
	}
	if (a->data.text[0] < '0' || a->data.text[0] > '9') {
		number = gabion_errno_of(a->data.text);
		if (number)
			return number;
		gabion_suggest_errnos(&s);
		model_error(
			m, &a->data.loc,
			s.nearest ? gabion_arena_printf(&m->arena, "did you mean `%s`?", s.nearest)
				  : "errors are named as in errno(3)",
			"unknown error \"%s\"", a->data.text);
		return 0;
	}
	if (gabion_number_parse(a->data.text, &number) && number && number <= GABION_ERRNO_MAX)
		return number;
	if (!strcmp(a->data.text, "0"))
		model_error(
			m, &a->data.loc, "write an error, or `as allow`",
			"errno 0 would tell the program that a call succeeded which did not run");
	else
		model_error(m, &a->data.loc, "an error is 1 to 4095", "no such error: %s",
			    a->data.text);
	return 0;
}

/* Data of trap and trace. */
static uint32_t word_data(struct gabion_model *m, const struct gabion_ast_action *a)
{
	uint64_t number = 0;

	if (a->data.text && (!gabion_number_parse(a->data.text, &number) || number > 65535))
		model_error(m, &a->data.loc, "write a number from 0 to 65535",
			    "`%s` does not take \"%s\"", a->name.text, a->data.text);
	return number & 0xffff;
}

uint32_t gabion_action_of(struct gabion_model *m, const struct gabion_ast_rule *rule,
			  uint32_t otherwise)
{
	const struct gabion_ast_action *a = &rule->action;
	int action = a->name.text ? find_action(m, &a->name) : -1;
	uint32_t data = 0;

	if (action < 0)
		return otherwise;
	if (action == GABION_ACTION_ERRNO)
		data = errno_data(m, a);
	else if (action == GABION_ACTION_TRAP || action == GABION_ACTION_TRACE)
		data = word_data(m, a);
	else if (a->data.text)
		model_error(m, &a->data.loc, "drop it", "`%s` takes no number", a->name.text);
	return GABION_OUTCOME(action, data) | (rule->quiet ? GABION_OUTCOME_QUIET : 0);
}

static void add_number(struct gabion_call_set *set, uint32_t abi, uint32_t number)
{
	set->numbers[abi][number / 64] |= 1ULL << number % 64;
}

/* ABI before the name, or -1: none is written; -2 after a diagnostic. */
static int abi_of(struct gabion_model *m, const struct gabion_ast_call *call)
{
	int abi;

	if (!call->abi.text)
		return -1;
	abi = gabion_abi_of(call->abi.text);
	if (abi >= 0)
		return abi;
	model_error(m, &call->abi.loc, "the ABIs are x86-64, i386 and x32", "unknown ABI \"%s\"",
		    call->abi.text);
	return -2;
}

static bool add_by_number(struct gabion_model *m, const struct gabion_ast_call *call, int abi,
			  struct gabion_item *item)
{
	uint64_t number;

	if (!gabion_number_parse(call->name.text, &number) || number >= GABION_CALLS_MAX) {
		model_error(
			m, &call->name.loc,
			gabion_arena_printf(&m->arena, "numbers are 0 to %u", GABION_CALLS_MAX - 1),
			"no such syscall number: %s", call->name.text);
		return false;
	}
	add_number(&item->calls, abi < 0 ? GABION_ABI_X86_64 : abi, number);
	return true;
}

static void unknown_call(struct gabion_model *m, const struct gabion_ast_call *call)
{
	struct gabion_suggestion s = {.name = call->name.text};
	const char *mend = "a syscall newer than libseccomp's tables can be given by its number";

	if (!strcmp(call->name.text, "default") || !strcmp(call->name.text, "strict")) {
		model_error(m, &call->name.loc,
			    gabion_arena_printf(&m->arena,
						"write `syscalls %s%s` as a statement of its own",
						call->name.text,
						call->name.text[0] == 'd' ? " as ..." : ""),
			    "`%s` is not an item of a list", call->name.text);
		return;
	}
	if (gabion_call_is_known(call->name.text)) {
		model_error(m, &call->name.loc, "drop it",
			    "syscall \"%s\" is none of x86-64, i386 or x32", call->name.text);
		return;
	}
	gabion_suggest_calls(&s);
	if (s.nearest)
		mend = gabion_arena_printf(&m->arena, "did you mean `%s`?", s.nearest);
	model_error(m, &call->name.loc, mend, "unknown syscall \"%s\"", call->name.text);
}

static bool add_by_name(struct gabion_model *m, const struct gabion_ast_call *call, int only,
			struct gabion_item *item)
{
	enum gabion_multiplexer which;
	int selector = gabion_call_multiplexed(call->name.text, &which), abi, number;
	bool found = false;

	for (abi = 0; abi < GABION_ABI_END; abi++) {
		number = gabion_call_number(abi, call->name.text);
		if (number < 0 || (only >= 0 && abi != only))
			continue;
		add_number(&item->calls, abi, number);
		found = true;
	}
	/* What a multiplexer reads from memory cannot be judged: all of it, or nothing. */
	if (selector >= 0 && (only < 0 || only == GABION_ABI_I386)) {
		if (!call->condition || item->negated ||
		    GABION_OUTCOME_ACTION(item->outcome) > GABION_ACTION_LOG)
			item->calls.multiplexed[which] |= 1U << selector;
		found = true;
	}
	if (found)
		return true;
	if (only >= 0 && gabion_call_is_known(call->name.text))
		model_error(m, &call->name.loc, "drop the ABI before it",
			    "%s has no syscall \"%s\"", gabion_abi_name(only), call->name.text);
	else
		unknown_call(m, call);
	return false;
}

static void note_way(uint32_t outcome, void *data)
{
	*(uint32_t *)data |= 1U << outcome;
}

/* A condition that says nothing is a mistake; judged for the first ABI that has the call. */
static void check_condition(struct gabion_model *m, const struct gabion_item *item)
{
	const struct gabion_ast_condition *ast = item->ast->condition;
	struct gabion_test_store store = {};
	struct gabion_walk walk = {.visit = note_way};
	uint32_t abi, number, start, ways = 0;

	for (abi = 0; abi < GABION_ABI_END; abi++)
		for (number = 0; number < GABION_CALLS_MAX; number++)
			if (gabion_call_set_has(&item->calls, abi, number))
				goto found;
	return;
found:
	start = gabion_condition_compile(item->condition, &store, abi, number, 1, 0);
	walk.tests = store.nodes.v;
	walk.data = &ways;
	while (ast->left)
		ast = ast->left;
	if (gabion_walk_outcomes(&walk, start) && ways != 3)
		model_warning(m, &ast->parameter.loc,
			      ways == 1 ? "drop the item, or mend the condition"
					: "drop the condition",
			      "the condition %s", ways == 1 ? "can never hold" : "always holds");
	gabion_test_store_free(&store);
}

static void check_quiet(struct gabion_model *m, const struct gabion_ast_rule *rule,
			const struct gabion_item *item)
{
	if (item->negated && rule->action.name.text)
		model_error(m, &rule->action.name.loc,
			    gabion_arena_printf(&m->arena, "drop the '-': `%s%s as %s`",
						item->ast->set ? "@" : "", item->ast->name.text,
						rule->action.name.text),
			    "what is taken away has the default action");
	if (rule->quiet && !item->negated && !gabion_outcome_refuses(item->outcome))
		model_error(m, &rule->loc, "write `as errno NUMBER` after it, or drop `quiet`",
			    "`quiet` is about refusals, and this item lets calls run");
}

/* Name of the call that @call is, or NULL where it is a number without one. */
static const char *name_of(const struct gabion_ast_call *call, int abi)
{
	uint64_t number;

	if (!call->number)
		return call->name.text;
	gabion_number_parse(call->name.text, &number);
	return gabion_call_name(abi < 0 ? GABION_ABI_X86_64 : abi, number);
}

const struct gabion_item *gabion_item_of(struct gabion_model *m, const struct gabion_ast_rule *rule,
					 struct gabion_ast_call *call)
{
	struct gabion_item *item = call->item;
	int abi;
	bool ok;

	if (item)
		return item->ast ? item : NULL;
	item = gabion_arena_alloc(&m->arena, sizeof(*item));
	call->item = item;
	item->negated = call->negated;
	item->quiet = rule->quiet;
	item->outcome = gabion_action_of(m, rule, GABION_OUTCOME(GABION_ACTION_ALLOW, 0));
	abi = abi_of(m, call);
	if (abi < -1)
		return NULL;
	if (call->set)
		ok = gabion_model_call_set(m, &call->name, &item->calls);
	else if (call->number)
		ok = add_by_number(m, call, abi, item);
	else
		ok = add_by_name(m, call, abi, item);
	if (!ok)
		return NULL;
	if (call->condition) {
		item->condition = gabion_condition_resolve(m, name_of(call, abi), call->condition);
		if (!item->condition)
			return NULL;
	}
	item->ast = call;
	check_quiet(m, rule, item);
	if (item->condition)
		check_condition(m, item);
	return item;
}
