// SPDX-License-Identifier: GPL-2.0
/*
 * The host's default domain: a policy that says `domain host` holds every user task that
 * no other domain has, from the moment on that it is in force and until another one comes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/host.h"

#define ENTERED		TEST_DIR "/entered"

FIXTURE(host)
{
	GABION_FIXTURE_MEMBERS
	struct late late;
};

HOST_LIFE(host)

static unsigned int refused(struct gabion_netlink *client)
{
	return confine_events_count(client, &(struct confine_expect){
		.type = GABION_EVENT_ACCESS, .verdict = GABION_VERDICT_DENIED,
		.klass = GABION_CLASS_FILE, .refused = GABION_FILE_READ,
		.reason = GABION_REASON_DENY, .domain = "host", .object = LATE_OBJECT });
}

/* --- who is held --- */

TEST_F(host, whoever_was_there_is_held_with_all_threads_and_descriptors)
{
	ASSERT_EQ(0, late_ask(&self->late, LATE_THREADS));
	ASSERT_EQ(0, late_ask(&self->late, LATE_HOLD));
	ASSERT_EQ(0, late_ask(&self->late, LATE_USE));
	EXPECT_FALSE(host_is_held(self->client, self->late.pid));
	ASSERT_EQ(0, host_hold(self->client, HOST_HELD));
	EXPECT_TRUE(host_is_held(self->client, self->late.pid));
	EXPECT_TRUE(host_is_held(self->client, 1));
	EXPECT_EQ(EACCES, late_ask(&self->late, LATE_USE));
	confine_events_clear(self->client);
	EXPECT_EQ(EACCES, late_ask(&self->late, LATE_OPEN_ALL));
	EXPECT_EQ(1 + LATE_NTHREADS, refused(self->client));
}

TEST_F(host, kernel_threads_are_not)
{
	ASSERT_EQ(0, host_hold(self->client, HOST_HELD));
	EXPECT_FALSE(host_is_held(self->client, 2));	/* kthreadd */
	EXPECT_STREQ("host", confine_domain_of(self->client, 2));
}

static int by_child(void)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(late_open());
	return waitpid(pid, &status, 0) == pid ? WEXITSTATUS(status) : 99;
}

/* As a daemon leaves its parent, session and terminal. */
static int by_daemon(void)
{
	int ends[2], result = 99;
	pid_t pid;

	if (pipe(ends))
		return 99;
	pid = fork();
	if (!pid) {
		setsid();
		if (fork())
			_exit(0);
		result = late_open();
		_exit(write(ends[1], &result, sizeof(result)) != sizeof(result));
	}
	waitpid(pid, NULL, 0);
	close(ends[1]);
	if (read(ends[0], &result, sizeof(result)) != sizeof(result))
		result = 99;
	close(ends[0]);
	return result;
}

static void *open_in_thread(void *result)
{
	*(int *)result = late_open();
	return NULL;
}

static int by_thread(void)
{
	pthread_t thread;
	int result = 99;

	pthread_create(&thread, NULL, open_in_thread, &result);
	pthread_join(thread, NULL);
	return result;
}

/* Another program: it tells by its status. */
static int by_program(void)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		close(2);
		execl("/usr/bin/head", "head", "-c0", LATE_OBJECT, (char *)NULL);
		_exit(98);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status) == 1 ? EACCES : WEXITSTATUS(status);
}

TEST_F(host, whoever_comes_after_is_held)
{
	int (*const ways[])(void) = { late_open, by_child, by_daemon, by_thread, by_program };
	size_t n = sizeof(ways) / sizeof(*ways), i;

	for (i = 0; i < n; i++)
		EXPECT_EQ(0, ways[i]()) TH_LOG("way %zu", i);
	ASSERT_EQ(0, host_hold(self->client, HOST_HELD));
	for (i = 0; i < n; i++)
		EXPECT_EQ(EACCES, ways[i]()) TH_LOG("way %zu", i);
	EXPECT_EQ(n, refused(self->client));
}

TEST_F(host, whoever_is_born_meanwhile_is_held)
{
	ASSERT_EQ(0, late_tell(&self->late, LATE_CHAIN));
	usleep(300000);
	ASSERT_EQ(0, host_hold(self->client, HOST_HELD));
	EXPECT_EQ(EACCES, late_answer(&self->late));
}

/* --- what leads out of it --- */

#define ENTERING	HOST_DOMAIN("hosted", "    enter " ENTERED "\n    read object\n")

