// SPDX-License-Identifier: GPL-2.0
/*
 * Objects without a name: pipes, unix sockets, memfds, eventfds, shared memory. They belong to the
 * domain that made them; between domains they carry information as the level order permits.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"
#include "lib/lost.h"
#include "lib/pass.h"
#include "lib/source.h"
#include "lib/worker.h"

/* --- what a worker holds --- */

static int held = -1;

static int hold(int fd)
{
	held = fd;
	return fd < 0 ? errno : 0;
}

/* A child that stays in the domain and holds all that we hold, while we live. */
static int leave_behind(void)
{
	pid_t parent = getpid(), pid = fork();

	if (pid)
		return pid < 0 ? errno : 0;
	/* Not by PR_SET_PDEATHSIG: the signal would be that of our next domain. */
	while (getppid() == parent)
		usleep(50000);
	_exit(0);
}

static int make_pipe(int end)
{
	int ends[2];

	if (pipe(ends) || write(ends[1], "words", 5) != 5)
		return errno;
	return leave_behind() ?: hold(ends[end]) ?: ATTEMPT(close(ends[!end]));
}

static int make_pipe_to_read(void)
{
	return make_pipe(0);
}

static int make_pipe_to_write(void)
{
	return make_pipe(1);
}

static int make_memory(int flags)
{
	int fd = memfd_create("gabion-test", 0);
	char link[32];

	if (fd < 0 || write(fd, "words", 5) != 5)
		return errno;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return hold(open(link, flags)) ?: ATTEMPT(close(fd));
}

static int make_memory_to_read(void)
{
	return make_memory(O_RDONLY);
}

static int make_memory_to_write(void)
{
	return make_memory(O_WRONLY);
}

static int make_pair(void)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) || write(ends[1], "words", 5) != 5)
		return errno;
	return leave_behind() ?: hold(ends[0]) ?: ATTEMPT(close(ends[1]));
}

static int make_counter(void)
{
	return hold(eventfd(1000, EFD_SEMAPHORE));
}

static int read_it(void)
{
	char byte;

	return lost_outcome(held, read(held, &byte, 1));
}

static int count(void)
{
	uint64_t one;

	return lost_outcome(held, read(held, &one, sizeof(one)));
}

static int write_it(void)
{
	return lost_outcome(held, write(held, "x", 1));
}

/* --- over a change of domain --- */

static const struct object {
	const char *name;
	int (*make)(void);
	int (*use)(void);
	uint32_t flow;
} objects[] = {
	{ "pipe, to read", make_pipe_to_read, read_it, GABION_DOM_IPC_READ },
	{ "pipe, to write", make_pipe_to_write, write_it, GABION_DOM_IPC_WRITE },
	{ "memfd, to read", make_memory_to_read, read_it, GABION_DOM_IPC_READ },
	{ "memfd, to write", make_memory_to_write, write_it, GABION_DOM_IPC_WRITE },
	{ "socket", make_pair, read_it, GABION_DOM_IPC_READ | GABION_DOM_IPC_WRITE },
	{ "eventfd", make_counter, count, GABION_DOM_IPC_READ | GABION_DOM_IPC_WRITE },
};

#define NOBJECTS (sizeof(objects) / sizeof(*objects))

/**
 * @maker:	domain that makes the objects
 * @holder:	domain that has them then
 * @permitted:	flows from and to the maker that the level order permits
 */
FIXTURE(kept)
{
	GABION_FIXTURE_MEMBERS
	struct worker workers[NOBJECTS];
};

FIXTURE_VARIANT(kept)
{
	const char *maker;
	const char *holder;
	uint32_t permitted;
};

FIXTURE_VARIANT_ADD(kept, by_the_same_level)
{
	.maker = "granted", .holder = "target",
	.permitted = GABION_DOM_IPC_READ | GABION_DOM_IPC_WRITE,
};

FIXTURE_VARIANT_ADD(kept, by_a_lower_level)
{
	.maker = "above", .holder = "below", .permitted = GABION_DOM_IPC_WRITE,
};

FIXTURE_VARIANT_ADD(kept, by_a_higher_level)
{
	.maker = "below", .holder = "above", .permitted = GABION_DOM_IPC_READ,
};

