// SPDX-License-Identifier: GPL-2.0
/* Files and names: every permission of the file class. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/attempt.h"

#define OBJECT TEST_DIR "/object"
#define FILE_VARIANT(name, permissions, path)					\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .error = EACCES, .klass = GABION_CLASS_FILE,	\
		.refused = permissions, .object = path,				\
	}

static int open_read(void)
{
	return ATTEMPT(open(OBJECT "/file", O_RDONLY));
}
FILE_VARIANT(open_read, GABION_FILE_READ, OBJECT "/file");

static int open_write(void)
{
	return ATTEMPT(open(OBJECT "/file", O_WRONLY));
}
FILE_VARIANT(open_write, GABION_FILE_WRITE, OBJECT "/file");

/* For ioctl only, says Linux, and asks for no permission. */
static int open_mode_three(void)
{
	return ATTEMPT(open(OBJECT "/file", 3));
}
FILE_VARIANT(open_mode_three, GABION_FILE_READ | GABION_FILE_WRITE, OBJECT "/file");

static int open_append(void)
{
	return ATTEMPT(open(OBJECT "/file", O_WRONLY | O_APPEND));
}
FILE_VARIANT(open_append, GABION_FILE_APPEND, OBJECT "/file");

static int open_create(void)
{
	return ATTEMPT(open(OBJECT "/new", O_WRONLY | O_CREAT | O_EXCL, 0600));
}
FILE_VARIANT(open_create, GABION_FILE_CREATE, OBJECT "/new");

static int open_tmpfile(void)
{
	return ATTEMPT(open(OBJECT, O_TMPFILE | O_WRONLY, 0600));
}
FILE_VARIANT(open_tmpfile, GABION_FILE_CREATE, NULL);

static int list_directory(void)
{
	return ATTEMPT(open(OBJECT "/dir", O_RDONLY | O_DIRECTORY));
}
FILE_VARIANT(list_directory, GABION_FILE_READ, OBJECT "/dir");

/* Names that lead to the same file by detours. */
static int open_dotdot(void)
{
	return ATTEMPT(open(TEST_DIR "/object/dir/../../object/./file", O_RDONLY));
}
FILE_VARIANT(open_dotdot, GABION_FILE_READ, OBJECT "/file");

static int open_through_symlink(void)
{
	char link[64];

	/* Made by the attempt's own parent on the host: /run is no resource of the domains. */
	snprintf(link, sizeof(link), "/proc/self/cwd/object/file");
	if (chdir(TEST_DIR))
		return errno;
	return ATTEMPT(open(link, O_RDONLY));
}
FILE_VARIANT(open_through_symlink, GABION_FILE_READ, OBJECT "/file");

static int reopen_path_descriptor(void)
{
	char link[64];
	int fd = open(OBJECT "/file", O_PATH);

	if (fd < 0)
		return errno;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return ATTEMPT(open(link, O_RDONLY));
}
FILE_VARIANT(reopen_path_descriptor, GABION_FILE_READ, OBJECT "/file");

static int open_relative(void)
{
	int dir = open(TEST_DIR, O_PATH);

	return dir < 0 ? errno : ATTEMPT(openat(dir, "object/file", O_RDONLY));
}
FILE_VARIANT(open_relative, GABION_FILE_READ, OBJECT "/file");

static int truncate_file(void)
{
	return ATTEMPT(truncate(OBJECT "/file", 0));
}
FILE_VARIANT(truncate_file, GABION_FILE_WRITE, OBJECT "/file");

static int stat_file(void)
{
	struct stat st;

	return ATTEMPT(stat(OBJECT "/file", &st));
}
FILE_VARIANT(stat_file, GABION_FILE_STAT, OBJECT "/file");

static int unlink_file(void)
{
	return ATTEMPT(unlink(OBJECT "/file"));
}
FILE_VARIANT(unlink_file, GABION_FILE_DELETE, OBJECT "/file");

static int make_directory(void)
{
	return ATTEMPT(mkdir(OBJECT "/newdir", 0700));
}
FILE_VARIANT(make_directory, GABION_FILE_CREATE, OBJECT "/newdir");

static int remove_directory(void)
{
	return ATTEMPT(rmdir(OBJECT "/dir"));
}
FILE_VARIANT(remove_directory, GABION_FILE_DELETE, OBJECT "/dir");

static int make_symlink(void)
{
	return ATTEMPT(symlink("/etc/shadow", OBJECT "/symlink"));
}
FILE_VARIANT(make_symlink, GABION_FILE_CREATE, OBJECT "/symlink");

static int make_fifo(void)
{
	return ATTEMPT(mkfifo(OBJECT "/fifo", 0600));
}
FILE_VARIANT(make_fifo, GABION_FILE_CREATE, OBJECT "/fifo");

static int make_device(void)
{
	return ATTEMPT(mknod(OBJECT "/device", S_IFCHR | 0600, makedev(1, 3)));
}
FILE_VARIANT(make_device, GABION_FILE_CREATE | GABION_FILE_MKNOD, OBJECT "/device");

static int hard_link(void)
{
	return ATTEMPT(link(OBJECT "/file", OBJECT "/link"));
}
FILE_VARIANT(hard_link, GABION_FILE_LINK, OBJECT "/file");

static int rename_file(void)
{
	return ATTEMPT(rename(OBJECT "/file", OBJECT "/renamed"));
}
FILE_VARIANT(rename_file, GABION_FILE_DELETE, OBJECT "/file");

static int change_mode(void)
{
	return ATTEMPT(chmod(OBJECT "/file", 0600));
}
FILE_VARIANT(change_mode, GABION_FILE_SETATTR, OBJECT "/file");

static int change_owner(void)
{
	return ATTEMPT(chown(OBJECT "/file", 1, 1));
}
FILE_VARIANT(change_owner, GABION_FILE_CHOWN, OBJECT "/file");

static int execute(void)
{
	int status, err;
	pid_t pid;

	/* vfork: the child's errno is ours. */
	errno = 0;
	pid = vfork();
	if (!pid) {
		execl(OBJECT "/program", "program", (char *)NULL);
		_exit(errno);
	}
	err = errno;
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : err;
}
FILE_VARIANT(execute, GABION_FILE_EXECUTE, OBJECT "/program");

/* The dynamic linker as a way to run what may not be executed. */
static int execute_by_loader(void)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, 2);
		execl("/usr/lib64/ld-linux-x86-64.so.2", "ld.so", OBJECT "/program", (char *)NULL);
		execl("/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", "ld.so", OBJECT "/program",
		      (char *)NULL);
		_exit(99);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : EACCES;
}
FILE_VARIANT(execute_by_loader, GABION_FILE_READ, OBJECT "/program");

TEST_HARNESS_MAIN
