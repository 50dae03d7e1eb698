// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's end of the vsock test: `vsock listen PORT` says "vsock=listening" on stderr
 * when it does, and copies what comes to stdout; `vsock connect PORT` copies stdin to a
 * port of the host and its answer to stdout.
 */
#include <linux/vm_sockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void copy(int from, int to)
{
	char bytes[65536];
	ssize_t n, done, m;

	while ((n = read(from, bytes, sizeof(bytes))) > 0) {
		for (done = 0; done < n; done += m) {
			m = write(to, bytes + done, n - done);
			if (m <= 0) {
				perror("vsock: write");
				exit(1);
			}
		}
	}
	if (n < 0) {
		perror("vsock: read");
		exit(1);
	}
}

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

int main(int argc, char **argv)
{
	struct sockaddr_vm address = { .svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_HOST };
	int fd = socket(AF_VSOCK, SOCK_STREAM, 0), peer;

	if (argc != 3 || fd < 0)
		fail("vsock: socket");
	address.svm_port = atoi(argv[2]);
	if (!strcmp(argv[1], "connect")) {
		if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
			fail("vsock: connect");
		copy(0, fd);
		shutdown(fd, SHUT_WR);
		copy(fd, 1);
		return 0;
	}
	address.svm_cid = VMADDR_CID_ANY;
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 1))
		fail("vsock: listen");
	fputs("vsock=listening\n", stderr);
	peer = accept(fd, NULL, NULL);
	if (peer < 0)
		fail("vsock: accept");
	copy(peer, 1);
	/* Half of the stream is still open. */
	if (write(peer, "bye\n", 4) != 4)
		fail("vsock: write");
	return 0;
}
