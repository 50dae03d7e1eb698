// SPDX-License-Identifier: GPL-2.0
/* The audit stream: what is in an event, modes, order, and the account of losses. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"

GABION_FIXTURE(audit)

static int read_object(void)
{
	return ATTEMPT(open(TEST_DIR "/object/file", O_RDONLY));
}

TEST_F(audit, an_event_says_who_what_and_why)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	struct gabion_error error = { 0 };
	const struct gabion_event *e;

	ASSERT_EQ(EACCES, confine_run(self->client, "refused", read_object));
	ASSERT_EQ(0, gabion_netlink_read(self->client, 0, &batch, &error));
	ASSERT_EQ(1, batch.nevents);
	e = &batch.events[0];
	EXPECT_EQ(GABION_EVENT_ACCESS, e->type);
	EXPECT_EQ(GABION_VERDICT_DENIED, e->verdict);
	EXPECT_EQ(GABION_REASON_SIGMA, e->reason);
	EXPECT_EQ(GABION_CLASS_FILE, e->klass);
	EXPECT_EQ(GABION_FILE_READ, e->wanted);
	EXPECT_EQ(GABION_FILE_READ, e->refused);
	EXPECT_STREQ("refused", e->domain);
	EXPECT_STREQ("object", e->resource);
	EXPECT_STREQ(TEST_DIR "/object/file", e->object);
	EXPECT_STREQ("file_open", e->hook);
	EXPECT_STREQ("audit", e->comm);
	EXPECT_EQ(0, e->uid);
	EXPECT_EQ((uint32_t)getpid(), e->ppid);
	EXPECT_LT(0, e->start);
	EXPECT_LE(e->start, e->boottime);
	ASSERT_NE(NULL, e->exe);
	EXPECT_NE(NULL, strstr(e->exe, "/audit"));
}

TEST_F(audit, complain_mode_lets_pass_and_says_so)
{
	EXPECT_EQ(0, confine_run(self->client, "complaining", read_object));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_COMPLAIN, .refused = GABION_FILE_READ,
		.domain = "complaining", .object = TEST_DIR "/object/file" }));
}

TEST_F(audit, a_quiet_refusal_is_not_recorded)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	struct gabion_error error = { 0 };

	EXPECT_EQ(EACCES, confine_run(self->client, "silent", read_object));
	ASSERT_EQ(0, gabion_netlink_read(self->client, 0, &batch, &error));
	EXPECT_EQ(0, batch.nevents);
}

TEST_F(audit, a_marked_grant_is_recorded)
{
	EXPECT_EQ(0, confine_run(self->client, "watched", read_object));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_ALLOWED, .domain = "watched",
		.object = TEST_DIR "/object/file" }));
}

/* What was not acknowledged comes again; what was, does not. */
TEST_F(audit, only_acknowledged_events_go)
{
	cleanup_batch struct gabion_batch first = { 0 }, second = { 0 }, third = { 0 };
	struct gabion_error error = { 0 };
	int i;

	for (i = 0; i < 5; i++)
		confine_run(self->client, "refused", read_object);
	ASSERT_EQ(0, gabion_netlink_read(self->client, 0, &first, &error));
	ASSERT_EQ(0, gabion_netlink_read(self->client, 0, &second, &error));
	ASSERT_EQ(5, first.nevents);
	ASSERT_EQ(5, second.nevents);
	EXPECT_EQ(first.events[4].sequence, second.events[4].sequence);
	ASSERT_EQ(0, gabion_netlink_read(self->client, first.events[2].sequence, &third, &error));
	ASSERT_EQ(2, third.nevents);
	EXPECT_EQ(first.events[3].sequence, third.events[0].sequence);
}

/* Long enough for any machine: what is not told of at all is what fails. */
#define PATIENCE_MS 20000

