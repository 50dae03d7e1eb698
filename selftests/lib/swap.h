/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Policies that take turns, and operations whose answer says which of them is in
 * force.  Each operation exists four times:
 *
 *	ALWAYS	every policy permits it
 *	FIRST	the even policies permit it, the odd ones refuse it
 *	SECOND	the other way round
 *	NEVER	every policy refuses it; of some operations (those that need two
 *		permissions) the even policies grant one half, the odd ones the other
 *
 * A refusal is recorded exactly once, so refusals that processes saw can be held
 * against events that came.
 */
#ifndef GABION_SELFTESTS_SWAP_H
#define GABION_SELFTESTS_SWAP_H

#include <stdbool.h>
#include "confine.h"

enum swap_turn {
	SWAP_ALWAYS,
	SWAP_FIRST,
	SWAP_SECOND,
	SWAP_NEVER,
	SWAP_TURNS
};

#define SWAP_NPOLICIES 4

/* The domain that all operations but swap_enter are tried in, and the one that this leads to. */
#define SWAP_DOMAIN	"swapped"
#define SWAP_ENTERED	"swap_entered"

/* Text of policy @i, to be compiled with those of the selftests (source.h). */
extern const char *const swap_policies[SWAP_NPOLICIES];

static inline bool swap_permits(unsigned int policy, enum swap_turn turn)
{
	return turn == SWAP_ALWAYS || (turn == SWAP_FIRST && policy % 2 == 0) ||
	       (turn == SWAP_SECOND && policy % 2 == 1);
}

/**
 * struct swap_operation - one kind of operation
 * @attempt:	try it; 0, or the errno it met, or 128 + signal
 * @refusal:	errno of a refusal
 * @event:	is @event about a refusal of it, and of which?
 * @never_only:	the other three do not exist
 * @holds:	leaves a descriptor open for a moment or longer, which a swap may review: more
 *		events than refusals
 * @keeps:	from one attempt to the next
 * @slow:	to be tried now and then
 */
struct swap_operation {
	const char *name;
	int (*attempt)(enum swap_turn turn);
	int refusal;
	bool (*event)(const struct gabion_event *event, enum swap_turn *turn);
	bool never_only;
	bool holds;
	bool keeps;
	bool slow;
};

extern const struct swap_operation swap_operations[];
extern const unsigned int swap_noperations;

/* Index of the operation that @event is a refusal of, or -1. */
int swap_operation_of(const struct gabion_event *event, enum swap_turn *turn);

/* On the host: execute a program that enters SWAP_ENTERED and tries a call there. As @attempt. */
int swap_enter(enum swap_turn turn);
bool swap_enter_event(const struct gabion_event *event, enum swap_turn *turn);

/* Make the files that the operations are about. Return: 0 or an errno. */
int swap_prepare(void);
/* The processes, once a policy is in force. Return: 0 or an errno. */
int swap_targets_start(struct gabion_netlink *client);
void swap_targets_end(void);

#endif /* GABION_SELFTESTS_SWAP_H */