/* It is trusted: what it makes is nobody's secret. */
FIXTURE_VARIANT_ADD(kept, from_the_host)
{
	.maker = NULL, .holder = "below",
	.permitted = GABION_DOM_IPC_READ | GABION_DOM_IPC_WRITE,
};

FIXTURE_SETUP(kept)
{
	struct gabion_error error = { 0 };
	size_t i;

	self->client = NULL;
	ASSERT_EQ(0, gabion_netlink_open(&self->client, &error)) TH_LOG("%s", error.text);
	for (i = 0; i < NOBJECTS; i++)
		ASSERT_EQ(0, worker_start(&self->workers[i], objects[i].make, objects[i].use));
}

FIXTURE_TEARDOWN(kept)
{
	size_t i;

	for (i = 0; i < NOBJECTS; i++)
		worker_end(&self->workers[i]);
	gabion_netlink_close(self->client);
}

static int assign(struct gabion_netlink *client, const struct worker *worker, const char *domain)
{
	return domain ? confine_assign(client, worker->pid, domain) : 0;
}

static unsigned int refusals(struct gabion_netlink *client, const char *domain, const char *maker,
			     uint32_t refused, uint32_t reason)
{
	return confine_events_count(client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_DOMAIN,
		.refused = refused, .reason = reason, .domain = domain, .target = maker });
}

TEST_F(kept, as_the_levels_permit)
{
	const struct worker *worker;
	uint32_t refused;
	size_t i;

	for (i = 0; i < NOBJECTS; i++) {
		worker = &self->workers[i];
		ASSERT_EQ(0, assign(self->client, worker, variant->maker));
		EXPECT_EQ(0, worker_do(worker, 's')) TH_LOG("%s", objects[i].name);
		EXPECT_EQ(0, worker_do(worker, 'u')) TH_LOG("%s", objects[i].name);
		confine_events_clear(self->client);
		ASSERT_EQ(0, assign(self->client, worker, variant->holder));
		refused = objects[i].flow & ~variant->permitted;
		EXPECT_EQ(refused ? EACCES : 0, worker_do(worker, 'u'))
			TH_LOG("%s", objects[i].name);
		if (refused)
			EXPECT_LE(1, refusals(self->client, variant->holder, variant->maker,
					      refused, GABION_REASON_LEVEL))
				TH_LOG("%s", objects[i].name);
	}
}

/* --- whose code was asked about before --- */

GABION_FIXTURE(code)

/* Whether it may be mapped is nothing to whose it is. */
static int make_memory_for_code(void)
{
	int err = make_memory_to_read();

	if (!err)
		mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, held, 0);
	return err;
}

static int map_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, held, 0) == MAP_FAILED ? errno : 0;
}

#define CODERS								\
	"domain high_coder {\n level high\n use everyday\n map nameless\n}\n"	\
	"domain low_coder {\n level low\n use everyday\n map nameless\n}\n"

TEST_F(code, is_still_its_makers)
{
	struct worker worker;

	ASSERT_EQ(0, source_load(self->client, CODERS));
	ASSERT_EQ(0, worker_start(&worker, make_memory_for_code, read_it));
	ASSERT_EQ(0, assign(self->client, &worker, "high_coder"));
	EXPECT_EQ(0, worker_do(&worker, 's'));
	EXPECT_EQ(0, worker_do(&worker, 'u'));
	confine_events_clear(self->client);
	ASSERT_EQ(0, assign(self->client, &worker, "low_coder"));
	EXPECT_EQ(EACCES, worker_do(&worker, 'u'));
	EXPECT_LE(1, refusals(self->client, "low_coder", "high_coder", GABION_DOM_IPC_READ,
			      GABION_REASON_LEVEL));
	worker_end(&worker);
	EXPECT_EQ(0, source_restore(self->client));
}

/* And the grant of it works. */
static int make_and_map(void)
{
	return make_memory_to_read() ?: map_code();
}