/* One event alone is told of, and so is the next once that was fetched; none, and nothing is. */
TEST_F(audit, each_event_is_told_of)
{
	struct gabion_error error = { 0 };
	uint64_t ack = 0;
	int i;

	ASSERT_EQ(0, gabion_netlink_subscribe(self->client, &error));
	for (i = 0; i < 30; i++) {
		cleanup_batch struct gabion_batch batch = { 0 };

		ASSERT_EQ(0, gabion_netlink_read(self->client, ack, &batch, &error));
		ack = batch.ack;
		/* What was under way before. */
		while (gabion_netlink_wait(self->client, 100, &error))
			;
		ASSERT_EQ(EACCES, confine_run(self->client, "refused", read_object));
		ASSERT_EQ(1, gabion_netlink_wait(self->client, PATIENCE_MS, &error)) {
			TH_LOG("nobody was told of event %d", i);
		}
	}
}

#define FLOOD 20000

static int read_often(int n, int error)
{
	int fd;

	while (n--) {
		fd = open(TEST_DIR "/object/file", O_RDONLY);
		if ((fd < 0 ? errno : 0) != error)
			return 1;
		close(fd);
	}
	return 0;
}

static int flood(void)
{
	return read_often(FLOOD, EACCES);
}

static int flood_with_what_is_let_pass(void)
{
	return read_often(FLOOD / 4, 0);
}

/* No more than the part of each domain holds, with all that were named by then. */
#define NOW_AND_THEN	2

static int read_now_and_then(void)
{
	return read_often(NOW_AND_THEN, EACCES);
}

/* made = acknowledged + pending + lost, whenever somebody asks. */
static bool adds_up(const struct gabion_status *s)
{
	if (s->events_made == s->events_acknowledged + s->events_pending + s->events_lost)
		return true;
	printf("# %llu made, %llu acknowledged, %llu pending, %llu lost\n",
	       (unsigned long long)s->events_made, (unsigned long long)s->events_acknowledged,
	       (unsigned long long)s->events_pending, (unsigned long long)s->events_lost);
	return false;
}

/* Events of @domain in @batch; NULL: of the kernel itself. */
static unsigned int events_of(const struct gabion_batch *batch, const char *domain)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < batch->nevents; i++)
		n += domain ? batch->events[i].type == GABION_EVENT_ACCESS &&
				      !strcmp(batch->events[i].domain, domain) :
			      batch->events[i].type == GABION_EVENT_POLICY;
	return n;
}

static uint64_t lost_of(const struct gabion_batch *batch, const char *domain)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < batch->nlosses; i++)
		if (!domain || !strcmp(batch->losses[i].domain, domain))
			n += batch->losses[i].count;
	return n;
}

/* Nobody reads: the rings overflow. Nothing of it is hidden. */
TEST_F(audit, losses_are_counted_exactly)
{
	cleanup_batch struct gabion_batch first = { 0 }, batch = { 0 };
	struct gabion_status before, after;
	struct gabion_error error = { 0 };
	size_t i;

	ASSERT_EQ(0, gabion_netlink_status(self->client, &before, &error));
	ASSERT_EQ(0, gabion_netlink_read(self->client, 0, &first, &error));
	ASSERT_EQ(0, confine_run(self->client, "refused", flood));
	ASSERT_EQ(0, gabion_netlink_status(self->client, &after, &error));
	EXPECT_TRUE(adds_up(&before));
	EXPECT_TRUE(adds_up(&after));
	EXPECT_EQ(FLOOD, after.events_made - before.events_made);
	EXPECT_LT(before.events_lost, after.events_lost);
	EXPECT_EQ(before.events_acknowledged, after.events_acknowledged);
	EXPECT_EQ(FLOOD, after.events_pending - before.events_pending +
			 after.events_lost - before.events_lost);
	ASSERT_EQ(0, gabion_netlink_read(self->client, 0, &batch, &error));
	EXPECT_EQ(after.events_lost, lost_of(&batch, NULL));
	EXPECT_EQ(after.events_lost - before.events_lost,
		  lost_of(&batch, "refused") - lost_of(&first, "refused"));
	EXPECT_EQ(after.events_pending, batch.nevents);
	for (i = 1; i < batch.nevents; i++)
		ASSERT_LT(batch.events[i - 1].sequence, batch.events[i].sequence);
	confine_events_clear(self->client);
	ASSERT_EQ(0, gabion_netlink_status(self->client, &before, &error));
	EXPECT_TRUE(adds_up(&before));
	EXPECT_EQ(0, before.events_pending);
	EXPECT_EQ(after.events_acknowledged + after.events_pending, before.events_acknowledged);
}

