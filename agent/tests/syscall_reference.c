// SPDX-License-Identifier: GPL-2.0
#include "syscall_reference.h"

#include <errno.h>
#include <seccomp.h>
#include <string.h>

#define NUMBERS 2048

/* The calls that Linux has by 6.12, from include/uapi/asm-generic/unistd.h and syscall_64.tbl. */
static const char *recent_name(uint32_t abi, uint32_t number)
{
	static const char *const every[] = {"statmount",	 "listmount",	     "lsm_get_self_attr",
					    "lsm_set_self_attr", "lsm_list_modules", "mseal"};

	if (number >= 457 && number < 457 + sizeof(every) / sizeof(every[0]))
		return every[number - 457];
	if (abi == GABION_ABI_X86_64 && number == 335)
		return "uretprobe";
	return abi == GABION_ABI_X86_64 && number == 336 ? "uprobe" : NULL;
}

/* What libseccomp calls it. */
static const char *library_name(uint32_t abi, uint32_t number)
{
	static const uint32_t arches[] = {SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X32};
	static char *names[3][NUMBERS];
	static bool asked[3][NUMBERS];

	if (number >= NUMBERS)
		return NULL;
	if (!asked[abi][number]) {
		asked[abi][number] = true;
		names[abi][number] = seccomp_syscall_resolve_num_arch(
			arches[abi], (int)(abi == GABION_ABI_X32 ? number | 0x40000000 : number));
	}
	return names[abi][number];
}

const char *gabion_reference_name(uint32_t abi, uint32_t number)
{
	const char *name = library_name(abi, number);

	return name ? name : recent_name(abi, number);
}

/* What a call of socketcall(2) or ipc(2) is about, by its first argument; NULL: it is no such call.
 */
static const char *multiplexed_name(uint32_t abi, uint32_t number, uint64_t first)
{
	static const char *const sockets[] = {
		NULL,	       "socket",      "bind",	    "connect",	  "listen",  "accept",
		"getsockname", "getpeername", "socketpair", "send",	  "recv",    "sendto",
		"recvfrom",    "shutdown",    "setsockopt", "getsockopt", "sendmsg", "recvmsg",
		"accept4",     "recvmmsg",    "sendmmsg",
	};
	static const char *const ipc[] = {
		[1] = "semop",	 [2] = "semget",  [3] = "semctl",  [4] = "semtimedop",
		[11] = "msgsnd", [12] = "msgrcv", [13] = "msgget", [14] = "msgctl",
		[21] = "shmat",	 [22] = "shmdt",  [23] = "shmget", [24] = "shmctl",
	};

	if (abi != GABION_ABI_I386)
		return NULL;
	first &= 0xffffffff;
	if (number == 102)
		return first < sizeof(sockets) / sizeof(sockets[0]) ? sockets[first] : NULL;
	first &= 0xffff;
	if (number == 117)
		return first < sizeof(ipc) / sizeof(ipc[0]) ? ipc[first] : NULL;
	return NULL;
}

static bool has_name(const struct reference_item *item, const char *name)
{
	size_t i;

	for (i = 0; name && i < item->nnames; i++)
		if (!strcmp(item->names[i], name))
			return true;
	return false;
}

/* All of @value, cut to @width bits if it is a negative number that has so many. */
static uint64_t fit(const struct reference_value *value, uint32_t width)
{
	int64_t number = (int64_t)value->bits;

	if (width == 64 || !value->negative)
		return value->bits;
	if (number < -(1LL << (width - 1)))
		return value->bits;
	return value->bits & ((1ULL << width) - 1);
}

static bool test_holds(const struct reference_condition *c, uint32_t abi, uint32_t number,
		       const uint64_t *arguments)
{
	uint32_t width = c->bits ? c->bits : 64;
	uint64_t value = arguments[c->argument], low;
	bool in = false;
	size_t i;

	/* i386 has 32 bits; so has x32 where it enters through the compat functions. */
	if (abi == GABION_ABI_I386 && width > 32)
		width = 32;
	if (abi == GABION_ABI_X32 && number >= 512 && c->bits && width > 32)
		width = 32;
	if (width < 64)
		value &= (1ULL << width) - 1;
	if (c->masked)
		value &= fit(&c->mask, width);
	low = fit(&c->low[0], width);
	switch (c->operator) {
	case REFERENCE_EQUAL:
		return value == low;
	case REFERENCE_UNEQUAL:
		return value != low;
	case REFERENCE_BELOW:
		return value < low;
	case REFERENCE_AT_MOST:
		return value <= low;
	case REFERENCE_ABOVE:
		return value > low;
	case REFERENCE_AT_LEAST:
		return value >= low;
	case REFERENCE_IN:
	case REFERENCE_NOT_IN:
		for (i = 0; i < c->nranges; i++)
			in |= value >= fit(&c->low[i], width) && value <= fit(&c->high[i], width);
		return in == (c->operator== REFERENCE_IN);
	}
	return false;
}

