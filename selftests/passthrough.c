// SPDX-License-Identifier: GPL-2.0
/*
 * A FUSE server may have the kernel read and write another file in place of its own (passthrough,
 * Linux 6.9): to who opens the one, that is opening the other. And one that truncates while it opens.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"
#include "lib/source.h"

/* One file is all of the filesystem, mounted on a file; in its place the kernel takes the other. */
#define SERVED	TEST_DIR "/other/file"
#define BACKING	TEST_DIR "/object/file"

/* Of linux/fuse.h, since 6.9. */
#define INIT_EXT		(1U << 30)
#define PASSTHROUGH		(1U << 5)	/* of flags2 */
#define OPEN_PASSTHROUGH	(1U << 7)
struct backing_map {
	int32_t fd;
	uint32_t flags;
	uint64_t padding;
};
#define BACKING_OPEN	_IOW(229, 1, struct backing_map)

/* --- the server: a process of the host --- */

static int channel, backing;

/**
 * struct seen - what the server says of the kernel
 * @offered:	it has passthrough
 * @truncated:	a file was opened to be truncated
 */
struct seen {
	bool offered;
	bool truncated;
};
static struct seen *seen;

static void answer(const struct fuse_in_header *request, int error, const void *body, size_t size)
{
	struct fuse_out_header header = {
		.len = sizeof(header) + (error ? 0 : size), .error = error, .unique = request->unique,
	};
	struct iovec parts[2] = { { &header, sizeof(header) }, { (void *)body, error ? 0 : size } };

	if (writev(channel, parts, 2) < 0)
		perror("# answer");
}

static void answer_init(const struct fuse_in_header *request, const struct fuse_init_in *in)
{
	struct fuse_init_out out = {
		.major = FUSE_KERNEL_VERSION, .minor = in->minor, .max_write = 4096,
		.flags = in->flags & (INIT_EXT | FUSE_ATOMIC_O_TRUNC), .flags2 = in->flags2 & PASSTHROUGH,
	};

	seen->offered = out.flags2;
	/* max_stack_depth: nothing is stacked below the file that is opened. */
	out.unused[0] = out.flags2 ? 1 : 0;
	answer(request, 0, &out, sizeof(out));
}

static void answer_attributes(const struct fuse_in_header *request)
{
	struct fuse_attr_out out = { .attr = { .ino = 1, .mode = S_IFREG | 0755, .nlink = 1 } };
	struct stat st;

	if (fstat(backing, &st))
		perror("# fstat");
	out.attr.size = st.st_size;
	answer(request, 0, &out, sizeof(out));
}

/* The number that the kernel gave the file; 0: it knows no such thing. */
static int backing_number(void)
{
	struct backing_map map = { .fd = backing };
	static int number;

	if (!number)
		number = ioctl(channel, BACKING_OPEN, &map);
	return number > 0 ? number : 0;
}

static void answer_open(const struct fuse_in_header *request, const struct fuse_open_in *in)
{
	struct fuse_open_out out = { .open_flags = backing_number() ? OPEN_PASSTHROUGH : 0 };

	out.padding = backing_number();
	seen->truncated |= in->flags & O_TRUNC;
	answer(request, 0, &out, sizeof(out));
}

/* Without passthrough, what is read comes from the server. */
static void answer_read(const struct fuse_in_header *request, const struct fuse_read_in *in)
{
	static char content[1 << 17];
	ssize_t n = pread(backing, content, in->size < sizeof(content) ? in->size : sizeof(content),
			  in->offset);

	answer(request, n < 0 ? -errno : 0, content, n < 0 ? 0 : n);
}

static void answer_write(const struct fuse_in_header *request, const struct fuse_write_in *in)
{
	struct fuse_write_out out = { .size = in->size };

	answer(request, pwrite(backing, in + 1, in->size, in->offset) < 0 ? -errno : 0,
	       &out, sizeof(out));
}

static void serve(void)
{
	static char room[1 << 18] __attribute__((aligned(8)));
	const struct fuse_in_header *request = (void *)room;

	while (read(channel, room, sizeof(room)) > 0) {
		const void *body = request + 1;

		switch (request->opcode) {
		case FUSE_INIT:
			answer_init(request, body);
			break;
		case FUSE_GETATTR:
		case FUSE_SETATTR:
			answer_attributes(request);
			break;
		case FUSE_OPEN:
			answer_open(request, body);
			break;
		case FUSE_READ:
			answer_read(request, body);
			break;
		case FUSE_WRITE:
			answer_write(request, body);
			break;
		case FUSE_FLUSH:
		case FUSE_RELEASE:
			answer(request, 0, NULL, 0);
			break;
		case FUSE_FORGET:
		case FUSE_BATCH_FORGET:
		case FUSE_INTERRUPT:
			break;
		default:
			answer(request, -ENOSYS, NULL, 0);
		}
	}
}

