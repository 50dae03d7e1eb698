// SPDX-License-Identifier: GPL-2.0
/*
 * Things without a name that a process goes on sharing with one that stays behind when its domain
 * changes. What the first says with them, the second must not hear against the order of levels.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"
#include "lib/lost.h"
#include "lib/uring.h"
#include "lib/worker.h"

#define WATCHED	"/run/gabion-selftests/shared"
#define PORT	7005
#define WORD	3

static int held = -1;

static int hold(int fd)
{
	held = fd;
	return fd < 0 ? errno : 0;
}

/* --- sockets: options are everybody's who has the socket --- */

static int make_socket(void)
{
	return hold(socket(AF_INET, SOCK_STREAM, 0));
}

/* To an endpoint that both may connect to. */
static int make_connected(void)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	return hold(socket(AF_INET, SOCK_DGRAM, 0)) ?:
	       ATTEMPT(connect(held, (void *)&to, sizeof(to)));
}

static int set_option(void)
{
	return ATTEMPT(setsockopt(held, SOL_SOCKET, SO_PRIORITY, &(int){ WORD }, sizeof(int)));
}

static int get_option(void)
{
	int word = -1;

	getsockopt(held, SOL_SOCKET, SO_PRIORITY, &word, &(socklen_t){ sizeof(word) });
	return word;
}

/* --- an inotify group is only ever open for reading --- */

static int make_group(void)
{
	return hold(inotify_init1(IN_NONBLOCK));
}

static int set_watch(void)
{
	return inotify_add_watch(held, WATCHED, IN_OPEN) < 0 ? errno :
	       ATTEMPT(close(open(WATCHED, O_RDONLY)));
}

static int read_group(void)
{
	char events[1024];

	return read(held, events, sizeof(events)) > 0 ? WORD : 0;
}

/* --- a memfd that is open for reading: what is about the file, not in it --- */

static char link_to_memory[32];

static int make_memory(void)
{
	int fd = memfd_create("gabion-test", 0), err;

	snprintf(link_to_memory, sizeof(link_to_memory), "/proc/self/fd/%d", fd);
	err = ATTEMPT(fchmod(fd, 0600)) ?: hold(open(link_to_memory, O_RDONLY));
	snprintf(link_to_memory, sizeof(link_to_memory), "/proc/self/fd/%d", held);
	return err ?: ATTEMPT(close(fd));
}

static int set_mode(void)
{
	return ATTEMPT(fchmod(held, 0600 + WORD));
}

static int get_mode(void)
{
	struct stat st;

	return fstat(held, &st) ? -1 : (int)(st.st_mode & 7);
}

static int set_times(void)
{
	return ATTEMPT(futimens(held, (struct timespec[2]){ { .tv_sec = WORD }, { 0 } }));
}

static int get_times(void)
{
	struct stat st;

	return !fstat(held, &st) && st.st_atim.tv_sec == WORD ? WORD : 0;
}

static int set_xattr(void)
{
	return ATTEMPT(fsetxattr(held, "trusted.gabion-test", "abc", WORD, 0));
}

static int get_xattr(void)
{
	int length = fgetxattr(held, "trusted.gabion-test", NULL, 0);

	return length < 0 ? 0 : length;
}

static int set_flags(void)
{
	int flags = FS_NODUMP_FL;

	return ATTEMPT(ioctl(held, FS_IOC_SETFLAGS, &flags));
}

static int get_flags(void)
{
	int flags = 0;

	return !ioctl(held, FS_IOC_GETFLAGS, &flags) && (flags & FS_NODUMP_FL) ? WORD : 0;
}

static int lock(void)
{
	return ATTEMPT(flock(held, LOCK_EX | LOCK_NB));
}

static int try_lock(void)
{
	int fd = open(link_to_memory, O_RDONLY);

	return flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK ? WORD : 0;
}

/* --- a pipe: how much goes in is seen at either end --- */

static int make_end_to_read(void)
{
	int ends[2];

	return ATTEMPT(pipe(ends)) ?: hold(ends[0]) ?: ATTEMPT(close(ends[1]));
}

static int set_size(void)
{
	return ATTEMPT(fcntl(held, F_SETPIPE_SZ, WORD * 4096));
}

static int get_size(void)
{
	/* A power of two pages. */
	return fcntl(held, F_GETPIPE_SZ) == 4 * 4096 ? WORD : 0;
}

/* --- an io_uring is memory, too --- */

static struct uring ring;

static int make_ring(void)
{
	return -uring_setup(&ring, 0) ?: hold(ring.fd);
}

static uint32_t *first_of(char *memory)
{
	return (uint32_t *)(memory + ring.params.sq_off.array);
}

/* In what is still mapped, or in what can be mapped again. */
static int write_ring(void)
{
	char *memory = ring.sq;
	unsigned char resident;

	if (mincore(memory, 1, &resident))
		memory = mmap(NULL, ring.params.sq_off.array + sizeof(uint32_t),
			      PROT_READ | PROT_WRITE, MAP_SHARED, held, IORING_OFF_SQ_RING);
	if (memory == MAP_FAILED)
		return errno;
	*first_of(memory) = WORD;
	return 0;
}

static int read_ring(void)
{
	return *first_of(ring.sq);
}

