// SPDX-License-Identifier: GPL-2.0
/* Escapes by descriptors that somebody sends: the test's own process is who opened them. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/escape.h"
#include "lib/uring.h"

static int ends[2] = { -1, -1 };

static int send_descriptor(int socket, int fd)
{
	union {
		char buffer[CMSG_SPACE(sizeof(int))];
		struct cmsghdr header;
	} control = { .header = { .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS,
				  .cmsg_len = CMSG_LEN(sizeof(int)) } };
	struct iovec byte = { "m", 1 };
	struct msghdr message = { .msg_iov = &byte, .msg_iovlen = 1, .msg_control = &control,
				  .msg_controllen = sizeof(control) };

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	return ATTEMPT(sendmsg(socket, &message, 0));
}

/* Return: the descriptor; -1 with EACCES when the message came without it. */
static int receive_descriptor(int socket, bool by_uring)
{
	union {
		char buffer[CMSG_SPACE(sizeof(int))];
		struct cmsghdr header;
	} control = { 0 };
	char byte;
	struct iovec vector = { &byte, 1 };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	struct io_uring_sqe sqe = { .opcode = IORING_OP_RECVMSG, .fd = socket,
				    .addr = (unsigned long)&message, .len = 1 };
	int fd, result = by_uring ? uring_do(&sqe, 0) : recvmsg(socket, &message, 0);

	if (result < 0) {
		errno = by_uring ? -result : errno;
		return -1;
	}
	if (message.msg_controllen < CMSG_LEN(sizeof(int))) {
		errno = message.msg_flags & MSG_CTRUNC ? EACCES : EIO;
		return -1;
	}
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	return fd;
}

static int send_key(void)
{
	int fd = open(KEY, O_RDONLY), err;

	if (fd < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return errno;
	err = send_descriptor(ends[0], fd);
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
	return ATTEMPT(receive_descriptor(ends[1], false));
}
ESCAPE(receive, .prepare = send_key, .restore = close_ends, BY_FILE(GABION_FILE_READ, KEY));

static int receive_by_uring(void)
{
	return ATTEMPT(receive_descriptor(ends[1], true));
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
	err = send_descriptor(ends[0], inner[1]);
	close(inner[0]);
	close(inner[1]);
	return err;
}

static int receive_twice(void)
{
	int inner = receive_descriptor(ends[1], false);

	return inner < 0 ? errno : ATTEMPT(receive_descriptor(inner, false));
}
ESCAPE(receive_twice, .prepare = send_key_in_a_socket, .restore = close_ends,
       BY_FILE(GABION_FILE_READ, KEY));

static int send_folder(void)
{
	int fd = open(SECRET, O_RDONLY | O_DIRECTORY), err;

	if (fd < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends))
		return errno;
	err = send_descriptor(ends[0], fd);
	close(fd);
	return err;
}

static int receive_a_folder(void)
{
	int dir = receive_descriptor(ends[1], false);

	return dir < 0 ? errno : escape_read_at(dir, "key");
}
ESCAPE(receive_a_folder, .prepare = send_folder, .restore = close_ends,
       BY_FILE(GABION_FILE_READ, SECRET));

TEST_HARNESS_MAIN
