// SPDX-License-Identifier: GPL-2.0
/* See source.h. */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../../agent/load/compile.h"
#include "../../core/view.h"
#include "source.h"

int source_compile(const char *extra, void **image, size_t *size)
{
	const char *paths[] = { getenv("GABION_POLICY"), getenv("GABION_POLICY_SYSCALL"),
				getenv("GABION_POLICY_ESCAPE"), NULL };
	struct gabion_error error = { 0 };
	char *diagnostics = NULL;
	char path[64];
	int fd, err;

	/* One name for a test: it is in the image, and the same text is to be the same image. */
	snprintf(path, sizeof(path), "/tmp/gabion-source-%d.gabion", getpid());
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || !paths[0] || !paths[1] || !paths[2] ||
	    write(fd, extra, strlen(extra)) != (ssize_t)strlen(extra)) {
		printf("# cannot write a policy; GABION_POLICY* are those of selftests/run\n");
		return -EIO;
	}
	close(fd);
	paths[3] = path;
	err = gabion_load_compile(paths, 4, image, size, &diagnostics, &error);
	if (err)
		printf("# %s\n# %s\n", error.text, diagnostics ?: "");
	free(diagnostics);
	unlink(path);
	return err;
}

int source_load(struct gabion_netlink *client, const char *extra)
{
	struct gabion_error error = { 0 };
	void *image = NULL;
	size_t size;
	int err = source_compile(extra, &image, &size);

	if (err)
		return err;
	err = gabion_netlink_policy_load(client, image, size, &error);
	if (err)
		printf("# %s\n", error.text);
	free(image);
	return err;
}

int source_restore(struct gabion_netlink *client)
{
	int tries, err = -EBUSY;

	for (tries = 0; tries < 150 && err == -EBUSY; tries++) {
		usleep(tries * 1000);
		err = source_load(client, "");
	}
	return err;
}

void source_seal(void *image, size_t size)
{
	struct gabion_policy_header *h = image;

	h->crc = htole32(gabion_image_checksum(image, size));
}
