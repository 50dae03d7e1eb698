// SPDX-License-Identifier: GPL-2.0
/* See escape_scene.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <mntent.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "escape_scene.h"

pid_t escape_guard;
char escape_guard_memory[4096] __attribute__((aligned(4096)));
char escape_disk_device[32];

/* Unmount everything below TEST_DIR, the newest first. */
static void unmount_all(void)
{
	struct mntent *entry;
	char last[256];
	FILE *mounts;

	do {
		mounts = setmntent("/proc/self/mounts", "r");
		last[0] = '\0';
		while (mounts && (entry = getmntent(mounts)))
			if (!strncmp(entry->mnt_dir, TEST_DIR "/", strlen(TEST_DIR "/")))
				snprintf(last, sizeof(last), "%s", entry->mnt_dir);
		if (mounts)
			endmntent(mounts);
	} while (last[0] && !umount2(last, MNT_DETACH));
}

void escape_scene_strike(void)
{
	if (escape_guard > 0)
		confine_release(escape_guard);
	escape_guard = 0;
	unmount_all();
	if (escape_disk_device[0]) {
		int fd = open(escape_disk_device, O_RDWR);

		/* ENXIO: the attempt has done it. */
		if (ioctl(fd, LOOP_CLR_FD) && errno != ENXIO)
			printf("# %s stays: %m\n", escape_disk_device);
		close(fd);
		escape_disk_device[0] = '\0';
	}
}

/* What the guard does: hold the key, answer nobody. */
static void guard(int ready)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "\0" GUARD_SOCKET };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	int key = open(KEY, O_RDWR);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	strcpy(escape_guard_memory, "key");
	if (key < 0 || dup2(key, GUARD_KEY_FD) < 0 || listener < 0 ||
	    bind(listener, (void *)&address,
		 offsetof(struct sockaddr_un, sun_path) + sizeof(GUARD_SOCKET)) ||
	    listen(listener, 8) || write(ready, "r", 1) != 1)
		_exit(1);
	close(key);
	close(ready);
	for (;;)
		pause();
}

/* By descriptors: some of the names are longer than a name can be. */
static int remove_tree(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), err = 0;
	struct dirent *entry;
	DIR *dir;

	if (fd < 0)
		return unlinkat(parent, name, 0) && errno != ENOENT ? errno : 0;
	dir = fdopendir(fd);
	while (!err && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			err = remove_tree(dirfd(dir), entry->d_name);
	closedir(dir);
	if (!err && unlinkat(parent, name, AT_REMOVEDIR))
		err = errno;
	return err;
}

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return errno;
	return close(fd) ? errno : 0;
}

static int copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	ssize_t n;

	do
		n = sendfile(out, in, NULL, 1 << 20);
	while (n > 0);
	close(in);
	return n < 0 || close(out) ? errno : 0;
}

/* Without a shell: it is done twice for each of many attempts. */
static int build(void)
{
	static const char *const folders[] = { TEST_DIR, SECRET, SECRET "/dir", PROTECTED, OWN,
					       OWN "/dir" };
	int err = remove_tree(AT_FDCWD, TEST_DIR);
	size_t i;

	if (err)
		return err;
	for (i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		if (mkdir(folders[i], 0755))
			return errno;
	return put(KEY, "key\n") ?: put(CONFIG, "config\n") ?: put(OWN "/bait", "bait\n") ?:
	       copy("/usr/bin/true", SECRET "/program") ?: copy("/usr/bin/true", OWN "/program");
}

int escape_scene_set(void)
{
	int ends[2], err;
	char byte;

	escape_scene_strike();
	err = build();
	if (err)
		return err;
	if (pipe2(ends, O_CLOEXEC))
		return errno;
	fflush(stdout);
	escape_guard = fork();
	if (!escape_guard)
		guard(ends[1]);
	close(ends[1]);
	if (read(ends[0], &byte, 1) != 1)
		return ESRCH;
	close(ends[0]);
	return 0;
}

int escape_read_at(int dir, const char *path)
{
	int fd = openat(dir, path, O_RDONLY), err = 0;
	char byte;

	if (fd < 0)
		return errno;
	if (read(fd, &byte, 1) < 0)
		err = errno;
	close(fd);
	return err;
}

int escape_read(const char *path)
{
	return escape_read_at(AT_FDCWD, path);
}

int escape_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), err = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		err = errno;
	close(fd);
	return err;
}

int escape_execute(const char *path)
{
	volatile int err = 0;
	pid_t pid;
	int status;

	/* vfork: the child's errno is ours. */
	pid = vfork();
	if (!pid) {
		execl(path, path, (char *)NULL);
		err = errno;
		_exit(1);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return errno;
	if (err)
		return err;
	return status ? EIO : 0;
}

const char *escape_guard_file(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "/proc/%d/%s", escape_guard, name);
	return path;
}

int escape_private_mounts(void)
{
	if (unshare(CLONE_NEWNS))
		return errno;
	/* Without it too nothing is left behind where init shares no mounts. */
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	return 0;
}

int escape_disk(void)
{
	char command[128];
	FILE *name;

	if (system("cd " TEST_DIR " && modprobe loop && modprobe ext4 && mkdir -p secret/disk &&"
		   " truncate -s 8M secret/image && busybox mke2fs -F secret/image > /dev/null"))
		return EIO;
	name = popen("losetup --find --show " SECRET "/image", "r");
	if (!name)
		return errno;
	if (fscanf(name, "%31s", escape_disk_device) != 1)
		escape_disk_device[0] = '\0';
	pclose(name);
	snprintf(command, sizeof(command), "mount -t ext4 %s " SECRET "/disk", escape_disk_device);
	return escape_disk_device[0] && !system(command) &&
	       !system("echo key > " SECRET "/disk/key && sync " SECRET "/disk/key") ? 0 : EIO;
}
