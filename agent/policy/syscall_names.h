/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names and numbers of syscalls: those of libseccomp's tables and a few that are
 * newer than these; and which of them i386 has behind socketcall(2) and ipc(2), too.
 */
#ifndef GABION_POLICY_SYSCALL_NAMES_H
#define GABION_POLICY_SYSCALL_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "../../include/uapi/gabion/syscall.h"
#include "diag.h"

/* "x86-64", "i386", "x32". */
const char *gabion_abi_name(uint32_t abi);

/* The ABI called @name ("x86_64" too), or -1. */
int gabion_abi_of(const char *name);

/* Number of @name in @abi, without x32's bit; -1: @abi has no number of its own for it. */
int gabion_call_number(uint32_t abi, const char *name);

/* Name of @number in @abi; NULL: none is known.  Static. */
const char *gabion_call_name(uint32_t abi, uint32_t number);

/*
 * Has @number of @abi a name here that libseccomp's tables lack?  A policy that
 * does not name such a call refuses it like one without a name.
 */
bool gabion_call_is_recent(uint32_t abi, uint32_t number);

/* Is @name a syscall of any architecture, of ours or not? */
bool gabion_call_is_known(const char *name);

void gabion_suggest_calls(struct gabion_suggestion *s);

/* The two syscalls of i386 that stand for many. */
enum gabion_multiplexer {
	GABION_SOCKETCALL,
	GABION_IPC,
	GABION_MULTIPLEXERS,
};

/* What each looks at: its number, and the bits of its first argument that choose. */
struct gabion_multiplexer_call {
	uint32_t number;
	uint32_t mask;
};

extern const struct gabion_multiplexer_call gabion_multiplexers[GABION_MULTIPLEXERS];

/* First argument of *@which that means @name (linux/net.h, linux/ipc.h), or -1. */
int gabion_call_multiplexed(const char *name, enum gabion_multiplexer *which);

#endif /* GABION_POLICY_SYSCALL_NAMES_H */
