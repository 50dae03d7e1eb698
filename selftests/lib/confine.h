/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Run a piece of code in a domain and see what came of it: its errno and the
 * audit events that it made.
 */
#ifndef GABION_SELFTESTS_CONFINE_H
#define GABION_SELFTESTS_CONFINE_H

#include <stdint.h>
#include <sys/types.h>
#include "../../agent/netlink/client.h"

/* Folder that the policy of the tests is about; made anew by confine_prepare(). */
#define TEST_DIR "/run/gabion-test"

/* Status of a child that could not be put into its domain. */
#define CONFINE_BROKEN 250

/**
 * confine_run - run @attempt in a child process that is in @domain
 * @domain:	NULL: the host's domain
 *
 * Return: what @attempt returned (0, or the errno it met); CONFINE_BROKEN when it did not
 * get that far; 128 + signal when it was killed.
 */
int confine_run(struct gabion_netlink *client, const char *domain, int (*attempt)(void));

/* A process that sleeps in @domain until confine_release(). */
pid_t confine_sleeper(struct gabion_netlink *client, const char *domain);
void confine_release(pid_t pid);

/* Put the process @pid into @domain. Return: 0 or -errno, said on stdout. */
int confine_assign(struct gabion_netlink *client, pid_t pid, const char *domain);

/* Domain of @pid, "host" if it has none of its own. Valid until the next call. */
const char *confine_domain_of(struct gabion_netlink *client, pid_t pid);

/* Fresh test folder with its files. */
void confine_prepare(void);

/* Copy the program that runs to @path. Return: 0, or as system(3). */
int confine_install_self(const char *path);

/* Forget all events so far. Return: the last sequence number. */
uint64_t confine_events_clear(struct gabion_netlink *client);

/**
 * struct confine_expect - what an event must say; NULL and 0 mean: whatever
 */
struct confine_expect {
	uint32_t type;
	uint32_t verdict;
	uint32_t klass;
	uint32_t refused;
	uint32_t reason;
	const char *domain;
	const char *target;
	const char *object;
};

/* Number of events since the last clear that are as @expect says; prints them all on 0. */
unsigned int confine_events_count(struct gabion_netlink *client,
				  const struct confine_expect *expect);

#endif /* GABION_SELFTESTS_CONFINE_H */
