// SPDX-License-Identifier: GPL-2.0
#include "trial.h"

#include <string.h>

#include "../common/cleanup.h"
#include "../flow/check.h"

void gabion_trial_free(struct gabion_trial *trial)
{
	size_t i;

	gabion_edits_free(&trial->edits);
	gabion_diff_free(&trial->diff);
	gabion_compiled_free(&trial->changed);
	for (i = 0; i < trial->warnings.n; i++)
		free(trial->warnings.v[i]);
	free(trial->warnings.v);
	*trial = (struct gabion_trial){0};
}

/* Something that the old policy allowed, or did, is gone. */
static bool takes_away(const struct gabion_changes *changes)
{
	size_t i;

	for (i = 0; i < changes->n; i++) {
		const struct gabion_change *c = &changes->v[i];

		switch (c->kind) {
		case GABION_CHANGE_ACCESS:
		case GABION_CHANGE_NUMBERS:
		case GABION_CHANGE_AUDIT:
			if (c->lost)
				return true;
			break;
		case GABION_CHANGE_CALLS:
			if (GABION_OUTCOME_ACTION(c->outcome[1]) >= GABION_ACTION_ERRNO &&
			    GABION_OUTCOME_ACTION(c->outcome[0]) < GABION_ACTION_ERRNO)
				return true;
			break;
		case GABION_CHANGE_COMMANDS:
		case GABION_CHANGE_ENTERS:
		case GABION_CHANGE_HELPER:
			if (c->word[0])
				return true;
			break;
		case GABION_CHANGE_LEVEL:
		case GABION_CHANGE_MODE:
		case GABION_CHANGE_LIMITS:
		case GABION_CHANGE_REQUIRED:
		case GABION_CHANGE_ORDER:
			return true;
		default:
			break;
		}
	}
	return false;
}

static bool is_harmless(const struct gabion_diff *diff)
{
	size_t i;

	for (i = 0; i < diff->ndomains; i++)
		if (takes_away(&diff->domains[i].changes))
			return false;
	return true;
}

static bool has_message(const struct gabion_diagnostics *diagnostics, const char *message)
{
	size_t i;

	for (i = 0; i < diagnostics->n; i++)
		if (!strcmp(diagnostics->items[i].message, message))
			return true;
	return false;
}

/* What @now says of @severity that @before does not. */
static void warn_of_new(struct gabion_trial *trial, const struct gabion_diagnostics *before,
			const struct gabion_diagnostics *now, enum gabion_severity severity,
			const char *prefix)
{
	size_t i;

	for (i = 0; i < now->n; i++)
		if (now->items[i].severity == severity &&
		    !has_message(before, now->items[i].message))
			vec_push(&trial->warnings,
				 gabion_xasprintf("%s%s", prefix, now->items[i].message));
}

static void warn_of_flows(const struct gabion_trial_input *in, struct gabion_trial *trial)
{
	struct gabion_diagnostics before = {0}, now = {0};
	struct gabion_error error;

	if (gabion_flow_check(&trial->changed.view, &now, &error)) {
		gabion_flow_check(&in->policy->view, &before, &error);
		warn_of_new(trial, &before, &now, GABION_SEVERITY_ERROR,
			    "gabion load refuses the policy with this change: ");
	}
	gabion_diagnostics_free(&before);
	gabion_diagnostics_free(&now);
}

static int is_met(const struct gabion_expectation *e, const struct gabion_view *view)
{
	struct gabion_answer answer;
	struct gabion_error error;
	int met = gabion_expectation_check(e, view, &answer, &error);

	if (met >= 0)
		gabion_answer_free(&answer);
	return met;
}

/* The policy's authors said what must not be. */
static void warn_of_expectations(const struct gabion_trial_input *in, struct gabion_trial *trial)
{
	const struct gabion_expectations *all = &in->policy->expectations;
	size_t i;

	for (i = 0; i < all->n; i++) {
		cleanup_free char *text = NULL;

		if (is_met(&all->items[i], &in->policy->view) != 1 ||
		    is_met(&all->items[i], &trial->changed.view) != 0)
			continue;
		text = gabion_expectation_format(&all->items[i]);
		vec_push(&trial->warnings,
			 gabion_xasprintf("it goes against %s:%u: expect %s", all->items[i].file,
					  all->items[i].line, text));
	}
}