static int exec_without_new_privileges(void)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		execl(ENTERED, "late", (char *)NULL);
		_exit(errno);
	}
	return waitpid(pid, &status, 0) == pid ? WEXITSTATUS(status) : 99;
}

TEST_F(host, a_program_leads_to_its_domain_from_it)
{
	struct late entered;

	ASSERT_EQ(0, late_install(ENTERED));
	ASSERT_EQ(0, host_hold(self->client, HOST_HELD ENTERING));
	ASSERT_EQ(0, late_start(&entered, ENTERED));
	EXPECT_STREQ("hosted", confine_domain_of(self->client, entered.pid));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.type = GABION_EVENT_TRANSITION, .verdict = GABION_VERDICT_ALLOWED,
		.domain = "host", .target = "hosted", .object = ENTERED }));
	EXPECT_EQ(EACCES, late_ask(&self->late, LATE_OPEN));
	late_end(&entered);
	/* Which is a transition between two domains: neither is known to have less. */
	EXPECT_EQ(EPERM, exec_without_new_privileges());
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .reason = GABION_REASON_TRANSITION,
		.domain = "host", .target = "hosted" }));
}

TEST_F(host, a_task_of_another_domain_can_be_assigned_back)
{
	struct gabion_error error = { 0 };

	ASSERT_EQ(0, host_hold(self->client, HOST_HELD));
	ASSERT_EQ(0, gabion_netlink_task_assign(self->client, self->late.pid, "granted", &error));
	EXPECT_STREQ("granted", confine_domain_of(self->client, self->late.pid));
	ASSERT_EQ(0, gabion_netlink_task_assign(self->client, self->late.pid, "host", &error))
		TH_LOG("%s", error.text);
	EXPECT_TRUE(host_is_held(self->client, self->late.pid));
}

/* --- until another policy comes --- */

TEST_F(host, a_policy_without_it_lets_them_go)
{
	ASSERT_EQ(0, host_hold(self->client, HOST_HELD));
	ASSERT_EQ(EACCES, late_ask(&self->late, LATE_OPEN));
	ASSERT_EQ(0, host_hold(self->client, ""));
	EXPECT_EQ(0, late_ask(&self->late, LATE_OPEN));
	EXPECT_FALSE(host_is_held(self->client, self->late.pid));
	EXPECT_EQ(0, refused(self->client));
}

TEST_F(host, so_does_an_unload)
{
	struct gabion_error error = { 0 };

	ASSERT_EQ(0, host_hold(self->client, HOST_HELD));
	ASSERT_EQ(EACCES, late_ask(&self->late, LATE_OPEN));
	ASSERT_EQ(0, gabion_netlink_policy_unload(self->client, &error)) TH_LOG("%s", error.text);
	EXPECT_EQ(0, late_ask(&self->late, LATE_OPEN));
	EXPECT_FALSE(host_is_held(self->client, self->late.pid));
}

#define NSWAPS	100

static struct {
	volatile int stop;
	volatile unsigned long tried, had, lost;
} *swapped;

static _Noreturn void work(void)
{
	int fd;

	while (!swapped->stop) {
		swapped->had += !late_open() + !by_child();
		fd = open(TEST_DIR "/other/file", O_RDONLY);
		swapped->lost += fd < 0;
		close(fd);
		swapped->tried++;
	}
	_exit(0);
}

/* What both refuse is refused, and what both grant is granted, all the time. */
TEST_F(host, one_policy_that_holds_them_after_another)
{
	struct gabion_error error = { 0 };
	const char *const texts[] = { HOST_HELD, HOST_OTHER };
	void *images[2];
	size_t sizes[2];
	int i, status;
	pid_t worker;

	swapped = mmap(NULL, sizeof(*swapped), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, source_compile(texts[i], &images[i], &sizes[i]));
	ASSERT_EQ(0, gabion_netlink_policy_load(self->client, images[0], sizes[0], &error));
	worker = fork();
	if (!worker)
		work();
	while (!swapped->tried)
		usleep(1000);
	for (i = 1; i <= NSWAPS; i++)
		ASSERT_EQ(0, gabion_netlink_policy_load(self->client, images[i % 2], sizes[i % 2],
							&error)) TH_LOG("%s", error.text);
	swapped->stop = 1;
	ASSERT_EQ(worker, waitpid(worker, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(0, swapped->had);
	EXPECT_EQ(0, swapped->lost);
	for (i = 0; i < 2; i++)
		free(images[i]);
}

TEST_HARNESS_MAIN
