// SPDX-License-Identifier: GPL-2.0
/*
 * An open file is no grant for ever: what a process holds is looked at again when it comes into
 * another domain, and when its domain may less by a new policy.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"
#include "lib/lost.h"
#include "lib/pass.h"
#include "lib/revocable.h"
#include "lib/source.h"
#include "lib/touch.h"
#include "lib/worker.h"

#define OBJECT TEST_DIR "/object"

/* --- what it holds --- */

static int held = -1;

static int outcome(long result)
{
	return lost_outcome(held, result);
}

static int hold(int fd)
{
	held = fd;
	return fd < 0 ? errno : 0;
}

static int hold_to_read(void)
{
	return hold(open(OBJECT "/file", O_RDONLY));
}

static int hold_to_write(void)
{
	return hold(open(OBJECT "/file", O_WRONLY));
}

static int hold_duplicate(void)
{
	int fd = open(OBJECT "/file", O_RDONLY), err = hold(fcntl(fd, F_DUPFD, 100));

	close(fd);
	return err;
}

static int hold_folder(void)
{
	return hold(open(OBJECT, O_RDONLY | O_DIRECTORY));
}

/* In a message that nobody has received yet; received by use(). */
static int queue[2];

static int hold_in_a_queue(void)
{
	int fd = open(OBJECT "/file", O_RDONLY), err;

	if (fd < 0 || socketpair(AF_UNIX, SOCK_DGRAM, 0, queue))
		return errno;
	/* Two: each use() takes one. */
	err = pass_send(queue[0], &fd, 1) ?: pass_send(queue[0], &fd, 1);
	return err ?: ATTEMPT(close(fd));
}

static char *mapping;

static int hold_shared_mapping(void)
{
	return touch_map(&mapping, O_RDWR, PROT_READ | PROT_WRITE, OBJECT "/file", MAP_SHARED);
}

/* Not writable yet, but it could be made so. */
static int hold_latent_mapping(void)
{
	return touch_map(&mapping, O_RDWR, PROT_READ, OBJECT "/file", MAP_SHARED);
}

/* Of its own, and yet the file as it is now, as long as it was not written to. */
static int hold_private_mapping(void)
{
	return touch_map(&mapping, O_RDONLY, PROT_READ, OBJECT "/file", MAP_PRIVATE);
}

static int hold_closed_mapping(void)
{
	return touch_map(&mapping, O_RDONLY, PROT_NONE, OBJECT "/file", MAP_PRIVATE);
}

static int hold_code(void)
{
	return touch_map(&mapping, O_RDONLY, PROT_READ | PROT_EXEC, OBJECT "/code", MAP_PRIVATE);
}

/* --- what it does with it --- */

static int read_it(void)
{
	char byte;

	return outcome(pread(held, &byte, 1, 0));
}

static int write_it(void)
{
	return outcome(pwrite(held, "x", 1, 0));
}

static int list_it(void)
{
	char buffer[1024];

	/* Where it was read to its end, nothing is left. */
	lseek(held, 0, SEEK_SET);
	return outcome(syscall(SYS_getdents64, held, buffer, sizeof(buffer)));
}

static int open_below_it(void)
{
	return outcome(openat(held, "file", O_RDONLY));
}

static int cut_it(void)
{
	return outcome(ftruncate(held, 1));
}

static int receive_it(void)
{
	int fd;

	return pass_receive(queue[1], 0, false, &fd, 1);
}

static void write_byte(void)
{
	*(volatile char *)mapping = 'x';
}

static void call_code(void)
{
	((void (*)(void))mapping)();
}

static int write_mapping(void)
{
	return touch(write_byte);
}

static int write_latent_mapping(void)
{
	if (mprotect(mapping, 4096, PROT_READ | PROT_WRITE))
		return errno == ENOMEM ? EACCES : errno;
	return touch(write_byte) ?: ATTEMPT(mprotect(mapping, 4096, PROT_READ));
}

static void read_byte(void)
{
	(void)*(volatile char *)mapping;
}

static int read_mapping(void)
{
	return touch(read_byte);
}

static int read_closed_mapping(void)
{
	if (mprotect(mapping, 4096, PROT_READ))
		return errno == ENOMEM ? EACCES : errno;
	return touch(read_byte) ?: ATTEMPT(mprotect(mapping, 4096, PROT_NONE));
}

static int call_mapping(void)
{
	return touch(call_code);
}

/* A second thread, which has the same descriptors and waits to be told, too. */
static pthread_barrier_t gate;
static int result_of_thread;

static void *read_in_thread(void *unused)
{
	for (;;) {
		pthread_barrier_wait(&gate);
		result_of_thread = read_it();
		pthread_barrier_wait(&gate);
	}
	return NULL;
}

static int hold_in_a_thread(void)
{
	pthread_t thread;

	pthread_barrier_init(&gate, NULL, 2);
	return hold_to_read() ?: pthread_create(&thread, NULL, read_in_thread, NULL);
}

static int use_in_a_thread(void)
{
	pthread_barrier_wait(&gate);
	pthread_barrier_wait(&gate);
	return result_of_thread;
}

/* --- each of them, lost by assignment and by policy --- */

