// SPDX-License-Identifier: GPL-2.0
#include "query_show.h"

#include <stdio.h>
#include <string.h>

#include "../../core/level.h"
#include "../common/cleanup.h"
#include "../common/text.h"
#include "../policy/outcome.h"
#include "../policy/syscall_names.h"

static const char *level_name(const struct gabion_view *view,
			      const struct gabion_policy_level *level)
{
	return level ? gabion_view_string(view, level->name) : NULL;
}

/* The domain @to that executing the object enters; NULL: none. */
static const char *entered_name(const struct gabion_view *view, const struct gabion_answer *a,
				uint16_t to)
{
	if (to == GABION_TRANSITION_NONE || !(a->wanted & GABION_FILE_EXECUTE))
		return NULL;
	return gabion_view_string(view, view->domains[to].name);
}

static char *rule_objects(const struct gabion_view *view, const struct gabion_policy_rule *r)
{
	uint32_t klass = le16_to_cpu(r->klass), object = le32_to_cpu(r->object);

	if (klass == GABION_CLASS_DOMAIN)
		return strdup(gabion_view_string(view, view->domains[object].name));
	if (klass < GABION_CLASS_TABLES_END)
		return strdup(gabion_view_string(view, view->resources[object].name));
	return gabion_bits_format(klass, 1ULL << object);
}

/* Permissions of @r, malloc'ed; NULL for a rule about numbers. */
static char *rule_words(const struct gabion_policy_rule *r)
{
	uint32_t klass = le16_to_cpu(r->klass), bits = le32_to_cpu(r->permissions);

	return klass < GABION_CLASS_TABLES_END
		       ? gabion_bits_format(klass, bits & ~GABION_RULE_COMMANDS)
		       : NULL;
}

static bool has_commands(const struct gabion_policy_rule *r)
{
	return le32_to_cpu(r->permissions) & GABION_RULE_COMMANDS;
}

static void print_rule(FILE *out, const struct gabion_view *view,
		       const struct gabion_policy_rule *r, const char *indent)
{
	uint32_t klass = le16_to_cpu(r->klass);
	cleanup_free char *object = rule_objects(view, r);
	cleanup_free char *shown = object ? gabion_text_escape(object) : NULL;
	cleanup_free char *words = rule_words(r);

	fprintf(out, "%s%s:%u: %s %s%s %s\n", indent, gabion_view_string(view, r->file),
		le32_to_cpu(r->line), gabion_rule_kind_name(le16_to_cpu(r->kind)),
		words ? words : gabion_class_name(klass), has_commands(r) ? "(...)" : "",
		shown ? shown : "");
}

void gabion_rules_show_text(FILE *out, const struct gabion_view *view,
			    const struct gabion_answer *a, const char *indent)
{
	uint32_t i;

	for (i = 0; i < a->nrules; i++)
		print_rule(out, view, &view->rules[a->rules[i]], indent);
}

/* The items that decide about a syscall, as the policy says them. */
static void print_calls(FILE *out, const struct gabion_call_rules *calls,
			const struct gabion_answer *a, const char *indent)
{
	const struct gabion_call_rule *rule;
	size_t at = 0;

	while (calls && !a->unconfined &&
	       (rule = gabion_call_rules_next(calls, a->domain, a->abi, a->label, &at))) {
		const struct gabion_call_item *item = &calls->items.v[rule->item];
		cleanup_free char *outcome = gabion_outcome_format(rule->outcome);

		fprintf(out, "%s%s:%u: syscalls %s as %s\n", indent, item->file, item->line,
			item->text, outcome);
	}
}

static void print_outcome(FILE *out, const struct gabion_answer *a)
{
	cleanup_free char *outcome = gabion_outcome_format(a->outcome);

	if (a->reason == GABION_ANSWER_ARGUMENTS)
		fprintf(out, "  it depends on arguments: give %s\n", a->missing);
	else if (a->unconfined)
		fprintf(out, "  the domain is unconfined\n");
	else if (a->unfiltered && a->allowed)
		fprintf(out, "  the domain has no syscall filter\n");
	else if (a->unfiltered)
		fprintf(out, "  the domain does not have the ABI %s: %s\n", gabion_abi_name(a->abi),
			outcome);
	else
		fprintf(out, "  by the syscall filter (%s): %s%s\n", gabion_abi_name(a->abi),
			outcome, a->quiet ? ", not recorded" : "");
}

