// SPDX-License-Identifier: GPL-2.0
/*
 * Others that use sys_enter may change a call after the filter judged it; what
 * they make of it is judged too.  TRACER names the module in selftests/tracer.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/call.h"
#include "lib/fixture.h"

GABION_FIXTURE(tracepoint)

static int insert(const char *parameters)
{
	int fd = open(getenv("TRACER") ?: "", O_RDONLY | O_CLOEXEC), err = 0;

	if (fd < 0 || syscall(SYS_finit_module, fd, parameters, 0))
		err = errno;
	close(fd);
	return err;
}

static int take_out(void)
{
	return syscall(SYS_delete_module, "tracer", O_NONBLOCK) ? errno : 0;
}

/* How many probes sys_enter has, by a tracer that is there. */
static int probes(void)
{
	int n = -1;
	FILE *f = fopen("/sys/module/tracer/parameters/probes", "r");

	if (f && fscanf(f, "%d", &n) != 1)
		n = -1;
	if (f)
		fclose(f);
	return n;
}

#define CALL_600 CALL(GABION_ABI_X86_64, 600, { 1, 2, 3, 4, 5, 6 })
#define CALL_110 CALL(GABION_ABI_X86_64, SYS_getppid, { 1, 2, 3, 4, 5, 6 })
#define EPERM_OUTCOME GABION_OUTCOME(GABION_ACTION_ERRNO, EPERM)

TEST_F(tracepoint, what_a_probe_makes_of_a_call_is_judged)
{
	ASSERT_EQ(0, insert("from=600 to=110"));
	/* It works on the host, and where the outcome is allowed. */
	EXPECT_LT(1, call_in(self->client, NULL, CALL_600));
	EXPECT_LT(1, call_in(self->client, "sc_abi_none", CALL_600));
	EXPECT_EQ(-EPERM, call_in(self->client, "sc_bare", CALL_600));
	EXPECT_EQ(1, call_events(self->client, "sc_bare", CALL_110, GABION_VERDICT_DENIED,
				 EPERM_OUTCOME));
	/* Every time, not only the first. */
	EXPECT_EQ(-EPERM, call_in(self->client, "sc_bare", CALL_600));
	EXPECT_EQ(2, call_events(self->client, "sc_bare", CALL_110, GABION_VERDICT_DENIED,
				 EPERM_OUTCOME));
	EXPECT_EQ(0, take_out());
	EXPECT_EQ(-ENOSYS, call_in(self->client, "sc_bare", CALL_600));
}

/* A kill cannot be done there: the call does not run, and that is said. */
TEST_F(tracepoint, into_one_that_kills)
{
	ASSERT_EQ(0, insert("from=600 to=604"));
	EXPECT_EQ(-EPERM, call_in(self->client, "sc_actions", CALL_600));
	EXPECT_EQ(1, call_events(self->client, "sc_actions",
				 CALL(GABION_ABI_X86_64, 604, { 1, 2, 3, 4, 5, 6 }),
				 GABION_VERDICT_DENIED, GABION_OUTCOME(GABION_ACTION_KILL, 0)));
	EXPECT_EQ(0, take_out());
}

/* Ours makes the syscalls of the whole host slower: it stays only while it is needed. */
TEST_F(tracepoint, our_probe_comes_and_goes_with_others)
{
	int i;

	ASSERT_EQ(0, insert("silent=1"));
	for (i = 0; i < 200 && probes(); i++)
		usleep(100000);
	EXPECT_EQ(0, probes());
	/* Confined calls alone do not bring it. */
	EXPECT_EQ(-ENOSYS, call_in(self->client, "sc_bare", CALL_600));
	EXPECT_EQ(0, probes());
	EXPECT_EQ(0, take_out());

	ASSERT_EQ(0, insert("from=601 to=110"));
	EXPECT_EQ(1, probes());
	EXPECT_EQ(-ENOSYS, call_in(self->client, NULL, CALL_600));
	EXPECT_EQ(1, probes());
	EXPECT_EQ(-ENOSYS, call_in(self->client, "sc_bare", CALL_600));
	EXPECT_EQ(2, probes());
	EXPECT_EQ(0, take_out());

	ASSERT_EQ(0, insert("silent=1"));
	EXPECT_EQ(1, probes());
	for (i = 0; i < 200 && probes(); i++)
		usleep(100000);
	EXPECT_EQ(0, probes()) {
		TH_LOG("still there after %d ms", i * 100);
	}
	EXPECT_EQ(0, take_out());
}

TEST_HARNESS_MAIN
