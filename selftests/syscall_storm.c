// SPDX-License-Identifier: GPL-2.0
/*
 * Threads that call, fork and exec in filtered domains, while policies with other
 * filters follow each other and processes are assigned in and out.  What the
 * filters never grant is never had; the kernel log is looked through by
 * qemu-test/vm, and that the module can go by selftests/lifecycle.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/call.h"
#include "lib/fixture.h"
#include "lib/seccomp.h"
#include "lib/source.h"

#define NRELOADS	50
#define NWORKERS	4
#define NTHREADS	3

#define STORM(rules)								\
	"domain sc_storm {\n    level middle\n    use everyday\n" rules "}\n"	\
	"domain sc_still {\n    level middle\n    use everyday\n    syscalls @testing\n}\n"

/* getuid is never granted in sc_still; getppid comes and goes in sc_storm. */
static const char *const sources[] = {
	STORM("    syscalls @testing, getppid, getuid\n"),
	STORM("    syscalls @testing, getuid\n"),
	STORM(""),
	STORM("    syscalls default as allow\n    syscalls getppid as log\n"),
	STORM("    syscalls @testing, getuid\n    syscalls getppid(arg0 == 1) as errno EXDEV\n"),
};
#define NSOURCES (sizeof(sources) / sizeof(*sources))

/* In shared memory. @had: times that something was had which no policy grants. */
static struct {
	volatile int stop;
	volatile unsigned long rounds, had, strange;
} *storm;

static void *caller(void *arg)
{
	static const struct call getppid_call = { GABION_ABI_X86_64, SYS_getppid };
	static const struct call i386_call = { GABION_ABI_I386, 64 };
	bool still = arg != NULL;

	while (!storm->stop) {
		long answer = call_make(&getppid_call);

		if (answer < 0 ? answer != -EPERM && answer != -EXDEV : still)
			__atomic_fetch_add(still && answer >= 0 ? &storm->had : &storm->strange, 1,
					   __ATOMIC_RELAXED);
		if (still && call_make(&i386_call) != -ENOSYS)
			__atomic_fetch_add(&storm->had, 1, __ATOMIC_RELAXED);
		__atomic_fetch_add(&storm->rounds, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

/* A process and its children, until told to stop. */
static _Noreturn void work(bool still)
{
	pthread_t threads[NTHREADS];
	unsigned int round;
	int i, status;
	pid_t pid;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (i = 0; i < NTHREADS; i++)
		pthread_create(&threads[i], NULL, caller, still ? &storm : NULL);
	for (round = 0; !storm->stop; round++) {
		pid = round & 1 ? fork() : vfork();
		if (!pid) {
			execl("/run/gabion-selftests/foreign-x86-64", "foreign", "110", NULL);
			_exit(77);
		}
		if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
		    (still && WEXITSTATUS(status) != EPERM) || WEXITSTATUS(status) == 77)
			__atomic_fetch_add(&storm->strange, 1, __ATOMIC_RELAXED);
		/* Processes with a filter of their own are there too. */
		if (round == 20)
			seccomp_own(SYS_uname, SECCOMP_RET_ERRNO | EXDEV, 0);
	}
	for (i = 0; i < NTHREADS; i++)
		pthread_join(threads[i], NULL);
	_exit(0);
}

#define TRIES	100

/*
 * Workers are in vfork() half of the time, sharing their memory: who assigns is told so when it
 * does not end within a second, as on a slow machine, and tries again.
 */
static int assign(struct gabion_netlink *client, pid_t worker, const char *domain,
		  struct gabion_error *error)
{
	int tries, err = -EMLINK;

	for (tries = 0; tries < TRIES && err == -EMLINK; tries++)
		err = gabion_netlink_task_assign(client, worker, domain, error);
	return err;
}

GABION_FIXTURE(storm)

TEST_F(storm, reloads_and_assignments_under_load)
{
	static const char *const to[] = { "sc_storm", "host", "sc_still", "sc_storm", "sc_bare" };
	struct gabion_error error = { 0 };
	void *images[NSOURCES];
	size_t sizes[NSOURCES];
	pid_t workers[NWORKERS];
	unsigned int i, reload;
	int status;

	for (i = 0; i < NSOURCES; i++)
		ASSERT_EQ(0, source_compile(sources[i], &images[i], &sizes[i]));
	storm = mmap(NULL, sizeof(*storm), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_EQ(0, gabion_netlink_policy_load(self->client, images[0], sizes[0], &error));
	for (i = 0; i < NWORKERS; i++) {
		workers[i] = fork();
		if (!workers[i]) {
			raise(SIGSTOP);
			work(i == 0);
		}
		ASSERT_EQ(workers[i], waitpid(workers[i], &status, WUNTRACED));
		ASSERT_EQ(0, gabion_netlink_task_assign(self->client, workers[i],
							i ? "sc_storm" : "sc_still", &error));
		kill(workers[i], SIGCONT);
	}
	for (reload = 1; reload <= NRELOADS; reload++) {
		i = reload % NSOURCES;
		EXPECT_EQ(0, gabion_netlink_policy_load(self->client, images[i], sizes[i], &error)) {
			TH_LOG("%s", error.text);
		}
		/* Worker 0 stays where it is. */
		EXPECT_EQ(0, assign(self->client, workers[1 + reload % (NWORKERS - 1)], to[reload % 5],
				    &error)) {
			TH_LOG("%s", error.text);
		}
		usleep(20000);
	}
	storm->stop = 1;
	for (i = 0; i < NWORKERS; i++) {
		ASSERT_EQ(workers[i], waitpid(workers[i], &status, 0));
		EXPECT_EQ(0, status);
	}
	EXPECT_LT(1000, storm->rounds);
	EXPECT_EQ(0, storm->had);
	EXPECT_EQ(0, storm->strange);
	for (i = 0; i < NSOURCES; i++)
		free(images[i]);
	EXPECT_EQ(0, source_load(self->client, ""));
	confine_events_clear(self->client);
}

TEST_HARNESS_MAIN
