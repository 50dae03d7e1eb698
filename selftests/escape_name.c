// SPDX-License-Identifier: GPL-2.0
/* Escapes by name: other ways to say the name of a file that is not granted. */
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/escape.h"
#include "lib/uring.h"

#define READ_KEY BY_FILE(GABION_FILE_READ, KEY)

static int plain(void)
{
	return escape_read(KEY);
}
ESCAPE(plain, READ_KEY);

static int dots(void)
{
	return escape_read(OWN "/dir/../../secret/./dir/../key");
}
ESCAPE(dots, READ_KEY);

static int slashes(void)
{
	return escape_read("//run///gabion-test////secret//key");
}
ESCAPE(slashes, READ_KEY);

static int relative_to_a_parent(void)
{
	return chdir(OWN "/dir") ? errno : escape_read("../../secret/key");
}
ESCAPE(relative_to_a_parent, READ_KEY);

static int own_symlink(void)
{
	return symlink(KEY, OWN "/link") ? errno : escape_read(OWN "/link");
}
ESCAPE(own_symlink, READ_KEY);

static int symlink_to_its_folder(void)
{
	return symlink("../secret", OWN "/link") ? errno : escape_read(OWN "/link/key");
}
ESCAPE(symlink_to_its_folder, READ_KEY);

static int chain_of_symlinks(void)
{
	char from[64], to[64] = KEY;
	int i;

	for (i = 0; i < 30; i++) {
		snprintf(from, sizeof(from), OWN "/link%d", i);
		if (symlink(to, from))
			return errno;
		strcpy(to, from);
	}
	return escape_read(to);
}
ESCAPE(chain_of_symlinks, READ_KEY);

static int proc_self_root(void)
{
	return escape_read("/proc/self/root" KEY);
}
ESCAPE(proc_self_root, READ_KEY);

static int proc_thread_cwd(void)
{
	return chdir(TEST_DIR) ? errno : escape_read("/proc/thread-self/cwd/secret/key");
}
ESCAPE(proc_thread_cwd, READ_KEY);

static int from_a_path_descriptor(void)
{
	int dir = open(SECRET, O_PATH | O_DIRECTORY);

	return dir < 0 ? errno : escape_read_at(dir, "key");
}
ESCAPE(from_a_path_descriptor, READ_KEY);

static int reopened_path_descriptor(void)
{
	char link[32];
	int fd = open(KEY, O_PATH);

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return fd < 0 ? errno : escape_read(link);
}
ESCAPE(reopened_path_descriptor, READ_KEY);

static int reopened_for_writing(void)
{
	char link[32];
	int fd = open(CONFIG, O_RDONLY);

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return fd < 0 ? errno : escape_write(link, "evil");
}
ESCAPE(reopened_for_writing, BY_FILE(GABION_FILE_WRITE, CONFIG));

static int beneath(void)
{
	struct open_how how = { .flags = O_RDONLY, .resolve = RESOLVE_IN_ROOT };
	int dir = open(TEST_DIR, O_PATH);

	return dir < 0 ? errno :
	       ATTEMPT(syscall(SYS_openat2, dir, "/secret/key", &how, sizeof(how)));
}
ESCAPE(beneath, READ_KEY);

static int by_handle(void)
{
	struct {
		struct file_handle handle;
		unsigned char bytes[MAX_HANDLE_SZ];
	} h = { .handle.handle_bytes = MAX_HANDLE_SZ };
	int mount_id;

	if (chdir(TEST_DIR) || name_to_handle_at(AT_FDCWD, KEY, &h.handle, &mount_id, 0))
		return errno;
	return ATTEMPT(open_by_handle_at(AT_FDCWD, &h.handle, O_RDONLY));
}
ESCAPE(by_handle, BY_FILE(GABION_FILE_READ, NULL));

/* By way of a mount that does not show it: it has no name there. */
static int mount_own_folder(void)
{
	mkdir(OWN "/bound", 0700);
	return ATTEMPT(mount(OWN "/dir", OWN "/bound", NULL, MS_BIND, NULL));
}

static void umount_own_folder(void)
{
	umount2(OWN "/bound", MNT_DETACH);
}

static int by_handle_past_its_name(void)
{
	struct {
		struct file_handle handle;
		unsigned char bytes[MAX_HANDLE_SZ];
	} h = { .handle.handle_bytes = MAX_HANDLE_SZ };
	int mount_id, bound = open(OWN "/bound", O_RDONLY), fd;
	char byte;

	if (name_to_handle_at(AT_FDCWD, KEY, &h.handle, &mount_id, 0))
		return errno;
	fd = open_by_handle_at(bound, &h.handle, O_RDONLY);
	return fd < 0 ? errno : read(fd, &byte, 1) == 1 && byte == 'k' ? 0 : EIO;
}
ESCAPE(by_handle_past_its_name, .prepare = mount_own_folder, .restore = umount_own_folder,
       BY_FILE(GABION_FILE_READ, NULL), .domain = "hostile_coder");

