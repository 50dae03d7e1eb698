// SPDX-License-Identifier: GPL-2.0
/*
 * Status and the dumps of hooks, domains, tasks and syscalls.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../common/cleanup.h"
#include "request.h"

/* ---- attributes that replies to queries hold ---- */

#define RULE(attribute, kind_, length_) \
	[GABION_A_##attribute] = { .kind = GABION_ATTR_##kind_, .length = length_, \
				   .name = #attribute }

static const struct gabion_attr_rule rules[GABION_A_MAX + 1] = {
	RULE(INSTANCE, U64, 0),
	RULE(MODULE_VERSION, STRING, 64),
	RULE(GENERATION, U32, 0),
	RULE(POLICY_SIZE, U32, 0),
	RULE(NDOMAINS, U32, 0),
	RULE(NTASKS, U32, 0),
	RULE(LOCKED, U8, 0),
	RULE(CACHE_HITS, U64, 0),
	RULE(CACHE_MISSES, U64, 0),
	RULE(EVENTS_MADE, U64, 0),
	RULE(EVENTS_LOST, U64, 0),
	RULE(EVENTS_PENDING, U64, 0),
	RULE(EVENTS_ACKNOWLEDGED, U64, 0),
	RULE(EVENTS_FOLDED, U64, 0),
	RULE(DOMAIN_CHECKS, U64, 0),
	RULE(DOMAIN_REFUSALS, U64, 0),
	RULE(DOMAIN_EVENTS, U64, 0),
	RULE(DOMAIN_LOST, U64, 0),
	RULE(DOMAIN_WITHHELD, U64, 0),
	RULE(HOOK_NAME, STRING, 0),
	RULE(HOOK_METHOD, STRING, 0),
	RULE(HOOK_STATE, STRING, 0),
	RULE(HOOK_CHECKS, U64, 0),
	RULE(HOOK_REFUSALS, U64, 0),
	RULE(DOMAIN, STRING, GABION_NAME_MAX),
	RULE(DOMAIN_ID, U32, 0),
	RULE(DOMAIN_FLAGS, U32, 0),
	RULE(LEVEL, STRING, 0),
	RULE(PID, U32, 0),
	RULE(TGID, U32, 0),
	RULE(COMM, STRING, 0),
	RULE(ABI, U32, 0),
	RULE(CALLS_USED, BITS, GABION_CALLS_MAX / 8),
	RULE(CALLS_KNOWN, U32, 0),
};

/* Parse a reply and insist on the attributes without which it says nothing. */
static int parse(struct nlattr **a, struct nlattr *head, int length, const int *required,
		 struct gabion_error *error)
{
	int err = gabion_attr_parse(a, GABION_A_MAX, head, length, rules, error);

	if (err)
		return err;
	for (; *required; required++)
		if (!a[*required])
			return gabion_error_set(error, -EBADMSG, "a reply lacks attribute %s",
						rules[*required].name);
	return 0;
}

/* ---- status ---- */

struct status_reply {
	struct gabion_status *status;
	bool came;
};

static int on_status(struct nlattr *head, int length, void *data, struct gabion_error *error)
{
	static const int required[] = { GABION_A_INSTANCE, GABION_A_GENERATION, 0 };
	struct nlattr *a[GABION_A_MAX + 1];
	struct status_reply *reply = data;
	struct gabion_status *s = reply->status;
	int err = parse(a, head, length, required, error);

	if (err)
		return err;
	*s = (struct gabion_status){
		.instance = gabion_attr_u64(a[GABION_A_INSTANCE]),
		.cache_hits = gabion_attr_u64(a[GABION_A_CACHE_HITS]),
		.cache_misses = gabion_attr_u64(a[GABION_A_CACHE_MISSES]),
		.events_made = gabion_attr_u64(a[GABION_A_EVENTS_MADE]),
		.events_lost = gabion_attr_u64(a[GABION_A_EVENTS_LOST]),
		.events_pending = gabion_attr_u64(a[GABION_A_EVENTS_PENDING]),
		.events_folded = gabion_attr_u64(a[GABION_A_EVENTS_FOLDED]),
		.events_acknowledged = gabion_attr_u64(a[GABION_A_EVENTS_ACKNOWLEDGED]),
		.generation = gabion_attr_u32(a[GABION_A_GENERATION]),
		.policy_size = gabion_attr_u32(a[GABION_A_POLICY_SIZE]),
		.ndomains = gabion_attr_u32(a[GABION_A_NDOMAINS]),
		.ntasks = gabion_attr_u32(a[GABION_A_NTASKS]),
		.locked = a[GABION_A_LOCKED] && nla_get_u8(a[GABION_A_LOCKED]),
	};
	if (a[GABION_A_MODULE_VERSION])
		snprintf(s->module_version, sizeof(s->module_version), "%s",
			 nla_get_string(a[GABION_A_MODULE_VERSION]));
	reply->came = true;
	return 0;
}

int gabion_netlink_status(struct gabion_netlink *client, struct gabion_status *status,
			  struct gabion_error *error)
{
	cleanup_msg struct nl_msg *msg = gabion_request_new(client, GABION_CMD_STATUS, 0, error);
	struct status_reply reply = { .status = status };
	int err;

	if (!msg)
		return -ENOMEM;
	err = gabion_request_run(client, msg, on_status, &reply, error);
	if (!err && !reply.came)
		err = gabion_error_set(error, -EBADMSG, "the kernel sent no status");
	return err;
}

/* ---- dumps ---- */

/**
 * struct dump - the caller's row function; the member that fits is set
 */
struct dump {
	int (*hook)(const struct gabion_hook *hook, void *data);
	int (*domain)(const struct gabion_kernel_domain *domain, void *data);
	int (*task)(const struct gabion_task *task, void *data);
	int (*calls)(const struct gabion_calls *calls, void *data);
	void *data;
};

static int gave_up(int err, struct gabion_error *error)
{
	return err ? gabion_error_set(error, err, "%s", strerror(-err)) : 0;
}

static int on_hook(struct nlattr *head, int length, void *data, struct gabion_error *error)
{
	static const int required[] = { GABION_A_HOOK_NAME, GABION_A_HOOK_METHOD,
					GABION_A_HOOK_STATE, 0 };
	struct nlattr *a[GABION_A_MAX + 1];
	const struct dump *dump = data;
	struct gabion_hook hook;
	int err = parse(a, head, length, required, error);

	if (err)
		return err;
	hook = (struct gabion_hook){
		.name = gabion_attr_string(a[GABION_A_HOOK_NAME]),
		.method = gabion_attr_string(a[GABION_A_HOOK_METHOD]),
		.state = gabion_attr_string(a[GABION_A_HOOK_STATE]),
		.checks = gabion_attr_u64(a[GABION_A_HOOK_CHECKS]),
		.refusals = gabion_attr_u64(a[GABION_A_HOOK_REFUSALS]),
	};
	return gave_up(dump->hook(&hook, dump->data), error);
}

static int on_domain(struct nlattr *head, int length, void *data, struct gabion_error *error)
{
	static const int required[] = { GABION_A_DOMAIN, 0 };
	struct nlattr *a[GABION_A_MAX + 1];
	const struct dump *dump = data;
	struct gabion_kernel_domain domain;
	int err = parse(a, head, length, required, error);

	if (err)
		return err;
	domain = (struct gabion_kernel_domain){
		.name = gabion_attr_string(a[GABION_A_DOMAIN]),
		.level = gabion_attr_string(a[GABION_A_LEVEL]),
		.id = gabion_attr_u32(a[GABION_A_DOMAIN_ID]),
		.flags = gabion_attr_u32(a[GABION_A_DOMAIN_FLAGS]),
		.ntasks = gabion_attr_u32(a[GABION_A_NTASKS]),
		.counts = {
			.checks = gabion_attr_u64(a[GABION_A_DOMAIN_CHECKS]),
			.refusals = gabion_attr_u64(a[GABION_A_DOMAIN_REFUSALS]),
			.events = gabion_attr_u64(a[GABION_A_DOMAIN_EVENTS]),
			.lost = gabion_attr_u64(a[GABION_A_DOMAIN_LOST]),
			.withheld = gabion_attr_u64(a[GABION_A_DOMAIN_WITHHELD]),
		},
	};
	return gave_up(dump->domain(&domain, dump->data), error);
}

static int on_task(struct nlattr *head, int length, void *data, struct gabion_error *error)
{
	static const int required[] = { GABION_A_PID, GABION_A_TGID, GABION_A_DOMAIN, 0 };
	struct nlattr *a[GABION_A_MAX + 1];
	const struct dump *dump = data;
	struct gabion_task task;
	int err = parse(a, head, length, required, error);

	if (err)
		return err;
	task = (struct gabion_task){
		.domain = gabion_attr_string(a[GABION_A_DOMAIN]),
		.comm = gabion_attr_string(a[GABION_A_COMM]),
		.pid = gabion_attr_u32(a[GABION_A_PID]),
		.tgid = gabion_attr_u32(a[GABION_A_TGID]),
	};
	return gave_up(dump->task(&task, dump->data), error);
}

static int on_calls(struct nlattr *head, int length, void *data, struct gabion_error *error)
{
	static const int required[] = { GABION_A_DOMAIN, GABION_A_ABI, GABION_A_CALLS_USED,
					GABION_A_CALLS_KNOWN, 0 };
	struct nlattr *a[GABION_A_MAX + 1];
	const struct dump *dump = data;
	struct gabion_calls calls;
	int err = parse(a, head, length, required, error);

	if (err)
		return err;
	calls = (struct gabion_calls){
		.domain = gabion_attr_string(a[GABION_A_DOMAIN]),
		.abi = gabion_attr_u32(a[GABION_A_ABI]),
		.known = gabion_attr_u32(a[GABION_A_CALLS_KNOWN]),
		.used = nla_data(a[GABION_A_CALLS_USED]),
		.nused = 8 * (uint32_t)nla_len(a[GABION_A_CALLS_USED]),
	};
	return gave_up(dump->calls(&calls, dump->data), error);
}

static int run_dump(struct gabion_netlink *client, uint8_t command, gabion_reply_fn reply,
		    struct dump *dump, struct gabion_error *error)
{
	cleanup_msg struct nl_msg *msg = gabion_request_new(client, command, NLM_F_DUMP, error);

	return msg ? gabion_request_run(client, msg, reply, dump, error) : -ENOMEM;
}

int gabion_netlink_hooks(struct gabion_netlink *client,
			 int (*row)(const struct gabion_hook *hook, void *data), void *data,
			 struct gabion_error *error)
{
	struct dump dump = { .hook = row, .data = data };

	return run_dump(client, GABION_CMD_HOOKS, on_hook, &dump, error);
}

int gabion_netlink_domains(struct gabion_netlink *client,
			   int (*row)(const struct gabion_kernel_domain *domain, void *data),
			   void *data, struct gabion_error *error)
{
	struct dump dump = { .domain = row, .data = data };

	return run_dump(client, GABION_CMD_DOMAINS, on_domain, &dump, error);
}

int gabion_netlink_tasks(struct gabion_netlink *client,
			 int (*row)(const struct gabion_task *task, void *data), void *data,
			 struct gabion_error *error)
{
	struct dump dump = { .task = row, .data = data };

	return run_dump(client, GABION_CMD_TASKS, on_task, &dump, error);
}

int gabion_netlink_syscalls(struct gabion_netlink *client,
			    int (*row)(const struct gabion_calls *calls, void *data), void *data,
			    struct gabion_error *error)
{
	struct dump dump = { .calls = row, .data = data };

	return run_dump(client, GABION_CMD_SYSCALLS, on_calls, &dump, error);
}
