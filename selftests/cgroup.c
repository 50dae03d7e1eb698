// SPDX-License-Identifier: GPL-2.0
/*
 * Cgroups limit, freeze and kill what is in them, and say which devices and addresses it has. Who
 * puts a process into one may write to cgroup.procs there, and in the lowest above both.
 */
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "kselftest_harness.h"
#include "lib/victim.h"

#define ROOT	"/sys/fs/cgroup"
#define GROUP	ROOT "/gabion-test"
#define BELOW	GROUP "/below"

static int make_groups(struct gabion_netlink *client)
{
	return mkdir(GROUP, 0755) || mkdir(BELOW, 0755) ? errno : 0;
}

/* Names that nobody has looked for, and such that somebody has. */
static int make_known_groups(struct gabion_netlink *client)
{
	struct stat st;

	return make_groups(client) ?: ATTEMPT(stat(BELOW "/cgroup.procs", &st));
}

static int make_groups_and_victim(struct gabion_netlink *client)
{
	return make_groups(client) ?: victim_make(client);
}

/* The last process may leave it a moment after it has been waited for. */
static void remove_groups(void)
{
	while (rmdir(BELOW) && errno == EBUSY)
		usleep(1000);
	if (rmdir(GROUP))
		printf("# " GROUP " stays: %m\n");
}

static void remove_groups_and_victim(void)
{
	victim_release();
	remove_groups();
}

/* By a descriptor that is open for nothing. */
static int clone_into(const char *group)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD,
		.cgroup = open(group, O_PATH | O_DIRECTORY),
	};
	pid_t pid = (int)args.cgroup < 0 ? -1 : syscall(SYS_clone3, &args, sizeof(args));

	if (!pid)
		_exit(0);
	return pid < 0 ? errno : waitpid(pid, NULL, 0) == pid ? 0 : errno;
}

static int be_born_there(void)
{
	return clone_into(BELOW);
}

static int move(pid_t pid)
{
	int fd = open(BELOW "/cgroup.procs", O_WRONLY | O_APPEND);

	return fd < 0 ? errno : dprintf(fd, "%d", pid) < 0 ? errno : 0;
}

static int move_victim(void)
{
	return move(victim);
}

#define MOVE(name, function, make, remove, by, file)				\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = function, .before = make, .after = remove,		\
		.error = EACCES, .klass = GABION_CLASS_FILE,			\
		.refused = GABION_FILE_APPEND, .refused_by = by, .object = file, \
	}

MOVE(be_born_in_a_cgroup, be_born_there, make_groups, remove_groups, "refused",
     BELOW "/cgroup.procs");
MOVE(be_born_in_a_known_cgroup, be_born_there, make_known_groups, remove_groups, "refused",
     BELOW "/cgroup.procs");
/* Who may do as he likes below may not take others there. */
MOVE(be_born_elsewhere, be_born_there, make_groups, remove_groups, "delegate",
     ROOT "/cgroup.procs");
MOVE(take_away, move_victim, make_groups_and_victim, remove_groups_and_victim, "delegate",
     ROOT "/cgroup.procs");

GABION_FIXTURE(cgroup)

/* --- within the part of the tree that is the domain's --- */

static int move_within(void)
{
	pid_t pid = fork();
	int err;

	if (!pid)
		while (1)
			pause();
	err = pid < 0 ? errno : move(pid) ?: be_born_there();
	confine_release(pid);
	return err;
}

static int enter(const char *group)
{
	int fd = open(group, O_WRONLY), err = ATTEMPT(dprintf(fd, "0"));

	close(fd);
	return err;
}

TEST_F(cgroup, what_is_delegated_is_free)
{
	ASSERT_EQ(0, make_groups(self->client));
	ASSERT_EQ(0, enter(GROUP "/cgroup.procs"));
	EXPECT_EQ(0, confine_run(self->client, "delegate", move_within));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .domain = "delegate" }));
	EXPECT_EQ(0, enter(ROOT "/cgroup.procs"));
	remove_groups();
}

TEST_HARNESS_MAIN
