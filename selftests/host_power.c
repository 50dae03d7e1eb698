// SPDX-License-Identifier: GPL-2.0
/* A host that is held: who administers it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/host.h"

#define OPERATOR	TEST_DIR "/operator"

FIXTURE(host_power)
{
	GABION_FIXTURE_MEMBERS
	struct late late;
};

HOST_LIFE(host_power)

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

TEST_HARNESS_MAIN
