// SPDX-License-Identifier: GPL-2.0
/* A host that is held: who administers it, and what the kernel executes. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/host.h"

#define UNHELD		TEST_DIR "/unheld"
#define OPERATOR	TEST_DIR "/operator"
#define CORE_PATTERN	"/proc/sys/kernel/core_pattern"

FIXTURE(host_power)
{
	GABION_FIXTURE_MEMBERS
	struct late late;
};

HOST_LIFE(host_power)

/* --- who administers --- */

#define OPERATED	HOST_DOMAIN("operator", HOST_ADMIN "    capability mac_admin\n    netlink generic\n")
#define GIVEN_BACK	HOST_POLICY(HOST_ADMIN) OPERATED
#define TAKEN_AWAY	HOST_POLICY("    deny control admin\n") OPERATED

/* Waits to be told, then puts @image in force. */
static pid_t start_operator(const void *image, size_t size, int *go)
{
	cleanup_netlink struct gabion_netlink *client = NULL;
	struct gabion_error error = { 0 };
	int ends[2];
	pid_t pid;
	char byte;

	if (pipe(ends))
		return -1;
	pid = fork();
	*go = ends[1];
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (read(ends[0], &byte, 1) != 1)
		_exit(99);
	_exit(gabion_netlink_open(&client, &error) ||
	      gabion_netlink_policy_load(client, image, size, &error));
}

TEST_F(host_power, without_the_control_it_does_not_administer)
{
	struct gabion_error error = { 0 };
	void *given, *taken;
	size_t given_size, taken_size;
	int go, status;
	pid_t operator;

	ASSERT_EQ(0, source_compile(GIVEN_BACK, &given, &given_size));
	ASSERT_EQ(0, source_compile(TAKEN_AWAY, &taken, &taken_size));
	ASSERT_EQ(0, host_hold(self->client, GIVEN_BACK));
	operator = start_operator(given, given_size, &go);
	ASSERT_EQ(0, gabion_netlink_task_assign(self->client, operator, "operator", &error))
		TH_LOG("%s", error.text);
	ASSERT_EQ(0, gabion_netlink_policy_load(self->client, taken, taken_size, &error));
	EXPECT_EQ(-EPERM, gabion_netlink_policy_load(self->client, given, given_size, &error));
	EXPECT_EQ(-EPERM, gabion_netlink_policy_unload(self->client, &error));
	EXPECT_EQ(-EPERM, gabion_netlink_lock(self->client, &error));
	EXPECT_EQ(-EPERM, gabion_netlink_task_assign(self->client, self->late.pid, "operator",
						     &error));
	EXPECT_EQ(-EPERM, gabion_netlink_task_exec(self->client, "operator", &error));
	ASSERT_EQ(1, write(go, "g", 1));
	ASSERT_EQ(operator, waitpid(operator, &status, 0));
	ASSERT_EQ(0, status);
	EXPECT_LE(5, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_CONTROL,
		.refused = GABION_CONTROL_ADMIN, .domain = "host" }));
	free(given);
	free(taken);
}

