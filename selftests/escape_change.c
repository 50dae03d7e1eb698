// SPDX-License-Identifier: GPL-2.0
/* Escapes by change: what may be read only is altered, and what is secret is learnt or run. */
#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>
#include "kselftest_harness.h"
#include "lib/escape.h"

#define CHANGE(name, permission) ESCAPE(name, BY_FILE(GABION_FILE_##permission, CONFIG))

static int overwrite(void)
{
	return escape_write(CONFIG, "evil");
}
CHANGE(overwrite, WRITE);

static int append(void)
{
	return ATTEMPT(open(CONFIG, O_WRONLY | O_APPEND));
}
CHANGE(append, APPEND);

static int read_and_write(void)
{
	return ATTEMPT(open(CONFIG, O_RDWR));
}
CHANGE(read_and_write, WRITE);

static int empty_while_reading(void)
{
	return ATTEMPT(open(CONFIG, O_RDONLY | O_TRUNC));
}
CHANGE(empty_while_reading, WRITE);

static int cut(void)
{
	return ATTEMPT(truncate(CONFIG, 2));
}
CHANGE(cut, WRITE);

static int remove_it(void)
{
	return ATTEMPT(unlink(CONFIG));
}
CHANGE(remove_it, DELETE);

static int change_mode(void)
{
	return ATTEMPT(chmod(CONFIG, 04777));
}
CHANGE(change_mode, SETATTR);

static int change_mode_of_a_descriptor(void)
{
	int fd = open(CONFIG, O_RDONLY);

	return fd < 0 ? errno : ATTEMPT(fchmod(fd, 0777));
}
CHANGE(change_mode_of_a_descriptor, SETATTR);

static int change_owner(void)
{
	return ATTEMPT(chown(CONFIG, 65534, 65534));
}
CHANGE(change_owner, CHOWN);

static int change_owner_of_a_path_descriptor(void)
{
	int fd = open(CONFIG, O_PATH);

	return fd < 0 ? errno : ATTEMPT(fchownat(fd, "", 65534, 65534, AT_EMPTY_PATH));
}
CHANGE(change_owner_of_a_path_descriptor, CHOWN);

static int change_times(void)
{
	struct utimbuf times = { 1, 1 };

	return ATTEMPT(utime(CONFIG, &times));
}
CHANGE(change_times, SETATTR);

static int change_times_of_a_descriptor(void)
{
	int fd = open(CONFIG, O_RDONLY);

	return fd < 0 ? errno : ATTEMPT(futimens(fd, NULL));
}
CHANGE(change_times_of_a_descriptor, SETATTR);

static int set_xattr(void)
{
	return ATTEMPT(setxattr(CONFIG, "trusted.evil", "1", 1, 0));
}
CHANGE(set_xattr, SETATTR);

static int set_xattr_of_a_descriptor(void)
{
	int fd = open(CONFIG, O_RDONLY);

	return fd < 0 ? errno : ATTEMPT(fsetxattr(fd, "trusted.evil", "1", 1, 0));
}
CHANGE(set_xattr_of_a_descriptor, SETATTR);

/* File capabilities make whoever runs the file more. */
static int set_file_capabilities(void)
{
	/* VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE; permitted, inheritable: two words each */
	uint32_t words[5] = { 0x02000001, ~0U };

	return ATTEMPT(setxattr(CONFIG, "security.capability", words, sizeof(words), 0));
}
CHANGE(set_file_capabilities, SETATTR);

static int lease(void)
{
	int fd = open(CONFIG, O_RDONLY);

	return fd < 0 ? errno : ATTEMPT(fcntl(fd, F_SETLEASE, F_RDLCK));
}
CHANGE(lease, LOCK);

/* Nobody who asks for the lock gets past: the host's programs wait. */
static int lock_out(void)
{
	int fd = open(CONFIG, O_RDONLY);

	return fd < 0 ? errno : ATTEMPT(syscall(SYS_flock, fd, 2 /* LOCK_EX */));
}
CHANGE(lock_out, LOCK);

static int plant_a_file(void)
{
	return ATTEMPT(open(PROTECTED "/evil", O_WRONLY | O_CREAT, 0600));
}
ESCAPE(plant_a_file, BY_FILE(GABION_FILE_CREATE, PROTECTED "/evil"));

static int plant_a_symlink(void)
{
	return ATTEMPT(symlink(OWN "/bait", PROTECTED "/evil"));
}
ESCAPE(plant_a_symlink, BY_FILE(GABION_FILE_CREATE, PROTECTED "/evil"));

static int plant_a_folder(void)
{
	return ATTEMPT(mkdir(PROTECTED "/evil", 0700));
}
ESCAPE(plant_a_folder, BY_FILE(GABION_FILE_CREATE, PROTECTED "/evil"));

static int plant_a_socket(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = PROTECTED "/evil" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	return fd < 0 ? errno : ATTEMPT(bind(fd, (void *)&address, sizeof(address)));
}
ESCAPE(plant_a_socket, BY_FILE(GABION_FILE_CREATE, PROTECTED "/evil"));

static int plant_a_link_to_own(void)
{
	return ATTEMPT(link(OWN "/bait", PROTECTED "/evil"));
}
ESCAPE(plant_a_link_to_own, BY_FILE(GABION_FILE_CREATE, PROTECTED "/evil"));

