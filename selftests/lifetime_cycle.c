// SPDX-License-Identifier: GPL-2.0
/*
 * The module is loaded, holds a policy, confines, lets go and goes away, again and
 * again, while processes of the host use the functions that it hooks, on all
 * processors.  What it confines is refused, what it does not goes on undisturbed,
 * and nothing of it stays behind.
 *
 * LIFETIME_CYCLES: how often, default 20. GABION_MODULE: the .ko. Not loaded at first.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/call.h"
#include "lib/fixture.h"
#include "lib/kernel_memory.h"

#define NWORKERS 4

/*
 * Objects by which one slab cache may grow between the first tenth of the cycles and
 * the last: what comes and goes by itself, and less than one for each cycle.
 */
#define NOISE 250

static struct {
	bool stop, pause;
	unsigned long parked;
	unsigned long rounds[NWORKERS];
	unsigned long failures;
	int line, error;
} *shared;

/* --- processes of the host, which nothing may disturb --- */

#define MUST(what)									\
	do {										\
		if (!(what) && !__atomic_fetch_add(&shared->failures, 1, __ATOMIC_RELAXED)) {	\
			shared->error = errno;						\
			shared->line = __LINE__;					\
		}									\
	} while (0)

static void use_files(const char *folder)
{
	char name[64], other[64];
	struct stat st;
	int fd;

	snprintf(name, sizeof(name), "%s/file", folder);
	snprintf(other, sizeof(other), "%s/other", folder);
	fd = open(name, O_CREAT | O_RDWR, 0600);
	MUST(fd >= 0 && write(fd, "content", 7) == 7);
	MUST(!fstat(fd, &st) && st.st_size == 7);
	MUST(!link(name, other) && !rename(other, name) && !unlink(other));
	MUST(!symlink(name, other) && readlink(other, name, sizeof(name)) > 0 && !unlink(other));
	MUST(!ftruncate(fd, 3) && !fchmod(fd, 0640));
	MUST(!close(fd));
	snprintf(name, sizeof(name), "%s/file", folder);
	MUST(!unlink(name) && !mkdir(name, 0700) && !stat(name, &st) && !rmdir(name));
}

static void use_memory(void)
{
	char *memory = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open("/usr/bin/true", O_RDONLY);
	void *code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);

	MUST(memory != MAP_FAILED && (memory[100] = 1));
	MUST(!mprotect(memory, 4096, PROT_READ | PROT_EXEC));
	MUST(!munmap(memory, 65536));
	MUST(code != MAP_FAILED && !munmap(code, 4096) && !close(fd));
}

static void use_sockets(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), caller = socket(AF_UNIX, SOCK_STREAM, 0);
	int udp = socket(AF_INET, SOCK_DGRAM, 0);
	int answer;
	char byte;

	/* An abstract name of the kernel's choice. */
	socklen_t length = sizeof(sa_family_t);

	MUST(!bind(listener, (void *)&address, length) && !listen(listener, 1));
	length = sizeof(address);
	MUST(!getsockname(listener, (void *)&address, &length));
	MUST(!connect(caller, (void *)&address, length));
	answer = accept(listener, NULL, NULL);
	MUST(answer >= 0 && send(caller, "m", 1, 0) == 1 && recv(answer, &byte, 1, 0) == 1);
	MUST(udp >= 0 && !close(udp));
	close(answer);
	close(caller);
	close(listener);
}

static void use_ipc(void)
{
	struct { long type; char text[4]; } message = { 1, "abc" };
	int queue = msgget(IPC_PRIVATE, 0600), set = semget(IPC_PRIVATE, 1, 0600);
	int segment = shmget(IPC_PRIVATE, 4096, 0600);
	struct sembuf up = { .sem_op = 1 };
	void *memory = shmat(segment, NULL, 0);

	MUST(!msgsnd(queue, &message, 4, 0) && msgrcv(queue, &message, 4, 1, 0) == 4);
	MUST(!semop(set, &up, 1));
	MUST(memory != (void *)-1 && !shmdt(memory));
	MUST(!msgctl(queue, IPC_RMID, NULL) && !semctl(set, 0, IPC_RMID) &&
	     !shmctl(segment, IPC_RMID, NULL));
}