static void warn(const struct gabion_trial_input *in, const struct gabion_proposal *proposal,
		 struct gabion_trial *trial)
{
	if (proposal->trusted)
		vec_push(&trial->warnings,
			 gabion_xstrdup("trusted is an exception to the order of levels: information "
					"may go between the object's level and the domain's in a "
					"way that the order forbids"));
	warn_of_new(trial, &in->policy->diagnostics, &trial->changed.diagnostics,
		    GABION_SEVERITY_WARNING, "");
	warn_of_flows(in, trial);
	warn_of_expectations(in, trial);
}

/* Calls that are refused in another way, as by a filter for an ABI that had none. */
static void leave_out_refusals(struct gabion_changes *changes)
{
	size_t i;

	for (i = changes->n; i-- > 0;) {
		const struct gabion_change *c = &changes->v[i];

		if (c->kind == GABION_CHANGE_CALLS &&
		    GABION_OUTCOME_ACTION(c->outcome[0]) >= GABION_ACTION_ERRNO &&
		    GABION_OUTCOME_ACTION(c->outcome[1]) >= GABION_ACTION_ERRNO)
			gabion_changes_remove(changes, i);
	}
}

/* What the event itself was about is not something else that is allowed. */
static void leave_out(const struct gabion_event *e, struct gabion_changes *changes)
{
	bool mask = e->klass < GABION_CLASS_TABLES_END;
	size_t i;

	for (i = changes->n; i-- > 0;) {
		struct gabion_change *c = &changes->v[i];

		if (c->klass != e->klass)
			continue;
		if (c->kind == GABION_CHANGE_ACCESS && mask)
			c->gained &= ~(uint64_t)e->refused;
		else if (c->kind == GABION_CHANGE_NUMBERS && !mask)
			c->gained &= ~(1ULL << e->wanted);
		else
			continue;
		if (!c->gained && !c->lost)
			gabion_changes_remove(changes, i);
	}
}

static void leave_out_event(const struct gabion_event *e, struct gabion_diff *diff)
{
	size_t i;

	for (i = diff->ndomains; i-- > 0;) {
		if (strcmp(diff->domains[i].name, e->domain))
			continue;
		leave_out(e, &diff->domains[i].changes);
		if (diff->domains[i].changes.n)
			continue;
		gabion_changes_free(&diff->domains[i].changes);
		memmove(&diff->domains[i], &diff->domains[i + 1],
			(diff->ndomains - i - 1) * sizeof(*diff->domains));
		diff->ndomains--;
	}
}

static int compile(const struct gabion_trial_input *in, const struct gabion_edits *edits,
		   struct gabion_compiled *out, struct gabion_error *error)
{
	cleanup_edited struct gabion_edited edited = {0};
	int err = gabion_edits_apply(edits, &edited, error);
	const struct gabion_compile_options options = {
		.library = in->library,
		.changes = edited.v,
		.nchanges = edited.n,
	};

	return err ? err : gabion_policy_compile_with(out, &options, &in->path, 1, error);
}

static bool allows(const struct gabion_trial_input *in, struct gabion_trial *trial)
{
	const struct gabion_view *const views[2] = {&in->policy->view, &trial->changed.view};
	struct gabion_error error;

	return gabion_questions_ask(in->questions, &trial->changed.view, in->event->domain, NULL,
				    &error) == 1 &&
	       !gabion_diff_make(views, (const struct gabion_expectations *const[2]){NULL, NULL},
				 &trial->diff, &error) &&
	       is_harmless(&trial->diff);
}

bool gabion_trial_make(const struct gabion_trial_input *in,
		       const struct gabion_proposal *proposal, struct gabion_trial *trial)
{
	struct gabion_error error;
	size_t i;

	*trial = (struct gabion_trial){.exact = proposal->exact};
	if (compile(in, &proposal->edits, &trial->changed, &error) || !allows(in, trial)) {
		gabion_trial_free(trial);
		return false;
	}
	gabion_edits_add(&trial->edits, &proposal->edits);
	for (i = 0; i < trial->diff.ndomains; i++)
		leave_out_refusals(&trial->diff.domains[i].changes);
	if (trial->exact)
		leave_out_event(in->event, &trial->diff);
	warn(in, proposal, trial);
	return true;
}
