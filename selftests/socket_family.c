// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets that a task has from before it came into its domain: of those whose
 * family the domain lacks, descriptors of /dev/null are left.
 */
#include <fcntl.h>
#include <sys/sendfile.h>
#include "kselftest_harness.h"
#include "lib/connection.h"

/* "powerless" may have unix sockets only. */
#define SOCKET_VARIANT(name)							\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .before = connection_make, .error = ENOTSOCK, \
		.klass = GABION_CLASS_FAMILY, .refused = AF_INET,		\
		.refused_by = "powerless",					\
	}

static int send_message(void)
{
	return ATTEMPT(send(udp, "x", 1, 0));
}
SOCKET_VARIANT(send_message);

static int write_message(void)
{
	return ATTEMPT(write(udp, "x", 1));
}

static int send_messages(void)
{
	struct iovec iov = { "x", 1 };
	struct mmsghdr message = { .msg_hdr = { .msg_iov = &iov, .msg_iovlen = 1 } };

	return ATTEMPT(sendmmsg(udp, &message, 1, 0));
}
SOCKET_VARIANT(send_messages);

static int receive_message(void)
{
	char byte;

	return ATTEMPT(recv(udp, &byte, 1, MSG_DONTWAIT));
}
SOCKET_VARIANT(receive_message);

static int read_message(void)
{
	char byte;

	return ATTEMPT(read(near_end, &byte, 1));
}

/* The data goes from the page cache or a pipe to the socket, or back. */
static int send_file(void)
{
	return ATTEMPT(sendfile(near_end, file, NULL, 4));
}

static int splice_to_socket(void)
{
	return ATTEMPT(splice(tube[0], NULL, near_end, NULL, 4, 0));
}

static int splice_from_socket(void)
{
	return ATTEMPT(splice(near_end, NULL, tube[1], NULL, 4, SPLICE_F_NONBLOCK));
}

static int accept_connection(void)
{
	return ATTEMPT(accept4(listener, NULL, NULL, SOCK_NONBLOCK));
}
SOCKET_VARIANT(accept_connection);

static int listen_again(void)
{
	return ATTEMPT(listen(listener, 4));
}
SOCKET_VARIANT(listen_again);

static int bind_it(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(7001) };
	int error;

	/* Bound already: what the kernel says to that shows that it got so far. */
	error = ATTEMPT(bind(listener, (void *)&in, sizeof(in)));
	return error == EINVAL ? 0 : error;
}
SOCKET_VARIANT(bind_it);

static int connect_it(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(7002),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	return ATTEMPT(connect(udp, (void *)&in, sizeof(in)));
}
SOCKET_VARIANT(connect_it);

static int disconnect(void)
{
	return ATTEMPT(connect(udp, &(struct sockaddr){ .sa_family = AF_UNSPEC }, 16));
}
SOCKET_VARIANT(disconnect);

static int own_name(void)
{
	struct sockaddr_in in;
	socklen_t length = sizeof(in);

	return ATTEMPT(getsockname(udp, (void *)&in, &length));
}
SOCKET_VARIANT(own_name);

static int peer_name(void)
{
	struct sockaddr_in in;
	socklen_t length = sizeof(in);

	return ATTEMPT(getpeername(udp, (void *)&in, &length));
}
SOCKET_VARIANT(peer_name);

static int get_option(void)
{
	int value;
	socklen_t length = sizeof(value);

	return ATTEMPT(getsockopt(udp, SOL_SOCKET, SO_TYPE, &value, &length));
}
SOCKET_VARIANT(get_option);

static int set_option(void)
{
	int one = 1;

	return ATTEMPT(setsockopt(udp, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one)));
}
SOCKET_VARIANT(set_option);

static int shut_down(void)
{
	return ATTEMPT(shutdown(near_end, SHUT_WR));
}
SOCKET_VARIANT(shut_down);

GABION_FIXTURE(family)

/* Writing to /dev/null succeeds, reading from it finds the end: nothing comes or goes. */
TEST_F(family, nothing_leaves)
{
	int (*const writes[])(void) = { write_message, send_file, splice_to_socket };
	int (*const reads[])(void) = { read_message, splice_from_socket };
	char buffer[16];
	size_t i;

	for (i = 0; i < 5; i++) {
		int (*what)(void) = i < 3 ? writes[i] : reads[i - 3];

		ASSERT_EQ(0, connection_make(self->client));
		EXPECT_EQ(0, confine_run(self->client, NULL, what));
		connection_close();
		ASSERT_EQ(0, connection_make(self->client));
		confine_run(self->client, "powerless", what);
		EXPECT_EQ(8, recv(udp, buffer, sizeof(buffer), MSG_DONTWAIT));
		EXPECT_EQ(-1, recv(udp, buffer, sizeof(buffer), MSG_DONTWAIT));
		EXPECT_EQ(-1, recv(far_end, buffer, sizeof(buffer), MSG_DONTWAIT));
		EXPECT_EQ(8, recv(near_end, buffer, sizeof(buffer), MSG_DONTWAIT));
		connection_close();
	}
	EXPECT_LE(5, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_FAMILY, .refused = AF_INET, .domain = "powerless" }));
}

static int pair[2];

static int make_pair(void)
{
	int ends[2];

	return ATTEMPT(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
}

static int send_to_pair(void)
{
	return ATTEMPT(send(pair[0], "x", 1, 0));
}

static int receive_from_pair(void)
{
	char byte;

	return ATTEMPT(recv(pair[1], &byte, 1, MSG_DONTWAIT));
}

/* Unix sockets are like pipes, stdout often is one: their holder may use them. */
TEST_F(family, unix_sockets_belong_to_their_holder)
{
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	EXPECT_EQ(EACCES, confine_run(self->client, "onlooker", make_pair));
	EXPECT_EQ(0, confine_run(self->client, "onlooker", send_to_pair));
	EXPECT_EQ(0, confine_run(self->client, "onlooker", receive_from_pair));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_FAMILY, .refused = AF_UNIX, .domain = "onlooker" }));
}

#define PROTOCOL_SMC	256	/* of linux/in.h, since 6.11 */

static int make_smc(void)
{
	return ATTEMPT(socket(AF_INET, SOCK_STREAM, PROTOCOL_SMC));
}

/* By it TCP goes where no rule says: the connection is the kernel's. */
TEST_F(family, smc_is_not_of_the_internet)
{
	int known = system("modprobe -q smc") ? EPROTONOSUPPORT :
		    confine_run(self->client, NULL, make_smc);

	EXPECT_TRUE(known == 0 || known == EPROTONOSUPPORT);
	EXPECT_EQ(EACCES, confine_run(self->client, "granted", make_smc));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_FAMILY, .refused = AF_SMC, .domain = "granted" }));
}

TEST_HARNESS_MAIN