/* What the level order has to do with a grant; nothing where there is one level. */
static void print_order(FILE *out, const struct gabion_view *view, const struct gabion_answer *a,
			const char *resources)
{
	const struct gabion_policy_level *subject = a->subject_level, *object = a->object_level;
	uint32_t mask;

	if (!a->nrules)
		fprintf(out, "  it needs no rule\n");
	if (!object || view->nlevels <= 2)
		return;
	mask = gabion_level_mask(subject, object, gabion_class_read_flow(a->klass),
				 gabion_class_write_flow(a->klass));
	fprintf(out, "  the level order %s: the domain has level %s, %s has level %s\n",
		a->wanted & ~mask ? "is not asked (trusted)" : "permits it",
		level_name(view, subject), *resources ? resources : "the object",
		level_name(view, object));
}

static void print_why(FILE *out, const struct gabion_view *view, const struct gabion_answer *a)
{
	cleanup_free char *refused = gabion_bits_format(a->klass, a->refused);
	const char *resources = gabion_answer_resources(view, a);

	if (a->unconfined)
		fprintf(out, "  the domain is unconfined\n");
	else if (a->free_command)
		fprintf(out, "  the command needs no grant\n");
	else if (a->reason == GABION_ANSWER_NO_RULE && a->klass >= GABION_CLASS_TABLES_END)
		fprintf(out, "  no rule grants %s %s\n", gabion_class_name(a->klass), refused);
	else if (a->reason == GABION_ANSWER_NO_RULE && !*resources)
		fprintf(out, "  no resource of the policy matches\n");
	else if (a->reason == GABION_ANSWER_NO_RULE)
		fprintf(out, "  no rule grants %s on %s\n", refused, resources);
	else if (a->reason == GABION_ANSWER_LEVEL)
		fprintf(out,
			"  the level order forbids it: the domain has level %s, %s has level %s\n",
			level_name(view, a->subject_level), *resources ? resources : "the object",
			level_name(view, a->object_level));
	else if (a->allowed)
		print_order(out, view, a, resources);
}

void gabion_answer_show_text(FILE *out, const struct gabion_view *view,
			     const struct gabion_call_rules *calls, const char *about,
			     const struct gabion_answer *a)
{
	cleanup_free char *shown = about ? gabion_text_escape(about) : NULL;
	const char *to = entered_name(view, a, a->transition);
	const char *helper = entered_name(view, a, a->helper);

	if (about)
		fprintf(out, "%s: ", shown ? shown : about);
	fprintf(out, "%s%s\n",
		a->allowed  ? "allowed"
		: a->denied ? "denied"
			    : "undecided",
		a->denied && a->complain ? " (complain mode: recorded and let pass)" : "");
	if (a->klass == GABION_CLASS_SYSCALL) {
		print_outcome(out, a);
		print_calls(out, calls, a, "  ");
		return;
	}
	print_why(out, view, a);
	gabion_rules_show_text(out, view, a, "  ");
	if (a->allowed && to)
		fprintf(out, "  enters domain %s\n", to);
	if (a->allowed && helper)
		fprintf(out, "  enters domain %s when the kernel executes it\n", helper);
}

void gabion_rules_show_json(struct gabion_json *json, const struct gabion_view *view,
			    const struct gabion_answer *a)
{
	uint32_t i;

	gabion_json_open(json, "rules", '[');
	for (i = 0; i < a->nrules; i++) {
		const struct gabion_policy_rule *r = &view->rules[a->rules[i]];
		cleanup_free char *object = rule_objects(view, r);
		cleanup_free char *words = rule_words(r);

		gabion_json_open(json, NULL, '{');
		gabion_json_string(json, "kind", gabion_rule_kind_name(le16_to_cpu(r->kind)));
		gabion_json_string(json, "permissions", words);
		if (has_commands(r))
			gabion_json_bool(json, "commands", true);
		gabion_json_string(json, "object", object);
		gabion_json_string(json, "file", gabion_view_string(view, r->file));
		gabion_json_unsigned(json, "line", le32_to_cpu(r->line));
		gabion_json_unsigned(json, "column", le32_to_cpu(r->column));
		gabion_json_close(json, '}');
	}
	gabion_json_close(json, ']');
}

