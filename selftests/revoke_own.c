// SPDX-License-Identifier: GPL-2.0
/*
 * What a domain opened and made itself, and what of it no descriptor shows: files in an io_uring,
 * connections, code that was written. It goes when a policy takes the grant away.
 */
#include <elf.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"
#include "lib/lost.h"
#include "lib/revocable.h"
#include "lib/source.h"
#include "lib/touch.h"
#include "lib/uring.h"
#include "lib/worker.h"

#define OBJECT TEST_DIR "/object"

GABION_FIXTURE(own)

static struct uring ring;

/* Registered, the file has no descriptor any more. */
static int hold_registered(void)
{
	int err = -uring_setup(&ring, 0), fd = open(OBJECT "/file", O_RDONLY);

	if (err || fd < 0 || syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_FILES, &fd, 1))
		return err ?: errno;
	return ATTEMPT(close(fd));
}

static int read_registered(void)
{
	static char byte;
	struct io_uring_sqe sqe = { .opcode = IORING_OP_READ, .fd = 0, .flags = IOSQE_FIXED_FILE,
				    .addr = (unsigned long)&byte, .len = 1 };
	int result = uring_run(&ring, &sqe);

	return result < 0 ? -result : 0;
}

/* A worker of the domain `revocable` under a policy with @rules. */
#define START(rules, hold, use)							\
	ASSERT_EQ(0, source_load(self->client, REVOCABLE(rules)));		\
	ASSERT_EQ(0, worker_start(&worker, hold, use));				\
	ASSERT_EQ(0, confine_assign(self->client, worker.pid, "revocable")); \
	ASSERT_EQ(0, worker_do(&worker, 's'));					\
	EXPECT_EQ(0, worker_do(&worker, 'u'));					\
	/* The same policy once more takes nothing. */				\
	ASSERT_EQ(0, source_load(self->client, REVOCABLE(rules)));		\
	EXPECT_EQ(0, worker_do(&worker, 'u'));					\
	confine_events_clear(self->client)

/* Under one with @rules in place of those it comes to @outcome, as an event says with the members that follow. */
#define LOSES(rules, outcome, ...)						\
	ASSERT_EQ(0, source_load(self->client, REVOCABLE(rules)));		\
	EXPECT_EQ(outcome, worker_do(&worker, 'u'));				\
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){	\
		.verdict = GABION_VERDICT_DENIED, .domain = "revocable", __VA_ARGS__ }));	\
	worker_end(&worker);							\
	EXPECT_EQ(0, source_restore(self->client))

/* A ring can only go together with who uses it. */
TEST_F(own, ring_goes_with_what_is_registered_in_it)
{
	struct worker worker;

	START("    read object\n", hold_registered, read_registered);
	LOSES("", CONFINE_BROKEN, .klass = GABION_CLASS_CONTROL,
	      .refused = GABION_CONTROL_IO_URING);
}

TEST_F(own, ring_stays_with_the_grant)
{
	struct worker worker;

	START("    read object\n    control io_uring\n", hold_registered, read_registered);
	ASSERT_EQ(0, source_load(self->client, REVOCABLE("    control io_uring\n")));
	EXPECT_EQ(0, worker_do(&worker, 'u'));
	worker_end(&worker);
	EXPECT_EQ(0, source_restore(self->client));
}

#define QUEUED 8

static volatile char queued_byte;

/* Is registered itself, and the task has it without a descriptor, with requests that wait in it. */
static int hold_without_descriptor(void)
{
	struct io_uring_rsrc_update update = { .offset = -1U };
	int err = -uring_setup_sized(&ring, 0, QUEUED), fd = open(OBJECT "/file", O_RDONLY);
	unsigned int i;

	if (err || fd < 0 || syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_FILES, &fd, 1))
		return err ?: errno;
	for (i = 0; i < QUEUED; i++) {
		ring.sqes[i] = (struct io_uring_sqe){ .opcode = IORING_OP_READ, .len = 1,
			.flags = IOSQE_FIXED_FILE, .addr = (unsigned long)&queued_byte };
		((unsigned int *)(ring.sq + ring.params.sq_off.array))[i] = i;
	}
	*(unsigned int *)(ring.sq + ring.params.sq_off.tail) = QUEUED;
	update.data = ring.fd;
	if (syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_RING_FDS, &update, 1) != 1)
		return errno;
	close(ring.fd);
	ring.fd = update.offset;
	return ATTEMPT(close(fd));
}

/*
 * The memory of the ring may be gone. The call also ends, and says that it has taken the request,
 * when something else wakes the task (on a busy machine it did).
 */
static int read_queued(void)
{
	int waited;

	queued_byte = 0;
	if (syscall(SYS_io_uring_enter, ring.fd, 1, 1,
		    IORING_ENTER_GETEVENTS | IORING_ENTER_REGISTERED_RING, NULL, 0) != 1)
		return errno;
	for (waited = 0; !queued_byte && waited < 5000; waited++)
		usleep(1000);
	return queued_byte ? 0 : EACCES;
}

