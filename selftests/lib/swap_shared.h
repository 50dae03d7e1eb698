/* SPDX-License-Identifier: GPL-2.0 */
/* What the workers, the reader of events and the test of lifetime_swap.c write down. */
#ifndef GABION_SELFTESTS_SWAP_SHARED_H
#define GABION_SELFTESTS_SWAP_SHARED_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "swap.h"

/* Processes in SWAP_DOMAIN; the last one has two threads. */
#define SWAP_CONFINED	5
/* And one of the host that executes programs which enter SWAP_ENTERED. */
#define SWAP_WORKERS	(SWAP_CONFINED + 1)

/* Beside swap_operations: swap_enter(). */
#define SWAP_MAX_OPERATIONS	16
#define SWAP_ENTER		(SWAP_MAX_OPERATIONS - 1)

/**
 * struct swap_account - numbers by operation and turn
 * @tried:	by processes
 * @refused:	seen by processes
 * @recorded:	events
 */
struct swap_account {
	unsigned long tried[SWAP_TURNS];
	unsigned long refused[SWAP_TURNS];
	unsigned long recorded[SWAP_TURNS];
};

/**
 * struct swap_wrong - an answer that should not be
 * @policy:	in force, or -1: one of two
 */
struct swap_wrong {
	unsigned int operation;
	enum swap_turn turn;
	int answer;
	int policy;
};

#define SWAP_WRONGS 20

/**
 * struct swap_shared - what all processes have in common
 * @swap:	2 n + 1 while policy n is handed over, 2 n + 2 when that was acknowledged
 * @stop:	workers end after their round
 * @behind:	the reader is: workers wait
 * @over:	all is in the rings: the reader ends when they are empty
 * @rounds:	by worker
 * @first:	generation of policy 0
 * @wrong:	answers that should not be; the first of them in @wrongs
 * @transient:	events about descriptors that were open for a moment
 * @policies, @transitions: events
 * @other:	events of another kind
 * @contradictions: refusals of what the policy named in the event permits
 * @had:	bit for each processor that a worker was on
 */
struct swap_shared {
	unsigned long swap;
	bool stop, behind, over;
	unsigned long rounds[SWAP_WORKERS];
	uint32_t first;
	struct swap_account accounts[SWAP_MAX_OPERATIONS];
	unsigned long wrong;
	struct swap_wrong wrongs[SWAP_WRONGS];
	unsigned long events, transient, policies, transitions, other, contradictions;
	unsigned long cpus;
};

/* Mapped by the test before any process is started. */
extern struct swap_shared *swap_shared;

/*
 * A process that reads all events, acknowledges them and accounts for them, until
 * all is over. Return: its pid; it ends with 0 if it could read them.
 */
pid_t swap_start_reader(void);

#endif /* GABION_SELFTESTS_SWAP_SHARED_H */