/* With its mounts, of which a descriptor keeps one: no name leads there any more. */
static int by_a_namespace_that_ended(void)
{
	pid_t pid = syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, NULL);
	int status, directory = 100;

	if (!pid) {
		if (unshare(CLONE_NEWNS) || dup2(open(TEST_DIR, O_PATH), directory) < 0)
			_exit(errno);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return errno;
	return WEXITSTATUS(status) ?: ATTEMPT(openat(directory, "secret/key", O_RDONLY));
}
ESCAPE(by_a_namespace_that_ended, BY_FILE(GABION_FILE_READ, NULL), .domain = "hostile_coder");

/* Mode 3 is for ioctl, and asks the file system for nothing. */
static int mode_three(void)
{
	return ATTEMPT(open(KEY, 3));
}
ESCAPE(mode_three, READ_KEY);

static int create_over(void)
{
	return ATTEMPT(open(KEY, O_RDONLY | O_CREAT, 0600));
}
ESCAPE(create_over, READ_KEY);

/* --- another name for the file --- */

static int hard_link(void)
{
	return link(KEY, OWN "/key") ? errno : escape_read(OWN "/key");
}
ESCAPE(hard_link, BY_FILE(GABION_FILE_LINK, KEY));

static int hard_link_of_a_descriptor(void)
{
	int fd = open(KEY, O_PATH);

	if (fd < 0 || linkat(fd, "", AT_FDCWD, OWN "/key", AT_EMPTY_PATH))
		return errno;
	return escape_read(OWN "/key");
}
ESCAPE(hard_link_of_a_descriptor, BY_FILE(GABION_FILE_LINK, KEY));

static int hard_link_of_what_is_readable(void)
{
	return link(CONFIG, OWN "/config") ? errno : escape_write(OWN "/config", "evil");
}
ESCAPE(hard_link_of_what_is_readable, BY_FILE(GABION_FILE_LINK, CONFIG));

static int rename_the_file(void)
{
	return rename(KEY, OWN "/key") ? errno : escape_read(OWN "/key");
}
ESCAPE(rename_the_file, BY_FILE(GABION_FILE_DELETE, KEY));

static int rename_its_folder(void)
{
	return rename(SECRET, OWN "/stolen") ? errno : escape_read(OWN "/stolen/key");
}
ESCAPE(rename_its_folder, BY_FILE(GABION_FILE_DELETE, SECRET));

static int exchange(void)
{
	if (syscall(SYS_renameat2, AT_FDCWD, OWN "/bait", AT_FDCWD, KEY, 2 /* RENAME_EXCHANGE */))
		return errno;
	return escape_read(OWN "/bait");
}
ESCAPE(exchange, BY_FILE(GABION_FILE_DELETE, KEY));

static int exchange_folders(void)
{
	if (syscall(SYS_renameat2, AT_FDCWD, OWN, AT_FDCWD, SECRET, 2))
		return errno;
	return escape_read(OWN "/key");
}
ESCAPE(exchange_folders, BY_FILE(GABION_FILE_DELETE, NULL));

/* Its own folder away, the secret's in its place: the name is right, the file is not. */
static int folder_in_place_of_own(void)
{
	if (rename(OWN, TEST_DIR "/away") || rename(SECRET, OWN))
		return errno;
	return escape_read(OWN "/key");
}
ESCAPE(folder_in_place_of_own, BY_FILE(GABION_FILE_CREATE, TEST_DIR "/away"));

static int rename_over_the_protected(void)
{
	return ATTEMPT(rename(OWN "/bait", CONFIG));
}
ESCAPE(rename_over_the_protected, BY_FILE(GABION_FILE_DELETE, CONFIG));

/* A name that a grant is about, for what has a name already. */
static int unnamed_file_gets_a_name(void)
{
	char link[32];
	int fd = open(OWN, O_TMPFILE | O_RDWR, 0600);

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return fd < 0 ? errno : ATTEMPT(linkat(AT_FDCWD, link, AT_FDCWD, PROTECTED "/evil",
					       AT_SYMLINK_FOLLOW));
}
ESCAPE(unnamed_file_gets_a_name, BY_FILE(GABION_FILE_CREATE, PROTECTED "/evil"));

/* --- names longer than a name can be --- */

#define LONG_PART "ppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp" \
		  "ppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp"
#define LONG_DEPTH 40

static int descend(const char *from, int depth, bool make)
{
	int i;

	if (chdir(from))
		return errno;
	for (i = 0; i < depth; i++)
		if ((make && mkdir(LONG_PART, 0700)) || chdir(LONG_PART))
			return errno;
	return 0;
}

static int dig(void)
{
	int err = descend(SECRET, LONG_DEPTH, true);

	err = err ?: ATTEMPT(open("key", O_WRONLY | O_CREAT, 0600));
	return chdir("/") ? errno : err;
}

