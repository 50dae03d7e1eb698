// SPDX-License-Identifier: GPL-2.0
#include "datagram.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../common/cleanup.h"

/* As large as libsystemd asks for; the kernel gives what net.core.wmem_max allows. */
#define SEND_BUFFER	(8 << 20)

int gabion_datagram_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), size = SEND_BUFFER;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	return fd;
}

static int send_message(int fd, const char *path, struct msghdr *message)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	ssize_t n;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	/* Not connected: the daemon may be another one by now, with a socket of its own. */
	message->msg_name = &address;
	message->msg_namelen = sizeof(address);
	do {
		n = sendmsg(fd, message, MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

int gabion_datagram_send(int fd, const char *path, const struct iovec *iov, size_t n)
{
	struct msghdr message = { .msg_iov = (struct iovec *)(uintptr_t)iov, .msg_iovlen = n };

	return send_message(fd, path, &message);
}

/* A sealed memory file with the bytes, or -errno. */
static int make_file(const struct iovec *iov, size_t n)
{
	cleanup_fd int fd = memfd_create("gabion-record", MFD_ALLOW_SEALING | MFD_CLOEXEC);
	size_t i, done;
	ssize_t written;
	int file;

	if (fd < 0)
		return -errno;
	for (i = 0; i < n; i++)
		for (done = 0; done < iov[i].iov_len; done += (size_t)written) {
			written = write(fd, (char *)iov[i].iov_base + done, iov[i].iov_len - done);
			if (written < 0)
				return -errno;
		}
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL))
		return -errno;
	file = fd;
	fd = -1;
	return file;
}

static int send_file(int fd, const char *path, const struct iovec *iov, size_t n)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr header;
	} control = { 0 };
	struct msghdr message = { .msg_control = &control, .msg_controllen = sizeof(control) };
	cleanup_fd int file = make_file(iov, n);
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	if (file < 0)
		return file;
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &file, sizeof(int));
	return send_message(fd, path, &message);
}

int gabion_datagram_send_any(int fd, const char *path, const struct iovec *iov, size_t n)
{
	int err = gabion_datagram_send(fd, path, iov, n);

	/* ENOBUFS: no piece of kernel memory is that large. */
	return err == -EMSGSIZE || err == -ENOBUFS ? send_file(fd, path, iov, n) : err;
}

const char *gabion_datagram_reason(int err)
{
	switch (err) {
	case -EAGAIN:
		return "it does not read";
	case -ENOENT:
	case -ECONNREFUSED:
		return "it does not run";
	default:
		return strerror(-err);
	}
}
