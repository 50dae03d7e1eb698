/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Audit: an event is made in the context of the task that it is about, copied
 * as one record into the ring of the CPU, and read from there by netlink.
 *
 * Rings are per CPU and written with interrupts off by their own CPU only, so
 * any context but NMI may write, without a lock. How much of a ring a domain may
 * hold: audit_share.h. A record that does not fit is lost and counted. One that
 * says the same as another that nobody has read yet may be counted in that one
 * (audit_fold.h): made = acknowledged + pending + folded + lost, always.
 */
#ifndef GABION_AUDIT_H
#define GABION_AUDIT_H

#include <linux/atomic.h>
#include <linux/limits.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <gabion/netlink.h>
#include <gabion/policy.h>
#include "hooks.h"
#include "rule_index.h"
#include "syscall_filter.h"

struct gabion_place;

/* No target domain. */
#define GABION_NO_TARGET	(-1)

/**
 * struct gabion_event - what an event says; strings are copied, absent ones NULL
 * @type:	enum gabion_event_type
 * @verdict:	enum gabion_verdict
 * @reason:	enum gabion_reason
 * @klass:	enum gabion_class
 * @wanted:	see GABION_E_WANTED
 * @refused:	see GABION_E_REFUSED
 * @generation:	of the policy that decided
 * @policy:	the same, or NULL: it is not looked at. The caller sees to it that it stays
 * @truncated:	bits as in GABION_E_TRUNCATED, of @object and @object2
 * @label:	of the object
 * @hook:	who decided
 * @domain:	number of the subject
 * @target:	number of the other domain, or GABION_NO_TARGET
 * @resource:	names of the label's resources
 * @object:	name of the object
 * @object2:	second name
 * @net:	endpoint
 * @by_peer:	brought about by what came from there, whoever runs meanwhile
 * @signal:	signal number
 * @target_pid:	process acted on
 * @call:	syscall class: what was called
 * @outcome:	and what happens to it
 * @command:	ioctl(2) command
 * @has_flags:	@domain_flags is meant
 * @domain_flags: see GABION_E_DOMAIN_FLAGS
 * @error:	errno of a refused command, 0: none
 * @message:	what it was told
 * @repeats:	gabion_repeat() was asked before, in these words, and has not counted it
 * @place:	where @object is, if that is a name in the filesystem; otherwise NULL
 */
struct gabion_event {
	u32 type;
	u32 verdict;
	u32 reason;
	u32 klass;
	u32 wanted;
	u32 refused;
	u32 generation;
	const struct gabion_policy *policy;
	u64 truncated;
	u32 label;
	enum gabion_hook_id hook;
	u16 domain;
	int target;
	const char *resource;
	const char *object;
	const char *object2;
	const struct gabion_net_key *net;
	bool by_peer;
	u32 signal;
	u32 target_pid;
	const struct gabion_call *call;
	u32 outcome;
	u32 command;
	bool has_flags;
	u32 domain_flags;
	u32 error;
	const char *message;
	bool repeats;
	const struct gabion_place *place;
};

/* Strings of a record, in the order in which their bytes follow it. */
enum gabion_record_string {
	GABION_RECORD_RESOURCE,
	GABION_RECORD_OBJECT,
	GABION_RECORD_OBJECT2,
	GABION_RECORD_EXE,
	GABION_RECORD_LEVEL,
	GABION_RECORD_OBJECT_LEVEL,
	GABION_RECORD_MESSAGE,
	GABION_RECORD_RULES,	/* each with its NUL */
	GABION_RECORD_NSTRINGS,
};

/* By enum gabion_record_string the enum gabion_event_attr of each but the rules (audit_record.c). */
extern const u8 gabion_record_attributes[GABION_RECORD_RULES];

/**
 * struct gabion_ancestor - a process that the task descends from
 * @start:	see GABION_P_START
 * @pid:	process
 * @domain:	number of its domain
 * @comm:	of its first thread
 */
struct gabion_ancestor {
	u64 start;
	u32 pid;
	u16 domain;
	char comm[TASK_COMM_LEN];
};