TEST_F(own, ring_without_a_descriptor_goes_too)
{
	struct worker worker;

	START("    read object\n", hold_without_descriptor, read_queued);
	LOSES("", CONFINE_BROKEN, .klass = GABION_CLASS_CONTROL,
	      .refused = GABION_CONTROL_IO_URING);
}

static int held = -1;

static int connect_it(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = OBJECT "/socket" };

	held = socket(AF_UNIX, SOCK_STREAM, 0);
	return held < 0 ? errno : ATTEMPT(connect(held, (void *)&name, sizeof(name)));
}

static int send_it(void)
{
	return lost_outcome(held, write(held, "x", 1));
}

TEST_F(own, connection_goes_with_the_grant)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = OBJECT "/socket" };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	struct worker worker;

	ASSERT_EQ(0, bind(listener, (void *)&name, sizeof(name)));
	ASSERT_EQ(0, listen(listener, 8));
	START("    connect object\n", connect_it, send_it);
	/* Another one, that still has it. */
	ASSERT_EQ(0, source_load(self->client, REVOCABLE("    connect object\n    read null\n")));
	EXPECT_EQ(0, worker_do(&worker, 'u'));
	LOSES("", EACCES, .klass = GABION_CLASS_FILE,
	      .refused = GABION_FILE_CONNECT, .object = OBJECT "/socket");
	close(listener);
}

/* --- what took a control to make, and goes on doing what that allowed --- */

static int hold_it(int fd)
{
	held = fd;
	return fd < 0 ? errno : 0;
}

static int hold_userfaultfd(void)
{
	return hold_it(syscall(SYS_userfaultfd, O_CLOEXEC));
}

static int hold_event(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(attr),
					.config = PERF_COUNT_SW_CPU_CLOCK };

	return hold_it(syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0));
}

static int hold_map(void)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4,
				.max_entries = 1 };

	return hold_it(syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)));
}

static int have_it(void)
{
	return lost_outcome(held, fcntl(held, F_GETFD));
}

FIXTURE(made)
{
	GABION_FIXTURE_MEMBERS
};

FIXTURE_VARIANT(made)
{
	int (*hold)(void);
	const char *with, *without;
	uint32_t control;
};

FIXTURE_VARIANT_ADD(made, userfaultfd)
{
	.hold = hold_userfaultfd, .control = GABION_CONTROL_JIT,
	.with = REVOCABLE("    control jit\n    capability sys_ptrace\n"),
	.without = REVOCABLE("    capability sys_ptrace\n"),
};

FIXTURE_VARIANT_ADD(made, perf_event)
{
	.hold = hold_event, .control = GABION_CONTROL_PERF,
	.with = REVOCABLE("    control perf\n    capability perfmon, sys_admin\n"),
	.without = REVOCABLE("    capability perfmon, sys_admin\n"),
};

FIXTURE_VARIANT_ADD(made, bpf_map)
{
	.hold = hold_map, .control = GABION_CONTROL_BPF,
	.with = REVOCABLE("    control bpf\n    capability bpf\n"),
	.without = REVOCABLE("    capability bpf\n"),
};

GABION_FIXTURE_LIFE(made)

TEST_F(made, goes_with_the_control)
{
	struct worker worker;

	ASSERT_EQ(0, source_load(self->client, variant->with));
	ASSERT_EQ(0, worker_start(&worker, variant->hold, have_it));
	ASSERT_EQ(0, confine_assign(self->client, worker.pid, "revocable"));
	ASSERT_EQ(0, worker_do(&worker, 's'));
	EXPECT_EQ(0, worker_do(&worker, 'u'));
	confine_events_clear(self->client);
	ASSERT_EQ(0, source_load(self->client, variant->without));
	EXPECT_EQ(EACCES, worker_do(&worker, 'u'));
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_CONTROL,
		.refused = variant->control, .domain = "revocable" }));
	worker_end(&worker);
	EXPECT_EQ(0, source_restore(self->client));
}

/* --- more descriptors than are looked at in one go --- */

#define MANY 3000

static int many[MANY];

static int open_many(void)
{
	int i;

	for (i = 0; i < MANY; i++) {
		many[i] = open(i % 3 ? "/usr/bin/true" : OBJECT "/file", O_RDONLY);
		if (many[i] < 0)
			return errno;
	}
	return 0;
}

/* EACCES: every third is gone; 0: none is; otherwise there is something wrong. */
static int have_many(void)
{
	int i, gone[2] = { 0, 0 };

	for (i = 0; i < MANY; i++)
		gone[!(i % 3)] += lost_outcome(many[i], 0) == EACCES;
	return gone[0] ? EILSEQ : !gone[1] ? 0 : gone[1] == MANY / 3 ? EACCES : ERANGE;
}

