// SPDX-License-Identifier: GPL-2.0
#include "image.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/cleanup.h"

/* Where a file system says what it is: its superblock's magic number. */
static const struct {
	const char *type;
	size_t offset, size;
	const char *magic;
} types[] = {
	{"squashfs", 0, 4, "hsqs"},
	{"erofs", 1024, 4, "\xe2\xe1\xf5\xe0"},
	{"ext4", 1080, 2, "\x53\xef"},
};

const char *gabion_vm_image_type(const char *path, struct gabion_error *error)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	char first[2048];
	ssize_t n;
	size_t i;

	n = fd < 0 ? -1 : pread(fd, first, sizeof(first), 0);
	if (n < 0) {
		gabion_error_set(error, -errno, "%s: %s", path, strerror(errno));
		return NULL;
	}
	for (i = 0; i < sizeof(types) / sizeof(*types); i++)
		if ((size_t)n >= types[i].offset + types[i].size &&
		    !memcmp(first + types[i].offset, types[i].magic, types[i].size))
			return types[i].type;
	gabion_error_set(
		error, -EINVAL,
		"%s: not an image of erofs, squashfs or ext4: name one, or a folder to make one of",
		path);
	return NULL;
}

static __attribute__((noreturn)) void become_mkfs(const char *folder, const char *path)
{
	const char *argv[] = {"mkfs.erofs", "--quiet", path, folder, NULL, NULL};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* A guest's root has no user of the host's: what others own would be nobody's there. */
	if (geteuid()) {
		argv[2] = "--all-root";
		argv[3] = path;
		argv[4] = folder;
	}
	if (null < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) || dup2(null, 0) < 0 || dup2(null, 1) < 0)
		_exit(126);
	execvp(argv[0], (char *const *)argv);
	_exit(errno == ENOENT ? 127 : 126);
}

int gabion_vm_image_make(const char *folder, const char *path, struct gabion_error *error)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		become_mkfs(folder, path);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return gabion_error_set(error, -errno, "cannot start mkfs.erofs: %s",
					strerror(errno));
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return gabion_error_set(error, -ENOENT,
					"mkfs.erofs is missing, which makes an image of a folder: "
					"install erofs-utils");
	return gabion_error_set(error, -EIO,
				"%s: mkfs.erofs could not make an image of it: are all files "
				"readable, and is there "
				"enough space in %s?",
				folder, path);
}