TEST_F(code, may_be_mapped_where_that_is_granted)
{
	ASSERT_EQ(0, source_load(self->client, CODERS));
	EXPECT_EQ(0, confine_run(self->client, "high_coder", make_and_map));
	EXPECT_EQ(EACCES, confine_run(self->client, "granted", make_and_map));
	EXPECT_EQ(0, source_restore(self->client));
}

/* --- in a message --- */

GABION_FIXTURE(passed)

static int ends[2];

static int send_pipe(void)
{
	return make_pipe_to_read() ?: pass_send(ends[0], &held, 1);
}

static int receive_pipe(void)
{
	int fd;

	return pass_receive(ends[1], MSG_DONTWAIT, false, &fd, 1);
}

TEST_F(passed, up_and_not_down)
{
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	EXPECT_EQ(0, confine_run(self->client, "below", send_pipe));
	EXPECT_EQ(0, confine_run(self->client, "above", receive_pipe));
	EXPECT_EQ(0, confine_run(self->client, "above", send_pipe));
	confine_events_clear(self->client);
	EXPECT_EQ(EACCES, confine_run(self->client, "below", receive_pipe));
	EXPECT_LE(1, refusals(self->client, "below", "above", GABION_DOM_IPC_READ,
			      GABION_REASON_LEVEL));
}

/* --- through /proc/PID/fd --- */

GABION_FIXTURE(reached)

static char link_to_pipe[64];

static int make_pipe_of_known_number(void)
{
	return make_pipe_to_read() ?: ATTEMPT(dup2(held, 200));
}

static int open_to_read(void)
{
	return ATTEMPT(open(link_to_pipe, O_RDONLY | O_NONBLOCK));
}

static int open_to_write(void)
{
	return ATTEMPT(open(link_to_pipe, O_WRONLY | O_NONBLOCK));
}

static int reach(struct gabion_netlink *client, struct worker *worker, const char *domain)
{
	int err = worker_start(worker, make_pipe_of_known_number, read_it);

	snprintf(link_to_pipe, sizeof(link_to_pipe), "/proc/%d/fd/200", worker->pid);
	return err ?: -assign(client, worker, domain) ?: worker_do(worker, 's');
}

/* Levels are equal: what counts is the grant. */
TEST_F(reached, by_who_may_read_what_it_made)
{
	struct worker worker;

	ASSERT_EQ(0, reach(self->client, &worker, "target"));
	EXPECT_EQ(0, confine_run(self->client, NULL, open_to_write));
	EXPECT_EQ(0, confine_run(self->client, "onlooker", open_to_read));
	confine_events_clear(self->client);
	EXPECT_EQ(EPERM, confine_run(self->client, "onlooker", open_to_write));
	EXPECT_LE(1, refusals(self->client, "onlooker", "target", GABION_DOM_IPC_WRITE,
			      GABION_REASON_SIGMA));
	worker_end(&worker);
}

TEST_F(reached, not_by_who_may_only_look)
{
	struct worker worker;

	ASSERT_EQ(0, reach(self->client, &worker, "granted"));
	EXPECT_EQ(EPERM, confine_run(self->client, "robber", open_to_read));
	EXPECT_LE(1, refusals(self->client, "robber", "granted", GABION_DOM_IPC_READ,
			      GABION_REASON_SIGMA));
	worker_end(&worker);
}

/* As a shell does for > /dev/stdout: it has that already. The other end it does not have. */
static int open_own_again(void)
{
	char link[32];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", held);
	if (open(link, O_RDONLY | O_NONBLOCK) < 0)
		return errno;
	return open(link, O_WRONLY | O_NONBLOCK) < 0 && errno == EPERM ? 0 : EIO;
}

TEST_F(reached, again_for_what_is_held)
{
	struct worker worker;

	ASSERT_EQ(0, worker_start(&worker, make_pipe_to_read, open_own_again));
	ASSERT_EQ(0, assign(self->client, &worker, "granted"));
	ASSERT_EQ(0, worker_do(&worker, 's'));
	ASSERT_EQ(0, assign(self->client, &worker, "target"));
	EXPECT_EQ(0, worker_do(&worker, 'u'));
	EXPECT_LE(1, refusals(self->client, "target", "granted", GABION_DOM_IPC_WRITE,
			      GABION_REASON_SIGMA));
	worker_end(&worker);
}