static int remove_its_folder(void)
{
	return ATTEMPT(rmdir(SECRET "/dir"));
}
ESCAPE(remove_its_folder, BY_FILE(GABION_FILE_DELETE, SECRET "/dir"));

/* --- learning what is there --- */

static int list(void)
{
	DIR *dir = opendir(SECRET);

	return !dir ? errno : readdir(dir) ? 0 : errno;
}
ESCAPE(list, BY_FILE(GABION_FILE_READ, SECRET));

static int size_of_it(void)
{
	struct stat st;

	return ATTEMPT(stat(KEY, &st));
}
ESCAPE(size_of_it, BY_FILE(GABION_FILE_STAT, KEY));

static int size_by_a_path_descriptor(void)
{
	struct stat st;
	int fd = open(KEY, O_PATH);

	return fd < 0 ? errno : ATTEMPT(fstat(fd, &st));
}
ESCAPE(size_by_a_path_descriptor, BY_FILE(GABION_FILE_STAT, KEY));

static int list_xattrs(void)
{
	char names[256];

	return ATTEMPT(listxattr(KEY, names, sizeof(names)));
}
ESCAPE(list_xattrs, BY_FILE(GABION_FILE_STAT, KEY));

static int prepare_xattr(void)
{
	return ATTEMPT(setxattr(KEY, "trusted.word", "key", 3, 0));
}

static int read_xattr(void)
{
	char word[16];

	return ATTEMPT(getxattr(KEY, "trusted.word", word, sizeof(word)));
}
ESCAPE(read_xattr, .prepare = prepare_xattr, BY_FILE(GABION_FILE_STAT, KEY));

static int prepare_symlink(void)
{
	return ATTEMPT(symlink("password", SECRET "/link"));
}

static int read_symlink(void)
{
	char word[16];

	return ATTEMPT(readlink(SECRET "/link", word, sizeof(word)));
}
ESCAPE(read_symlink, .prepare = prepare_symlink, BY_FILE(GABION_FILE_STAT, SECRET "/link"));

static int free_space(void)
{
	struct statfs fs;

	return ATTEMPT(statfs(SECRET, &fs));
}
ESCAPE(free_space, BY_FILE(GABION_FILE_STAT, SECRET));

static int watch_it(void)
{
	int fd = inotify_init();

	return fd < 0 ? errno : ATTEMPT(inotify_add_watch(fd, SECRET, IN_ALL_EVENTS));
}
ESCAPE(watch_it, BY_FILE(GABION_FILE_WATCH, SECRET));

/* --- running what may not be run --- */

static int run_secret(void)
{
	return escape_execute(SECRET "/program");
}
ESCAPE(run_secret, BY_FILE(GABION_FILE_EXECUTE, SECRET "/program"));

static int run_own(void)
{
	return escape_execute(OWN "/program");
}
ESCAPE(run_own, BY_FILE(GABION_FILE_EXECUTE, OWN "/program"));

static int run_by_descriptor(void)
{
	int fd = open(OWN "/program", O_RDONLY | O_CLOEXEC);
	char link[32];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return fd < 0 ? errno : escape_execute(link);
}
ESCAPE(run_by_descriptor, BY_FILE(GABION_FILE_EXECUTE, OWN "/program"));

static int run_by_interpreter_line(void)
{
	int fd = open(OWN "/script", O_WRONLY | O_CREAT, 0755);

	if (fd < 0 || write(fd, "#!" SECRET "/program\n", sizeof("#!" SECRET "/program")) < 0)
		return errno;
	close(fd);
	return escape_execute(OWN "/script");
}
ESCAPE(run_by_interpreter_line, BY_FILE(GABION_FILE_EXECUTE, NULL));

static int map_own_code(void)
{
	int fd = open(OWN "/program", O_RDONLY);
	void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);

	return p == MAP_FAILED ? errno : 0;
}
ESCAPE(map_own_code, BY_FILE(GABION_FILE_MAP, OWN "/program"));

static int map_own_code_later(void)
{
	int fd = open(OWN "/program", O_RDONLY);
	void *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);

	return p == MAP_FAILED ? errno : ATTEMPT(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}
ESCAPE(map_own_code_later, BY_FILE(GABION_FILE_MAP, OWN "/program"));

/* --- by capability, where no file is asked --- */

#define SYS_ADMIN 21
#define SYS_PACCT 20

static int swap_over_it(void)
{
	/* Not a swap file: what counts is whether the kernel gets to look at it. */
	return swapon(KEY, 0) && errno != EINVAL ? errno : 0;
}
ESCAPE(swap_over_it, BY_CONTROL(HARDWARE));

static int swap_by_capability(void)
{
	return swap_over_it();
}
ESCAPE(swap_by_capability, BY_CAPABILITY(SYS_ADMIN));

static int account_into_it(void)
{
	int err = ATTEMPT(acct(CONFIG));

	acct(NULL);
	return err;
}
ESCAPE(account_into_it, BY_CONTROL(PERF));

static int account_by_capability(void)
{
	return ATTEMPT(acct(NULL));
}
ESCAPE(account_by_capability, BY_CAPABILITY(SYS_PACCT));

TEST_HARNESS_MAIN
