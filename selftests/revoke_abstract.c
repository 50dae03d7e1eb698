// SPDX-License-Identifier: GPL-2.0
/*
 * Connections of unix sockets to names that are no files: they go when a policy takes away that the
 * domain may connect to the other one, and only then.
 */
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/held.h"
#include "lib/pass.h"

#define LISTENING								\
	"domain listening {\n    level middle\n    use everyday\n    socket unix\n}\n"
#define CONNECT		"    connect domain listening\n"

static const struct sockaddr_un name = {
	.sun_family = AF_UNIX, .sun_path = "\0gabion-test",
};
#define NAME_LENGTH	(offsetof(struct sockaddr_un, sun_path) + sizeof("gabion-test"))

static int listener, accepted = -1;

static int start_listener(int type)
{
	listener = socket(AF_UNIX, type, 0);
	return listener < 0 || bind(listener, (const void *)&name, NAME_LENGTH) ||
	       listen(listener, 8) ? errno : 0;
}

static int listen_stream(void)
{
	return start_listener(SOCK_STREAM);
}

static int listen_packets(void)
{
	return start_listener(SOCK_SEQPACKET);
}

static int accept_it(void)
{
	accepted = accept(listener, NULL, NULL);
	return ATTEMPT(accepted);
}

static struct worker server;

static int serve(struct gabion_netlink *client, int (*how)(void))
{
	return worker_start(&server, how, accept_it) ?:
	       confine_assign(client, server.pid, "listening") ?: worker_do(&server, 's');
}

static int serve_stream(struct gabion_netlink *client)
{
	return serve(client, listen_stream);
}

static int serve_packets(struct gabion_netlink *client)
{
	return serve(client, listen_packets);
}

static int have_it_accepted(void)
{
	return worker_do(&server, 'u');
}

static void stop_serving(void)
{
	worker_end(&server);
}

static int call(int type)
{
	return held_take(socket(AF_UNIX, type, 0)) ?:
	       ATTEMPT(connect(held, (const void *)&name, NAME_LENGTH));
}

static int call_stream(void)
{
	return call(SOCK_STREAM);
}

static int call_packets(void)
{
	return call(SOCK_SEQPACKET);
}

static int send_it(void)
{
	return lost_outcome(held, send(held, "x", 1, MSG_NOSIGNAL));
}

#define ABSTRACT_VARIANT(name, kind, ...)					\
	FIXTURE_VARIANT_ADD(held, name)						\
	{									\
		.hold = call_##kind, .use = send_it,				\
		.before = serve_##kind, .after = stop_serving,			\
		.with = LISTENING REVOCABLE(CONNECT),				\
		.without = LISTENING REVOCABLE(""),				\
		.klass = GABION_CLASS_DOMAIN, .refused = GABION_DOM_CONNECT,	\
		.target = "listening", ##__VA_ARGS__				\
	}

ABSTRACT_VARIANT(waiting, stream);
ABSTRACT_VARIANT(accepted, stream, .then = have_it_accepted);
ABSTRACT_VARIANT(of_packets, packets, .then = have_it_accepted);

/* --- what needs no rule --- */

GABION_FIXTURE(own)

static int call_oneself(void)
{
	return listen_stream() ?: call_stream() ?: accept_it();
}

static int make_pair(void)
{
	int ends[2];

	return socketpair(AF_UNIX, SOCK_STREAM, 0, ends) ? errno : held_take(ends[0]);
}

static int answer_it(void)
{
	return send_it() ?: lost_outcome(accepted, send(accepted, "x", 1, MSG_NOSIGNAL));
}

