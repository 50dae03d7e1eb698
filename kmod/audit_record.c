// SPDX-License-Identifier: GPL-2.0
/* From an event to a record in the ring.  See audit.h. */
#include <linux/ktime.h>
#include <linux/string.h>
#include "audit.h"
#include "audit_repeat.h"
#include "audit_share.h"
#include "audit_wait.h"
#include "path_label.h"
#include "task_label.h"

/* Most bytes of a string that is no path, NUL included. */
#define WORDS_SIZE	1024U

static_assert(ALIGN(sizeof(struct gabion_record) +
		    GABION_ANCESTORS_MAX * sizeof(struct gabion_ancestor) + 5 * PATH_MAX +
		    2 * WORDS_SIZE + GABION_EVENT_RULES_SIZE, 8) <= GABION_RECORD_MAX);

/**
 * struct draft - a record before there is room for it
 * @event:	what it is about
 * @size:	bytes that it takes
 * @truncated:	see GABION_E_TRUNCATED
 * @exe:	name of the executable
 * @strings:	by enum gabion_record_string; not RULES
 * @length:	bytes of each with NUL, 0: absent
 * @rules:	what RULES is written from
 * @nancestors:	how many of @ancestors
 * @ancestors:	where it comes from
 */
struct draft {
	const struct gabion_event *event;
	u32 size;
	u64 truncated;
	struct gabion_path_buffer exe;
	const char *strings[GABION_RECORD_NSTRINGS];
	u16 length[GABION_RECORD_NSTRINGS];
	struct gabion_event_rules rules;
	unsigned int nancestors;
	struct gabion_ancestor ancestors[GABION_ANCESTORS_MAX];
};

const u8 gabion_record_attributes[GABION_RECORD_RULES] = {
	[GABION_RECORD_RESOURCE] = GABION_E_RESOURCE,
	[GABION_RECORD_OBJECT] = GABION_E_OBJECT,
	[GABION_RECORD_OBJECT2] = GABION_E_OBJECT2,
	[GABION_RECORD_EXE] = GABION_E_EXE,
	[GABION_RECORD_LEVEL] = GABION_E_LEVEL,
	[GABION_RECORD_OBJECT_LEVEL] = GABION_E_OBJECT_LEVEL,
	[GABION_RECORD_MESSAGE] = GABION_E_MESSAGE,
};

static size_t string_max(enum gabion_record_string which)
{
	switch (which) {
	case GABION_RECORD_LEVEL:
	case GABION_RECORD_OBJECT_LEVEL:
	case GABION_RECORD_MESSAGE:
		return WORDS_SIZE;
	default:
		return PATH_MAX;
	}
}

static void mark(struct draft *draft, bool cut, unsigned int attribute)
{
	draft->truncated |= cut ? BIT_ULL(attribute) : 0;
}

/* Paths are at most PATH_MAX; what else there is more of than anybody reads is cut. */
static void measure_strings(struct draft *draft)
{
	size_t size, max;
	int i;

	for (i = 0; i < GABION_RECORD_RULES; i++) {
		max = string_max(i);
		size = draft->strings[i] ? strlen(draft->strings[i]) + 1 : 0;
		mark(draft, size > max, gabion_record_attributes[i]);
		draft->length[i] = min(size, max);
		draft->size += draft->length[i];
	}
	draft->length[GABION_RECORD_RULES] = draft->rules.size;
	draft->size += draft->rules.size;
}

/* May an event that says the same be told without a record? */
static bool repeats(const struct gabion_event *event)
{
	return gabion_repeat_is_on && event->repeats;
}

/* All that is looked up; gabion_path_buffer_put() its @exe. */
static void prepare(struct draft *draft, const struct gabion_event *event)
{
	bool cut;

	draft->event = event;
	draft->truncated = event->truncated;
	draft->nancestors = gabion_audit_ancestors(draft->ancestors, &cut);
	mark(draft, cut, GABION_E_ANCESTOR);
	gabion_audit_rules(event, &draft->rules);
	mark(draft, draft->rules.cut, GABION_E_RULE);
	draft->exe = (struct gabion_path_buffer){};
	gabion_audit_exe(&draft->exe, repeats(event) ? event->policy : NULL);
	mark(draft, draft->exe.tail, GABION_E_EXE);
	draft->strings[GABION_RECORD_RESOURCE] = event->resource;
	draft->strings[GABION_RECORD_OBJECT] = event->object;
	draft->strings[GABION_RECORD_OBJECT2] = event->object2;
	draft->strings[GABION_RECORD_EXE] = draft->exe.tail ?: draft->exe.path;
	draft->strings[GABION_RECORD_LEVEL] = gabion_audit_level(event);
	draft->strings[GABION_RECORD_OBJECT_LEVEL] = gabion_audit_object_level(event);
	draft->strings[GABION_RECORD_MESSAGE] = event->message;
	draft->size = sizeof(struct gabion_record) + draft->nancestors * sizeof(*draft->ancestors);
	measure_strings(draft);
}

