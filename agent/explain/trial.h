/* SPDX-License-Identifier: GPL-2.0 */
/* A proposal, tried: the policy compiled with it, asked, and compared. */
#ifndef GABION_EXPLAIN_TRIAL_H
#define GABION_EXPLAIN_TRIAL_H

#include "../query/diff.h"
#include "proposal.h"

/**
 * struct gabion_trial - a change that allows what was refused; owned
 * @edits:	it
 * @exact:	what it is about is the one object of the event
 * @changed:	the policy with it; @diff borrows names from it
 * @diff:	what it allows; where @exact, apart from what was refused
 * @warnings:	what else there is to say
 */
struct gabion_trial {
	struct gabion_edits edits;
	bool exact;
	struct gabion_compiled changed;
	struct gabion_diff diff;
	VEC(char *) warnings;
};

/**
 * struct gabion_trial_input - what proposals are tried on
 * @policy:	of the sources at @path and the folder @library
 * @event:	refused by it
 * @questions:	of the event
 */
struct gabion_trial_input {
	const struct gabion_compiled *policy;
	const char *path;
	const char *library;
	const struct gabion_event *event;
	const struct gabion_questions *questions;
};

/*
 * Does @proposal allow the event, and take nothing away? Then @trial is filled in;
 * gabion_trial_free() it.
 */
bool gabion_trial_make(const struct gabion_trial_input *input,
		       const struct gabion_proposal *proposal, struct gabion_trial *trial);

void gabion_trial_free(struct gabion_trial *trial);

#endif /* GABION_EXPLAIN_TRIAL_H */