static void json_calls(struct gabion_json *json, const struct gabion_call_rules *calls,
		       const struct gabion_answer *a)
{
	const struct gabion_call_rule *rule;
	size_t at = 0;

	gabion_json_open(json, "items", '[');
	while (calls && !a->unconfined &&
	       (rule = gabion_call_rules_next(calls, a->domain, a->abi, a->label, &at))) {
		const struct gabion_call_item *item = &calls->items.v[rule->item];
		cleanup_free char *outcome = gabion_outcome_format(rule->outcome);

		gabion_json_open(json, NULL, '{');
		gabion_json_string(json, "item", item->text);
		gabion_json_string(json, "outcome", outcome);
		gabion_json_string(json, "file", item->file);
		gabion_json_unsigned(json, "line", item->line);
		gabion_json_unsigned(json, "column", item->column);
		gabion_json_close(json, '}');
	}
	gabion_json_close(json, ']');
}

static void json_call(struct gabion_json *json, const struct gabion_call_rules *calls,
		      const struct gabion_answer *a)
{
	cleanup_free char *outcome = gabion_outcome_format(a->outcome);
	bool settled = a->reason != GABION_ANSWER_ARGUMENTS;

	gabion_json_string(json, "abi", gabion_abi_name(a->abi));
	gabion_json_unsigned(json, "number", a->label);
	gabion_json_string(json, "action",
			   settled ? gabion_action_name(GABION_OUTCOME_ACTION(a->outcome)) : NULL);
	gabion_json_string(json, "outcome", settled ? outcome : NULL);
	gabion_json_string(json, "missing", a->missing);
	json_calls(json, calls, a);
}

void gabion_answer_show_json(struct gabion_json *json, const char *key,
			     const struct gabion_view *view, const struct gabion_call_rules *calls,
			     const char *const question[3], const struct gabion_answer *a)
{
	bool call = a->klass == GABION_CLASS_SYSCALL;
	cleanup_free char *wanted = call ? NULL : gabion_bits_format(a->klass, a->wanted);
	cleanup_free char *refused = call ? NULL : gabion_bits_format(a->klass, a->refused);

	gabion_json_open(json, key, '{');
	gabion_json_string(json, "domain", question[0]);
	gabion_json_string(json, "permission", question[1]);
	gabion_json_string(json, "object", question[2]);
	gabion_json_bool(json, "allowed", a->allowed);
	gabion_json_bool(json, "denied", a->denied);
	if (call)
		json_call(json, calls, a);
	gabion_json_string(json, "reason", gabion_answer_reason_name(a->reason));
	gabion_json_string(json, "class", gabion_class_name(a->klass));
	gabion_json_string(json, "wanted", wanted);
	gabion_json_string(json, "refused", refused);
	if (a->has_command) {
		gabion_json_unsigned(json, "command", a->command);
		gabion_json_bool(json, "needs_no_grant", a->free_command);
	}
	gabion_json_unsigned(json, "label", a->label);
	gabion_json_string(json, "resources", gabion_answer_resources(view, a));
	gabion_json_string(json, "domain_level", level_name(view, a->subject_level));
	gabion_json_string(json, "object_level", level_name(view, a->object_level));
	gabion_json_string(json, "enters", entered_name(view, a, a->transition));
	gabion_json_string(json, "helper_enters", entered_name(view, a, a->helper));
	gabion_json_bool(json, "unconfined", a->unconfined);
	gabion_json_bool(json, "complain", a->complain);
	gabion_json_bool(json, "audit", a->audit);
	gabion_json_bool(json, "quiet", a->quiet);
	gabion_rules_show_json(json, view, a);
	gabion_json_close(json, '}');
}
