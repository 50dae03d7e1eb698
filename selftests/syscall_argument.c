// SPDX-License-Identifier: GPL-2.0
/*
 * Syscall filters: rules on arguments, at and around every bound that they name.
 * The rules are those of domain sc_arguments; allowed is ENOSYS from a number
 * that the kernel does not have, refused is EPERM.
 */
#include <sys/socket.h>
#include <sys/syscall.h>
#include "kselftest_harness.h"
#include "lib/call.h"
#include "lib/fixture.h"

#define MAX (~0ULL)

static bool in_set(uint64_t v)
{
	return v == 3 || (v >= 10 && v <= 20) || v == 0x100;
}

/* What the policy says, in C. */
static bool granted(uint32_t number, const uint64_t *a)
{
	switch (number) {
	case 600:
		return a[0] == 7;
	case 601:
		return a[0] != 7;
	case 602:
		return a[0] < 7;
	case 603:
		return a[0] <= 7;
	case 604:
		return a[0] > 7;
	case 605:
		return a[0] >= 7;
	case 606:
		return in_set(a[0]);
	case 607:
		return !in_set(a[0]);
	case 608:
		return (a[0] & 0xf0) == 0x50;
	case 609:
		return a[0] == 1 && a[1] == 2;
	case 610:
		return a[0] == 1 || a[1] == 2;
	case 611:
		return !(a[0] == 1 || a[1] == 2);
	case 612:
		return a[0] == 1 && a[1] == 2 && a[2] == 3 && a[3] == 4 && a[4] == 5 && a[5] == 6;
	case 613:
		return a[5] == MAX;
	case 614:
		return a[0] == MAX;
	case 615:
		return a[0] <= MAX >> 1;
	case 616:
		return a[0] == 1 || a[1] == 1 || a[2] == 1 || a[3] == 1 || a[4] == 1 || a[5] == 1;
	case 617:
		return a[0] != 9;
	}
	return false;
}

static const uint64_t edges[] = {
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 19, 20, 21, 0x4f, 0x50, 0x5f, 0x60, 0x150, 0xff, 0x100,
	0x101, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x100000003, 0x100000007,
	0x700000000, 0x5000000050, MAX >> 1, (MAX >> 1) + 1, MAX - 1, MAX,
};
#define NEDGES (sizeof(edges) / sizeof(*edges))

GABION_FIXTURE(argument)

/* Run @n of them in one child and compare. Return: how many were as the policy says. */
static unsigned int compare(struct gabion_netlink *client, const struct call *calls, unsigned int n)
{
	static long results[CALLS_MAX];
	unsigned int i, good = 0;

	if (call_run(client, "sc_arguments", calls, n, results))
		return 0;
	for (i = 0; i < n; i++) {
		bool may = granted(calls[i].number, calls[i].arguments);

		if (results[i] == (may ? -ENOSYS : -EPERM))
			good++;
		else
			printf("# %u(%llx, %llx, ...): %ld, should be %s\n", calls[i].number,
			       (unsigned long long)calls[i].arguments[0],
			       (unsigned long long)calls[i].arguments[1], results[i],
			       may ? "allowed" : "refused");
	}
	return good;
}

/* Every rule at every edge of the first argument, the others 0. */
TEST_F(argument, operators_at_their_bounds)
{
	static struct call calls[CALLS_MAX];
	unsigned int n = 0, number, i;

	for (number = 600; number <= 617; number++)
		for (i = 0; i < NEDGES; i++)
			calls[n++] = (struct call){ GABION_ABI_X86_64, number, { edges[i] } };
	EXPECT_EQ(n, compare(self->client, calls, n));
}

TEST_F(argument, and_or_not)
{
	static struct call calls[CALLS_MAX];
	unsigned int n = 0, number, i, j;

	for (number = 609; number <= 611; number++)
		for (i = 0; i < NEDGES; i++)
			for (j = 0; j < NEDGES; j++)
				calls[n++] = (struct call){ GABION_ABI_X86_64, number,
							    { edges[i], edges[j] } };
	EXPECT_EQ(n, compare(self->client, calls, n));
}

/* All right, then each argument in turn at every edge. */
TEST_F(argument, each_of_six)
{
	static struct call calls[CALLS_MAX];
	unsigned int n = 0, at, i;

	for (at = 0; at < 6; at++) {
		for (i = 0; i < NEDGES; i++) {
			calls[n] = (struct call){ GABION_ABI_X86_64, 612, { 1, 2, 3, 4, 5, 6 } };
			calls[n++].arguments[at] = edges[i];
			calls[n] = (struct call){ GABION_ABI_X86_64, 616 };
			calls[n++].arguments[at] = edges[i];
			calls[n] = (struct call){ GABION_ABI_X86_64, 613 };
			calls[n++].arguments[at] = edges[i];
		}
	}
	EXPECT_EQ(n, compare(self->client, calls, n));
}

/* The kernel takes 32 bits of an int: what is above must not bend a rule, either way. */
TEST_F(argument, an_int_has_32_bits)
{
	static const uint64_t dirt[] = { 0, 1ULL << 32, 0xdeadbeefULL << 32, MAX << 32 };
	unsigned int i;

	for (i = 0; i < sizeof(dirt) / sizeof(*dirt); i++) {
		uint64_t d = dirt[i];

		EXPECT_LE(0, call_in(self->client, "sc_arguments",
				     CALL(GABION_ABI_X86_64, SYS_socket,
					  { d | AF_UNIX, d | SOCK_STREAM | SOCK_CLOEXEC, d })));
		EXPECT_EQ(-EPERM, call_in(self->client, "sc_arguments",
					  CALL(GABION_ABI_X86_64, SYS_socket,
					       { d | AF_INET, d | SOCK_STREAM })));
		EXPECT_EQ(-EPERM, call_in(self->client, "sc_arguments",
					  CALL(GABION_ABI_X86_64, SYS_socket,
					       { d | AF_UNIX, d | SOCK_DGRAM })));
		/* A refusing rule too. */
		EXPECT_EQ(-EXDEV, call_in(self->client, "sc_arguments",
					  CALL(GABION_ABI_X86_64, SYS_lseek, { 0, 0, d | 1 })));
		EXPECT_EQ(-EINVAL, call_in(self->client, "sc_arguments",
					   CALL(GABION_ABI_X86_64, SYS_lseek, { 0, 0, d | 77 })));
	}
}

TEST_F(argument, a_size_has_64_bits)
{
	EXPECT_EQ(-EFAULT, call_in(self->client, "sc_arguments",
				   CALL(GABION_ABI_X86_64, SYS_getcwd, { 0, 4096 })));
	EXPECT_EQ(-EPERM, call_in(self->client, "sc_arguments",
				  CALL(GABION_ABI_X86_64, SYS_getcwd, { 0, 4096 | 1ULL << 32 })));
}

TEST_F(argument, the_event_has_all_of_them_whole)
{
	const struct call call = { GABION_ABI_X86_64, 600, { 8, MAX, 1ULL << 63, 0xdeadbeefULL << 32,
							    5, 6 } };

	EXPECT_EQ(-EPERM, call_in(self->client, "sc_arguments", &call));
	EXPECT_EQ(1, call_events(self->client, "sc_arguments", &call, GABION_VERDICT_DENIED,
				 GABION_OUTCOME(GABION_ACTION_ERRNO, EPERM)));
}

TEST_HARNESS_MAIN
