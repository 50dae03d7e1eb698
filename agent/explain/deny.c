// SPDX-License-Identifier: GPL-2.0
/* Deny rules, narrowed: the statement again without what was refused. */
#include <errno.h>
#include <string.h>

#include "../common/cleanup.h"
#include "proposal.h"

char *gabion_rule_object(const struct gabion_view *view, uint32_t klass, uint32_t object)
{
	const char *name;

	if (klass == GABION_CLASS_DOMAIN)
		return gabion_xasprintf("domain %s",
					gabion_view_string(view, view->domains[object].name));
	if (klass >= GABION_CLASS_TABLES_END)
		return gabion_bits_format(klass, 1ULL << object);
	name = gabion_view_string(view, view->resources[object].name);
	/* A glob that was written in place is called by its text. */
	return strpbrk(name, " ,;\"'#\\{}") ? gabion_xasprintf("\"%s\"", name)
					     : gabion_xstrdup(name);
}

static bool is_before(uint32_t line, uint32_t column, uint32_t end_line, uint32_t end_column)
{
	return line < end_line || (line == end_line && column < end_column);
}

/* A rule's place is that of its object. */
static bool is_part_of(const struct gabion_statement *s, const struct gabion_policy_rule *rule,
		       const struct gabion_policy_rule *r)
{
	uint32_t line = le32_to_cpu(r->line), column = le32_to_cpu(r->column);

	return r->file == rule->file && r->domain == rule->domain && r->kind == rule->kind &&
	       is_before(s->line, s->column, line, column) &&
	       is_before(line, column, s->end_line, s->end_column);
}

static bool is_answer(const struct gabion_answer *answer, uint32_t rule)
{
	uint32_t i;

	for (i = 0; i < answer->nrules; i++)
		if (answer->rules[i] == rule)
			return true;
	return false;
}

/* The word that stands for a class of numbers in a rule. */
static const char *word_of(uint32_t klass)
{
	switch (klass) {
	case GABION_CLASS_CAPABILITY:
		return "capability";
	case GABION_CLASS_FAMILY:
		return "socket";
	case GABION_CLASS_CONTROL:
		return "control";
	case GABION_CLASS_LIMIT:
		return "limit";
	default:
		return "netlink";
	}
}

/* What is left of rule @r; NULL: nothing. */
static char *left_of(const struct gabion_view *view, const struct gabion_policy_rule *r,
		     bool concerned, uint64_t refused)
{
	uint32_t klass = le16_to_cpu(r->klass), bits = le32_to_cpu(r->permissions);
	cleanup_free char *object = gabion_rule_object(view, klass, le32_to_cpu(r->object));
	cleanup_free char *words = NULL;

	if (klass >= GABION_CLASS_TABLES_END)
		return concerned ? NULL : gabion_xasprintf("deny %s %s", word_of(klass), object);
	if (concerned)
		bits &= ~(uint32_t)refused;
	if (!bits)
		return NULL;
	words = gabion_bits_format(klass, bits);
	return gabion_xasprintf("deny %s %s", words, object);
}

/* Statement @s, which @rule comes from, without what was refused; malloc'ed, NULL: it cannot be. */
static char *rest_of(const struct gabion_view *view, const struct gabion_answer *answer,
		     const struct gabion_statement *s, const struct gabion_policy_rule *rule,
		     uint64_t refused)
{
	char *text = gabion_xstrdup(""), *longer;
	uint32_t i;

	for (i = 0; i < view->nrules; i++) {
		const struct gabion_policy_rule *r = &view->rules[i];
		cleanup_free char *left = NULL;

		if (!is_part_of(s, rule, r))
			continue;
		/* Which commands of ioctl(2) it denies, the image does not say. */
		if (le32_to_cpu(r->permissions) & GABION_RULE_COMMANDS) {
			free(text);
			return NULL;
		}
		left = left_of(view, r, is_answer(answer, i), refused);
		if (!left)
			continue;
		longer = gabion_xasprintf("%s%s%s", text, *text ? "\n" : "", left);
		free(text);
		text = longer;
	}
	return text;
}

static bool is_done(const struct gabion_edits *edits, const char *file,
		    const struct gabion_statement *s)
{
	size_t i;

	for (i = 0; i < edits->n; i++)
		if (!strcmp(edits->v[i].file, file) && edits->v[i].line == s->line &&
		    !strcmp(edits->v[i].old, s->text))
			return true;
	return false;
}

static int narrow(const struct gabion_compiled *policy, const struct gabion_answer *answer,
		  const struct gabion_policy_rule *rule, uint64_t refused,
		  struct gabion_edits *edits, struct gabion_error *error)
{
	const char *file = gabion_view_string(&policy->view, rule->file);
	struct gabion_statement s = {0};
	cleanup_free char *text = NULL;
	int err = gabion_statement_find(&s, file, le32_to_cpu(rule->line),
					le32_to_cpu(rule->column), "deny", error);

	if (!err && !is_done(edits, file, &s)) {
		text = rest_of(&policy->view, answer, &s, rule, refused);
		err = text ? gabion_edit_words(edits, file, s.line, s.column, s.text, text, error)
			   : -ENOENT;
	}
	free(s.text);
	return err;
}

int gabion_propose_deny(const struct gabion_compiled *policy, const struct gabion_answer *answer,
			uint64_t refused, struct gabion_edits *edits, struct gabion_error *error)
{
	int err = answer->nrules ? 0 : -ENOENT;
	uint32_t i;

	for (i = 0; !err && i < answer->nrules; i++)
		err = narrow(policy, answer, &policy->view.rules[answer->rules[i]], refused, edits,
			     error);
	return err;
}
