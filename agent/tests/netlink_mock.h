/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A kernel to talk to: answers the protocol of include/uapi/gabion/netlink.h
 * from a thread, over NETLINK_USERSOCK, which carries the same messages between
 * two processes without privilege.
 */
#ifndef GABION_TESTS_NETLINK_MOCK_H
#define GABION_TESTS_NETLINK_MOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "../../include/uapi/gabion/netlink.h"
#include "../../include/uapi/gabion/policy.h"
#include "../../include/uapi/gabion/syscall.h"

/* Family number that mock and clients agree on. */
#define MOCK_FAMILY		0x33
/* Environment variable with the port of the mock. */
#define MOCK_PORT_VARIABLE	"GABION_MOCK_PORT"

#define MOCK_EVENTS_MAX		64
#define MOCK_CPUS		4

struct mock_event {
	uint64_t sequence;
	uint32_t cpu;
	bool presented;
	bool gone;
	bool malformed;
	char object[64];
};

/**
 * struct mock - the kernel's side; members under @lock while it runs
 * @fail_command:	refuse this command with @fail_code and @fail_text, once
 * @fail_stays:	not once: until @fail_code is taken away
 * @silent_command:	never answer this one
 * @last_read:		do not answer EVENT_READ after this many, 0: always do
 * @checks:		so often the hook checked between two dumps of hooks
 * @dumps:		of hooks
 * @refusals:		likewise refused between two dumps of domains
 * @withheld:		likewise
 * @domain_dumps:	of domains
 * @long_calls:		send more bits of CALLS_USED than there are calls
 * @policy:		image that was committed
 * @staged:		image of the transaction
 * @commits, @aborts:	how often
 * @reads:		EVENT_READ
 * @enters:		TASK_ENTER
 * @acked:		highest acknowledged sequence number
 * @subscriber:		port, 0: none
 * @assigned, @assigned_pid, @exec_domain: from the last TASK_ASSIGN, TASK_EXEC
 */
struct mock {
	pthread_mutex_t lock;
	pthread_t thread;
	int fd;
	uint32_t port;
	uint64_t instance;
	uint32_t generation;
	uint8_t fail_command;
	int fail_code;
	bool fail_stays;
	const char *fail_text;
	uint8_t silent_command;
	unsigned int last_read;
	uint64_t checks;
	unsigned int dumps;
	uint64_t refusals;
	uint64_t withheld;
	unsigned int domain_dumps;
	bool long_calls;
	bool nobody;
	int unfinished;
	unsigned char policy[256 << 10];
	unsigned char staged[256 << 10];
	uint32_t policy_size;
	uint32_t staged_size;
	uint32_t staged_length;
	unsigned int commits;
	unsigned int aborts;
	unsigned int reads;
	unsigned int enters;
	bool locked;
	bool busy;
	uint64_t acked;
	uint32_t subscriber;
	struct mock_event events[MOCK_EVENTS_MAX];
	unsigned int nevents;
	uint64_t losses[MOCK_CPUS];
	uint32_t assigned_pid;
	char assigned[64];
	char exec_domain[64];
};

/* Start, and put the port into the environment. */
struct mock *mock_start(void);
void mock_stop(struct mock *mock);

/* An event becomes readable; the subscriber gets a notice. */
void mock_event(struct mock *mock, uint64_t sequence, uint32_t cpu, const char *object);
void mock_malformed(struct mock *mock, uint64_t sequence);
void mock_loss(struct mock *mock, uint32_t cpu, uint64_t count);
/* Events not acknowledged. */
unsigned int mock_pending(struct mock *mock);
/* Refuse the next @command. */
void mock_fail(struct mock *mock, uint8_t command, int code, const char *text);

#endif /* GABION_TESTS_NETLINK_MOCK_H */
