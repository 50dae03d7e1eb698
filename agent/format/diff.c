// SPDX-License-Identifier: GPL-2.0
#include "diff.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/cleanup.h"

/* A file in memory that a program executed next can read as /dev/fd/N; -1 and errno. */
static int memory_file(const char *text, size_t n)
{
	int fd = memfd_create("gabion-fmt", 0);
	ssize_t got;

	while (fd >= 0 && n) {
		got = write(fd, text, n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			close(fd);
			return -1;
		}
		text += got;
		n -= got;
	}
	return fd;
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int gabion_format_diff(const char *name, const char *before, size_t nbefore, const char *after,
		       size_t nafter, struct gabion_error *error)
{
	cleanup_fd int old = memory_file(before, nbefore), new = memory_file(after, nafter);
	char paths[2][32];
	pid_t pid;
	int status;

	snprintf(paths[0], sizeof(paths[0]), "/dev/fd/%d", old);
	snprintf(paths[1], sizeof(paths[1]), "/dev/fd/%d", new);
	fflush(stdout);
	pid = old < 0 || new < 0 ? -1 : fork();
	if (pid < 0)
		return gabion_error_set(error, -errno, "cannot run diff: %s", strerror(errno));
	if (!pid) {
		execlp("diff", "diff", "-u", "--label", name, "--label", name, paths[0], paths[1],
		       NULL);
		_exit(127);
	}
	status = wait_for(pid);
	/* 1: they differ. */
	if (status == 0 || status == 1)
		return 0;
	return gabion_error_set(error, -EIO,
				status == 127 ? "cannot run diff: install the package diffutils"
					      : "diff failed");
}