/* A child is traced, gets a signal, executes; another makes one, too. */
static void use_processes(unsigned long round)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
			_exit(1);
		raise(SIGSTOP);
		execl("/usr/bin/true", "true", NULL);
		_exit(2);
	}
	MUST(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
	MUST(!ptrace(PTRACE_DETACH, pid, NULL, NULL));
	MUST(waitpid(pid, &status, 0) == pid && !status);
	pid = vfork();
	if (!pid) {
		execl("/bin/sh", "sh", "-c", round % 2 ? ":" : "/usr/bin/true; exit", NULL);
		_exit(3);
	}
	MUST(waitpid(pid, &status, 0) == pid && !status);
}

static _Noreturn void work(unsigned int index)
{
	unsigned int ncpus = sysconf(_SC_NPROCESSORS_ONLN);
	char folder[] = "/tmp/lifetime.0";
	unsigned long round;
	cpu_set_t cpus;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpriority(PRIO_PROCESS, 0, 0);
	CPU_ZERO(&cpus);
	CPU_SET(index % ncpus, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	folder[strlen(folder) - 1] += index;
	mkdir(folder, 0700);
	for (round = 0; !__atomic_load_n(&shared->stop, __ATOMIC_SEQ_CST); round++) {
		if (__atomic_load_n(&shared->pause, __ATOMIC_SEQ_CST)) {
			__atomic_fetch_add(&shared->parked, 1, __ATOMIC_SEQ_CST);
			while (__atomic_load_n(&shared->pause, __ATOMIC_SEQ_CST))
				usleep(10000);
			__atomic_fetch_sub(&shared->parked, 1, __ATOMIC_SEQ_CST);
		}
		use_files(folder);
		use_memory();
		use_sockets();
		use_ipc();
		use_processes(round);
		/* Emulated processors that take turns in one thread: leave some to the loader. */
		usleep(20000);
		__atomic_fetch_add(&shared->rounds[index], 1, __ATOMIC_RELAXED);
	}
	_exit(0);
}

/* --- one life --- */

static int read_object(void)
{
	return ATTEMPT(open(TEST_DIR "/object/file", O_RDONLY));
}

static int load_module(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err = ATTEMPT(syscall(SYS_finit_module, fd, "", 0));

	close(fd);
	return err;
}

/* What was confined may still be on its way out. */
static int remove_module(void)
{
	unsigned int tries;
	int err;

	for (tries = 0; tries < 1000; tries++) {
		err = ATTEMPT(syscall(SYS_delete_module, "gabion", O_NONBLOCK));
		if (err != EBUSY && err != EAGAIN)
			return err;
		usleep(10000);
	}
	return err;
}

static int is_dead(const struct gabion_hook *hook, void *dead)
{
	*(unsigned int *)dead += strcmp(hook->state, "armed") != 0;
	return 0;
}

FIXTURE(cycle)
{
	struct gabion_netlink *client;
	uint8_t *image;
	size_t size;
	pid_t workers[NWORKERS];
};

FIXTURE_SETUP(cycle)
{
	int fd = open(getenv("GABION_IMAGE") ?: "", O_RDONLY | O_CLOEXEC);
	unsigned int i;
	struct stat st;

	ASSERT_LE(0, fd)
		TH_LOG("GABION_IMAGE names no compiled policy: run selftests/lifetime");
	fstat(fd, &st);
	self->size = st.st_size;
	self->image = malloc(self->size);
	ASSERT_EQ(st.st_size, read(fd, self->image, self->size));
	close(fd);
	self->client = NULL;
	confine_prepare();
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (i = 0; i < NWORKERS; i++) {
		self->workers[i] = fork();
		if (!self->workers[i])
			work(i);
	}
}

FIXTURE_TEARDOWN(cycle)
{
	free(self->image);
}

static void live(struct __test_metadata *_metadata, FIXTURE_DATA(cycle) *self, bool look)
{
	struct gabion_error error = { 0 };
	struct gabion_status status;
	unsigned int dead = 0;

	ASSERT_EQ(0, load_module(getenv("GABION_MODULE") ?: ""));
	ASSERT_EQ(0, gabion_netlink_open(&self->client, &error)) TH_LOG("%s", error.text);
	ASSERT_EQ(0, gabion_netlink_policy_load(self->client, self->image, self->size, &error)) {
		TH_LOG("%s", error.text);
	}
	confine_events_clear(self->client);
	ASSERT_EQ(0, confine_run(self->client, "granted", read_object));
	ASSERT_EQ(EACCES, confine_run(self->client, "refused", read_object));
	ASSERT_EQ(-EPERM, call_in(self->client, "sc_bare", CALL(GABION_ABI_X86_64, SYS_getppid)));
	ASSERT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .domain = "refused",
		.object = TEST_DIR "/object/file" }));
	ASSERT_EQ(0, gabion_netlink_status(self->client, &status, &error));
	/* The policy, the subscription, and two refusals. */
	ASSERT_EQ(4, status.events_made);
	if (look) {
		ASSERT_EQ(0, gabion_netlink_hooks(self->client, is_dead, &dead, &error));
		ASSERT_EQ(0, dead);
	}
	ASSERT_EQ(0, gabion_netlink_policy_unload(self->client, &error)) TH_LOG("%s", error.text);
	gabion_netlink_close(self->client);
	ASSERT_EQ(0, remove_module());
}