/* Who puts it in force is in the domain of its program at once, and goes on administering. */
static int load_by_program(const char *path)
{
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		execl(path, OPERATOR, (char *)NULL);
		_exit(97);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

#define LOADING(rules)	HOST_POLICY(rules)						\
	HOST_DOMAIN("operator", "    enter " OPERATOR "\n" HOST_ADMIN "    capability mac_admin\n"	\
	       "    netlink generic\n")

static __attribute__((constructor)) void operator_main(int argc, char **argv)
{
	struct gabion_netlink *client = NULL;
	struct gabion_error error = { 0 };
	void *given, *taken;
	size_t given_size, taken_size;

	if (!argc || strcmp(argv[0], OPERATOR))
		return;
	if (source_compile(LOADING(HOST_ADMIN), &given, &given_size) ||
	    source_compile(LOADING("    deny control admin\n"), &taken, &taken_size) ||
	    gabion_netlink_open(&client, &error) ||
	    gabion_netlink_policy_load(client, taken, taken_size, &error))
		_exit(1);
	if (strcmp(confine_domain_of(client, getpid()), "operator"))
		_exit(2);
	_exit(gabion_netlink_policy_load(client, given, given_size, &error) ? 3 : 0);
}

TEST_F(host_power, who_loads_it_is_in_the_domain_of_its_program)
{
	ASSERT_EQ(0, late_install(OPERATOR));
	EXPECT_EQ(0, load_by_program(OPERATOR));
}

/* --- what the kernel executes --- */

/* The helper is this program under another name, which says who it is and waits. */

static __attribute__((constructor)) void unheld_main(int argc, char **argv)
{
	char line[32];
	int fd, err;

	if (!argc || strcmp(argv[0], UNHELD))
		return;
	/* The memory: while somebody might read it, the process that dies stays. */
	close(0);
	err = late_open();
	snprintf(line, sizeof(line), "%d %d\n", getpid(), err);
	fd = open(TEST_DIR "/log", O_WRONLY | O_TRUNC);
	if (write(fd, line, strlen(line)) < 0)
		_exit(1);
	alarm(60);
	for (;;)
		pause();
}

/* A process dies of a signal that the kernel pipes its memory to UNHELD for. */
static pid_t have_helper(int *err)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
	pid_t crashed = fork(), helper = 0;
	int tries;
	FILE *file;

	if (!crashed) {
		setrlimit(RLIMIT_CORE, &limit);
		signal(SIGABRT, SIG_DFL);
		abort();
	}
	for (tries = 0; tries < 1000 && !helper; tries++) {
		usleep(20000);
		file = fopen(TEST_DIR "/log", "re");
		if (!file || fscanf(file, "%d %d\n", &helper, err) != 2)
			helper = 0;
		if (file)
			fclose(file);
	}
	waitpid(crashed, NULL, 0);
	return helper;
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		printf("# cannot write %s: %m\n", path);
	close(fd);
}

static char old_pattern[256];

static int have_crashes_helped(void)
{
	int fd = open(CORE_PATTERN, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, old_pattern, sizeof(old_pattern) - 1);

	close(fd);
	if (n <= 0)
		return EIO;
	put(CORE_PATTERN, "|" UNHELD);
	return late_install(UNHELD);
}

TEST_F(host_power, a_usermode_helper_is_not_held_and_cannot_be_traced)
{
	int err = -1;
	pid_t helper;

	ASSERT_EQ(0, have_crashes_helped());
	ASSERT_EQ(0, host_hold(self->client, HOST_HELD));
	helper = have_helper(&err);
	put(CORE_PATTERN, old_pattern);
	ASSERT_LT(0, helper);
	EXPECT_EQ(0, err);
	EXPECT_FALSE(host_is_held(self->client, helper));
	confine_events_clear(self->client);
	EXPECT_EQ(EPERM, ATTEMPT(ptrace(PTRACE_SEIZE, helper, 0, 0)));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_DOMAIN,
		.refused = GABION_DOM_TRACE, .domain = "host", .target = "host" }));
	EXPECT_EQ(0, ATTEMPT(ptrace(PTRACE_SEIZE, self->late.pid, 0, 0)));
	EXPECT_EQ(0, ATTEMPT(kill(helper, SIGKILL)));
}

TEST_F(host_power, unless_the_policy_says_so)
{
	int err = -1;
	pid_t helper;

	ASSERT_EQ(0, have_crashes_helped());
	ASSERT_EQ(0, host_hold(self->client, HOST_POLICY(HOST_ADMIN HOST_DENY("object") "    enter helper\n")));
	helper = have_helper(&err);
	put(CORE_PATTERN, old_pattern);
	ASSERT_LT(0, helper);
	EXPECT_EQ(EACCES, err);
	EXPECT_TRUE(host_is_held(self->client, helper));
	EXPECT_EQ(0, ATTEMPT(kill(helper, SIGKILL)));
}

TEST_HARNESS_MAIN
