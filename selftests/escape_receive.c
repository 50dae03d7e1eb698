// SPDX-License-Identifier: GPL-2.0
/* Escapes by descriptors that somebody sends: the test's own process is who opened them. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/escape.h"
#include "lib/pass.h"

static int ends[2] = { -1, -1 };

static int send_key(void)
{
	int fd = open(KEY, O_RDONLY), err;

	if (fd < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return errno;
	err = pass_send(ends[0], &fd, 1);
	close(fd);
	return err;
}

static void close_ends(void)
{
	close(ends[0]);
	close(ends[1]);
}

static int receive(void)
{
	int fd;

	return pass_receive(ends[1], 0, false, &fd, 1);
}
ESCAPE(receive, .prepare = send_key, .restore = close_ends, BY_FILE(GABION_FILE_READ, KEY));

static int receive_by_uring(void)
{
	int fd;

	return pass_receive(ends[1], 0, true, &fd, 1);
}
ESCAPE(receive_by_uring, .prepare = send_key, .restore = close_ends,
       BY_FILE(GABION_FILE_READ, KEY));

/* A socket in which the key waits, in a message. */
static int send_key_in_a_socket(void)
{
	int inner[2], err = send_key();

	inner[0] = ends[0];
	inner[1] = ends[1];
	if (err || socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return err ?: errno;
	err = pass_send(ends[0], &inner[1], 1);
	close(inner[0]);
	close(inner[1]);
	return err;
}

static int receive_twice(void)
{
	int inner, fd;

	return pass_receive(ends[1], 0, false, &inner, 1) ?: pass_receive(inner, 0, false, &fd, 1);
}
ESCAPE(receive_twice, .prepare = send_key_in_a_socket, .restore = close_ends,
       BY_FILE(GABION_FILE_READ, KEY));

static int send_folder(void)
{
	int fd = open(SECRET, O_RDONLY | O_DIRECTORY), err;

	if (fd < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends))
		return errno;
	err = pass_send(ends[0], &fd, 1);
	close(fd);
	return err;
}

static int receive_a_folder(void)
{
	int dir;

	return pass_receive(ends[1], 0, false, &dir, 1) ?: escape_read_at(dir, "key");
}
ESCAPE(receive_a_folder, .prepare = send_folder, .restore = close_ends,
       BY_FILE(GABION_FILE_READ, SECRET));

TEST_HARNESS_MAIN
