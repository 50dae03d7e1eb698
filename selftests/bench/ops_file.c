// SPDX-License-Identifier: GPL-2.0
/* Files, by name and by descriptor, and pipes. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>
#include "ops.h"

static int fd, ends[2];

static void open_and_close(void)
{
	int opened = open(FILE_3, O_RDONLY);

	must(opened >= 0, "open");
	must(!close(opened), "close");
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
	{ "create+unlink", .run = create_and_unlink },
	{ "stat", .run = stat_deep },
	{ "access", .run = check_access },
	{ "chmod", .run = change_mode },
	{ "rename", .run = rename_and_back },
	{ "read", .prepare = open_file, .run = read_byte },
	{ "read-zero", .prepare = open_zero, .run = read_byte },
	{ "write", .prepare = open_file, .run = write_byte },
	{ "eventfd+close", .run = make_eventfd },
	{ "pipe", .prepare = make_pipe, .run = through_pipe },
	{}
};