TEST_F(own, of_many_those_go_that_are_not_granted)
{
	struct rlimit limit = { 2 * MANY, 2 * MANY };
	struct worker worker;

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));

	START("    read object\n", open_many, have_many);
	ASSERT_EQ(0, source_load(self->client, REVOCABLE("")));
	EXPECT_EQ(EACCES, worker_do(&worker, 'u'));
	worker_end(&worker);
	EXPECT_EQ(0, source_restore(self->client));
}

/* --- code that was written while that was granted --- */

static char *mapping;

static void call_code(void)
{
	((void (*)(void))mapping)();
}

static int call_mapping(void)
{
	return touch(call_code);
}

FIXTURE(written)
{
	GABION_FIXTURE_MEMBERS
};

static int hold_written_code(void)
{
	mapping = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
	if (mapping == MAP_FAILED)
		return errno;
	*mapping = 0xc3;	/* ret */
	return ATTEMPT(mprotect(mapping, 4096, PROT_READ | PROT_EXEC));
}

/* Of a file that may be executed, which is written to in memory only. */
static int hold_written_file(void)
{
	int fd = open("/usr/bin/true", O_RDONLY);

	if (fd < 0)
		return errno;
	mapping = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	close(fd);
	if (mapping == MAP_FAILED)
		return errno;
	*mapping = 0xc3;	/* ret */
	return ATTEMPT(mprotect(mapping, 4096, PROT_READ | PROT_EXEC));
}

/* As the stack is mapped. */
static int hold_growing_code(void)
{
	mapping = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		       MAP_ANONYMOUS | MAP_PRIVATE | MAP_GROWSDOWN, -1, 0);
	if (mapping == MAP_FAILED)
		return errno;
	*mapping = 0xc3;	/* ret */
	return 0;
}

/* Of the kernel's own, which every process has: in the ELF header's padding. */
static int hold_kernels_code(void)
{
	char *start = (char *)getauxval(AT_SYSINFO_EHDR);
	size_t size = 4096;

	/* All of it or nothing: it cannot be split. */
	while (mprotect(start, size, PROT_READ | PROT_WRITE))
		if (errno != EINVAL || (size += 4096) > 1 << 20)
			return errno;
	mapping = start + EI_PAD;
	*mapping = 0xc3;	/* ret */
	return ATTEMPT(mprotect(start, size, PROT_READ | PROT_EXEC));
}

FIXTURE_VARIANT(written)
{
	int (*hold)(void);
};

FIXTURE_VARIANT_ADD(written, growing)
{
	.hold = hold_growing_code,
};

FIXTURE_VARIANT_ADD(written, anonymous)
{
	.hold = hold_written_code,
};

FIXTURE_VARIANT_ADD(written, of_the_kernel)
{
	.hold = hold_kernels_code,
};

FIXTURE_VARIANT_ADD(written, of_a_file)
{
	.hold = hold_written_file,
};

GABION_FIXTURE_LIFE(written)

TEST_F(written, code_goes_with_the_grant)
{
	struct worker worker;

	ASSERT_EQ(0, source_load(self->client, REVOCABLE("    control jit\n")));
	ASSERT_EQ(0, worker_start(&worker, variant->hold, call_mapping));
	ASSERT_EQ(0, confine_assign(self->client, worker.pid, "revocable"));
	ASSERT_EQ(0, worker_do(&worker, 's'));
	EXPECT_EQ(0, worker_do(&worker, 'u'));
	confine_events_clear(self->client);
	ASSERT_EQ(0, source_load(self->client, REVOCABLE("")));
	EXPECT_EQ(EACCES, worker_do(&worker, 'u'));
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_CONTROL,
		.refused = GABION_CONTROL_JIT, .domain = "revocable" }));
	worker_end(&worker);
	EXPECT_EQ(0, source_load(self->client, ""));
}

/* --- a shared mapping of a file that was made to append afterwards --- */

static int hold_appending(void)
{
	int fd = open(OBJECT "/file", O_RDWR);

	if (fd < 0)
		return errno;
	mapping = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return mapping == MAP_FAILED ? errno :
	       ATTEMPT(fcntl(fd, F_SETFL, O_APPEND)) ?: ATTEMPT(close(fd));
}

static void overwrite(void)
{
	*(volatile char *)mapping = 'x';
}

static int overwrite_it(void)
{
	return touch(overwrite);
}

TEST_F(own, mapping_needs_write_though_its_file_appends)
{
	struct worker worker;

	START("    read, write object\n", hold_appending, overwrite_it);
	LOSES("    read, append object\n", EACCES, .klass = GABION_CLASS_FILE,
	      .refused = GABION_FILE_WRITE, .object = OBJECT "/file");
}

TEST_HARNESS_MAIN
