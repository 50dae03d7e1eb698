/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Client of the kernel's generic-netlink family; the protocol is described in
 * include/uapi/gabion/netlink.h.  All functions return 0 or a negative errno
 * and leave words for people in @error; the kernel's extended-ack text is
 * among them.  One client is one socket and serves one thread.
 */
#ifndef GABION_NETLINK_CLIENT_H
#define GABION_NETLINK_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "../common/error.h"
#include "../event/event.h"

struct gabion_netlink;

/*
 * Connect. -ENOENT: the module is not loaded.
 * Needs no privilege; the commands do (CAP_MAC_ADMIN).
 */
int gabion_netlink_open(struct gabion_netlink **client, struct gabion_error *error);
/* @client may be NULL. */
void gabion_netlink_close(struct gabion_netlink *client);

static inline void gabion_cleanup_netlink_(struct gabion_netlink **client)
{
	gabion_netlink_close(*client);
}
#define cleanup_netlink __attribute__((cleanup(gabion_cleanup_netlink_)))

/* For poll(2): readable when an event notice may have arrived. */
int gabion_netlink_fd(const struct gabion_netlink *client);

/* ---- policy and control ---- */

/* Put the compiled policy @image in force: all of it, or nothing changes. */
int gabion_netlink_policy_load(struct gabion_netlink *client, const void *image, size_t size,
			       struct gabion_error *error);
int gabion_netlink_policy_unload(struct gabion_netlink *client, struct gabion_error *error);
int gabion_netlink_lock(struct gabion_netlink *client, struct gabion_error *error);
/* Move thread group @pid into @domain. */
int gabion_netlink_task_assign(struct gabion_netlink *client, uint32_t pid, const char *domain,
			       struct gabion_error *error);
/* The next execve of the calling thread enters @domain. */
int gabion_netlink_task_exec(struct gabion_netlink *client, const char *domain,
			     struct gabion_error *error);

/* ---- queries ---- */

/* struct gabion_status - members are the attributes of GABION_CMD_STATUS */
struct gabion_status {
	uint64_t instance;
	uint64_t cache_hits;
	uint64_t cache_misses;
	uint64_t events_made;
	uint64_t events_lost;
	uint64_t events_pending;
	uint64_t events_acknowledged;
	uint64_t events_folded;
	uint32_t generation;
	uint32_t policy_size;
	uint32_t ndomains;
	uint32_t ntasks;
	bool locked;
	char module_version[64];
};

int gabion_netlink_status(struct gabion_netlink *client, struct gabion_status *status,
			  struct gabion_error *error);

/* Rows of the dumps; strings live during the call of the row function only. */
struct gabion_hook {
	const char *name;
	const char *method;
	const char *state;
	uint64_t checks;
	uint64_t refusals;
};

/* struct gabion_domain_counts - members are the attributes DOMAIN_... of GABION_CMD_DOMAINS */
struct gabion_domain_counts {
	uint64_t checks;
	uint64_t refusals;
	uint64_t events;
	uint64_t lost;
	uint64_t withheld;
};

struct gabion_kernel_domain {
	const char *name;
	const char *level;
	uint32_t id;
	uint32_t flags;
	uint32_t ntasks;
	struct gabion_domain_counts counts;
};

struct gabion_task {
	const char *domain;
	const char *comm;
	uint32_t pid;
	uint32_t tgid;
};

/**
 * struct gabion_calls - what a filtered domain called through one ABI
 * @abi:	enum gabion_abi, or of a later version
 * @known:	size of the running kernel's table
 * @used:	a bit for each number, lowest first: let run since the module was loaded
 * @nused:	how many bits
 */
struct gabion_calls {
	const char *domain;
	uint32_t abi;
	uint32_t known;
	const uint8_t *used;
	uint32_t nused;
};

static inline bool gabion_calls_has_used(const struct gabion_calls *calls, uint32_t number)
{
	return number < calls->nused && calls->used[number / 8] >> number % 8 & 1;
}

/* A row function returns 0, or a negative errno to give up the dump with. */
int gabion_netlink_hooks(struct gabion_netlink *client,
			 int (*row)(const struct gabion_hook *hook, void *data), void *data,
			 struct gabion_error *error);
