// SPDX-License-Identifier: GPL-2.0
/* Tasks of other domains: signals, tracing, assignment. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <asm/sockios.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"

GABION_FIXTURE(task)

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

/* Threads that are there when the process is assigned. */
static void *wait_then_read(void *gate)
{
	int *g = gate;

	while (!__atomic_load_n(&g[0], __ATOMIC_ACQUIRE))
		usleep(1000);
	g[1] = read_object();
	return NULL;
}

static int assign_with_threads(struct gabion_netlink *client, const char *domain)
{
	struct gabion_error error = { 0 };
	int ends[2], result = 0;
	char byte;
	pid_t pid;

	if (pipe(ends))
		return 99;
	pid = fork();
	if (!pid) {
		static int gates[4][2];
		pthread_t threads[4];
		int i;

		for (i = 0; i < 4; i++)
			pthread_create(&threads[i], NULL, wait_then_read, gates[i]);
		if (read(ends[0], &byte, 1) != 1)
			_exit(99);
		for (i = 0; i < 4; i++)
			__atomic_store_n(&gates[i][0], 1, __ATOMIC_RELEASE);
		for (i = 0; i < 4; i++) {
			pthread_join(threads[i], NULL);
			if (gates[i][1] != EACCES)
				result = 98;
		}
		_exit(result);
	}
	usleep(50000);
	if (gabion_netlink_task_assign(client, pid, domain, &error) || write(ends[1], "g", 1) != 1)
		return 97;
	return wait_for(pid);
}

TEST_F(task, assignment_reaches_all_threads)
{
	EXPECT_EQ(0, assign_with_threads(self->client, "refused"));
	EXPECT_EQ(4, confine_events_count(self->client, &(struct confine_expect){
		.domain = "refused", .object = TEST_DIR "/object/file" }));
}

/* --- signals and tracing --- */

static pid_t victim;

static int signal_victim(void)
{
	return ATTEMPT(kill(victim, SIGCONT));
}

static int probe_victim(void)
{
	return ATTEMPT(kill(victim, 0));
}

static int thread_signal_victim(void)
{
	return ATTEMPT(syscall(SYS_tgkill, victim, victim, SIGCONT));
}

static int pidfd_signal_victim(void)
{
	int fd = syscall(SYS_pidfd_open, victim, 0);

	return fd < 0 ? 99 : ATTEMPT(syscall(SYS_pidfd_send_signal, fd, SIGCONT, NULL, 0));
}

static int trace_victim(void)
{
	if (ptrace(PTRACE_SEIZE, victim, 0, 0))
		return errno;
	ptrace(PTRACE_DETACH, victim, 0, 0);
	return 0;
}

static int read_victim_memory(void)
{
	static char here[16], there[16];
	struct iovec local = { here, 16 }, remote = { there, 16 };

	return ATTEMPT(process_vm_readv(victim, &local, 1, &remote, 1, 0));
}

static int take_descriptor(void)
{
	int fd = syscall(SYS_pidfd_open, victim, 0);

	return fd < 0 ? 99 : ATTEMPT(syscall(SYS_pidfd_getfd, fd, 0, 0));
}

/* Signals by way of a file: its owner gets SIGIO, or what F_SETSIG says. */
static int own_by_fcntl(void)
{
	int ends[2];

	return pipe(ends) ? 99 : ATTEMPT(fcntl(ends[0], F_SETOWN, victim));
}

static int own_by_fcntl_ex(void)
{
	struct f_owner_ex owner = { F_OWNER_PID, victim };
	int ends[2];

	return pipe(ends) ? 99 : ATTEMPT(fcntl(ends[0], F_SETOWN_EX, &owner));
}

static int own_by_ioctl(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), owner = victim;

	return fd < 0 ? 99 : ATTEMPT(ioctl(fd, FIOSETOWN, &owner));
}

static int own_oneself(void)
{
	int ends[2];

	return pipe(ends) ? 99 : ATTEMPT(fcntl(ends[0], F_SETOWN, getpid()));
}

FIXTURE(other)
{
	GABION_FIXTURE_MEMBERS
};

FIXTURE_VARIANT(other)
{
	int (*run)(void);
	uint32_t refused;
	int error;
};

FIXTURE_SETUP(other)
{
	struct gabion_error error = { 0 };

	ASSERT_EQ(0, gabion_netlink_open(&self->client, &error));
	victim = confine_sleeper(self->client, "target");
	ASSERT_LT(0, victim);
	confine_events_clear(self->client);
}

FIXTURE_TEARDOWN(other)
{
	confine_release(victim);
	gabion_netlink_close(self->client);
}

#define OTHER_VARIANT(name, permission)	\
	FIXTURE_VARIANT_ADD(other, name) { .run = name, .refused = permission, .error = EPERM }
OTHER_VARIANT(signal_victim, GABION_DOM_SIGNAL);
OTHER_VARIANT(probe_victim, GABION_DOM_SIGNAL);
OTHER_VARIANT(thread_signal_victim, GABION_DOM_SIGNAL);
OTHER_VARIANT(pidfd_signal_victim, GABION_DOM_SIGNAL);
OTHER_VARIANT(own_by_fcntl, GABION_DOM_SIGNAL);
OTHER_VARIANT(trace_victim, GABION_DOM_TRACE);
OTHER_VARIANT(read_victim_memory, GABION_DOM_TRACE);
OTHER_VARIANT(take_descriptor, GABION_DOM_TRACE);

