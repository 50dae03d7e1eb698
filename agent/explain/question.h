/* SPDX-License-Identifier: GPL-2.0 */
/* What an event was about, as questions to a policy (agent/policy/query.h). */
#ifndef GABION_EXPLAIN_QUESTION_H
#define GABION_EXPLAIN_QUESTION_H

#include <stdbool.h>

#include "../event/event.h"
#include "../policy/query.h"

/* One permission, capability, ... on the object of the event; owned. */
struct gabion_explain_question {
	char *verb;
	char *object;
};

/* Zero-initialise. None: a policy has no say in what happened. */
struct gabion_questions {
	struct gabion_explain_question *v;
	size_t n, room;
};

/* One question for each permission of @event that was refused; or wanted, where none was. */
void gabion_questions_make(const struct gabion_event *event, struct gabion_questions *questions);

void gabion_questions_free(struct gabion_questions *questions);
#define cleanup_questions __attribute__((cleanup(gabion_questions_free)))

/**
 * gabion_questions_ask - does @view allow @domain all of @questions?
 * @answer:	NULL, or of the first that it does not, else of the last; gabion_answer_free() it
 * @error:	why a question has no meaning in this policy
 *
 * Return: 1: it does, 0: it does not, -EINVAL.
 */
int gabion_questions_ask(const struct gabion_questions *questions, const struct gabion_view *view,
			 const char *domain, struct gabion_answer *answer,
			 struct gabion_error *error);

#endif /* GABION_EXPLAIN_QUESTION_H */
