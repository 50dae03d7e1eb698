/* SPDX-License-Identifier: GPL-2.0 */
/* Changes to a policy that may allow what was refused, before they are tried. */
#ifndef GABION_EXPLAIN_PROPOSAL_H
#define GABION_EXPLAIN_PROPOSAL_H

#include "../event/event.h"
#include "../policy/policy.h"
#include "edit.h"
#include "question.h"

/**
 * struct gabion_proposal - one change
 * @exact:	it is about the one object of the event
 * @trusted:	it makes an exception to the order of levels
 */
struct gabion_proposal {
	struct gabion_edits edits;
	bool exact;
	bool trusted;
};

/* Zero-initialise. */
struct gabion_proposals {
	struct gabion_proposal *v;
	size_t n, room;
};

/**
 * gabion_proposals_make - what could be written
 * @policy:	of sources
 * @event:	refused
 * @questions:	of it
 * @answer:	what @policy says to the first of them that it does not allow
 * @out:	those first that change least
 *
 * Some of them the compiler may refuse, or they may not be enough.  Return: 0 or -errno.
 */
int gabion_proposals_make(const struct gabion_compiled *policy, const struct gabion_event *event,
			  const struct gabion_questions *questions,
			  const struct gabion_answer *answer, struct gabion_proposals *out,
			  struct gabion_error *error);

void gabion_proposals_free(struct gabion_proposals *proposals);
#define cleanup_proposals __attribute__((cleanup(gabion_proposals_free)))

/*
 * deny.c: edits that take what was refused out of the deny rules of @answer, and leave the rest of
 * them. 0, -ENOENT: it cannot be done like this, or -errno.
 */
int gabion_propose_deny(const struct gabion_compiled *policy, const struct gabion_answer *answer,
			uint64_t refused, struct gabion_edits *edits, struct gabion_error *error);

/* deny.c: the word behind a permission for object @object of a rule; malloc'ed. */
char *gabion_rule_object(const struct gabion_view *view, uint32_t klass, uint32_t object);

/* call.c: the same as gabion_proposals_make() for a syscall. */
int gabion_propose_call(const struct gabion_compiled *policy, const struct gabion_place *place,
			const struct gabion_event *event, const struct gabion_answer *answer,
			struct gabion_proposals *out, struct gabion_error *error);

#endif /* GABION_EXPLAIN_PROPOSAL_H */
