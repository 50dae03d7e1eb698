// SPDX-License-Identifier: GPL-2.0
/* POSIX message queues: files called /dev/mqueue/NAME, whether a mount shows them or not. */
#include <fcntl.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/attempt.h"

#define QUEUE "/gabion-test"
#define NAME "/dev/mqueue" QUEUE

static int make_queue(void)
{
	struct mq_attr attr = { .mq_maxmsg = 4, .mq_msgsize = 16 };
	mqd_t queue = mq_open(QUEUE, O_RDWR | O_CREAT, 0666, &attr);
	int err = queue < 0 ? errno : ATTEMPT(mq_send(queue, "first", 6, 0));

	if (queue >= 0)
		mq_close(queue);
	return err;
}

static int before_unmounted(struct gabion_netlink *client)
{
	while (!umount2("/dev/mqueue", MNT_DETACH))
		;
	mq_unlink(QUEUE);
	return make_queue();
}

static int mount_queues(void)
{
	if (mkdir("/dev/mqueue", 01777) && errno != EEXIST)
		return errno;
	return ATTEMPT(mount("mqueue", "/dev/mqueue", "mqueue", 0, NULL));
}

static int before_mounted(struct gabion_netlink *client)
{
	return before_unmounted(client) ?: mount_queues();
}

static int before_without_queue(struct gabion_netlink *client)
{
	int err = before_unmounted(client);

	return err ?: ATTEMPT(mq_unlink(QUEUE));
}

static void after(void)
{
	umount2("/dev/mqueue", MNT_DETACH);
	mq_unlink(QUEUE);
}

#define QUEUE_VARIANT_(name, function, permission, prepare)			\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = function, .before = prepare, .after = after,		\
		.error = EACCES, .klass = GABION_CLASS_FILE,			\
		.refused = GABION_FILE_##permission, .object = NAME,		\
	}
/* With the queues mounted on /dev/mqueue and without. */
#define QUEUE_VARIANT(name, permission)						\
	QUEUE_VARIANT_(name, name, permission, before_unmounted);		\
	QUEUE_VARIANT_(name##_mounted, name, permission, before_mounted)

static int open_queue(int flags)
{
	mqd_t queue = mq_open(QUEUE, flags);

	return queue < 0 ? errno : ATTEMPT(mq_close(queue));
}

static int open_to_receive(void)
{
	return open_queue(O_RDONLY);
}
QUEUE_VARIANT(open_to_receive, READ);

static int open_to_send(void)
{
	return open_queue(O_WRONLY);
}
QUEUE_VARIANT(open_to_send, WRITE);

static int open_both_ways(void)
{
	return open_queue(O_RDWR);
}
QUEUE_VARIANT(open_both_ways, READ | GABION_FILE_WRITE);

/* What execve(2) opens with (__FMODE_EXEC), which mq_open(2) hands on as it is given. */
static int open_as_if_to_execute(void)
{
	return open_queue(O_RDWR | 0x20);
}
QUEUE_VARIANT(open_as_if_to_execute, READ | GABION_FILE_WRITE);

static int receive(void)
{
	mqd_t queue = mq_open(QUEUE, O_RDONLY | O_NONBLOCK);
	char message[16];

	return queue < 0 ? errno : mq_receive(queue, message, sizeof(message), NULL) < 0 &&
				   errno != EAGAIN ? errno : 0;
}
QUEUE_VARIANT(receive, READ);

static int unlink_queue(void)
{
	return ATTEMPT(mq_unlink(QUEUE));
}
QUEUE_VARIANT(unlink_queue, DELETE);

static int create_queue(void)
{
	return make_queue() ?: ATTEMPT(mq_unlink(QUEUE));
}
QUEUE_VARIANT_(create_queue, create_queue, CREATE, before_without_queue);

/* By the mount, as any file. */
static int read_by_name(void)
{
	return ATTEMPT(open(NAME, O_RDONLY));
}
QUEUE_VARIANT_(read_by_name, read_by_name, READ, before_mounted);

static int unlink_by_name(void)
{
	return ATTEMPT(unlink(NAME));
}
QUEUE_VARIANT_(unlink_by_name, unlink_by_name, DELETE, before_mounted);

GABION_FIXTURE(mqueue)

/* A mount elsewhere is no other name. */
static int read_elsewhere(void)
{
	return ATTEMPT(open(TEST_DIR "/other/dir" QUEUE, O_RDONLY));
}

TEST_F(mqueue, a_mount_elsewhere_is_no_other_name)
{
	ASSERT_EQ(0, before_unmounted(NULL));
	ASSERT_EQ(0, mkdir(TEST_DIR "/other/dir", 0755));
	ASSERT_EQ(0, mount("mqueue", TEST_DIR "/other/dir", "mqueue", 0, NULL));
	EXPECT_EQ(0, confine_run(self->client, NULL, read_elsewhere));
	EXPECT_EQ(0, confine_run(self->client, "granted", read_elsewhere));
	EXPECT_EQ(EACCES, confine_run(self->client, "queueless", read_elsewhere));
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
		.refused = GABION_FILE_READ, .domain = "queueless", .object = NAME }));
	EXPECT_EQ(0, umount2(TEST_DIR "/other/dir", MNT_DETACH));
	after();
}

/* Queues of another namespace, which nobody has mounted, have the same names. */
TEST_F(mqueue, in_a_namespace_of_the_hosts)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (unshare(CLONE_NEWIPC) || make_queue())
			_exit(99);
		if (confine_run(self->client, NULL, open_both_ways))
			_exit(1);
		if (confine_run(self->client, "granted", open_both_ways))
			_exit(2);
		_exit(confine_run(self->client, "refused", open_both_ways) == EACCES ? 0 : 3);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
		.refused = GABION_FILE_READ | GABION_FILE_WRITE, .domain = "refused",
		.object = NAME }));
}

/* A descriptor of a queue is looked at again as that of a file is. */
static mqd_t inherited;

static int receive_inherited(void)
{
	char message[16];

	return ATTEMPT(mq_receive(inherited, message, sizeof(message), NULL));
}

TEST_F(mqueue, an_inherited_descriptor)
{
	ASSERT_EQ(0, before_unmounted(NULL));
	inherited = mq_open(QUEUE, O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, inherited);
	/* /dev/null is no queue. */
	EXPECT_EQ(EBADF, confine_run(self->client, "refused", receive_inherited));
	EXPECT_EQ(0, confine_run(self->client, "granted", receive_inherited));
	mq_close(inherited);
	after();
}

TEST_HARNESS_MAIN