static int look_in_peace(struct kernel_memory *memory)
{
	int err;

	__atomic_store_n(&shared->pause, true, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&shared->parked, __ATOMIC_SEQ_CST) < NWORKERS)
		usleep(10000);
	err = kernel_memory_look(memory);
	__atomic_store_n(&shared->pause, false, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&shared->parked, __ATOMIC_SEQ_CST))
		usleep(10000);
	return err;
}

TEST_F_TIMEOUT(cycle, leaves_nothing_behind, 100000)
{
	const char *text = getenv("LIFETIME_CYCLES");
	unsigned long cycles = text ? strtoul(text, NULL, 10) : 20, n, began;
	unsigned long first = cycles / 10 ?: 1;
	static struct kernel_memory before, after;
	struct timespec start, now;
	unsigned int i;
	int status;

	setpriority(PRIO_PROCESS, 0, -20);
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (n = 1; n <= cycles; n++) {
		began = shared->rounds[0];
		live(_metadata, self, n % 10 == 0 || n == cycles);
		/* All of a life and its end happened under load. */
		while (shared->rounds[0] < began + 1)
			usleep(1000);
		if (n == first)
			ASSERT_EQ(0, look_in_peace(&before));
		if (n % first == 0) {
			clock_gettime(CLOCK_MONOTONIC, &now);
			printf("# %lu cycles in %ld s, %lu + %lu rounds of work, %lu failures\n", n,
			       (long)(now.tv_sec - start.tv_sec), shared->rounds[0],
			       shared->rounds[1], shared->failures);
			fflush(stdout);
		}
	}
	ASSERT_EQ(0, look_in_peace(&after));
	shared->stop = true;
	for (i = 0; i < NWORKERS; i++) {
		ASSERT_EQ(self->workers[i], waitpid(self->workers[i], &status, 0));
		EXPECT_EQ(0, status);
		EXPECT_LT(0, shared->rounds[i]);
	}
	EXPECT_EQ(0, shared->failures) {
		TH_LOG("the first at line %d: %s", shared->line, strerror(shared->error));
	}
	EXPECT_EQ(0, kernel_memory_grown(&before, &after, NOISE + (cycles - first) / 2));
}

TEST_HARNESS_MAIN