static int long_path(void)
{
	return descend(SECRET, LONG_DEPTH, false) ?: escape_read("key");
}
ESCAPE(long_path, .prepare = dig, BY_FILE(GABION_FILE_READ, NULL));

/* The attacker's own long path, to reach a secret with it. */
static int long_path_and_back(void)
{
	char up[3 * LONG_DEPTH + 32] = "";
	int i, err = descend(OWN, LONG_DEPTH / 2, true);

	for (i = 0; i < LONG_DEPTH / 2 + 1; i++)
		strcat(up, "../");
	strcat(up, "secret/key");
	return err ?: escape_read(up);
}
ESCAPE(long_path_and_back, READ_KEY);

/* --- a root of its own --- */

static int change_root(void)
{
	return chroot(SECRET) || chdir("/") ? errno : escape_read("/key");
}
ESCAPE(change_root, BY_CONTROL(CHROOT));

static int change_root_with_the_grant(void)
{
	return change_root();
}
ESCAPE(change_root_with_the_grant, READ_KEY, .domain = "hostile_controls");

/* What is outside of the root is not unreachable: the working directory leads out. */
static int change_root_twice(void)
{
	int i;

	if (chroot(OWN "/dir") || chroot("/"))
		return errno;
	for (i = 0; i < 32; i++)
		if (chdir(".."))
			return errno;
	return chroot(".") ? errno : escape_read(KEY);
}
ESCAPE(change_root_twice, READ_KEY, .domain = "hostile_controls");

/* A root that makes the secret's folder look like its own. */
static int change_root_to_bend_names(void)
{
	if (mkdir(OWN "/run", 0700) || symlink("../../secret", OWN "/run/gabion-test") ||
	    chdir(TEST_DIR) || chroot(OWN))
		return errno;
	return escape_read("secret/key");
}
ESCAPE(change_root_to_bend_names, READ_KEY, .domain = "hostile_controls");

/* --- by io_uring --- */

static int uring_open(void)
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD,
				    .addr = (unsigned long)KEY, .open_flags = O_RDONLY };
	int fd = uring_do(&sqe, 0);

	return fd < 0 ? -fd : 0;
}
ESCAPE(uring_open, READ_KEY, .domain = "hostile_controls");

/* A worker of io_uring, not the task itself. */
static int uring_open_by_worker(void)
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD,
				    .flags = IOSQE_ASYNC,
				    .addr = (unsigned long)KEY, .open_flags = O_RDONLY };
	int fd = uring_do(&sqe, 0);

	return fd < 0 ? -fd : 0;
}
ESCAPE(uring_open_by_worker, READ_KEY, .domain = "hostile_controls");

static int uring_open_by_poller(void)
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD,
				    .addr = (unsigned long)KEY, .open_flags = O_RDONLY };
	int fd = uring_do(&sqe, IORING_SETUP_SQPOLL);

	return fd < 0 ? -fd : 0;
}
ESCAPE(uring_open_by_poller, READ_KEY, .domain = "hostile_controls");

static int uring_poller(void)
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_NOP };
	int result = uring_do(&sqe, IORING_SETUP_SQPOLL);

	return result < 0 ? -result : 0;
}
ESCAPE(uring_poller, BY_CONTROL(IO_URING));

static int uring_link(void)
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_LINKAT, .fd = AT_FDCWD,
				    .len = AT_FDCWD, .addr = (unsigned long)KEY,
				    .addr2 = (unsigned long)(OWN "/key") };
	int result = uring_do(&sqe, 0);

	return result < 0 ? -result : escape_read(OWN "/key");
}
ESCAPE(uring_link, BY_FILE(GABION_FILE_LINK, KEY));

static int uring_rename(void)
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_RENAMEAT, .fd = AT_FDCWD,
				    .len = AT_FDCWD, .addr = (unsigned long)KEY,
				    .addr2 = (unsigned long)(OWN "/key") };
	int result = uring_do(&sqe, 0);

	return result < 0 ? -result : escape_read(OWN "/key");
}
ESCAPE(uring_rename, BY_FILE(GABION_FILE_DELETE, KEY));

static int uring_unlink(void)
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD,
				    .addr = (unsigned long)CONFIG };

	return -uring_do(&sqe, 0);
}
ESCAPE(uring_unlink, BY_FILE(GABION_FILE_DELETE, CONFIG));

static int uring_stat(void)
{
	static struct statx st;
	struct io_uring_sqe sqe = { .opcode = IORING_OP_STATX, .fd = AT_FDCWD,
				    .addr = (unsigned long)KEY, .len = STATX_ALL,
				    .off = (unsigned long)&st };

	return -uring_do(&sqe, 0);
}
ESCAPE(uring_stat, BY_FILE(GABION_FILE_STAT, KEY));

TEST_HARNESS_MAIN