/* Return: its pid, or -1. */
static pid_t serve_file(void)
{
	char options[80];
	pid_t pid;

	seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (seen == MAP_FAILED || system("modprobe fuse && cp /usr/bin/true " BACKING " && chmod 755 " BACKING))
		return -1;
	channel = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	/* For reading only: what it passes on is opened anew, as the user asks. */
	backing = open(BACKING, O_RDONLY | O_CLOEXEC);
	snprintf(options, sizeof(options), "fd=%d,rootmode=100755,user_id=0,group_id=0,allow_other",
		 channel);
	if (channel < 0 || backing < 0 || mount("test", SERVED, "fuse", 0, options))
		return -1;
	pid = fork();
	if (!pid) {
		serve();
		_exit(0);
	}
	close(channel);
	close(backing);
	return pid;
}

/* --- who uses it --- */

FIXTURE(passthrough)
{
	GABION_FIXTURE_MEMBERS
	pid_t server;
};

/**
 * @use:	what is done to the file that is served; returns 0 or an errno
 * @refused:	permission that is lacking on the other
 * @by_server:	what it comes to where the kernel has no passthrough, and the server does it
 */
FIXTURE_VARIANT(passthrough)
{
	int (*use)(void);
	uint32_t refused;
	int by_server;
};

static int read_it(void)
{
	char magic[4] = "";
	int fd = open(SERVED, O_RDONLY);

	if (fd < 0)
		return errno;
	return read(fd, magic, 4) == 4 && !memcmp(magic, "\177ELF", 4) ? 0 : EILSEQ;
}
FIXTURE_VARIANT_ADD(passthrough, read) { .use = read_it, .refused = GABION_FILE_READ };

static int write_it(void)
{
	int fd = open(SERVED, O_WRONLY);

	return fd < 0 || pwrite(fd, "\177", 1, 0) != 1 ? errno : 0;
}
/* The server has it open for reading only. */
FIXTURE_VARIANT_ADD(passthrough, write)
{
	.use = write_it, .refused = GABION_FILE_WRITE, .by_server = EBADF,
};

static int execute_it(void)
{
	execl(SERVED, SERVED, NULL);
	return errno;
}
FIXTURE_VARIANT_ADD(passthrough, execute) { .use = execute_it, .refused = GABION_FILE_READ };

static int prepare(struct gabion_netlink *client, pid_t *server)
{
	*server = serve_file();
	return *server < 0 ? EIO : source_load(client,
		"domain both {\n level middle\n use everyday\n"
		" knowingly read, write, execute, map other, object\n}\n"
		"domain served_only {\n level middle\n use everyday\n"
		" knowingly read, write, execute, map other\n}\n"
		"domain reads {\n level middle\n use everyday\n read other, object\n}\n");
}

static int undo(struct gabion_netlink *client, pid_t server)
{
	umount2(SERVED, MNT_DETACH);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	return source_load(client, "");
}

GABION_FIXTURE_LIFE_BETWEEN(passthrough, prepare(self->client, &self->server),
			    undo(self->client, self->server))

TEST_F(passthrough, needs_the_permission_on_what_is_opened)
{
	/* The first that uses the filesystem waits for the kernel and the server to have agreed. */
	int on_host = confine_run(self->client, NULL, variant->use);
	bool passes = seen->offered;

	if (!passes)
		printf("# this kernel has no passthrough: the server does it\n");
	EXPECT_EQ(passes ? 0 : variant->by_server, on_host);
	EXPECT_EQ(passes ? 0 : variant->by_server, confine_run(self->client, "both", variant->use));
	/* EIO: so fuse_file_io_open() has it, whatever the reason. */
	EXPECT_EQ(passes ? EIO : variant->by_server,
		  confine_run(self->client, "served_only", variant->use));
	EXPECT_EQ(passes, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_FILE, .refused = variant->refused,
		.domain = "served_only", .object = BACKING }));
}

/* --- a file that its server truncates while it is being opened --- */

FIXTURE(truncated)
{
	GABION_FIXTURE_MEMBERS
	pid_t server;
};

GABION_FIXTURE_LIFE_BETWEEN(truncated, prepare(self->client, &self->server),
			    undo(self->client, self->server))

static int open_it(void)
{
	return ATTEMPT(open(SERVED, O_RDONLY));
}

static int truncate_it(void)
{
	return ATTEMPT(open(SERVED, O_RDONLY | O_TRUNC));
}

TEST_F(truncated, needs_write_before_it_is)
{
	/* The first waits for both sides to have agreed. */
	ASSERT_EQ(0, confine_run(self->client, NULL, open_it));
	EXPECT_FALSE(seen->truncated);
	EXPECT_EQ(EACCES, confine_run(self->client, "reads", truncate_it));
	EXPECT_FALSE(seen->truncated);
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_FILE, .refused = GABION_FILE_WRITE, .domain = "reads",
		.object = SERVED }));
	EXPECT_EQ(0, confine_run(self->client, "both", truncate_it));
	EXPECT_TRUE(seen->truncated);
	seen->truncated = false;
	EXPECT_EQ(0, confine_run(self->client, NULL, truncate_it));
	EXPECT_TRUE(seen->truncated);
}

TEST_HARNESS_MAIN