static const struct holding {
	const char *name;
	int (*set_up)(void);
	int (*use)(void);
	uint32_t refused;
	const char *object;
} holdings[] = {
	{ "reading", hold_to_read, read_it, GABION_FILE_READ, OBJECT "/file" },
	{ "writing", hold_to_write, write_it, GABION_FILE_WRITE, OBJECT "/file" },
	{ "truncation", hold_to_write, cut_it, GABION_FILE_WRITE, OBJECT "/file" },
	{ "duplicate", hold_duplicate, read_it, GABION_FILE_READ, OBJECT "/file" },
	{ "folder", hold_folder, list_it, GABION_FILE_READ, OBJECT },
	{ "below a folder", hold_folder, open_below_it, GABION_FILE_READ, OBJECT },
	{ "queued", hold_in_a_queue, receive_it, GABION_FILE_READ, OBJECT "/file" },
	{ "thread", hold_in_a_thread, use_in_a_thread, GABION_FILE_READ, OBJECT "/file" },
	{ "shared mapping", hold_shared_mapping, write_mapping, GABION_FILE_WRITE, OBJECT "/file" },
	{ "latent mapping", hold_latent_mapping, write_latent_mapping, GABION_FILE_WRITE,
	  OBJECT "/file" },
	{ "private mapping", hold_private_mapping, read_mapping, GABION_FILE_READ,
	  OBJECT "/file" },
	{ "closed mapping", hold_closed_mapping, read_closed_mapping, GABION_FILE_READ,
	  OBJECT "/file" },
	{ "code", hold_code, call_mapping, GABION_FILE_MAP, OBJECT "/code" },
};

#define NHOLDINGS (sizeof(holdings) / sizeof(*holdings))

FIXTURE(revoke)
{
	GABION_FIXTURE_MEMBERS
	struct worker workers[NHOLDINGS];
};

FIXTURE_SETUP(revoke)
{
	struct gabion_error error = { 0 };
	size_t i;
	int fd;

	self->client = NULL;
	ASSERT_EQ(0, gabion_netlink_open(&self->client, &error)) TH_LOG("%s", error.text);
	confine_prepare();
	fd = open(OBJECT "/code", O_WRONLY | O_CREAT, 0755);
	ASSERT_EQ(1, write(fd, "\xc3", 1));	/* ret */
	close(fd);
	for (i = 0; i < NHOLDINGS; i++)
		ASSERT_EQ(0, worker_start(&self->workers[i], holdings[i].set_up, holdings[i].use));
}

FIXTURE_TEARDOWN(revoke)
{
	size_t i;

	for (i = 0; i < NHOLDINGS; i++)
		worker_end(&self->workers[i]);
	gabion_netlink_close(self->client);
}

static unsigned int refusals(struct gabion_netlink *client, const char *domain, uint32_t refused,
			     const char *object)
{
	return confine_events_count(client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_FILE,
		.refused = refused, .domain = domain, .object = object });
}

/* All of them into @domain. Return: 0 or -errno. */
static int assign_all(struct gabion_netlink *client, const struct worker *workers,
		      const char *domain)
{
	struct gabion_error error = { 0 };
	int err = 0;
	size_t i;

	for (i = 0; i < NHOLDINGS && !err; i++)
		err = gabion_netlink_task_assign(client, workers[i].pid, domain, &error);
	return err;
}

/* Does each of them answer @expected to @order? Says which do not. */
static bool all_answer(const struct worker *workers, char order, int expected)
{
	bool as_expected = true;
	int answer;
	size_t i;

	for (i = 0; i < NHOLDINGS; i++) {
		answer = worker_do(&workers[i], order);
		if (answer == expected)
			continue;
		printf("# %s: %d instead of %d\n", holdings[i].name, answer, expected);
		as_expected = false;
	}
	fflush(stdout);
	return as_expected;
}

static bool all_recorded(struct gabion_netlink *client, const char *domain)
{
	bool recorded = true;
	size_t i;

	for (i = 0; i < NHOLDINGS; i++) {
		if (refusals(client, domain, holdings[i].refused, holdings[i].object))
			continue;
		printf("# %s: no event\n", holdings[i].name);
		recorded = false;
	}
	fflush(stdout);
	return recorded;
}

TEST_F(revoke, by_assignment)
{
	ASSERT_TRUE(all_answer(self->workers, 's', 0));
	EXPECT_TRUE(all_answer(self->workers, 'u', 0));
	confine_events_clear(self->client);
	ASSERT_EQ(0, assign_all(self->client, self->workers, "refused"));
	EXPECT_TRUE(all_answer(self->workers, 'u', EACCES));
	EXPECT_TRUE(all_recorded(self->client, "refused"));
}

/* Assigned to a domain that may the same: nothing is lost. */
TEST_F(revoke, not_by_a_domain_that_may)
{
	ASSERT_TRUE(all_answer(self->workers, 's', 0));
	EXPECT_TRUE(all_answer(self->workers, 'u', 0));
	ASSERT_EQ(0, assign_all(self->client, self->workers, "granted"));
	EXPECT_TRUE(all_answer(self->workers, 'u', 0));
}

TEST_F(revoke, by_policy)
{
	ASSERT_EQ(0, source_load(self->client, REVOCABLE("    read, write, map  object\n")));
	ASSERT_EQ(0, assign_all(self->client, self->workers, "revocable"));
	EXPECT_TRUE(all_answer(self->workers, 's', 0));
	EXPECT_TRUE(all_answer(self->workers, 'u', 0));
	confine_events_clear(self->client);
	ASSERT_EQ(0, source_load(self->client, REVOCABLE("")));
	EXPECT_TRUE(all_answer(self->workers, 'u', EACCES));
	EXPECT_TRUE(all_recorded(self->client, "revocable"));
	/* A policy without their domain waits for them to leave it. */
	EXPECT_EQ(0, assign_all(self->client, self->workers, "granted"));
	EXPECT_EQ(0, source_load(self->client, ""));
}

TEST_HARNESS_MAIN