/* Also in the middle of a flood, and while it is read. */
TEST_F(audit, the_account_adds_up_at_every_moment)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	struct gabion_status status = { 0 };
	struct gabion_netlink *client;
	struct gabion_error error = { 0 };
	uint64_t ack = 0;
	int i, broken = 0, result;
	pid_t pid = fork();

	if (!pid) {
		gabion_netlink_close(self->client);
		if (gabion_netlink_open(&client, &error))
			_exit(CONFINE_BROKEN);
		_exit(confine_run(client, "refused", flood));
	}
	for (i = 0; !waitpid(pid, &result, WNOHANG); i++) {
		ASSERT_EQ(0, gabion_netlink_status(self->client, &status, &error));
		broken += !adds_up(&status);
		if (i % 8)
			continue;
		gabion_batch_free(&batch);
		ASSERT_EQ(0, gabion_netlink_read(self->client, ack, &batch, &error));
		ack = batch.ack;
	}
	EXPECT_EQ(0, result);
	EXPECT_EQ(0, broken);
	EXPECT_LT(10, i);
	confine_events_clear(self->client);
}

/* Refusals of which the kernel cannot tell whose they are. */
static int flood_by_nobody(void)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(7001),
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int i, fd, one = 1;

	for (i = 0; i < 300; i++) {
		fd = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		if (bind(fd, (struct sockaddr *)&here, sizeof(here)) ||
		    !connect(fd, (struct sockaddr *)&here, sizeof(here)) || errno != EACCES)
			return errno ?: EIO;
		close(fd);
	}
	return 0;
}

/* Of these each is refused. */
static const char *const flooders[] = { "hostile", "hostile_controls", "hostile_driver" };

/*
 * The ring of one processor is filled to the brim by one domain after the other. Who comes
 * later still has its part, and so has the kernel.
 */
TEST_F(audit, a_flood_does_not_push_out_what_others_say)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	struct gabion_error error = { 0 };
	cpu_set_t all, one;
	uint64_t before, before_kernel;
	size_t i;

	ASSERT_EQ(0, gabion_netlink_read(self->client, 0, &batch, &error));
	before = lost_of(&batch, "refused");
	before_kernel = lost_of(&batch, "");
	gabion_batch_free(&batch);
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_getaffinity(0, sizeof(all), &all);
	ASSERT_EQ(0, sched_setaffinity(0, sizeof(one), &one));
	for (i = 0; i < sizeof(flooders) / sizeof(*flooders); i++)
		ASSERT_EQ(0, confine_run(self->client, flooders[i], flood));
	ASSERT_EQ(0, confine_run(self->client, "complaining", flood_with_what_is_let_pass));
	ASSERT_EQ(0, confine_run(self->client, "watched", flood_with_what_is_let_pass));
	ASSERT_EQ(0, confine_run(self->client, "granted", flood_by_nobody));
	ASSERT_EQ(0, confine_run(self->client, "refused", read_now_and_then));
	ASSERT_EQ(0, system("gabion load --image $GABION_IMAGE > /dev/null"));
	ASSERT_EQ(0, sched_setaffinity(0, sizeof(all), &all));

	ASSERT_EQ(0, gabion_netlink_read(self->client, 0, &batch, &error));
	EXPECT_EQ(NOW_AND_THEN, events_of(&batch, "refused"));
	EXPECT_EQ(before, lost_of(&batch, "refused"));
	EXPECT_EQ(1, events_of(&batch, NULL));
	EXPECT_EQ(before_kernel, lost_of(&batch, ""));
	/* That it was full, and who filled it: each had some of it, none had it all. */
	for (i = 0; i < sizeof(flooders) / sizeof(*flooders); i++) {
		EXPECT_LT(0, lost_of(&batch, flooders[i]));
		EXPECT_LE(3, events_of(&batch, flooders[i]));
	}
	EXPECT_LT(0, lost_of(&batch, "complaining"));
	EXPECT_LT(0, lost_of(&batch, "watched"));
	EXPECT_LT(0, lost_of(&batch, "?"));
	EXPECT_LE(3, events_of(&batch, "complaining"));
	EXPECT_LE(3, events_of(&batch, "watched"));
	confine_events_clear(self->client);
}

TEST_HARNESS_MAIN
