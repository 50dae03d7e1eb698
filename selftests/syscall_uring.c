// SPDX-License-Identifier: GPL-2.0
/*
 * io_uring does what syscalls do without making them: who may not have it must
 * not have a ring, and who may have it must be allowed all that it can do.
 */
#include <endian.h>
#include <errno.h>
#include <linux/io_uring.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "core/syscall.h"
#include "lib/call.h"
#include "lib/fixture.h"
#include "lib/source.h"

GABION_FIXTURE(rings)

static int set_up(void)
{
	struct io_uring_params params = { 0 };

	return ATTEMPT(syscall(SYS_io_uring_setup, 4, &params));
}

TEST_F(rings, no_grant_no_ring)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	struct gabion_error error = { 0 };

	EXPECT_EQ(0, confine_run(self->client, NULL, set_up));
	EXPECT_EQ(0, confine_run(self->client, "sc_uring", set_up));
	EXPECT_EQ(EPERM, confine_run(self->client, "sc_no_uring", set_up));
	EXPECT_EQ(EPERM, confine_run(self->client, "sc_bare", set_up));
	ASSERT_EQ(0, gabion_netlink_read(self->client, 0, &batch, &error));
	ASSERT_EQ(2, batch.nevents);
	EXPECT_EQ(GABION_CLASS_SYSCALL, batch.events[0].klass);
	EXPECT_EQ(SYS_io_uring_setup, batch.events[0].wanted);
}

/* A process that has a ring and sleeps; in shared memory whether it got there. */
static pid_t ring_holder(void)
{
	volatile int *ready = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;
	int i;

	pid = fork();
	if (!pid) {
		/* A test that fails must not leave it behind: it holds the output open. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		*ready = set_up() ? -1 : 1;
		for (;;)
			pause();
	}
	for (i = 0; i < 1000 && !*ready; i++)
		usleep(2000);
	return *ready == 1 ? pid : -1;
}

TEST_F(rings, a_task_with_a_ring_cannot_lose_it)
{
	struct gabion_error error = { 0 };
	pid_t pid = ring_holder();

	ASSERT_LT(0, pid);
	EXPECT_EQ(-EBUSY, gabion_netlink_task_assign(self->client, pid, "sc_no_uring", &error));
	EXPECT_NE(NULL, strstr(error.text, "io_uring")) {
		TH_LOG("%s", error.text);
	}
	EXPECT_EQ(-EBUSY, gabion_netlink_task_assign(self->client, pid, "sc_bare", &error));
	EXPECT_EQ(0, gabion_netlink_task_assign(self->client, pid, "sc_uring", &error));
	/* The ring would be another domain's there: it takes `control io_uring`. */
	EXPECT_EQ(-EBUSY, gabion_netlink_task_assign(self->client, pid, "sc_abi_none", &error));
	EXPECT_EQ(0, gabion_netlink_task_assign(self->client, pid, "ringed", &error));
	confine_release(pid);
}

#define RELOADED(rules) "domain sc_reloaded {\n    level middle\n    use everyday\n" rules "}\n"

TEST_F(rings, nor_by_a_new_policy)
{
	struct gabion_error error = { 0 };
	pid_t pid = ring_holder(), ended = 0;
	int i, status = 0;

	ASSERT_LT(0, pid);
	ASSERT_EQ(0, source_load(self->client, RELOADED("    control io_uring\n"
					       "    syscalls default as allow\n")));
	ASSERT_EQ(0, gabion_netlink_task_assign(self->client, pid, "sc_reloaded", &error));
	EXPECT_EQ(-EBUSY, source_load(self->client,
				      RELOADED("    control io_uring\n"
					       "    syscalls default as allow\n"
					       "    syscalls -io_uring_setup, -io_uring_enter\n")));
	EXPECT_EQ(-EBUSY, source_load(self->client, RELOADED("    control io_uring\n"
					       "    syscalls @testing\n")));
	EXPECT_EQ(0, source_load(self->client, RELOADED("    control io_uring\n"
					       "    syscalls default as allow\n    syscalls -getppid\n")));
	/* It would keep the host's ring in its memory. */
	EXPECT_EQ(0, source_load(self->client, RELOADED("    syscalls default as allow\n")));
	for (i = 0; i < 1000 && !ended; i++) {
		usleep(10000);
		ended = waitpid(pid, &status, WNOHANG);
	}
	EXPECT_EQ(pid, ended);
	EXPECT_EQ(SIGKILL, WTERMSIG(status));
	EXPECT_EQ(0, source_load(self->client, ""));
}

/* A grant of the ring without its twins: the compiler says which are missing. */
TEST_F(rings, the_compiler_wants_the_twins)
{
	size_t size;
	void *image;

	EXPECT_EQ(-EINVAL, source_compile(RELOADED("    syscalls @testing, io_uring_setup\n"),
					  &image, &size));
	EXPECT_EQ(-EINVAL, source_compile(RELOADED("    syscalls @testing, io_uring_enter\n"),
					  &image, &size));
	EXPECT_EQ(-EINVAL, source_compile(RELOADED("    syscalls default as allow\n"
						   "    syscalls openat(flags == 0) as errno EPERM\n"),
					  &image, &size));
}

/* And the kernel does not trust the compiler. */
TEST_F(rings, the_kernel_wants_the_twins)
{
	const struct gabion_policy_filter *filter;
	struct gabion_error error = { 0 };
	struct gabion_view view;
	const char *why;
	size_t size;
	void *image;
	u32 i, twin;
	__le32 *entry, was;

	ASSERT_EQ(0, source_compile(RELOADED("    syscalls default as allow\n"), &image, &size));
	ASSERT_EQ(0, gabion_view_open(&view, image, size, &why));
	for (i = 0; i < view.ndomains; i++)
		if (!strcmp(gabion_view_string(&view, view.domains[i].name), "sc_reloaded"))
			break;
	filter = gabion_filter_find(&view, i);
	ASSERT_NE(NULL, filter);
	for (twin = 0; twin < gabion_uring_ntwins; twin++) {
		u32 number = gabion_uring_twins[twin].number[GABION_ABI_X86_64];

		if (number >= le32toh(filter->abi[GABION_ABI_X86_64].count))
			continue;
		entry = (__le32 *)&view.calls[le32toh(filter->abi[GABION_ABI_X86_64].first) + number];
		was = *entry;
		*entry = htole32(GABION_OUTCOME(GABION_ACTION_ERRNO, EPERM));
		source_seal(image, size);
		EXPECT_EQ(-EINVAL, gabion_netlink_policy_load(self->client, image, size, &error)) {
			TH_LOG("%s: %s", gabion_uring_twins[twin].name, error.text);
		}
		*entry = was;
	}
	source_seal(image, size);
	EXPECT_EQ(0, gabion_netlink_policy_load(self->client, image, size, &error));
	EXPECT_EQ(0, source_load(self->client, ""));
	free(image);
}

TEST_HARNESS_MAIN
