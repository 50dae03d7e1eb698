/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Raw syscalls through any of the three ABIs, made in a domain, and what came of
 * them: results, the signal that ended it, and the events.
 */
#ifndef GABION_SELFTESTS_CALL_H
#define GABION_SELFTESTS_CALL_H

#include "../../include/uapi/gabion/syscall.h"
#include "confine.h"

/**
 * struct call - one syscall
 * @abi:	enum gabion_abi
 * @number:	without x32's bit
 * @arguments:	whole registers
 */
struct call {
	uint32_t abi;
	uint32_t number;
	uint64_t arguments[6];
};

#define CALL(...) (&(struct call){ __VA_ARGS__ })

/* Make it. Return: the result, -errno when it failed. */
long call_make(const struct call *call);

/* Addresses behind the instructions that call_make() uses for x86-64 and x32, and for i386. */
extern const char call_ip[], call_ip_i386[];

/* What struct calls.results holds before the call, and when it never returned. */
#define CALL_LOST 0x7eadbeef

#define CALLS_MAX 8192

/**
 * call_run - make @n calls one after another in a child that is in @domain
 * @results:	by call; CALL_LOST for those that did not return
 *
 * The domain's filter must grant read (the child waits for its assignment) and exit_group.
 * Return: 0; 128 + signal that ended the child; CONFINE_BROKEN.
 */
int call_run(struct gabion_netlink *client, const char *domain, const struct call *calls,
	     unsigned int n, long *results);

/* One call. Return: its result, or 128 + signal as a positive number. */
long call_in(struct gabion_netlink *client, const char *domain, const struct call *call);

/**
 * call_events - how many events since the last clear are about @call
 * @verdict:	enum gabion_verdict
 * @outcome:	GABION_OUTCOME() that they must have; arguments must be the same too
 *
 * Prints all events if none is.
 */
unsigned int call_events(struct gabion_netlink *client, const char *domain,
			 const struct call *call, uint32_t verdict, uint32_t outcome);

/* Events of the syscall class since the last clear, whatever they say. */
unsigned int call_events_all(struct gabion_netlink *client);

#endif /* GABION_SELFTESTS_CALL_H */
