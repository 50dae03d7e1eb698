// SPDX-License-Identifier: GPL-2.0
/* Files, by name and by descriptor, and pipes. */
#include <fcntl.h>
#include <linux/random.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "ops.h"

static int fd, ends[2];

static void open_name(const char *name)
{
	int opened = open(name, O_RDONLY);

	must(opened >= 0, "open");
	must(!close(opened), "close");
}

static void open_and_close(void)
{
	open_name(FILE_3);
}

/* From here on names have as many parts as they are written with. */
static void enter_scene(void)
{
	must(!chdir(SCENE), "chdir");
}

#define OPEN(depth, directories)			\
	static void open_##depth##_deep(void)		\
	{						\
		open_name(directories "file");		\
	}

#define TO_7	"1/2/3/4/5/6/7/"
#define TO_15	TO_7 "8/9/10/11/12/13/14/15/"

OPEN(1, "")
OPEN(2, "1/")
OPEN(4, "1/2/3/")
OPEN(8, TO_7)
OPEN(16, TO_15)
OPEN(32, TO_15 "16/17/18/19/20/21/22/23/24/25/26/27/28/29/30/31/")

static void make_and_remove_directory(void)
{
	must(!mkdir(SCENE "/directory", 0700), "mkdir");
	must(!rmdir(SCENE "/directory"), "rmdir");
}

/* By large pieces, as libc does; all of them, and the two that every directory has. */
static void read_directory(void)
{
	static char entries[32768];
	int directory = open(NAMES, O_RDONLY | O_DIRECTORY);
	long length;

	must(directory >= 0, "open");
	while ((length = syscall(SYS_getdents64, directory, entries, sizeof(entries))) > 0)
		;
	must(!length, "getdents64");
	must(!close(directory), "close");
}

static void create_and_unlink(void)
{
	int made = open(SCENE "/new", O_WRONLY | O_CREAT | O_EXCL, 0600);

	must(made >= 0, "create");
	must(!close(made), "close");
	must(!unlink(SCENE "/new"), "unlink");
}

static void stat_deep(void)
{
	struct stat st;

	must(!stat(FILE_8, &st), "stat");
}

static void check_access(void)
{
	must(!access(FILE_3, R_OK), "access");
}

static void change_mode(void)
{
	must(!chmod(FILE_3, 0640), "chmod");
}

static void rename_and_back(void)
{
	must(!rename(SCENE "/name", SCENE "/other"), "rename");
	must(!rename(SCENE "/other", SCENE "/name"), "rename back");
}

static void open_file(void)
{
	fd = open(FILE_3, O_RDWR);
	must(fd >= 0, "open");
}

/* A device that has nothing to do: what is counted is the call. */
static void open_zero(void)
{
	fd = open("/dev/zero", O_RDONLY);
	must(fd >= 0, "open");
}

static void open_random(void)
{
	fd = open("/dev/urandom", O_RDONLY);
	must(fd >= 0, "open");
}

/* One that the device itself answers, and shortly. */
static void control_random(void)
{
	int bits;

	must(!ioctl(fd, RNDGETENTCNT, &bits), "ioctl");
}

static void read_byte(void)
{
	char byte;

	must(read(fd, &byte, 1) == 1, "read");
}

static void write_byte(void)
{
	must(write(fd, "", 1) == 1, "write");
}

/* The cheapest of the things without a name that a descriptor is for. */
static void make_eventfd(void)
{
	int made = eventfd(0, 0);

	must(made >= 0, "eventfd");
	must(!close(made), "close");
}

static void make_pipe(void)
{
	must(!pipe(ends), "pipe");
}

static void through_pipe(void)
{
	char byte;

	must(write(ends[1], "", 1) == 1, "write");
	must(read(ends[0], &byte, 1) == 1, "read");
}

const struct operation file_operations[] = {
	{ "open+close", .run = open_and_close },
	{ "open+close-1", .prepare = enter_scene, .run = open_1_deep },
	{ "open+close-2", .prepare = enter_scene, .run = open_2_deep },
	{ "open+close-4", .prepare = enter_scene, .run = open_4_deep },
	{ "open+close-8", .prepare = enter_scene, .run = open_8_deep },
	{ "open+close-16", .prepare = enter_scene, .run = open_16_deep },
	{ "open+close-32", .prepare = enter_scene, .run = open_32_deep },
	{ "create+unlink", .run = create_and_unlink },
	{ "mkdir+rmdir", .run = make_and_remove_directory },
	{ "readdir-1000", .run = read_directory, .rounds = 10 },
	{ "stat", .run = stat_deep },
	{ "access", .run = check_access },
	{ "chmod", .run = change_mode },
	{ "rename", .run = rename_and_back },
	{ "read", .prepare = open_file, .run = read_byte },
	{ "read-zero", .prepare = open_zero, .run = read_byte },
	{ "write", .prepare = open_file, .run = write_byte },
	{ "ioctl", .prepare = open_random, .run = control_random },
	{ "eventfd+close", .run = make_eventfd },
	{ "pipe", .prepare = make_pipe, .run = through_pipe },
	{}
};
