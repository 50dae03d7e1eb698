// SPDX-License-Identifier: GPL-2.0
#include "explain.h"

#include <errno.h>

#include "../event/event_words.h"
#include "words.h"

void gabion_explanation_free(struct gabion_explanation *explanation)
{
	size_t i;

	for (i = 0; i < explanation->trials.n; i++)
		gabion_trial_free(&explanation->trials.v[i]);
	free(explanation->trials.v);
	free(explanation->words);
	free(explanation->note);
	*explanation = (struct gabion_explanation){0};
}

static bool was_refused(const struct gabion_record *record)
{
	return record->kind == GABION_RECORD_EVENT &&
	       record->event.type == GABION_EVENT_ACCESS && record->event.domain &&
	       record->event.verdict != GABION_VERDICT_ALLOWED;
}

/* One that is about whatever the object belongs to, and one for it alone. */
static void try_all(const struct gabion_trial_input *input,
		    const struct gabion_proposals *proposals, struct gabion_explanation *out)
{
	bool found[2] = {};
	struct gabion_trial trial;
	size_t i;

	for (i = 0; i < proposals->n; i++) {
		if (found[proposals->v[i].exact] ||
		    !gabion_trial_make(input, &proposals->v[i], &trial))
			continue;
		found[trial.exact] = true;
		vec_push(&out->trials, trial);
	}
}

static int find_changes(const struct gabion_trial_input *input, const struct gabion_answer *answer,
			struct gabion_explanation *out, struct gabion_error *error)
{
	cleanup_proposals struct gabion_proposals proposals = {0};
	int err = gabion_proposals_make(input->policy, input->event, input->questions, answer,
					&proposals, error);

	if (!err)
		try_all(input, &proposals, out);
	return err;
}

static void note_reason(const struct gabion_event *e, const struct gabion_answer *answer,
			struct gabion_explanation *out)
{
	const char *then = gabion_event_reason_token(e->reason);
	const char *now = gabion_answer_reason_name(answer->reason);

	if ((e->reason == GABION_REASON_SIGMA && answer->reason == GABION_ANSWER_DENIED) ||
	    (e->reason == GABION_REASON_DENY && answer->reason != GABION_ANSWER_DENIED) ||
	    (e->reason == GABION_REASON_LEVEL && answer->reason != GABION_ANSWER_LEVEL &&
	     e->klass != GABION_CLASS_DOMAIN))
		out->note = gabion_xasprintf("The policy at hand refuses it for another reason than "
					     "the one that decided: %s, not %s.", now, then);
}

static int ask_policy(const struct gabion_record *record, const struct gabion_trial_input *input,
		      const struct gabion_view *view, struct gabion_explanation *out,
		      struct gabion_error *error)
{
	struct gabion_answer answer = {0};
	struct gabion_error why = {0};
	int allowed = gabion_questions_ask(input->questions, view, record->event.domain, &answer,
					   &why);
	int err = 0;

	if (allowed < 0) {
		out->now = GABION_NOW_UNKNOWN;
		out->note = gabion_xasprintf("The policy at hand cannot be asked about it: %s.",
					     why.text);
		return 0;
	}
	out->now = allowed ? GABION_NOW_ALLOWED : GABION_NOW_REFUSED;
	if (!allowed) {
		note_reason(&record->event, &answer, out);
		if (input->policy)
			err = find_changes(input, &answer, out, error);
		else if (!out->note)
			out->note = gabion_xstrdup("A change is worked out from a policy's "
						   "sources only, not from an image.");
	}
	gabion_answer_free(&answer);
	return err;
}

int gabion_explain(const struct gabion_record *record, const struct gabion_compiled *policy,
		   const struct gabion_view *view, const char *path, const char *library,
		   struct gabion_explanation *out, struct gabion_error *error)
{
	cleanup_questions struct gabion_questions questions = {0};
	const struct gabion_trial_input input = {
		.policy = policy,
		.path = path,
		.library = library,
		.event = &record->event,
		.questions = &questions,
	};

	out->words = gabion_explain_words(record);
	if (!out->words)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	if (was_refused(record))
		gabion_questions_make(&record->event, &questions);
	return questions.n ? ask_policy(record, &input, view, out, error) : 0;
}
