// SPDX-License-Identifier: GPL-2.0
/* See pass.h. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include "pass.h"
#include "uring.h"

union control {
	char buffer[CMSG_SPACE(PASS_MAX * sizeof(int))];
	struct cmsghdr header;
};

int pass_send(int socket, const int *fds, unsigned int n)
{
	union control control = { .header = { .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS,
					      .cmsg_len = CMSG_LEN(n * sizeof(int)) } };
	struct iovec byte = { "m", 1 };
	struct msghdr message = { .msg_iov = &byte, .msg_iovlen = 1, .msg_control = &control,
				  .msg_controllen = CMSG_SPACE(n * sizeof(int)) };

	memcpy(CMSG_DATA(&control.header), fds, n * sizeof(int));
	return sendmsg(socket, &message, 0) < 0 ? errno : 0;
}

int pass_receive(int socket, int flags, bool uring, int *fds, unsigned int n)
{
	union control control = { 0 };
	char byte;
	struct iovec vector = { &byte, 1 };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control,
				  .msg_controllen = CMSG_SPACE(n * sizeof(int)) };
	struct io_uring_sqe sqe = { .opcode = IORING_OP_RECVMSG, .fd = socket, .len = 1,
				    .addr = (unsigned long)&message, .msg_flags = flags };
	int result = uring ? uring_do(&sqe, 0) : recvmsg(socket, &message, flags);

	if (result < 0)
		return uring ? -result : errno;
	if (message.msg_controllen < CMSG_LEN(sizeof(int)) ||
	    control.header.cmsg_len != CMSG_LEN(n * sizeof(int)))
		return message.msg_flags & MSG_CTRUNC ? EACCES : EIO;
	memcpy(fds, CMSG_DATA(&control.header), n * sizeof(int));
	return 0;
}
