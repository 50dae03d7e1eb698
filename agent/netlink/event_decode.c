// SPDX-License-Identifier: GPL-2.0
#include "event_decode.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "attr.h"

#define RULE(attribute, kind_, length_) \
	[GABION_E_##attribute] = { .kind = GABION_ATTR_##kind_, .length = length_, \
				   .name = #attribute }

static const struct gabion_attr_rule event_rules[GABION_E_MAX + 1] = {
	RULE(SEQUENCE, U64, 0),
	RULE(CPU, U32, 0),
	RULE(BOOTTIME, U64, 0),
	RULE(REALTIME, U64, 0),
	RULE(TYPE, U32, 0),
	RULE(VERDICT, U32, 0),
	RULE(REASON, U32, 0),
	RULE(CLASS, U32, 0),
	RULE(WANTED, U32, 0),
	RULE(REFUSED, U32, 0),
	RULE(GENERATION, U32, 0),
	RULE(DOMAIN, STRING, GABION_NAME_MAX),
	RULE(TARGET, STRING, GABION_NAME_MAX),
	RULE(LABEL, U32, 0),
	RULE(RESOURCE, STRING, 0),
	RULE(OBJECT, STRING, 0),
	RULE(OBJECT2, STRING, 0),
	RULE(NET, BINARY, sizeof(struct gabion_net_key)),
	RULE(HOOK, STRING, 0),
	RULE(PID, U32, 0),
	RULE(TGID, U32, 0),
	RULE(PPID, U32, 0),
	RULE(UID, U32, 0),
	RULE(START, U64, 0),
	RULE(COMM, STRING, 0),
	RULE(EXE, STRING, 0),
	RULE(SIGNAL, U32, 0),
	RULE(TARGET_PID, U32, 0),
	RULE(ABI, U32, 0),
	RULE(ARGUMENTS, BINARY, sizeof(((struct gabion_event *)0)->arguments)),
	RULE(OUTCOME, U32, 0),
	RULE(IP, U64, 0),
	RULE(COMMAND, U32, 0),
	RULE(CPU_SEQUENCE, U64, 0),
	RULE(ANCESTOR, NESTS, 0),
	RULE(TRUNCATED, U64, 0),
	RULE(LEVEL, STRING, 0),
	RULE(OBJECT_LEVEL, STRING, 0),
	RULE(RULE, STRINGS, 0),
	RULE(DOMAIN_FLAGS, U32, 0),
	RULE(ERROR, U32, 0),
	RULE(MESSAGE, STRING, 0),
	RULE(COUNT, U32, 0),
	RULE(LAST, U64, 0),
};

static const size_t offsets[GABION_E_MAX + 1] = {
	[GABION_E_SEQUENCE] = offsetof(struct gabion_event, sequence),
	[GABION_E_CPU] = offsetof(struct gabion_event, cpu),
	[GABION_E_BOOTTIME] = offsetof(struct gabion_event, boottime),
	[GABION_E_REALTIME] = offsetof(struct gabion_event, realtime),
	[GABION_E_TYPE] = offsetof(struct gabion_event, type),
	[GABION_E_VERDICT] = offsetof(struct gabion_event, verdict),
	[GABION_E_REASON] = offsetof(struct gabion_event, reason),
	[GABION_E_CLASS] = offsetof(struct gabion_event, klass),
	[GABION_E_WANTED] = offsetof(struct gabion_event, wanted),
	[GABION_E_REFUSED] = offsetof(struct gabion_event, refused),
	[GABION_E_GENERATION] = offsetof(struct gabion_event, generation),
	[GABION_E_DOMAIN] = offsetof(struct gabion_event, domain),
	[GABION_E_TARGET] = offsetof(struct gabion_event, target),
	[GABION_E_LABEL] = offsetof(struct gabion_event, label),
	[GABION_E_RESOURCE] = offsetof(struct gabion_event, resource),
	[GABION_E_OBJECT] = offsetof(struct gabion_event, object),
	[GABION_E_OBJECT2] = offsetof(struct gabion_event, object2),
	[GABION_E_NET] = offsetof(struct gabion_event, net),
	[GABION_E_HOOK] = offsetof(struct gabion_event, hook),
	[GABION_E_PID] = offsetof(struct gabion_event, pid),
	[GABION_E_TGID] = offsetof(struct gabion_event, tgid),
	[GABION_E_PPID] = offsetof(struct gabion_event, ppid),
	[GABION_E_UID] = offsetof(struct gabion_event, uid),
	[GABION_E_START] = offsetof(struct gabion_event, start),
	[GABION_E_COMM] = offsetof(struct gabion_event, comm),
	[GABION_E_EXE] = offsetof(struct gabion_event, exe),
	[GABION_E_SIGNAL] = offsetof(struct gabion_event, signal),
	[GABION_E_TARGET_PID] = offsetof(struct gabion_event, target_pid),
	[GABION_E_ABI] = offsetof(struct gabion_event, abi),
	[GABION_E_ARGUMENTS] = offsetof(struct gabion_event, arguments),
	[GABION_E_OUTCOME] = offsetof(struct gabion_event, outcome),
	[GABION_E_IP] = offsetof(struct gabion_event, ip),
	[GABION_E_COMMAND] = offsetof(struct gabion_event, command),
	[GABION_E_CPU_SEQUENCE] = offsetof(struct gabion_event, cpu_sequence),
	[GABION_E_TRUNCATED] = offsetof(struct gabion_event, truncated),
	[GABION_E_LEVEL] = offsetof(struct gabion_event, level),
	[GABION_E_OBJECT_LEVEL] = offsetof(struct gabion_event, object_level),
	[GABION_E_DOMAIN_FLAGS] = offsetof(struct gabion_event, domain_flags),
	[GABION_E_ERROR] = offsetof(struct gabion_event, error),
	[GABION_E_MESSAGE] = offsetof(struct gabion_event, message),
	[GABION_E_COUNT] = offsetof(struct gabion_event, count),
	[GABION_E_LAST] = offsetof(struct gabion_event, last),
};

static const struct gabion_attr_rule ancestor_rules[GABION_P_MAX + 1] = {
	[GABION_P_PID] = { .kind = GABION_ATTR_U32, .name = "ANCESTOR.PID" },
	[GABION_P_START] = { .kind = GABION_ATTR_U64, .name = "ANCESTOR.START" },
	[GABION_P_COMM] = { .kind = GABION_ATTR_STRING, .name = "ANCESTOR.COMM" },
	[GABION_P_DOMAIN] = { .kind = GABION_ATTR_STRING, .length = GABION_NAME_MAX,
			      .name = "ANCESTOR.DOMAIN" },
};

static const struct gabion_attr_rule batch_rules[GABION_A_MAX + 1] = {
	[GABION_A_EVENT] = { .kind = GABION_ATTR_NESTS, .name = "EVENT" },
	[GABION_A_LOSS] = { .kind = GABION_ATTR_NESTS, .name = "LOSS" },
};

static const struct gabion_attr_rule loss_rules[GABION_L_MAX + 1] = {
	[GABION_L_CPU] = { .kind = GABION_ATTR_U32, .name = "LOSS.CPU" },
	[GABION_L_COUNT] = { .kind = GABION_ATTR_U64, .name = "LOSS.COUNT" },
	[GABION_L_DOMAIN] = { .kind = GABION_ATTR_STRING, .length = GABION_NAME_MAX,
			      .name = "LOSS.DOMAIN" },
};

static int out_of_memory(struct gabion_error *error)
{
	return gabion_error_set(error, -ENOMEM, "out of memory");
}

/* The string of @a, for @event; @to is not changed where @a is not there. */
static int keep(struct gabion_event *event, char **to, struct nlattr *a, struct gabion_error *error)
{
	if (!a)
		return 0;
	*to = gabion_event_keep(event, gabion_attr_data(a), (size_t)gabion_attr_length(a) - 1);
	return *to ? 0 : out_of_memory(error);
}

static int add_ancestor(struct gabion_event *event, struct nlattr *nest,
			struct gabion_error *error)
{
	struct nlattr *a[GABION_P_MAX + 1];
	struct gabion_ancestor *ancestor;
	int err;

	err = gabion_attr_parse(a, GABION_P_MAX, gabion_attr_data(nest), gabion_attr_length(nest),
				ancestor_rules, error);
	if (err)
		return err;
	if (!a[GABION_P_PID])
		return gabion_error_set(error, -EBADMSG, "an ancestor has no pid");
	ancestor = gabion_event_add_ancestor(event);
	if (!ancestor)
		return out_of_memory(error);
	ancestor->pid = gabion_attr_u32(a[GABION_P_PID]);
	ancestor->start = gabion_attr_u64(a[GABION_P_START]);
	return keep(event, &ancestor->comm, a[GABION_P_COMM], error) ?:
	       keep(event, &ancestor->domain, a[GABION_P_DOMAIN], error);
}

static int store(struct nlattr *a, const struct gabion_attr_rule *rule, void *data,
		 struct gabion_error *error)
{
	int attribute = gabion_attr_type(a), err;
	struct gabion_event *event = data;
	void *member = (char *)event + offsets[attribute];

	switch (rule->kind) {
	case GABION_ATTR_NESTS:
		return add_ancestor(event, a, error);
	case GABION_ATTR_STRINGS:
		return gabion_event_add_rule(event, gabion_attr_data(a)) ? out_of_memory(error) : 0;
	}
	if (gabion_event_has(event, (enum gabion_event_attr)attribute))
		return gabion_attr_twice(rule, error);
	if (rule->kind == GABION_ATTR_STRING) {
		err = keep(event, member, a, error);
		if (err)
			return err;
	} else {
		memcpy(member, gabion_attr_data(a), (size_t)gabion_attr_length(a));
	}
	event->present |= 1ULL << attribute;
	return 0;
}

/* What must be there, and what values mean something to us. */
static int judge(const struct gabion_event *event, struct gabion_error *error)
{
	if (!event->sequence)
		return gabion_error_set(error, -EBADMSG, "an event has no sequence number");
	if (event->type < GABION_EVENT_ACCESS || event->type > GABION_EVENT_UNSUBSCRIBE)
		return gabion_error_set(error, -EBADMSG, "an event is of unknown type %u",
					event->type);
	if (event->type == GABION_EVENT_ACCESS && (event->verdict < GABION_VERDICT_ALLOWED ||
						   event->verdict > GABION_VERDICT_COMPLAIN))
		return gabion_error_set(error, -EBADMSG, "an event has unknown verdict %u",
					event->verdict);
	return 0;
}

int gabion_event_decode(struct gabion_event *event, struct nlattr *nest,
			struct gabion_error *error)
{
	uint64_t sequence;
	int err;

	err = gabion_attr_walk(gabion_attr_data(nest), gabion_attr_length(nest), GABION_E_MAX,
			       event_rules, store, event, error) ?:
	      judge(event, error);
	if (!err)
		return 0;
	/* With its number it can still be acknowledged. */
	sequence = event->sequence;
	gabion_event_free(event);
	if (err == -EBADMSG && sequence) {
		event->sequence = sequence;
		event->present = 1ULL << GABION_E_SEQUENCE;
	}
	return err;
}

/* ---- batches ---- */

void gabion_batch_free(struct gabion_batch *batch)
{
	size_t i;

	for (i = 0; i < batch->nevents; i++)
		gabion_event_free(&batch->events[i]);
	free(batch->events);
	free(batch->losses);
	*batch = (struct gabion_batch){ 0 };
}

static int add_event(struct gabion_batch *batch, struct nlattr *nest, struct gabion_error *error)
{
	struct gabion_error why = { 0 };
	struct gabion_event event = { 0 }, *events;
	size_t capacity;
	int err = gabion_event_decode(&event, nest, &why);

	if (err == -EBADMSG) {
		if (!batch->malformed++)
			batch->complaint = why;
		if (event.sequence > batch->ack)
			batch->ack = event.sequence;
		return 0;
	}
	if (err)
		return gabion_error_set(error, err, "%s", why.text);
	if (batch->nevents == GABION_BATCH_MAX) {
		if (!batch->left_out || event.sequence < batch->left_out)
			batch->left_out = event.sequence;
		gabion_event_free(&event);
		return 0;
	}
	if (batch->nevents == batch->capacity) {
		capacity = batch->capacity ? 2 * batch->capacity : 64;
		events = realloc(batch->events, capacity * sizeof(*events));
		if (!events) {
			gabion_event_free(&event);
			return gabion_error_set(error, -ENOMEM, "out of memory");
		}
		batch->events = events;
		batch->capacity = capacity;
	}
	batch->events[batch->nevents++] = event;
	if (event.sequence > batch->ack)
		batch->ack = event.sequence;
	return 0;
}

static int add_loss(struct gabion_batch *batch, struct nlattr *nest, struct gabion_error *error)
{
	struct nlattr *a[GABION_L_MAX + 1];
	struct gabion_loss *losses, loss = { 0 };
	size_t i;
	int err;

	err = gabion_attr_parse(a, GABION_L_MAX, nla_data(nest), nla_len(nest), loss_rules, error);
	if (err)
		return err;
	if (!a[GABION_L_CPU] || !a[GABION_L_COUNT])
		return gabion_error_set(error, -EBADMSG, "a loss lacks its CPU or its count");
	loss.cpu = gabion_attr_u32(a[GABION_L_CPU]);
	loss.count = gabion_attr_u64(a[GABION_L_COUNT]);
	if (a[GABION_L_DOMAIN])
		snprintf(loss.domain, sizeof(loss.domain), "%s", nla_get_string(a[GABION_L_DOMAIN]));
	/* Said twice in one read: the last, and so highest, counts. */
	for (i = 0; i < batch->nlosses; i++)
		if (gabion_loss_same(&batch->losses[i], &loss)) {
			if (loss.count > batch->losses[i].count)
				batch->losses[i].count = loss.count;
			return 0;
		}
	losses = realloc(batch->losses, (batch->nlosses + 1) * sizeof(*losses));
	if (!losses)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	batch->losses = losses;
	batch->losses[batch->nlosses++] = loss;
	return 0;
}

int gabion_batch_add(struct gabion_batch *batch, struct nlattr *head, int length,
		     struct gabion_error *error)
{
	struct nlattr *table[GABION_A_MAX + 1], *a;
	int remaining = length, err;

	err = gabion_attr_parse(table, GABION_A_MAX, head, length, batch_rules, error);
	for (a = head; !err && nla_ok(a, remaining); a = nla_next(a, &remaining)) {
		if (nla_type(a) == GABION_A_EVENT)
			err = add_event(batch, a, error);
		else if (nla_type(a) == GABION_A_LOSS)
			err = add_loss(batch, a, error);
	}
	return err;
}

static int by_sequence(const void *a, const void *b)
{
	uint64_t x = ((const struct gabion_event *)a)->sequence;
	uint64_t y = ((const struct gabion_event *)b)->sequence;

	return (x > y) - (x < y);
}

void gabion_batch_finish(struct gabion_batch *batch)
{
	if (batch->nevents)
		qsort(batch->events, batch->nevents, sizeof(*batch->events), by_sequence);
	if (batch->left_out && batch->ack >= batch->left_out)
		batch->ack = batch->left_out - 1;
}