/**
 * struct gabion_record - an event as it lies in a ring
 * @size:	bytes, multiple of 8, strings included; first word of the record
 * @payer:	whose share of the ring it lies in; the ring's, like the next one
 * @purse:	enum gabion_purse
 * @repeats:	how often it was said again, and when last (audit_fold.h)
 * @length:	bytes of each string with NUL, 0: absent. Strings follow the ancestors.
 * @nancestors:	how many of @ancestors
 *
 * The other members are those of enum gabion_event_attr. From @start on it is what the event
 * says, before that when and where: two that differ in nothing from @start to the end of the
 * strings say the same. So there is nothing undefined in it: it is zero when it is handed out.
 */
struct gabion_record {
	u32 size;
	u16 payer;
	u8 purse;
	u32 cpu;
	u64 sequence;
	u64 cpu_sequence;
	u64 boottime;
	u64 realtime;
	atomic64_t repeats;
	u64 start;
	u64 truncated;
	u32 type;
	u32 verdict;
	u32 reason;
	u32 klass;
	u32 wanted;
	u32 refused;
	u32 generation;
	u32 label;
	u32 hook;
	u32 signal;
	u32 target_pid;
	u32 command;
	u32 pid;
	u32 tgid;
	u32 ppid;
	u32 uid;
	s32 target;
	u16 domain;
	u8 has_net;
	u8 has_call;
	u8 has_flags;
	u32 outcome;
	u32 domain_flags;
	u32 error;
	struct gabion_call call;
	struct gabion_net_key net;
	char comm[TASK_COMM_LEN];
	u16 length[GABION_RECORD_NSTRINGS];
	u8 nancestors;
	struct gabion_ancestor ancestors[];
};

/* Where the strings of @record are: behind its ancestors. */
static inline char *gabion_record_strings(const struct gabion_record *record)
{
	return (char *)&record->ancestors[record->nancestors];
}

/*
 * Record @event about the current task. Any context but NMI; does not sleep.
 * Return: false if there was no room and its domain has `audit required`: then what it grants,
 * or lets pass, must not happen. The event is not made.
 */
bool gabion_audit(const struct gabion_event *event);

/* --- administration: the current task is who did it (audit_admin.c) --- */

/* A policy is in force, or with generation 0 none any longer. */
void gabion_audit_policy(u32 generation);
/* A command about the policy was refused with @error, an errno; @message may be NULL. */
void gabion_audit_policy_refused(int error, const char *message);
void gabion_audit_lock(void);
/* Domain number @domain has another mode in @policy, which stays, than before. */
void gabion_audit_mode(const struct gabion_policy *policy, u16 domain);
/* A socket takes the events from now on, or does not any longer. */
void gabion_audit_subscription(bool begins);

/* --- shorthands for what is no decision (audit_record.c) --- */
void gabion_audit_hook(enum gabion_hook_id hook);
/* False as of gabion_audit(). */
bool gabion_audit_transition(u16 from, u16 to, u32 generation, const char *path);
/* The administrator, who is the current task, moved process @pid to @to, or could not. */
void gabion_audit_assignment(pid_t pid, u16 to, u32 generation, const char *path, bool moved);

/* --- the task (audit_task.c) --- */

/* Who the current task is, into @record. Any context but NMI; does not sleep. */
void gabion_audit_task(struct gabion_record *record);

/**
 * gabion_audit_ancestors - the processes that the current task descends from
 * @ancestors:	[GABION_ANCESTORS_MAX], the parent first; the last is init, or kthreadd, unless cut
 * @cut:	there are more
 *
 * None in an interrupt, where the current task is anybody. Any context but NMI; does not sleep.
 * Return: how many.
 */
unsigned int gabion_audit_ancestors(struct gabion_ancestor *ancestors, bool *cut);

/*
 * Name of the current task's executable into @buffer (empty on entry; release it with
 * gabion_path_buffer_put()), if it has one that can be read here. By @policy, which the caller
 * holds, its place too; NULL: that is not asked for. Any context but NMI.
 */
struct gabion_path_buffer;
void gabion_audit_exe(struct gabion_path_buffer *buffer, const struct gabion_policy *policy);

/* --- the policy that decided (audit_policy.c) --- */

/* Most bytes in the places of an event's rules. */
#define GABION_EVENT_RULES_SIZE	1024U

/**
 * struct gabion_event_rules - rules that an event names
 * @rule:	in @policy of the event, @n of them
 * @size:	bytes of their places, each with its NUL
 * @cut:	there are more
 */
struct gabion_event_rules {
	const struct gabion_policy_rule *rule[GABION_RULES_FOUND_MAX];
	unsigned int n;
	u32 size;
	bool cut;
};

