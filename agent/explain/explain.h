/* SPDX-License-Identifier: GPL-2.0 */
/* An event, explained: what happened, why, and what would allow it. */
#ifndef GABION_EXPLAIN_EXPLAIN_H
#define GABION_EXPLAIN_EXPLAIN_H

#include "../event/event_json.h"
#include "trial.h"

/* What the policy at hand says of what an event refused. */
enum gabion_explain_now {
	GABION_NOW_NOTHING,	/* not asked: nothing was refused, or no rule decides it */
	GABION_NOW_REFUSED,
	GABION_NOW_ALLOWED,	/* it is another policy than the event's */
	GABION_NOW_UNKNOWN,	/* it cannot be asked: see @note */
};

/**
 * struct gabion_explanation - owned; gabion_explanation_free() it
 * @words:	what happened, and why
 * @now:	what the policy says
 * @note:	to be told beside it, or NULL
 * @trials:	changes that allow it: the one that says least, then one for this object alone
 */
struct gabion_explanation {
	char *words;
	enum gabion_explain_now now;
	char *note;
	VEC(struct gabion_trial) trials;
};

/**
 * gabion_explain - explain @record by @policy
 * @policy:	compiled from the sources at @path; or NULL and @view only, of an image: then no
 *		change is worked out
 * @view:	of the policy
 * @library:	folder where sources look for what they use, last
 *
 * Return: 0 or -errno.
 */
int gabion_explain(const struct gabion_record *record, const struct gabion_compiled *policy,
		   const struct gabion_view *view, const char *path, const char *library,
		   struct gabion_explanation *out, struct gabion_error *error);

void gabion_explanation_free(struct gabion_explanation *explanation);
#define cleanup_explanation __attribute__((cleanup(gabion_explanation_free)))

#endif /* GABION_EXPLAIN_EXPLAIN_H */
