// SPDX-License-Identifier: GPL-2.0
/* Netlink sockets, by protocol: each leads to another part of the kernel. */
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/attempt.h"
#include "lib/generic.h"
#include "lib/pass.h"

/* "routing" has NETLINK_ROUTE and no other. */
#define PROTOCOL_VARIANT(name, protocol)					\
	static int open_##name(void)						\
	{									\
		return ATTEMPT(socket(AF_NETLINK, SOCK_RAW, protocol));		\
	}									\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = open_##name, .error = EACCES,				\
		.klass = GABION_CLASS_NETLINK, .refused = protocol,		\
		.refused_by = "routing",					\
	}

PROTOCOL_VARIANT(usersock, NETLINK_USERSOCK);
PROTOCOL_VARIANT(sock_diag, NETLINK_SOCK_DIAG);
PROTOCOL_VARIANT(xfrm, NETLINK_XFRM);
PROTOCOL_VARIANT(audit, NETLINK_AUDIT);
PROTOCOL_VARIANT(fib_lookup, NETLINK_FIB_LOOKUP);
PROTOCOL_VARIANT(netfilter, NETLINK_NETFILTER);
PROTOCOL_VARIANT(kobject_uevent, NETLINK_KOBJECT_UEVENT);
PROTOCOL_VARIANT(generic, NETLINK_GENERIC);

GABION_FIXTURE(netlink)

/* Ask for the host's addresses on @fd, and read the first of them. */
static int ask(int fd)
{
	struct {
		struct nlmsghdr header;
		struct rtgenmsg body;
	} request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct rtgenmsg)),
			    .nlmsg_type = RTM_GETADDR, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.body = { .rtgen_family = AF_UNSPEC },
	};
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	char answer[4096];

	return ATTEMPT(sendto(fd, &request, request.header.nlmsg_len, 0, (void *)&kernel,
			      sizeof(kernel))) ?:
	       ATTEMPT(recv(fd, answer, sizeof(answer), 0));
}

static int open_route(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	return fd < 0 ? errno : ask(fd);
}

static int kept;

static int use_kept(void)
{
	return ask(kept);
}

TEST_F(netlink, a_granted_protocol_works)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, open_route));
	EXPECT_EQ(0, confine_run(self->client, "routing", open_route));
	EXPECT_EQ(0, confine_run(self->client, "granted", open_route));
	kept = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	EXPECT_EQ(0, confine_run(self->client, "routing", use_kept));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.type = GABION_EVENT_ACCESS, .klass = GABION_CLASS_NETLINK }));
}

/* Without the family no protocol counts. */
TEST_F(netlink, the_family_comes_first)
{
	EXPECT_EQ(EACCES, confine_run(self->client, "refused", open_route));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_FAMILY, .refused = AF_NETLINK, .domain = "refused" }));
}

/* One from before the task came into its domain goes the same way as one that it asks for. */
TEST_F(netlink, a_kept_socket_is_judged_by_protocol)
{
	kept = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
	ASSERT_LE(0, kept);
	EXPECT_EQ(0, confine_run(self->client, NULL, use_kept));
	EXPECT_EQ(0, confine_run(self->client, "granted", use_kept));
	EXPECT_EQ(0, confine_run(self->client, "granted", open_generic));
	confine_events_clear(self->client);
	EXPECT_EQ(ENOTSOCK, confine_run(self->client, "routing", use_kept));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_NETLINK, .refused = NETLINK_GENERIC, .domain = "routing" }));
	close(kept);
	confine_events_clear(self->client);
	EXPECT_EQ(EACCES, confine_run(self->client, "routing", open_generic));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_NETLINK, .refused = NETLINK_GENERIC, .domain = "routing" }));
}

/* Who has a message sent by a program that administers has not sent it. */
static int ends[2];

static int give_away(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);

	return fd < 0 ? errno : pass_send(ends[0], &fd, 1);
}

static int administer_by_theirs(void)
{
	int fd, err = pass_receive(ends[1], 0, false, &fd, 1);

	return err ?: generic_ask(fd, GABION_GENL_NAME, GABION_CMD_STATUS, 0, NULL, 0);
}

static int give_and_administer(struct gabion_netlink *client, const char *maker,
			       const char *sender)
{
	int err;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return errno;
	err = confine_run(client, maker, give_away) ?:
	      confine_run(client, sender, administer_by_theirs);
	close(ends[0]);
	close(ends[1]);
	return err;
}

TEST_F(netlink, the_socket_of_another_does_not_administer)
{
	EXPECT_EQ(0, give_and_administer(self->client, NULL, NULL));
	EXPECT_EQ(0, give_and_administer(self->client, "steward", NULL));
	EXPECT_EQ(0, give_and_administer(self->client, NULL, "steward"));
	EXPECT_EQ(0, give_and_administer(self->client, "steward", "steward"));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_CONTROL }));
	EXPECT_EQ(EPERM, give_and_administer(self->client, "granted", NULL));
	EXPECT_EQ(EPERM, give_and_administer(self->client, "granted", "steward"));
	EXPECT_EQ(2, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_CONTROL,
		.refused = GABION_CONTROL_ADMIN, .domain = "granted" }));
}

TEST_HARNESS_MAIN