TEST_F(other, domain)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, variant->run));
	EXPECT_EQ(0, confine_run(self->client, "granted", variant->run));
	EXPECT_EQ(variant->error, confine_run(self->client, "refused", variant->run));
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_DOMAIN,
		.refused = variant->refused, .domain = "refused", .target = "target" }));
}

TEST_F(task, ownership_of_files_is_signalling)
{
	victim = confine_sleeper(self->client, "target");
	ASSERT_LT(0, victim);
	EXPECT_EQ(0, confine_run(self->client, NULL, own_by_fcntl_ex));
	EXPECT_EQ(0, confine_run(self->client, NULL, own_by_ioctl));
	EXPECT_EQ(EPERM, confine_run(self->client, "refused", own_by_fcntl_ex));
	EXPECT_EQ(EPERM, confine_run(self->client, "refused", own_by_ioctl));
	EXPECT_EQ(0, confine_run(self->client, "refused", own_oneself));
	confine_release(victim);
}

/*
 * A task can be found by its pid before it has its label; the label that pid had
 * before must not count. Few pids, so that they come round quickly: one process
 * of the domain keeps marking pids as its own, another kills whatever it can.
 */
static int kill_everything(void)
{
	pid_t self = getpid(), marker = fork(), pid;
	int round;

	if (!marker) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (round = 0; round < 800; round++) {
			pid = fork();
			if (!pid)
				_exit(0);
			waitpid(pid, NULL, 0);
		}
		_exit(0);
	}
	for (round = 0; waitpid(marker, NULL, WNOHANG) == 0; round++)
		for (pid = 300; pid < 600; pid++)
			if (pid != self && pid != marker)
				kill(pid, SIGKILL);
	return 0;
}

static int write_pid_max(const char *value)
{
	int fd = open("/proc/sys/kernel/pid_max", O_WRONLY), err;

	err = fd < 0 || write(fd, value, strlen(value)) < 0;
	close(fd);
	return err;
}

TEST_F_TIMEOUT(task, a_newborn_is_not_its_pids_last_owner, 1800)
{
	struct gabion_error error = { 0 };
	unsigned int killed = 0, i;
	pid_t attacker, child;
	int status;

	ASSERT_EQ(0, write_pid_max("600"));
	attacker = fork();
	if (!attacker) {
		/* A test that is given up leaves no killer to those after it. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		setsid();
		usleep(100000);
		_exit(kill_everything());
	}
	ASSERT_EQ(0, gabion_netlink_task_assign(self->client, attacker, "refused", &error));
	for (i = 0; waitpid(attacker, &status, WNOHANG) == 0; i++) {
		child = fork();
		if (!child)
			_exit(0);
		if (child > 0 && waitpid(child, &status, 0) == child)
			killed += WIFSIGNALED(status);
	}
	EXPECT_EQ(0, killed) {
		TH_LOG("%u of %u children of the host were killed", killed, i);
	}
	EXPECT_LT(100, i);
	write_pid_max("32768");
	confine_events_clear(self->client);
}

/* The host's processes, the agent among them, are a domain like others. */
TEST_F(task, the_host_is_out_of_reach)
{
	victim = getpid();
	EXPECT_EQ(EPERM, confine_run(self->client, "granted", signal_victim));
	EXPECT_EQ(EPERM, confine_run(self->client, "granted", trace_victim));
	EXPECT_EQ(2, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_DOMAIN, .target = "host" }));
}

static int signal_own_child(void)
{
	pid_t pid = fork();

	if (!pid) {
		pause();
		_exit(0);
	}
	if (kill(pid, SIGKILL))
		return errno;
	return wait_for(pid) == 128 + SIGKILL ? 0 : 99;
}

TEST_F(task, own_domain_may_be_signalled)
{
	EXPECT_EQ(0, confine_run(self->client, "refused", signal_own_child));
}

/* A child of the host asks its confined parent to trace it: the parent is judged. */
TEST_F(task, traceme_judges_the_tracer)
{
	struct gabion_error error = { 0 };
	int go[2], result[2], answer = 99;
	char byte;
	pid_t parent, child;

	ASSERT_EQ(0, pipe(go));
	ASSERT_EQ(0, pipe(result));
	parent = fork();
	if (!parent) {
		child = fork();
		if (!child) {
			if (read(go[0], &byte, 1) != 1)
				_exit(1);
			answer = ATTEMPT(ptrace(PTRACE_TRACEME, 0, 0, 0));
			if (write(result[1], &answer, sizeof(answer)) < 0)
				_exit(1);
			_exit(0);
		}
		pause();
	}
	usleep(50000);
	ASSERT_EQ(0, gabion_netlink_task_assign(self->client, parent, "refused", &error));
	ASSERT_EQ(1, write(go[1], "g", 1));
	ASSERT_EQ(sizeof(answer), read(result[0], &answer, sizeof(answer)));
	EXPECT_EQ(EPERM, answer);
	kill(parent, SIGKILL);
	waitpid(parent, NULL, 0);
}

TEST_HARNESS_MAIN