/* Levels in words, of the policy; NULL: it has none. */
const char *gabion_audit_level(const struct gabion_event *event);
const char *gabion_audit_object_level(const struct gabion_event *event);

/* Which rules is @event to name? */
void gabion_audit_rules(const struct gabion_event *event, struct gabion_event_rules *rules);
/* Write them to @to, where there is room for @rules->size bytes. */
void gabion_audit_rules_put(const struct gabion_event *event,
			    const struct gabion_event_rules *rules, char *to);

/* --- rings (audit_ring.c) --- */

/* Most bytes of a record, and of what netlink makes of it: five strings of PATH_MAX, and the rest. */
#define GABION_RECORD_MAX	(6U * PATH_MAX)

/**
 * gabion_ring_begin - a record of @size bytes, to be filled in
 * @payer:	in whose share of this CPU's ring it goes
 *
 * Zero but for its size and payer. Interrupts are off from here to gabion_ring_commit().
 */
struct gabion_record *gabion_ring_begin(u32 size, u16 payer, unsigned long *flags);

/**
 * gabion_ring_commit - put @record into the ring, count it in one that says the same, or lost
 * @required:	GABION_DOMAIN_AUDIT_* of the payer: if there is no room it is not lost, but not made
 * @places:	by which a repetition of it can be told early; NULL: it is no such event
 *
 * Gives it its sequence numbers, which every event gets that is made. Return: was it made?
 */
struct gabion_repeat_places;
bool gabion_ring_commit(struct gabion_record *record, u32 required,
			const struct gabion_repeat_places *places, unsigned long flags);

/**
 * gabion_ring_repeat - make an event that says what the record at @position of this CPU's ring says
 * @position:	of a record that gabion_ring_commit() has written on this CPU
 * @call:	that record has to be about this call; NULL: about none
 * @net:	likewise, an endpoint
 *
 * It is counted there, unless that was read or acknowledged. Interrupts off.
 * Return: the record's verdict; 0: the event was not made.
 */
u32 gabion_ring_repeat(u64 position, const struct gabion_call *call,
		       const struct gabion_net_key *net);

/**
 * struct gabion_ring_cursor - a reader's place, in one ring
 * @cpu:	which ring
 * @position:	bytes since load; behind the ring's tail means: at the tail
 */
struct gabion_ring_cursor {
	int cpu;
	u64 position;
};

/* Serialises readers: held around gabion_ring_next() and the use of what it returns. */
extern struct mutex gabion_ring_mutex;

/* Record at @cursor, which is not moved, or NULL at the end of this ring. */
const struct gabion_record *gabion_ring_peek(struct gabion_ring_cursor *cursor);
/* Step over the record that peek returned. */
void gabion_ring_advance(struct gabion_ring_cursor *cursor, const struct gabion_record *record);

/* What lies before @cursor went into a message to the subscriber. */
void gabion_ring_present(const struct gabion_ring_cursor *cursor);
/* A new subscriber: nothing was presented to it yet. */
void gabion_ring_rewind(void);

/* Forget all records that were presented and are not beyond @sequence. */
void gabion_ring_acknowledge(u64 sequence);

/**
 * struct gabion_ring_totals - the account: made = acknowledged + pending + folded + lost
 * @made:	events since load
 * @lost:	did not fit
 * @folded:	counted in one that says the same
 * @pending:	in the rings, not acknowledged
 * @acknowledged: the subscriber has stored them
 */
struct gabion_ring_totals {
	u64 made;
	u64 lost;
	u64 folded;
	u64 pending;
	u64 acknowledged;
};

/* Each CPU is asked between two events of its own. May sleep; takes gabion_ring_mutex. */
void gabion_ring_totals(struct gabion_ring_totals *totals);

/* @bytes for each CPU, rounded up to a power of two; @fold: fold events. Return: 0 or -ENOMEM. */
int gabion_ring_init(unsigned int bytes, bool fold);
void gabion_ring_exit(void);

/* The process that subscribed, in the initial pid namespace; 0: none. Any context. */
pid_t gabion_netlink_agent(void);

static inline bool gabion_netlink_is_agent(pid_t tgid)
{
	return gabion_netlink_agent() == tgid;
}

/*
 * Called by the ring after a commit, any context: somebody may want to read, soon, or with
 * @hurry at once, because room is getting short.
 */
void gabion_netlink_event_ready(bool hurry);

#endif /* GABION_AUDIT_H */