#define STAYS(hold, use)							\
	struct worker worker;							\
										\
	ASSERT_EQ(0, source_load(self->client, REVOCABLE("    read object\n")));	\
	ASSERT_EQ(0, worker_start(&worker, hold, use));				\
	ASSERT_EQ(0, confine_assign(self->client, worker.pid, "revocable"));	\
	ASSERT_EQ(0, worker_do(&worker, 's'));					\
	confine_events_clear(self->client);					\
	ASSERT_EQ(0, source_load(self->client, REVOCABLE("")));			\
	EXPECT_EQ(0, worker_do(&worker, 'u'));					\
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){	\
		.verdict = GABION_VERDICT_DENIED, .domain = "revocable" }));	\
	worker_end(&worker);							\
	EXPECT_EQ(0, source_restore(self->client))

TEST_F(own, connection_within_the_domain_stays)
{
	STAYS(call_oneself, answer_it);
}

TEST_F(own, pair_stays)
{
	STAYS(make_pair, send_it);
}

static int answer_caller(void)
{
	return (accepted < 0 ? accept_it() : 0) ?:
	       lost_outcome(accepted, send(accepted, "x", 1, MSG_NOSIGNAL));
}

/* It is who calls that needs a rule, also where the kernel has given that one a name. */
TEST_F(own, accepted_connection_stays)
{
	struct worker worker;
	int caller = socket(AF_UNIX, SOCK_STREAM, 0), one = 1;

	ASSERT_EQ(0, setsockopt(caller, SOL_SOCKET, SO_PASSCRED, &one, sizeof(one)));
	ASSERT_EQ(0, source_load(self->client, REVOCABLE("    read object\n")));
	ASSERT_EQ(0, worker_start(&worker, listen_stream, answer_caller));
	ASSERT_EQ(0, confine_assign(self->client, worker.pid, "revocable"));
	ASSERT_EQ(0, worker_do(&worker, 's'));
	ASSERT_EQ(0, connect(caller, (const void *)&name, NAME_LENGTH));
	ASSERT_EQ(0, worker_do(&worker, 'u'));
	confine_events_clear(self->client);
	ASSERT_EQ(0, source_load(self->client, REVOCABLE("")));
	EXPECT_EQ(0, worker_do(&worker, 'u'));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .domain = "revocable" }));
	close(caller);
	worker_end(&worker);
	EXPECT_EQ(0, source_restore(self->client));
}

/* Return: the pid of one that has the other end, and goes on in another domain. */
static int take_from_a_pair(void)
{
	int ends[2], pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return -1;
	pid = fork();
	if (!pid) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || pass_send(ends[0], pair, 1))
			_exit(1);
		close(pair[0]);
		execl(TEST_DIR "/next", "next", "600", (char *)NULL);
		_exit(1);
	}
	close(ends[0]);
	return pass_receive(ends[1], 0, false, &held, 1) ? -1 : pid;
}

#define LEFT(rules)								\
	"domain left {\n    level middle\n    use everyday\n    map next_file\n}\n"	\
	REVOCABLE("    exec next_file as left\n" rules)

/* Nobody has connected to anybody. */
TEST_F(own, pair_stays_when_its_maker_leaves)
{
	struct worker worker;
	pid_t maker;
	int tries;

	ASSERT_EQ(0, source_load(self->client, LEFT("    read object\n")));
	ASSERT_EQ(0, worker_start(&worker, take_from_a_pair, send_it));
	ASSERT_EQ(0, confine_assign(self->client, worker.pid, "revocable"));
	maker = worker_do(&worker, 's');
	ASSERT_LT(0, maker);
	for (tries = 0; tries < 500 && strcmp("left", confine_domain_of(self->client, maker)); tries++)
		usleep(20000);
	EXPECT_STREQ("left", confine_domain_of(self->client, maker));
	confine_events_clear(self->client);
	EXPECT_EQ(0, source_load(self->client, LEFT("")));
	EXPECT_EQ(0, worker_do(&worker, 'u'));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .domain = "revocable" }));
	kill(maker, SIGKILL);
	worker_end(&worker);
	EXPECT_EQ(0, source_restore(self->client));
}

TEST_HARNESS_MAIN
