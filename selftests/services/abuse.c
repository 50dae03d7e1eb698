// SPDX-License-Identifier: GPL-2.0
/*
 * What a service that was taken over would try. Put in place of a daemon's program it acts in that
 * daemon's domain. One attempt a run; the exit status is its errno, 0 if it succeeded.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static long read_file(char *path)
{
	char byte;
	int fd = open(path, O_RDONLY);

	return fd < 0 ? -1 : read(fd, &byte, 1);
}

static long write_file(char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	return fd < 0 ? -1 : write(fd, "#", 1);
}

static long execute(char *path)
{
	return execl(path, path, "/dev/null", NULL);
}

static long connect_to(char *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(atoi(port)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd < 0 ? -1 : connect(fd, (struct sockaddr *)&address, sizeof(address));
}

/* Past its checks the kernel finds that this is no module: ENOEXEC. */
static long load_module(char *image)
{
	return syscall(SYS_init_module, image, strlen(image), "");
}

static long mount_on(char *path)
{
	return mount("abuse", path, "tmpfs", 0, NULL);
}

static long trace(char *pid)
{
	return ptrace(PTRACE_SEIZE, atoi(pid), NULL, NULL);
}

static long end(char *pid)
{
	return kill(atoi(pid), SIGTERM);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		long (*try)(char *object);
	} attempts[] = {
		{ "read", read_file },	   { "write", write_file }, { "execute", execute },
		{ "connect", connect_to }, { "module", load_module }, { "mount", mount_on },
		{ "trace", trace },	   { "signal", end },
	};
	size_t i;

	for (i = 0; argc == 3 && i < sizeof(attempts) / sizeof(attempts[0]); i++)
		if (!strcmp(argv[1], attempts[i].name))
			return attempts[i].try(argv[2]) < 0 ? errno : 0;
	fprintf(stderr, "usage: abuse read|write|execute|connect|module|mount|trace|signal OBJECT\n");
	return 255;
}