int gabion_netlink_domains(struct gabion_netlink *client,
			   int (*row)(const struct gabion_kernel_domain *domain, void *data),
			   void *data, struct gabion_error *error);
int gabion_netlink_tasks(struct gabion_netlink *client,
			 int (*row)(const struct gabion_task *task, void *data), void *data,
			 struct gabion_error *error);
int gabion_netlink_syscalls(struct gabion_netlink *client,
			    int (*row)(const struct gabion_calls *calls, void *data), void *data,
			    struct gabion_error *error);

/* ---- assignment by executable ---- */

/**
 * struct gabion_entered - a process that was moved, or should have been
 * @domain:	that its executable enters, or that it is in already; NULL: not known
 * @comm:	of its first thread
 * @exe:	path of its executable, NULL if it has none
 * @error:	0: it was moved; errno: see GABION_A_ERROR
 */
struct gabion_entered {
	uint32_t pid;
	const char *domain;
	const char *comm;
	const char *exe;
	int error;
};

/* Why it was not moved, in words. */
const char *gabion_entered_reason(int error);

/*
 * Move unconfined processes into the domains that their executables enter: @pid, with a row
 * whatever comes of it, or with 0 all of them. -EAGAIN: not all could be seen to.
 */
int gabion_netlink_enter(struct gabion_netlink *client, uint32_t pid,
			 int (*row)(const struct gabion_entered *entered, void *data), void *data,
			 struct gabion_error *error);

/* ---- events ---- */

/* Most events one batch takes; what is beyond comes again with the next read. */
#define GABION_BATCH_MAX 16384U

/**
 * struct gabion_loss - events of one domain that one CPU lost, exactly
 * @cpu:	where
 * @domain:	whose; "": the kernel's own (policy, lock, hook)
 * @count:	since the module was loaded
 */
struct gabion_loss {
	uint32_t cpu;
	char domain[GABION_NAME_MAX];
	uint64_t count;
};

/* Are both about the same domain on the same CPU? */
static inline bool gabion_loss_same(const struct gabion_loss *a, const struct gabion_loss *b)
{
	return a->cpu == b->cpu && !strcmp(a->domain, b->domain);
}

/**
 * struct gabion_batch - what one read brought; zero-initialise
 * @events:	owned, by ascending sequence number
 * @losses:	owned; each CPU and domain that ever lost an event
 * @ack:	highest sequence number that may be acknowledged once all events of the
 *		batch are stored: nothing at or below it was left out; 0: nothing may
 * @malformed:	events that could not be decoded
 * @complaint:	why, for the first of them
 */
struct gabion_batch {
	struct gabion_event *events;
	size_t nevents;
	size_t capacity;
	struct gabion_loss *losses;
	size_t nlosses;
	uint64_t ack;
	uint64_t left_out;	/* lowest sequence number that did not fit, 0: none */
	size_t malformed;
	struct gabion_error complaint;
};

void gabion_batch_free(struct gabion_batch *batch);
#define cleanup_batch __attribute__((cleanup(gabion_batch_free)))

/* Become the subscriber. -EBUSY: another is alive. */
int gabion_netlink_subscribe(struct gabion_netlink *client, struct gabion_error *error);
/*
 * Wait until a notice arrives, at most @timeout_ms (-1: for ever); takes it off the socket.
 * Return: 1: there may be events; 0: time is over or a signal came; -errno.
 */
int gabion_netlink_wait(struct gabion_netlink *client, int timeout_ms,
			struct gabion_error *error);
/* Did a notice come during a read? There may be events that it did not bring. Forgets it. */
bool gabion_netlink_noticed(struct gabion_netlink *client);
/*
 * Read what is there. @ack: events up to this number are stored and may be forgotten
 * (0: nothing). Everything not acknowledged is in the batch again.
 */
int gabion_netlink_read(struct gabion_netlink *client, uint64_t ack, struct gabion_batch *batch,
			struct gabion_error *error);

#endif /* GABION_NETLINK_CLIENT_H */
