/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Syscall filters of the policy in force, made fast, and what was called.
 *
 * The image says for each number what happens (uapi/gabion/syscall.h).  Beside
 * it each filter has a byte for each number that says "runs" or "runs if its
 * arguments say so": one load decides nearly every call. The byte is written
 * when the call has run once, so that what was used is known.
 */
#ifndef GABION_SYSCALL_FILTER_H
#define GABION_SYSCALL_FILTER_H

#include <linux/bitmap.h>
#include <linux/types.h>
#include "core/syscall.h"

struct gabion_policy;
struct pt_regs;

/**
 * struct gabion_call - a syscall as it is judged
 * @abi:	enum gabion_abi
 * @number:	without x32's bit
 * @arguments:	i386: 32 bits each
 * @ip:		user address behind the instruction
 */
struct gabion_call {
	u32 abi;
	u32 number;
	u64 arguments[6];
	u64 ip;
};

/* The arguments of the current task's call through @abi. */
void gabion_call_arguments(u64 *arguments, u32 abi, const struct pt_regs *regs);

/* The call that the current task has asked for, as @regs hold it now. */
void gabion_call_read(struct gabion_call *call, const struct pt_regs *regs);

/**
 * struct gabion_calls_used - calls that a domain's filters have let run since load
 * @bits:	by ABI and number. Set by any CPU, never cleared.
 *
 * Belongs to the domain's number and lives as long: until the module goes.
 */
struct gabion_calls_used {
	DECLARE_BITMAP(bits[GABION_ABI_END], GABION_CALLS_MAX);
};

/* Record of domain @number, or NULL if it never had a filter. Any context. */
const struct gabion_calls_used *gabion_calls_used(u16 number);

/**
 * enum gabion_call_state - what is known of a number without the image
 * @GABION_CALL_UNKNOWN: nothing: judge it the long way
 * @GABION_CALL_RUNS:	it always runs, and is in used
 * @GABION_CALL_TESTED:	its arguments are tested, and it is in used
 */
enum gabion_call_state {
	GABION_CALL_UNKNOWN,
	GABION_CALL_RUNS,
	GABION_CALL_TESTED,
};

/**
 * struct gabion_filter - one domain's filter
 * @image:	in the policy's image
 * @used:	see there
 * @count:	by ABI: bytes of @known
 * @known:	by ABI and number: enum gabion_call_state. Written by any CPU, once.
 *
 * Owned by the policy.
 */
struct gabion_filter {
	const struct gabion_policy_filter *image;
	struct gabion_calls_used *used;
	u32 count[GABION_ABI_END];
	u8 *known[GABION_ABI_END];
	u8 bytes[];
};

/**
 * gabion_filters_build - make @policy's filters
 *
 * The domains of @policy have their numbers. Context: may sleep, under
 * gabion_policy_mutex. Return: 0 or -ENOMEM (free the policy).
 */
int gabion_filters_build(struct gabion_policy *policy);
void gabion_filters_free(struct gabion_policy *policy);

/* Filter of domain @number, NULL: none. Inside the RCU section of @policy. */
const struct gabion_filter *gabion_filter_of(const struct gabion_policy *policy, u16 number);

/*
 * Must the calls of a task in domain @number be judged, or wait: has @policy a filter or
 * `audit required wait` for it, or not even the domain? @policy NULL: no.
 */
bool gabion_filter_wanted(const struct gabion_policy *policy, u16 number);

/*
 * Would @policy keep a task in domain @number from io_uring? A ring that polls
 * (SQPOLL) goes on without a syscall, so such a task must not have one.
 */
bool gabion_filter_bars_uring(const struct gabion_policy *policy, u16 number);

/* Module exit. */
void gabion_filters_exit(void);

#endif /* GABION_SYSCALL_FILTER_H */
