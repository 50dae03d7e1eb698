// SPDX-License-Identifier: GPL-2.0
/* System V message queues that another domain made. */
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <unistd.h>
#include "kselftest_harness.h"

#define ATTEMPT_WITHOUT_FILES
#include "lib/attempt.h"

#ifndef MSG_COPY
#define MSG_COPY 040000
#endif
#ifndef MSG_STAT_ANY
#define MSG_STAT_ANY 13
#endif

#define KEY	0x6761b101

struct message {
	long type;
	char text[8];
};

static int queue;

static int make_queue(void)
{
	struct message message = { 1, "first" };
	int id = msgget(KEY, IPC_CREAT | IPC_EXCL | 0666);

	return id < 0 ? errno : ATTEMPT(msgsnd(id, &message, sizeof(message.text), 0));
}

/* The queue, with one message in it, made in @domain. */
static int queue_of(struct gabion_netlink *client, const char *domain)
{
	int err;

	msgctl(msgget(KEY, 0), IPC_RMID, NULL);
	err = confine_run(client, domain, make_queue);
	queue = msgget(KEY, 0);
	return err ?: ATTEMPT(queue);
}

static int before(struct gabion_netlink *client)
{
	return queue_of(client, "target");
}

static void after(void)
{
	msgctl(queue, IPC_RMID, NULL);
}

/* @status: ipcperms() turns every refusal into EACCES; msgctl() passes on EPERM. */
#define QUEUE_VARIANT(name, permission, by, status)				\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .before = before, .after = after,			\
		.error = status, .klass = GABION_CLASS_DOMAIN,			\
		.refused = permission, .refused_by = by, .target = "target",	\
	}

static int find_to_read(void)
{
	return ATTEMPT(msgget(KEY, 0444));
}
QUEUE_VARIANT(find_to_read, GABION_DOM_IPC_READ, NULL, EACCES);

static int find_to_write(void)
{
	return ATTEMPT(msgget(KEY, 0222));
}
QUEUE_VARIANT(find_to_write, GABION_DOM_IPC_WRITE, "onlooker", EACCES);

static int send(void)
{
	return ATTEMPT(msgsnd(queue, &(struct message){ 2, "second" }, 8, IPC_NOWAIT));
}
QUEUE_VARIANT(send, GABION_DOM_IPC_WRITE, "onlooker", EACCES);

static int receive(void)
{
	struct message message;

	return ATTEMPT(msgrcv(queue, &message, sizeof(message.text), 0, IPC_NOWAIT));
}
QUEUE_VARIANT(receive, GABION_DOM_IPC_READ, NULL, EACCES);

/* The first one too many is looked at, and left where it is. */
static int receive_too_long(void)
{
	struct message message;

	return msgrcv(queue, &message, 1, 0, IPC_NOWAIT) < 0 && errno != E2BIG ? errno : 0;
}
QUEUE_VARIANT(receive_too_long, GABION_DOM_IPC_READ, NULL, EACCES);

static int copy(void)
{
	struct message message;

	return ATTEMPT(msgrcv(queue, &message, sizeof(message.text), 0, MSG_COPY | IPC_NOWAIT));
}
QUEUE_VARIANT(copy, GABION_DOM_IPC_READ, NULL, EACCES);

static int status(void)
{
	struct msqid_ds ds;

	return ATTEMPT(msgctl(queue, IPC_STAT, &ds));
}
QUEUE_VARIANT(status, GABION_DOM_IPC_READ, NULL, EACCES);

/* Index of the queue in the kernel's table. */
static int slot(void)
{
	return queue & 0x7fff;
}

static int status_by_slot(void)
{
	struct msqid_ds ds;

	return ATTEMPT(msgctl(slot(), MSG_STAT, &ds));
}
QUEUE_VARIANT(status_by_slot, GABION_DOM_IPC_READ, NULL, EACCES);

/* Does not look at the mode. */
static int status_whatever_the_mode(void)
{
	struct msqid_ds ds;

	return ATTEMPT(msgctl(slot(), MSG_STAT_ANY, &ds));
}
QUEUE_VARIANT(status_whatever_the_mode, GABION_DOM_IPC_READ, NULL, EPERM);

static int set(void)
{
	struct msqid_ds ds = { .msg_qbytes = 4096, .msg_perm.mode = 0666 };

	return ATTEMPT(msgctl(queue, IPC_SET, &ds));
}
QUEUE_VARIANT(set, GABION_DOM_IPC_WRITE, "onlooker", EPERM);

static int remove_queue(void)
{
	return ATTEMPT(msgctl(queue, IPC_RMID, NULL));
}
QUEUE_VARIANT(remove_queue, GABION_DOM_IPC_WRITE, "onlooker", EPERM);

GABION_FIXTURE(message)

