// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer entry: what a guest sends to the server of a shared folder. Each message gets its
 * answer or the end, and whatever it asks for, what lies beside the folder stays as it is.
 * The first byte says whether the folder is for writing.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../vm/share.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char place[] = "/tmp/gabion-fuzz-share-XXXXXX";

struct input {
	const uint8_t *data;
	size_t size;
	int fd;
};

static int open_up(const char *path, const struct stat *st, int kind, struct FTW *unused)
{
	(void)unused;
	(void)st;
	return kind == FTW_D || kind == FTW_DNR ? chmod(path, 0700) : 0;
}

static int take_away(const char *path, const struct stat *st, int kind, struct FTW *unused)
{
	(void)unused;
	(void)st;
	(void)kind;
	return remove(path);
}

static void clean(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/share", place);
	/* Twice: what could not be read is open then. */
	nftw(path, open_up, 8, FTW_PHYS);
	nftw(path, open_up, 8, FTW_PHYS);
	if (nftw(path, take_away, 8, FTW_PHYS | FTW_DEPTH))
		abort();
}

static int in_place(const char *name, int flags)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", place, name);
	fd = open(path, flags | O_CLOEXEC, 0600);
	if (fd < 0)
		abort();
	return fd;
}

static void folder(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", place, name);
	if (mkdir(path, 0700))
		abort();
}

/* share/ with a file, a folder, and a link to what is beside it. */
static void fill(void)
{
	char path[128];

	folder("share");
	folder("share/d");
	close(in_place("share/f", O_CREAT | O_WRONLY));
	snprintf(path, sizeof(path), "%s/share/l", place);
	if (symlink("../secret", path))
		abort();
}

static void end(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/secret", place);
	unlink(path);
	rmdir(place);
}

static void make(void)
{
	int secret;

	if (!mkdtemp(place))
		abort();
	atexit(end);
	secret = in_place("secret", O_CREAT | O_WRONLY);
	if (write(secret, "secret", 6) != 6)
		abort();
	close(secret);
}

/* The guest: sends everything and reads every answer, or the two would wait for each other. */
static void *send_all(void *opaque)
{
	struct input *input = opaque;
	char answers[4096];

	while (input->size) {
		ssize_t n = send(input->fd, input->data, input->size, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0) {
			input->data += n;
			input->size -= (size_t)n;
		} else if (errno != EAGAIN) {
			break;
		}
		while (recv(input->fd, answers, sizeof(answers), MSG_DONTWAIT) > 0)
			;
	}
	shutdown(input->fd, SHUT_WR);
	while (recv(input->fd, answers, sizeof(answers), 0) > 0)
		;
	return NULL;
}

static void check_secret(void)
{
	char bytes[16];
	int fd = in_place("secret", O_RDONLY);

	if (read(fd, bytes, sizeof(bytes)) != 6 || memcmp(bytes, "secret", 6))
		abort();
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool made;
	struct input input;
	pthread_t guest;
	int ends[2], root;

	if (!size)
		return 0;
	if (!made)
		make();
	made = true;
	fill();
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		abort();
	input = (struct input){data + 1, size - 1, ends[0]};
	if (pthread_create(&guest, NULL, send_all, &input))
		abort();
	root = in_place("share", O_PATH | O_DIRECTORY);
	gabion_vm_share_serve(ends[1], root, *data & 1);
	close(root);
	close(ends[1]);
	pthread_join(guest, NULL);
	close(ends[0]);
	check_secret();
	clean();
	return 0;
}