/* Has no name either, and nobody made it. */
static int open_namespace(void)
{
	return ATTEMPT(open("/proc/self/ns/uts", O_RDONLY));
}

TEST_F(reached, a_namespace_is_nobodys)
{
	EXPECT_EQ(0, confine_run(self->client, "target", open_namespace));
}

/* --- datagram sockets without a path --- */

GABION_FIXTURE(datagram)

#define ABSTRACT "\0gabion-nameless"

static const struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = ABSTRACT };

static int make_datagram(void)
{
	return hold(socket(AF_UNIX, SOCK_DGRAM, 0)) ?:
	       ATTEMPT(bind(held, (const void *)&address,
			    offsetof(struct sockaddr_un, sun_path) + sizeof(ABSTRACT) - 1));
}

static int send_datagram(void)
{
	return ATTEMPT(sendto(socket(AF_UNIX, SOCK_DGRAM, 0), "x", 1, 0, (const void *)&address,
			      offsetof(struct sockaddr_un, sun_path) + sizeof(ABSTRACT) - 1));
}

TEST_F(datagram, to_the_domain_that_made_it)
{
	struct worker worker;

	ASSERT_EQ(0, worker_start(&worker, make_datagram, read_it));
	ASSERT_EQ(0, assign(self->client, &worker, "granted"));
	ASSERT_EQ(0, worker_do(&worker, 's'));
	EXPECT_EQ(0, confine_run(self->client, NULL, send_datagram));
	EXPECT_EQ(0, confine_run(self->client, "granted", send_datagram));
	confine_events_clear(self->client);
	EXPECT_EQ(EPERM, confine_run(self->client, "refused", send_datagram));
	EXPECT_LE(1, refusals(self->client, "refused", "granted", GABION_DOM_CONNECT,
			      GABION_REASON_SIGMA));
	worker_end(&worker);
}

/* --- attached shared memory, when the grant goes --- */

GABION_FIXTURE(attached)

#define KEY 0x6761626e

static int make_segment(void)
{
	int id = shmget(KEY, 4096, IPC_CREAT | 0600);
	void *memory = id < 0 ? NULL : shmat(id, NULL, 0);

	/* It ends with the last process that has it. */
	return id < 0 || memory == (void *)-1 ? errno : 0;
}

static char *segment;

static int attach_segment(void)
{
	segment = shmat(shmget(KEY, 4096, 0), NULL, SHM_RDONLY);
	return segment == (void *)-1 ? errno : 0;
}

/* mincore() says whether something is mapped there. */
static int see_segment(void)
{
	unsigned char resident;

	return ATTEMPT(mincore(segment, 4096, &resident));
}

#define ATTACHER(rules) "domain attacher {\n    level middle\n    use everyday\n" rules "}\n"

TEST_F(attached, goes_with_the_grant)
{
	struct worker maker, attacher;

	ASSERT_EQ(0, source_load(self->client, ATTACHER("    ipc_read target\n")));
	ASSERT_EQ(0, worker_start(&maker, make_segment, read_it));
	ASSERT_EQ(0, worker_start(&attacher, attach_segment, see_segment));
	ASSERT_EQ(0, assign(self->client, &maker, "target"));
	ASSERT_EQ(0, assign(self->client, &attacher, "attacher"));
	ASSERT_EQ(0, worker_do(&maker, 's'));
	EXPECT_EQ(0, worker_do(&attacher, 's'));
	EXPECT_EQ(0, worker_do(&attacher, 'u'));
	confine_events_clear(self->client);
	ASSERT_EQ(0, source_load(self->client, ATTACHER("")));
	EXPECT_EQ(ENOMEM, worker_do(&attacher, 'u'));
	EXPECT_LE(1, refusals(self->client, "attacher", "target", GABION_DOM_IPC_READ,
			      GABION_REASON_SIGMA));
	worker_end(&attacher);
	worker_end(&maker);
	shmctl(shmget(KEY, 4096, 0), IPC_RMID, NULL);
	EXPECT_EQ(0, source_load(self->client, ""));
}

TEST_HARNESS_MAIN