/* Who may only read sees no message that he would take away: an empty queue. */
TEST_F(message, receiving_is_also_writing)
{
	ASSERT_EQ(0, before(self->client));
	confine_events_clear(self->client);
	EXPECT_EQ(0, confine_run(self->client, "onlooker", copy));
	EXPECT_EQ(0, confine_run(self->client, "onlooker", status));
	EXPECT_EQ(ENOMSG, confine_run(self->client, "onlooker", receive));
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_DOMAIN,
		.refused = GABION_DOM_IPC_WRITE, .domain = "onlooker", .target = "target" }));
	EXPECT_EQ(0, confine_run(self->client, NULL, receive));
	after();
}

/* The sender hands a message to a receiver that waits: the receiver is judged. */
static int wait_for_message(void)
{
	struct message message;

	alarm(3);
	return ATTEMPT(msgrcv(queue, &message, sizeof(message.text), 7, 0));
}

static int hand_over(struct gabion_netlink *client, const char *receiver)
{
	pid_t pid;
	int status;

	if (before(client))
		return -1;
	pid = fork();
	if (!pid)
		_exit(confine_run(client, receiver, wait_for_message));
	usleep(500000);
	if (msgsnd(queue, &(struct message){ 7, "seventh" }, 8, 0) ||
	    waitpid(pid, &status, 0) != pid)
		return -1;
	after();
	return WEXITSTATUS(status);
}

TEST_F(message, a_waiting_receiver_is_judged)
{
	EXPECT_EQ(0, hand_over(self->client, NULL));
	EXPECT_EQ(0, hand_over(self->client, "granted"));
	confine_events_clear(self->client);
	EXPECT_EQ(128 + SIGALRM, hand_over(self->client, "onlooker"));
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
		.refused = GABION_DOM_IPC_WRITE, .target = "target" }));
}

static int everything(void)
{
	return status() ?: send() ?: copy() ?: receive() ?: set() ?: remove_queue();
}

static int everything_with_own(void)
{
	queue = msgget(KEY + 1, IPC_CREAT | IPC_EXCL | 0666);
	return queue < 0 ? errno : everything();
}

TEST_F(message, own_queue_is_free)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, everything_with_own));
	EXPECT_EQ(0, confine_run(self->client, "refused", everything_with_own));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_DOMAIN, .domain = "refused" }));
}

/* Made by nobody in particular: the host's, and no rule is about it. */
TEST_F(message, the_hosts_queue_is_out_of_reach)
{
	ASSERT_EQ(0, queue_of(self->client, NULL));
	confine_events_clear(self->client);
	EXPECT_EQ(EACCES, confine_run(self->client, "granted", send));
	EXPECT_EQ(EACCES, confine_run(self->client, "granted", status));
	EXPECT_EQ(EPERM, confine_run(self->client, "granted", remove_queue));
	EXPECT_EQ(3, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_DOMAIN, .domain = "granted", .target = "host" }));
	after();
}

/* A queue that comes where another was belongs to who made it, not to who made the other. */
TEST_F(message, a_new_queue_has_a_new_owner)
{
	int i;

	for (i = 0; i < 50; i++) {
		ASSERT_EQ(0, queue_of(self->client, "target"));
		ASSERT_EQ(0, queue_of(self->client, NULL));
		ASSERT_EQ(EACCES, confine_run(self->client, "granted", status));
	}
	after();
}

static int send_text(void)
{
	return ATTEMPT(msgsnd(msgget(KEY, 0222), &(struct message){ 3, "report" }, 8, IPC_NOWAIT));
}

/* Up is written to and down is read from, never the other way round. */
TEST_F(message, level_order)
{
	ASSERT_EQ(0, queue_of(self->client, "high_domain"));
	EXPECT_EQ(0, confine_run(self->client, "low_domain", send_text));
	confine_events_clear(self->client);
	EXPECT_EQ(EACCES, confine_run(self->client, "low_domain", copy));
	EXPECT_EQ(EACCES, confine_run(self->client, "low_domain", receive));
	EXPECT_EQ(2, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_DOMAIN, .refused = GABION_DOM_IPC_READ,
		.domain = "low_domain", .target = "high_domain" }));

	ASSERT_EQ(0, queue_of(self->client, "low_domain"));
	EXPECT_EQ(0, confine_run(self->client, "high_domain", copy));
	confine_events_clear(self->client);
	EXPECT_EQ(EACCES, confine_run(self->client, "high_domain", send));
	EXPECT_EQ(ENOMSG, confine_run(self->client, "high_domain", receive));
	EXPECT_EQ(2, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_DOMAIN, .refused = GABION_DOM_IPC_WRITE,
		.domain = "high_domain", .target = "low_domain" }));
	after();
}

TEST_HARNESS_MAIN
