/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Folding early: an event that would say what a record says that waits in this CPU's ring is
 * counted in that one before anything is looked up, named or copied for a record of its own.
 *
 * Two records are folded if they are equal byte by byte from their @start on (audit_fold.h). What
 * is there follows from these facts, and each of them is either compared when an event is counted
 * here, or seen to be as it was when the record was made:
 *
 *	decision	policy, by its generation, which never returns; number of the domain; hook,
 *			class and what is wanted, command. What is refused, why, by which rules, of
 *			which resource and levels, and the verdict follow from them and from the
 *			object. Mode and rules of a policy never change. A syscall's outcome and verdict
 *			are compared, too: they may depend on who traces
 *	object		of a file its place, the stamp of that in the cache of labels, and both counters
 *			under which names change (struct gabion_place): by these its label is cached,
 *			which decides about access. Of a call its number, arguments and address, of an
 *			endpoint all of it, compared with the record; other classes have a number
 *	executable	the same: place of the file that the task's memory says it executes, stamp
 *	thread		pid, and when it started: no two are equal in both, and one that becomes its
 *			process's leader by exec takes over the leader's; uid
 *	ancestors	each thread's address, and when it started: with these its process is known
 *	names, domains	of the thread and of all ancestors: gabion_task_changes counts tracepoint
 *			task_rename, and each change of domain of a task that there was already
 *
 * The tracepoint comes before the name is changed, both under the task's alloc_lock. So the
 * counter is read first, then each lock is seen to be free, and only then the names and all else are
 * compared with the record: who takes a lock later counts later. If anything is not as the record
 * says, or a lock is taken, the record is not remembered.
 *
 * Who asks holds a reference to the object, and is not in an interrupt, nor has
 * interrupts off (there the record has no executable). Nothing here is kept alive: what is remembered
 * is compared, never followed. What the task has now is followed, under RCU.
 *
 * Per CPU, few, chosen by the key; read and written with interrupts off, as the ring is. Where a
 * record was acknowledged its position is before the tail for ever; where it went into a message
 * it is closed (SEEN, audit_fold.c): then the event gets a record of its own, in the usual way.
 * Domains with `audit required` are never remembered: their events may have to wait.
 */
#ifndef GABION_AUDIT_REPEAT_H
#define GABION_AUDIT_REPEAT_H

#include <linux/build_bug.h>
#include "path_label.h"

struct gabion_call;
struct gabion_net_key;
struct gabion_record;

/**
 * struct gabion_repeat_key - what is asked, before it is looked up
 * @generation:	of the policy that decides
 * @domain:	number of the subject
 * @hook:	who asks
 * @klass:	enum gabion_class
 * @pid:	of the thread; gabion_repeat() fills it in
 * @wanted:	as in struct gabion_event; this and what follows, where it has a meaning, else 0
 * @command:	likewise
 * @outcome:	likewise, without GABION_OUTCOME_QUIET
 * @verdict:	of a syscall
 * @dentry:	place of the object, gabion_repeat_key_path()
 * @mnt:	likewise
 * @stamp:	likewise
 */
struct gabion_repeat_key {
	union {
		struct {
			u32 generation;
			u16 domain;
			u16 hook;
			u32 klass;
			u32 pid;
			u32 wanted;
			u32 command;
			u32 outcome;
			u32 verdict;
			const struct dentry *dentry;
			const struct vfsmount *mnt;
			u64 stamp;
		};
		u64 word[7];
	};
};

static_assert(sizeof(struct gabion_repeat_key) == 7 * sizeof(u64));

/* The object is @path. Return: false if it has no name yet that could be told again. */
static inline bool gabion_repeat_key_path(struct gabion_repeat_key *key, const struct path *path)
{
	if (d_is_negative(path->dentry))
		return false;
	smp_rmb();	/* if it was made just now, d_instantiate() has changed the stamp */
	key->dentry = path->dentry;
	key->mnt = path->mnt;
	key->stamp = READ_ONCE(*gabion_path_stamp(path->dentry));
	return true;
}

/**
 * struct gabion_repeat_places - of the names in a record
 * @object:	no dentry: it is no file
 * @exe:	the executable
 */
struct gabion_repeat_places {
	struct gabion_place object;
	struct gabion_place exe;
};

/* Events are folded at all. */
extern bool gabion_repeat_is_on;

/**
 * gabion_repeat - count an event that a waiting record says already
 * @key:	what it is about
 * @call:	of a syscall; else NULL
 * @net:	of an endpoint; else NULL
 *
 * Any context but NMI; does not sleep. Return: the verdict of that record (enum
 * gabion_verdict), or 0: it was not counted, the event is yet to be made.
 */
u32 gabion_repeat(struct gabion_repeat_key *key, const struct gabion_call *call,
		  const struct gabion_net_key *net);

/* @record, made from draft, lies at @position of this CPU's ring. Interrupts off. */
void gabion_repeat_remember(const struct gabion_repeat_places *places,
			    const struct gabion_record *record, u64 position);

/* Return: 0 or a negative errno. Context: may sleep. */
int gabion_repeat_init(bool fold);
/* When no hook runs any more. */
void gabion_repeat_exit(void);

#endif /* GABION_AUDIT_REPEAT_H */