static bool holds(const struct reference_condition *c, uint32_t abi, uint32_t number,
		  const uint64_t *arguments)
{
	switch (c->kind) {
	case REFERENCE_AND:
		return holds(c->left, abi, number, arguments) &&
		       holds(c->right, abi, number, arguments);
	case REFERENCE_OR:
		return holds(c->left, abi, number, arguments) ||
		       holds(c->right, abi, number, arguments);
	case REFERENCE_NOT:
		return !holds(c->left, abi, number, arguments);
	case REFERENCE_TEST:
		break;
	}
	return test_holds(c, abi, number, arguments);
}

static bool matches(const struct reference_item *item, uint32_t abi, uint32_t number,
		    const uint64_t *arguments)
{
	bool grants = !item->negated && item->action <= GABION_ACTION_LOG, direct;

	if (item->by_number)
		direct = abi == (uint32_t)item->only && number == item->number;
	else
		direct = (item->only < 0 || (uint32_t)item->only == abi) &&
			 has_name(item, gabion_reference_name(abi, number));
	if (direct && (!item->condition || holds(item->condition, abi, number, arguments)))
		return true;
	if (item->by_number || (item->only >= 0 && (uint32_t)item->only != abi))
		return false;
	/* Arguments in memory: a grant with a condition does not count, a refusal does wholly. */
	return has_name(item, multiplexed_name(abi, number, arguments[0])) &&
	       (!item->condition || !grants);
}

/* Does an item say this call, whatever the arguments? */
static bool is_written(const struct reference_filter *f, uint32_t abi, uint32_t number)
{
	size_t i;

	for (i = 0; i < f->nitems; i++) {
		const struct reference_item *item = &f->items[i];

		if (item->only >= 0 && (uint32_t)item->only != abi)
			continue;
		if (item->by_number ? item->number == number
				    : has_name(item, gabion_reference_name(abi, number)))
			return true;
	}
	return false;
}

static uint32_t make(uint32_t action, uint32_t data, bool quiet)
{
	return action << 16 | data | (quiet ? GABION_OUTCOME_QUIET : 0);
}

static uint32_t default_outcome(const struct reference_filter *f)
{
	if (f->strict)
		return make(GABION_ACTION_KILL, 0, false);
	if (!f->default_written)
		return make(GABION_ACTION_ERRNO, EPERM, false);
	return make(f->default_action, f->default_data, f->default_quiet);
}

/* Of a call that the policy could not know. */
static uint32_t unknown_outcome(const struct reference_filter *f)
{
	if (f->strict || (f->default_written && f->default_action >= GABION_ACTION_ERRNO))
		return default_outcome(f);
	return make(GABION_ACTION_ERRNO, ENOSYS, false);
}

static uint32_t item_outcome(const struct reference_filter *f, const struct reference_item *item)
{
	uint32_t outcome;

	if (!item->negated)
		return make(item->action, item->data, item->quiet);
	outcome = default_outcome(f);
	if (GABION_OUTCOME_ACTION(outcome) < GABION_ACTION_ERRNO)
		outcome = make(GABION_ACTION_ERRNO, EPERM, false);
	return outcome | (item->quiet ? GABION_OUTCOME_QUIET : 0);
}

static bool is_strict(uint32_t abi, uint32_t number)
{
	static const uint32_t calls[3][5] = {
		{0, 1, 60, 15, 15},  /* read, write, exit, rt_sigreturn */
		{3, 4, 1, 173, 119}, /* ..., sigreturn */
		{0, 1, 60, 513, 513},
	};
	int i;

	for (i = 0; i < 5; i++)
		if (calls[abi][i] == number)
			return true;
	return false;
}

uint32_t gabion_reference_outcome(const struct reference_filter *f, uint32_t abi, uint32_t number,
				  const uint64_t *arguments)
{
	uint32_t best = 0, outcome;
	bool any = false;
	size_t i;

	if (!(f->abis >> abi & 1))
		return unknown_outcome(f);
	if (f->strict)
		return is_strict(abi, number) ? make(GABION_ACTION_ALLOW, 0, false)
					      : default_outcome(f);
	for (i = 0; i < f->nitems; i++) {
		if (!matches(&f->items[i], abi, number, arguments))
			continue;
		outcome = item_outcome(f, &f->items[i]);
		if (!any || GABION_OUTCOME_ACTION(outcome) > GABION_OUTCOME_ACTION(best))
			best = outcome;
		any = true;
	}
	if (any)
		return best;
	if (library_name(abi, number) || is_written(f, abi, number))
		return default_outcome(f);
	return unknown_outcome(f);
}
