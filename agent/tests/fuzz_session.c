// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer entry: what the init of a guest sends to gabion vm run. However it breaks the protocol,
 * the session ends with a status, and leaves no descriptor and no process behind.
 *
 * The input is pieces for connections: connection (3 bits, the lowest) and length (13 bits) in two
 * bytes, little-endian, then the bytes. What a connection has is sent at once, and all of it is
 * there when the session begins, so that an input takes the same way each time.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../vm/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CONNECTIONS 8
/* As long as an input is; a socket holds it. */
#define BYTES_MAX 16384

/**
 * struct connection - of the guest
 * @fd:		-1: there is none
 * @bytes:	[size], all that is sent
 */
struct connection {
	int fd;
	size_t size;
	unsigned char bytes[BYTES_MAX];
};

static void must(bool is)
{
	if (!is)
		abort();
}

static void add_piece(struct connection *c, const struct sockaddr_un *address, socklen_t length,
		      const uint8_t *data, size_t size)
{
	if (c->fd < 0) {
		c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		must(c->fd >= 0 && !connect(c->fd, (const struct sockaddr *)address, length));
	}
	memcpy(c->bytes + c->size, data, size);
	c->size += size;
}

static void send_all(struct connection *connections, int listener, const uint8_t *data, size_t size)
{
	struct sockaddr_un address;
	socklen_t length = sizeof(address);
	struct connection *c;
	size_t n, head;

	must(!getsockname(listener, (struct sockaddr *)&address, &length));
	while (size > 2) {
		head = data[0] | (size_t)data[1] << 8;
		n = head >> 3 < size - 2 ? head >> 3 : size - 2;
		add_piece(&connections[head % CONNECTIONS], &address, length, data + 2, n);
		data += 2 + n;
		size -= 2 + n;
	}
	for (c = connections; c < connections + CONNECTIONS; c++) {
		if (c->fd < 0)
			continue;
		must(send(c->fd, c->bytes, c->size, MSG_NOSIGNAL | MSG_DONTWAIT) ==
		     (ssize_t)c->size);
		shutdown(c->fd, SHUT_WR);
	}
}

/* Until the session has closed it. It keeps stdin's channel, which it writes to, to its end. */
static void wait_for_end(const struct connection *c)
{
	char bytes[4096];
	ssize_t n;

	if (c->fd < 0 || (c->size >= GABION_GUEST_HELLO_SIZE &&
			  gabion_guest_hello_decode(c->bytes) == GABION_CHANNEL_STDIN))
		return;
	do
		n = read(c->fd, bytes, sizeof(bytes));
	while (n > 0 || (n < 0 && errno == EINTR));
}

/* The machine is a process, as its end is what the session watches; @told is closed when all is
 * sent. */
static pid_t start_machine(int listener, const uint8_t *data, size_t size, int told)
{
	static struct connection connections[CONNECTIONS];
	pid_t pid = fork();
	size_t i;

	must(pid >= 0);
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (i = 0; i < CONNECTIONS; i++)
		connections[i].fd = -1;
	send_all(connections, listener, data, size);
	close(listener);
	close(told);
	for (i = 0; i < CONNECTIONS; i++)
		wait_for_end(&connections[i]);
	syscall(SYS_exit_group, 0);
	abort();
}

static int next_descriptor(void)
{
	int fd = dup(STDIN_FILENO);

	must(fd >= 0);
	close(fd);
	return fd;
}

static int listen_anywhere(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	/* A name that nobody has. */
	must(fd >= 0 && !bind(fd, (struct sockaddr *)&address, sizeof(address.sun_family)) &&
	     !listen(fd, CONNECTIONS));
	return fd;
}

static void run(const uint8_t *data, size_t size)
{
	static const char *words[] = {"true", NULL}, *env[] = {"A=b", NULL};
	struct gabion_vm_machine machine = {
		.name = "fuzz",
		.type = "erofs",
		.argv = words,
		.env = env,
		.cwd = "/",
		.share_count = 1,
		.shares = {{.guest = "/data", .access = GABION_VM_READ}},
	};
	struct gabion_keeper keeper = {.life = -1};
	struct gabion_error error = {0};
	int listener = listen_anywhere(), ends[2], status;
	ssize_t n;
	char byte;

	machine.shares[0].root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	must(machine.shares[0].root >= 0 && !pipe2(ends, O_CLOEXEC));
	keeper.pid = start_machine(listener, data, size, ends[1]);
	close(ends[1]);
	/* libFuzzer's alarm, each few seconds, interrupts. */
	do
		n = read(ends[0], &byte, 1);
	while (n < 0 && errno == EINTR);
	must(!n);
	close(ends[0]);
	status = gabion_vm_session_run(&machine, listener, &keeper, &error);
	must(status >= 0 && status < 256 && (!error.code || *error.text));
	close(listener);
	close(machine.shares[0].root);
	while (wait(NULL) > 0 || errno == EINTR)
		continue;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool begun;
	sigset_t before;
	int null, free;

	if (size > BYTES_MAX)
		return 0;
	if (!begun) {
		null = open("/dev/null", O_RDONLY);
		must(null >= 0 && dup2(null, STDIN_FILENO) == STDIN_FILENO);
		close(null);
		begun = true;
	}
	sigprocmask(SIG_SETMASK, NULL, &before);
	free = next_descriptor();
	run(data, size);
	must(next_descriptor() == free);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return 0;
}
