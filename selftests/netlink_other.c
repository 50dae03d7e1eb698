// SPDX-License-Identifier: GPL-2.0
/*
 * What netlink does to other domains: their sockets are ended, and what their processes do
 * is told.
 */
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/taskstats.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/generic.h"
#include "lib/victim.h"
#include "lib/worker.h"

#define PORT	7001

/* End whoever listens at 127.0.0.1, @port. */
static int destroy(int port)
{
	struct generic_message m = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct inet_diag_req_v2)),
			    .nlmsg_type = SOCK_DESTROY, .nlmsg_flags = NLM_F_ACK },
	};
	struct inet_diag_req_v2 request = {
		.sdiag_family = AF_INET, .sdiag_protocol = IPPROTO_TCP, .idiag_states = -1,
		.id = {
			.idiag_sport = htons(port),
			.idiag_src = { htonl(INADDR_LOOPBACK) },
			.idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE },
		},
	};
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG);
	char answer[1024];

	memcpy(m.body, &request, sizeof(request));
	return fd < 0 ? 99 : generic_talk(fd, &m, answer, sizeof(answer));
}

static int server;

static int serve(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(PORT),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int one = 1;

	server = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	return server < 0 || bind(server, (void *)&at, sizeof(at)) || listen(server, 1) ? errno : 0;
}

static int still_serves(void)
{
	struct tcp_info info = { 0 };
	socklen_t length = sizeof(info);

	return getsockopt(server, IPPROTO_TCP, TCP_INFO, &info, &length) ? errno :
	       info.tcpi_state == TCP_LISTEN ? 0 : ESHUTDOWN;
}

static struct worker worker;

static int start_server(struct gabion_netlink *client)
{
	struct gabion_error error = { 0 };

	return worker_start(&worker, serve, still_serves) ?:
	       gabion_netlink_task_assign(client, worker.pid, "served", &error) ?:
	       worker_do(&worker, 's');
}

static void stop_server(void)
{
	worker_end(&worker);
}

static int destroy_listener(void)
{
	return destroy(PORT);
}
FIXTURE_VARIANT_ADD(attempt, destroy_listener)
{
	.run = destroy_listener, .before = start_server, .after = stop_server,
	.error = EPERM, .klass = GABION_CLASS_DOMAIN, .refused = GABION_DOM_SIGNAL,
	.target = "served", .refused_by = "meddler",
};

static int statistics(uint16_t type, const void *value, size_t length)
{
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);

	return fd < 0 ? 99 : generic_ask(fd, TASKSTATS_GENL_NAME, TASKSTATS_CMD_GET, type, value,
					 length);
}

static int statistics_of_task(void)
{
	uint32_t pid = victim;

	return statistics(TASKSTATS_CMD_ATTR_PID, &pid, sizeof(pid));
}
VICTIM_VARIANT(statistics_of_task, GABION_DOM_INSPECT, "meddler");

static int statistics_of_process(void)
{
	uint32_t pid = victim;

	return statistics(TASKSTATS_CMD_ATTR_TGID, &pid, sizeof(pid));
}
VICTIM_VARIANT(statistics_of_process, GABION_DOM_INSPECT, "meddler");

/* Of everybody who ends from now on. */
static int statistics_of_all(void)
{
	return statistics(TASKSTATS_CMD_ATTR_REGISTER_CPUMASK, "0", 2);
}
FIXTURE_VARIANT_ADD(attempt, statistics_of_all)
{
	.run = statistics_of_all, .error = EPERM, .klass = GABION_CLASS_CONTROL,
	.refused = GABION_CONTROL_PERF, .refused_by = "meddler",
};

GABION_FIXTURE(other)

static int serve_and_destroy(void)
{
	return serve() ?: destroy(PORT) ?: still_serves();
}

TEST_F(other, sockets_of_the_own_domain)
{
	ASSERT_EQ(ENOENT, destroy(PORT));
	EXPECT_EQ(ESHUTDOWN, confine_run(self->client, NULL, serve_and_destroy));
	EXPECT_EQ(ESHUTDOWN, confine_run(self->client, "served", serve_and_destroy));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_DOMAIN, .domain = "served" }));
}

TEST_F(other, what_was_refused_did_not_happen)
{
	ASSERT_EQ(0, start_server(self->client));
	EXPECT_EQ(EPERM, confine_run(self->client, "meddler", destroy_listener));
	EXPECT_EQ(0, worker_do(&worker, 'u'));
	EXPECT_EQ(0, confine_run(self->client, "granted", destroy_listener));
	EXPECT_EQ(ESHUTDOWN, worker_do(&worker, 'u'));
	stop_server();
}

/* The agent's connection, for one. */
TEST_F(other, sockets_of_the_host)
{
	ASSERT_EQ(ENOENT, destroy(PORT));
	ASSERT_EQ(0, serve());
	EXPECT_EQ(EPERM, confine_run(self->client, "granted", destroy_listener));
	EXPECT_EQ(0, still_serves());
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_DOMAIN, .refused = GABION_DOM_SIGNAL,
		.domain = "granted", .target = "host" }));
}

static int statistics_of_oneself(void)
{
	victim = getpid();
	return statistics_of_task() ?: statistics_of_process();
}

TEST_F(other, statistics_of_the_own_domain)
{
	EXPECT_EQ(0, confine_run(self->client, "meddler", statistics_of_oneself));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.type = GABION_EVENT_ACCESS, .domain = "meddler" }));
}

TEST_HARNESS_MAIN
