// SPDX-License-Identifier: GPL-2.0
/* What would let a syscall run. */
#include <errno.h>
#include <string.h>

#include "../common/cleanup.h"
#include "../event/event_words.h"
#include "../policy/syscall_names.h"
#include "proposal.h"

/* Items that take the call away, `-ptrace`, without their sign. */
static int grant_items(const struct gabion_call_rules *rules, const struct gabion_answer *answer,
		       struct gabion_edits *edits, struct gabion_error *error)
{
	const struct gabion_call_rule *rule;
	size_t at = 0;
	int err = 0;

	while (!err && (rule = gabion_call_rules_next(rules, answer->domain, answer->abi,
						      answer->label, &at))) {
		const struct gabion_call_item *item = &rules->items.v[rule->item];

		if (item->text[0] == '-' && item->text[1] != '@')
			/* Its place is that of the name. */
			err = gabion_edit_words(edits, item->file, item->line, item->column - 1,
						item->text, item->text + 1, error);
		if (err == -ESTALE)
			return 0;	/* with a space behind the sign, or in a set: left alone */
	}
	return err;
}

static int propose(const struct gabion_place *place, const char *text,
		   const struct gabion_edits *base, struct gabion_proposals *out,
		   struct gabion_error *error)
{
	struct gabion_proposal p = {.exact = true};
	int err = text ? gabion_edit_in_block(&p.edits, place, text, error) : 0;

	gabion_edits_add(&p.edits, base);
	vec_push(out, p);
	return err;
}

int gabion_propose_call(const struct gabion_compiled *policy, const struct gabion_place *place,
			const struct gabion_event *event, const struct gabion_answer *answer,
			struct gabion_proposals *out, struct gabion_error *error)
{
	cleanup_free char *call = gabion_event_call(event);
	const char *abi = gabion_abi_name(event->abi);
	cleanup_free char *plain = gabion_xasprintf("syscalls %s", call ? call : "?");
	cleanup_free char *entry = gabion_xasprintf("abi %s", abi);
	cleanup_free char *both = gabion_xasprintf("%s\nsyscalls %s:%s", entry, abi, call);
	struct gabion_edits base = {0}, none = {0};
	int err = 0;

	/* A filter where there is none would take away everything else. */
	if (answer->unfiltered)
		return propose(place, entry, &none, out, error);
	err = grant_items(&policy->call_rules, answer, &base, error);
	if (!err && base.n)
		err = propose(place, NULL, &base, out, error);
	if (!err)
		err = propose(place, plain, &base, out, error);
	if (!err && event->abi != GABION_ABI_X86_64)
		err = propose(place, entry, &none, out, error) ?:
		      propose(place, both, &base, out, error);
	gabion_edits_free(&base);
	return err;
}
