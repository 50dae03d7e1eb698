// SPDX-License-Identifier: GPL-2.0
#include "syscall_names.h"

#include <linux/net.h>
#include <pthread.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/syscall.h"

static const struct {
	const char *name;
	uint32_t arch;
	int bit;
} abis[GABION_ABI_END] = {
	[GABION_ABI_X86_64] = { "x86-64", SCMP_ARCH_X86_64, 0 },
	[GABION_ABI_I386] = { "i386", SCMP_ARCH_X86, 0 },
	[GABION_ABI_X32] = { "x32", SCMP_ARCH_X32, GABION_X32_BIT },
};

const struct gabion_multiplexer_call gabion_multiplexers[GABION_MULTIPLEXERS] = {
	[GABION_SOCKETCALL] = { 102, 0xffffffff },
	/* ipc() keeps a version in the upper half. */
	[GABION_IPC] = { 117, 0xffff },
};

/*
 * @direct: number of i386, for which libseccomp answers a negative one of its
 * own; -1: there is none.  @selector: first argument of the multiplexer.
 */
static const struct {
	const char *name;
	int direct;
	enum gabion_multiplexer multiplexer;
	int selector;
} multiplexed[] = {
	{ "socket", 359, GABION_SOCKETCALL, SYS_SOCKET },
	{ "bind", 361, GABION_SOCKETCALL, SYS_BIND },
	{ "connect", 362, GABION_SOCKETCALL, SYS_CONNECT },
	{ "listen", 363, GABION_SOCKETCALL, SYS_LISTEN },
	{ "accept", -1, GABION_SOCKETCALL, SYS_ACCEPT },
	{ "getsockname", 367, GABION_SOCKETCALL, SYS_GETSOCKNAME },
	{ "getpeername", 368, GABION_SOCKETCALL, SYS_GETPEERNAME },
	{ "socketpair", 360, GABION_SOCKETCALL, SYS_SOCKETPAIR },
	{ "send", -1, GABION_SOCKETCALL, SYS_SEND },
	{ "recv", -1, GABION_SOCKETCALL, SYS_RECV },
	{ "sendto", 369, GABION_SOCKETCALL, SYS_SENDTO },
	{ "recvfrom", 371, GABION_SOCKETCALL, SYS_RECVFROM },
	{ "shutdown", 373, GABION_SOCKETCALL, SYS_SHUTDOWN },
	{ "setsockopt", 366, GABION_SOCKETCALL, SYS_SETSOCKOPT },
	{ "getsockopt", 365, GABION_SOCKETCALL, SYS_GETSOCKOPT },
	{ "sendmsg", 370, GABION_SOCKETCALL, SYS_SENDMSG },
	{ "recvmsg", 372, GABION_SOCKETCALL, SYS_RECVMSG },
	{ "accept4", 364, GABION_SOCKETCALL, SYS_ACCEPT4 },
	{ "recvmmsg", 337, GABION_SOCKETCALL, SYS_RECVMMSG },
	{ "sendmmsg", 345, GABION_SOCKETCALL, SYS_SENDMMSG },
	/* include/uapi/linux/ipc.h has these only for the kernel. */
	{ "semop", -1, GABION_IPC, 1 },
	{ "semget", 393, GABION_IPC, 2 },
	{ "semctl", 394, GABION_IPC, 3 },
	{ "semtimedop", -1, GABION_IPC, 4 },
	{ "msgsnd", 400, GABION_IPC, 11 },
	{ "msgrcv", 401, GABION_IPC, 12 },
	{ "msgget", 399, GABION_IPC, 13 },
	{ "msgctl", 402, GABION_IPC, 14 },
	{ "shmat", 397, GABION_IPC, 21 },
	{ "shmdt", 398, GABION_IPC, 22 },
	{ "shmget", 395, GABION_IPC, 23 },
	{ "shmctl", 396, GABION_IPC, 24 },
};

#define EVERY_ABI ~0U

/*
 * Calls of Linux up to 6.12, and uprobe of 6.18, that libseccomp 2.5.4 does not
 * name; a later libseccomp comes first.  @abis: bit set of those that have it.
 */