/**
 * @make:	makes it, in the domain of the maker
 * @say:	by who was moved; returns 0 or an errno
 * @hear:	by the maker; returns WORD if that was said
 * @kept:	who is above keeps it, as it is open for reading, and is refused the saying
 */
static const struct object {
	const char *name;
	int (*make)(void);
	int (*say)(void);
	int (*hear)(void);
	bool kept;
} objects[] = {
	{ "socket that is not bound", make_socket, set_option, get_option, false },
	{ "connected socket", make_connected, set_option, get_option, false },
	{ "inotify", make_group, set_watch, read_group, false },
	{ "mode of a memfd", make_memory, set_mode, get_mode, true },
	{ "times of a memfd", make_memory, set_times, get_times, true },
	{ "attributes of a memfd", make_memory, set_xattr, get_xattr, true },
	{ "flags of a memfd", make_memory, set_flags, get_flags, true },
	{ "lock on a memfd", make_memory, lock, try_lock, true },
	{ "size of a pipe", make_end_to_read, set_size, get_size, true },
	{ "io_uring", make_ring, write_ring, read_ring, false },
};

#define NOBJECTS (sizeof(objects) / sizeof(*objects))

static const struct object *object;

/* Of the host's making: what goes through them is no flow. */
static int orders[2], answers[2];

static int answer(int result)
{
	return write(answers[1], &result, sizeof(result)) == sizeof(result) ? 0 : EIO;
}

static int heard_answer(void)
{
	int result;

	return read(answers[0], &result, sizeof(result)) == sizeof(result) ? result
									   : CONFINE_BROKEN;
}

/* Says it when told to; ends with the one who gives orders. */
static void speak(void)
{
	char order;

	close(orders[1]);
	answer(getpid());
	while (read(orders[0], &order, 1) == 1) {
		errno = object->say();
		answer(lost_outcome(held, -errno));
	}
	_exit(0);
}

static int make_and_fork(void)
{
	int err = object->make();
	pid_t pid = err ? 0 : fork();

	if (!err && !pid)
		speak();
	return err ?: pid < 0 ? errno : 0;
}

static int hear(void)
{
	return object->hear();
}

/**
 * @holder:	domain that one of the two enters; the other stays in `sharer`
 * @refused:	flow that the order of levels forbids it; 0: none
 */
FIXTURE(shared)
{
	GABION_FIXTURE_MEMBERS
	struct worker maker;
};

FIXTURE_VARIANT(shared)
{
	const char *holder;
	uint32_t refused;
};

FIXTURE_VARIANT_ADD(shared, by_the_same_level)
{
	.holder = "sharer_beside",
};

FIXTURE_VARIANT_ADD(shared, by_a_higher_level)
{
	.holder = "sharer_above", .refused = GABION_DOM_IPC_WRITE,
};

FIXTURE_VARIANT_ADD(shared, by_a_lower_level)
{
	.holder = "sharer_below", .refused = GABION_DOM_IPC_READ,
};

/* Its rules permit what the order of levels does not. */
FIXTURE_VARIANT_ADD(shared, by_who_is_trusted_with_it)
{
	.holder = "sharer_trusted",
};

FIXTURE_SETUP(shared)
{
	struct gabion_error error = { 0 };

	self->client = NULL;
	ASSERT_EQ(0, gabion_netlink_open(&self->client, &error)) TH_LOG("%s", error.text);
}

FIXTURE_TEARDOWN(shared)
{
	gabion_netlink_close(self->client);
}

/* Make @object in `sharer`. Return: pid of who shares it, 0: failed. */
static pid_t start(struct gabion_netlink *client, struct worker *maker)
{
	struct gabion_error error = { 0 };

	if (pipe(orders) || pipe(answers) || worker_start(maker, make_and_fork, hear) ||
	    gabion_netlink_task_assign(client, maker->pid, "sharer", &error) ||
	    worker_do(maker, 's'))
		return 0;
	close(orders[0]);
	close(answers[1]);
	return heard_answer();
}

static void end(struct worker *maker)
{
	worker_end(maker);
	close(orders[1]);
	close(answers[0]);
}

TEST_F(shared, is_heard_as_the_levels_permit)
{
	struct confine_expect expect = {
		.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_DOMAIN,
		.refused = variant->refused, .reason = GABION_REASON_LEVEL,
		.domain = variant->holder, .target = "sharer",
	};
	bool above = variant->refused == GABION_DOM_IPC_WRITE;
	struct gabion_error error = { 0 };
	pid_t pid;

	for (object = objects; object < objects + NOBJECTS; object++) {
		pid = start(self->client, &self->maker);
		ASSERT_LT(0, pid) TH_LOG("%s", object->name);
		confine_events_clear(self->client);
		ASSERT_EQ(0, gabion_netlink_task_assign(self->client, pid, variant->holder, &error))
			TH_LOG("%s: %s", object->name, error.text);
		ASSERT_EQ(1, write(orders[1], "s", 1));
		EXPECT_EQ(!variant->refused ? 0 : above && object->kept ? EPERM : EACCES,
			  heard_answer()) TH_LOG("%s", object->name);
		EXPECT_EQ(variant->refused ? 0 : WORD, worker_do(&self->maker, 'u'))
			TH_LOG("%s", object->name);
		if (variant->refused)
			EXPECT_LE(1, confine_events_count(self->client, &expect))
				TH_LOG("%s", object->name);
		end(&self->maker);
	}
}

TEST_HARNESS_MAIN