static void copy_event(struct gabion_record *record, const struct gabion_event *event)
{
	record->type = event->type;
	record->verdict = event->verdict;
	record->reason = event->reason;
	record->klass = event->klass;
	record->wanted = event->wanted;
	record->refused = event->refused;
	record->generation = event->generation;
	record->label = event->label;
	record->hook = event->hook;
	record->signal = event->signal;
	record->target_pid = event->target_pid;
	record->command = event->command;
	record->has_flags = event->has_flags;
	record->domain_flags = event->domain_flags;
	record->error = event->error;
	record->domain = event->domain;
	record->target = event->target;
	record->has_net = event->net != NULL;
	if (event->net)
		record->net = *event->net;
	record->has_call = event->call != NULL;
	record->outcome = event->outcome & ~GABION_OUTCOME_QUIET;
	if (event->call)
		record->call = *event->call;
}

static void copy_strings(struct gabion_record *record, const struct draft *draft)
{
	char *p = gabion_record_strings(record);
	int i;

	memcpy(record->length, draft->length, sizeof(record->length));
	for (i = 0; i < GABION_RECORD_RULES; i++) {
		if (!draft->length[i])
			continue;
		memcpy(p, draft->strings[i], draft->length[i] - 1);
		p += draft->length[i];
		p[-1] = '\0';
	}
	gabion_audit_rules_put(draft->event, &draft->rules, p);
}

static u16 account_of(u16 domain)
{
	return gabion_is_host(domain) ? GABION_HOST : domain;
}

/*
 * What a domain did is paid by it (the host is one, held or not); the rest is nobody's doing. A
 * packet is decided for the domain whose socket it comes to. Granted, it is what the domain asked
 * for; otherwise it is of others, nobody knows who. And it is the child that wants its parent for a
 * tracer.
 */
static u16 payer_of(const struct gabion_event *event)
{
	if (event->type != GABION_EVENT_ACCESS && event->type != GABION_EVENT_TRANSITION)
		return GABION_SHARE_KERNEL;
	if (event->by_peer && event->verdict != GABION_VERDICT_ALLOWED)
		return GABION_UNKNOWN;
	if (event->hook == GABION_HOOK_ptrace_traceme)
		return account_of(gabion_task_label(current));
	return account_of(event->domain);
}

/*
 * What the policy that decided, or where none has the one in force, says of the domain. What is not
 * granted, and others brought about, may go unrecorded, or they could make it wait.
 */
static u32 required_of(const struct gabion_event *event, u16 payer)
{
	u32 required;

	if (payer == GABION_SHARE_KERNEL ||
	    (payer != account_of(event->domain) && event->verdict != GABION_VERDICT_ALLOWED))
		return 0;
	rcu_read_lock();
	required = gabion_audit_required(event->policy ?: rcu_dereference(gabion_policy_in_force),
					 account_of(event->domain));
	rcu_read_unlock();
	return required;
}

bool gabion_audit(const struct gabion_event *event)
{
	u16 payer = payer_of(event);
	u32 required = required_of(event, payer);
	struct gabion_repeat_places places = {};
	struct gabion_record *record;
	bool made;
	unsigned long flags;
	struct draft draft;

	prepare(&draft, event);
	places.exe = draft.exe.place;
	if (event->place)
		places.object = *event->place;
	record = gabion_ring_begin(ALIGN(draft.size, 8), payer, &flags);
	record->cpu = smp_processor_id();
	record->boottime = ktime_get_boottime_ns();
	record->realtime = ktime_get_real_ns();
	record->truncated = draft.truncated;
	copy_event(record, event);
	gabion_audit_task(record);
	record->nancestors = draft.nancestors;
	memcpy(record->ancestors, draft.ancestors, draft.nancestors * sizeof(*draft.ancestors));
	copy_strings(record, &draft);
	made = gabion_ring_commit(record, required, repeats(event) ? &places : NULL, flags);
	gabion_path_buffer_put(&draft.exe);
	return made;
}

void gabion_audit_hook(enum gabion_hook_id hook)
{
	gabion_audit(&(struct gabion_event){
		.type = GABION_EVENT_HOOK,
		.verdict = GABION_VERDICT_DENIED,
		.hook = hook,
		.target = GABION_NO_TARGET,
	});
}

bool gabion_audit_transition(u16 from, u16 to, u32 generation, const char *path)
{
	return gabion_audit(&(struct gabion_event){
		.type = GABION_EVENT_TRANSITION,
		.verdict = GABION_VERDICT_ALLOWED,
		.klass = GABION_CLASS_DOMAIN,
		.generation = generation,
		.hook = GABION_HOOK_bprm_committing_creds,
		.domain = from,
		.target = to,
		.object = path,
	});
}

void gabion_audit_assignment(pid_t pid, u16 to, u32 generation, const char *path, bool moved)
{
	gabion_audit(&(struct gabion_event){
		.type = GABION_EVENT_TRANSITION,
		.verdict = moved ? GABION_VERDICT_ALLOWED : GABION_VERDICT_DENIED,
		.reason = moved ? GABION_REASON_NONE : GABION_REASON_TRANSITION,
		.klass = GABION_CLASS_DOMAIN,
		.generation = generation,
		.hook = GABION_NHOOKS,
		.domain = GABION_HOST,
		.target = to,
		.target_pid = pid,
		.object = path,
	});
}