static const struct {
	const char *name;
	uint32_t abis, number;
} recent[] = {
	{ "uretprobe", 1U << GABION_ABI_X86_64, 335 },
	{ "uprobe", 1U << GABION_ABI_X86_64, 336 },
	{ "statmount", EVERY_ABI, 457 },
	{ "listmount", EVERY_ABI, 458 },
	{ "lsm_get_self_attr", EVERY_ABI, 459 },
	{ "lsm_set_self_attr", EVERY_ABI, 460 },
	{ "lsm_list_modules", EVERY_ABI, 461 },
	{ "mseal", EVERY_ABI, 462 },
};

/* What libseccomp says of every number; it never changes. */
static char *names[GABION_ABI_END][GABION_CALLS_MAX];
static pthread_once_t names_once = PTHREAD_ONCE_INIT;

static void read_names(void)
{
	uint32_t abi, number;

	for (abi = 0; abi < GABION_ABI_END; abi++)
		for (number = 0; number < GABION_CALLS_MAX; number++)
			names[abi][number] = seccomp_syscall_resolve_num_arch(
				abis[abi].arch, (int)number | abis[abi].bit);
}

const char *gabion_abi_name(uint32_t abi)
{
	return abis[abi].name;
}

int gabion_abi_of(const char *name)
{
	int abi;

	for (abi = 0; abi < GABION_ABI_END; abi++)
		if (!strcmp(abis[abi].name, name))
			return abi;
	return strcmp(name, "x86_64") ? -1 : GABION_ABI_X86_64;
}

static int find_multiplexed(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(multiplexed) / sizeof(multiplexed[0]); i++)
		if (!strcmp(multiplexed[i].name, name))
			return i;
	return -1;
}

static int find_recent(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(recent) / sizeof(recent[0]); i++)
		if (!strcmp(recent[i].name, name))
			return i;
	return -1;
}

int gabion_call_number(uint32_t abi, const char *name)
{
	int number = seccomp_syscall_resolve_name_arch(abis[abi].arch, name), i;

	if (number == __NR_SCMP_ERROR) {
		i = find_recent(name);
		return i >= 0 && recent[i].abis >> abi & 1 ? (int)recent[i].number : -1;
	}
	if (number < 0 && abi == GABION_ABI_I386) {
		i = find_multiplexed(name);
		return i < 0 ? -1 : multiplexed[i].direct;
	}
	number &= ~abis[abi].bit;
	return number < 0 || number >= (int)GABION_CALLS_MAX ? -1 : number;
}

static const char *library_name(uint32_t abi, uint32_t number)
{
	pthread_once(&names_once, read_names);
	return number < GABION_CALLS_MAX ? names[abi][number] : NULL;
}

static const char *recent_name(uint32_t abi, uint32_t number)
{
	size_t i;

	for (i = 0; i < sizeof(recent) / sizeof(recent[0]); i++)
		if (recent[i].number == number && recent[i].abis >> abi & 1)
			return recent[i].name;
	return NULL;
}

const char *gabion_call_name(uint32_t abi, uint32_t number)
{
	const char *name = library_name(abi, number);

	return name ? name : recent_name(abi, number);
}

bool gabion_call_is_recent(uint32_t abi, uint32_t number)
{
	return !library_name(abi, number) && recent_name(abi, number);
}

bool gabion_call_is_known(const char *name)
{
	return seccomp_syscall_resolve_name(name) != __NR_SCMP_ERROR || find_recent(name) >= 0;
}

void gabion_suggest_calls(struct gabion_suggestion *s)
{
	uint32_t abi, number;

	for (abi = 0; abi < GABION_ABI_END; abi++)
		for (number = 0; number < GABION_CALLS_MAX; number++)
			if (gabion_call_name(abi, number))
				gabion_suggest_try(s, gabion_call_name(abi, number));
}

int gabion_call_multiplexed(const char *name, enum gabion_multiplexer *which)
{
	int i = find_multiplexed(name);

	if (i < 0)
		return -1;
	*which = multiplexed[i].multiplexer;
	return multiplexed[i].selector;
}
