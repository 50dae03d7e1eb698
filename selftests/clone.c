// SPDX-License-Identifier: GPL-2.0
/* The label follows every way of making a task. */
#include <fcntl.h>
#include <linux/io_uring.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"

static int read_object(void)
{
	return ATTEMPT(open(TEST_DIR "/object/file", O_RDONLY));
}

static int wait_for(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, __WALL) != pid)
		return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int in_fork(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(read_object());
	return wait_for(pid);
}

static int in_grandchild(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(in_fork());
	return wait_for(pid);
}

static int in_vfork(void)
{
	pid_t pid = vfork();

	if (!pid)
		_exit(read_object());
	return wait_for(pid);
}

static int clone_body(void *unused)
{
	(void)unused;
	return read_object();
}

static int in_clone_vm(void)
{
	static char stack[65536] __attribute__((aligned(16)));

	return wait_for(clone(clone_body, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL));
}

static int in_pid_namespace(void)
{
	static char stack[65536] __attribute__((aligned(16)));

	return wait_for(clone(clone_body, stack + sizeof(stack), CLONE_NEWPID | SIGCHLD, NULL));
}

static void *thread_body(void *result)
{
	*(int *)result = read_object();
	return NULL;
}

static int in_thread(void)
{
	pthread_t thread;
	int result = 99;

	if (pthread_create(&thread, NULL, thread_body, &result))
		return errno;
	pthread_join(thread, NULL);
	return result;
}

/* An orphan is not its parent's any more, but still of its domain. */
static int in_orphan(void)
{
	int ends[2], result = 99;

	if (pipe(ends))
		return errno;
	if (!fork()) {
		if (!fork()) {
			usleep(20000);
			result = read_object();
			if (write(ends[1], &result, sizeof(result)) < 0)
				_exit(1);
			_exit(0);
		}
		_exit(0);
	}
	if (read(ends[0], &result, sizeof(result)) != sizeof(result))
		return 98;
	return result;
}

/* One openat by io_uring, made to run in a kernel worker (IOSQE_ASYNC). */
static int in_io_uring_worker(void)
{
	struct io_uring_params params = { 0 };
	struct io_uring_sqe *sqes;
	int fd = syscall(SYS_io_uring_setup, 4, &params);
	char *sq, *cq;

	if (fd < 0)
		return errno;
	sq = mmap(NULL, params.sq_off.array + params.sq_entries * 4, PROT_READ | PROT_WRITE,
		  MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQ_RING);
	cq = mmap(NULL, params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe),
		  PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_CQ_RING);
	sqes = mmap(NULL, params.sq_entries * sizeof(*sqes), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQES);
	if (sq == MAP_FAILED || cq == MAP_FAILED || sqes == MAP_FAILED)
		return errno;
	sqes[0].opcode = IORING_OP_OPENAT;
	sqes[0].flags = IOSQE_ASYNC;
	sqes[0].fd = AT_FDCWD;
	sqes[0].addr = (unsigned long)TEST_DIR "/object/file";
	sqes[0].open_flags = O_RDONLY;
	((unsigned int *)(sq + params.sq_off.array))[0] = 0;
	__atomic_store_n((unsigned int *)(sq + params.sq_off.tail), 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
		return errno;
	return -((struct io_uring_cqe *)(cq + params.cq_off.cqes))->res > 0
		? -((struct io_uring_cqe *)(cq + params.cq_off.cqes))->res : 0;
}

static int after_setuid(void)
{
	return setuid(1000) ? 99 : read_object();
}

FIXTURE(clone)
{
	GABION_FIXTURE_MEMBERS
};

FIXTURE_VARIANT(clone)
{
	int (*run)(void);
};

GABION_FIXTURE_LIFE(clone)

#define CLONE_VARIANT(name) FIXTURE_VARIANT_ADD(clone, name) { .run = name }
CLONE_VARIANT(in_fork);
CLONE_VARIANT(in_grandchild);
CLONE_VARIANT(in_vfork);
CLONE_VARIANT(in_clone_vm);
CLONE_VARIANT(in_pid_namespace);
CLONE_VARIANT(in_thread);
CLONE_VARIANT(in_orphan);
CLONE_VARIANT(in_io_uring_worker);
CLONE_VARIANT(after_setuid);

TEST_F(clone, stays_in_the_domain)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, variant->run));
	EXPECT_EQ(0, confine_run(self->client, "granted", variant->run));
	EXPECT_EQ(EACCES, confine_run(self->client, "refused", variant->run));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_FILE,
		.refused = GABION_FILE_READ, .domain = "refused",
		.object = TEST_DIR "/object/file" }));
}

TEST_HARNESS_MAIN
