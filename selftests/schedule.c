// SPDX-License-Identifier: GPL-2.0
/* Other domains' tasks: when, where and with what limits they run. */
#include <linux/mempolicy.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "kselftest_harness.h"
#include "lib/victim.h"

/* linux/ioprio.h has them since 6.1 only. */
#define IOPRIO_PROCESS		1
#define IOPRIO_GROUP		2
#define IOPRIO_BEST_EFFORT_6	(2 << 13 | 6)

#define SCHEDULE_VARIANT(name) VICTIM_VARIANT(name, GABION_DOM_SCHEDULE, NULL)
/* These ask first whether the task may be inspected: refused to who may do that. */
#define MEMORY_VARIANT(name) VICTIM_VARIANT(name, GABION_DOM_SCHEDULE, "onlooker")

static int set_priority(void)
{
	return ATTEMPT(setpriority(PRIO_PROCESS, victim, 5));
}
SCHEDULE_VARIANT(set_priority);

static int set_priority_of_group(void)
{
	return ATTEMPT(setpriority(PRIO_PGRP, victim, 5));
}
SCHEDULE_VARIANT(set_priority_of_group);

static int set_policy(void)
{
	return ATTEMPT(sched_setscheduler(victim, SCHED_BATCH, &(struct sched_param){ 0 }));
}
SCHEDULE_VARIANT(set_policy);

static int set_realtime(void)
{
	return ATTEMPT(sched_setscheduler(victim, SCHED_RR, &(struct sched_param){ 1 }));
}
SCHEDULE_VARIANT(set_realtime);

static int set_parameters(void)
{
	return ATTEMPT(sched_setparam(victim, &(struct sched_param){ 0 }));
}
SCHEDULE_VARIANT(set_parameters);

static int set_attributes(void)
{
	struct sched_attr attr = { .size = sizeof(attr), .sched_policy = SCHED_OTHER,
				   .sched_nice = 3 };

	return ATTEMPT(syscall(SYS_sched_setattr, victim, &attr, 0));
}
SCHEDULE_VARIANT(set_attributes);

static int set_affinity(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	return ATTEMPT(sched_setaffinity(victim, sizeof(set), &set));
}
SCHEDULE_VARIANT(set_affinity);

static int set_io_priority(void)
{
	return ATTEMPT(syscall(SYS_ioprio_set, IOPRIO_PROCESS, victim, IOPRIO_BEST_EFFORT_6));
}
SCHEDULE_VARIANT(set_io_priority);

static int set_io_priority_of_group(void)
{
	return ATTEMPT(syscall(SYS_ioprio_set, IOPRIO_GROUP, victim, IOPRIO_BEST_EFFORT_6));
}
SCHEDULE_VARIANT(set_io_priority_of_group);

static int set_limit(void)
{
	return ATTEMPT(prlimit(victim, RLIMIT_NOFILE, &(struct rlimit){ 32, 64 }, NULL));
}
SCHEDULE_VARIANT(set_limit);

static int exchange_limit(void)
{
	struct rlimit old;

	return ATTEMPT(prlimit(victim, RLIMIT_NOFILE, &(struct rlimit){ 32, 64 }, &old));
}
MEMORY_VARIANT(exchange_limit);

/* From node 0 to node 0: every machine has it. */
static int migrate(void)
{
	unsigned long nodes = 1;

	return ATTEMPT(syscall(SYS_migrate_pages, victim, 8 * sizeof(nodes), &nodes, &nodes));
}
MEMORY_VARIANT(migrate);

static int move_page(void)
{
	void *page = (void *)((unsigned long)&victim & ~4095UL);
	int node = 0, status;

	return ATTEMPT(syscall(SYS_move_pages, victim, 1UL, &page, &node, &status, MPOL_MF_MOVE));
}
MEMORY_VARIANT(move_page);

/* Where pages are, without moving any, is asked in the same place. */
static int find_page(void)
{
	void *page = (void *)((unsigned long)&victim & ~4095UL);
	int status;

	return ATTEMPT(syscall(SYS_move_pages, victim, 1UL, &page, NULL, &status, 0));
}
MEMORY_VARIANT(find_page);

/* From there it could have the kernel stop all of the group, by reading from the terminal. */
static int join_group(void)
{
	return ATTEMPT(setpgid(0, victim));
}
VICTIM_VARIANT(join_group, GABION_DOM_SIGNAL, NULL);

static int (*const attempts[])(void) = {
	set_priority, set_priority_of_group, set_policy, set_parameters, set_realtime,
	set_attributes, set_affinity, set_io_priority, set_io_priority_of_group, set_limit,
	exchange_limit, migrate, move_page, find_page,
};

GABION_FIXTURE(schedule)

/* All attempts one after another. Return: number of the first that failed, or 0. */
static int try_on_victim(void)
{
	size_t i;

	for (i = 0; i < sizeof(attempts) / sizeof(*attempts); i++)
		if (attempts[i]())
			return i + 1;
	return 0;
}

static int try_on_own_child(void)
{
	int result;

	victim = fork();
	if (!victim) {
		pause();
		_exit(0);
	}
	setpgid(victim, victim);
	result = try_on_victim();
	kill(victim, SIGKILL);
	waitpid(victim, NULL, 0);
	return result;
}

TEST_F(schedule, own_domain_is_free)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, try_on_own_child));
	EXPECT_EQ(0, confine_run(self->client, "refused", try_on_own_child));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_DOMAIN, .domain = "refused" }));
}

TEST_F(schedule, the_host_is_out_of_reach)
{
	victim = getpid();
	EXPECT_EQ(EPERM, confine_run(self->client, "granted", set_priority));
	EXPECT_EQ(EPERM, confine_run(self->client, "granted", set_limit));
	EXPECT_EQ(EPERM, confine_run(self->client, "granted", set_affinity));
	EXPECT_EQ(0, getpriority(PRIO_PROCESS, 0));
	EXPECT_EQ(3, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_DOMAIN, .refused = GABION_DOM_SCHEDULE, .target = "host" }));
}

TEST_F(schedule, what_was_refused_did_not_happen)
{
	ASSERT_EQ(0, victim_make(self->client));
	ASSERT_EQ(0, confine_run(self->client, NULL, set_priority));
	ASSERT_EQ(5, getpriority(PRIO_PROCESS, victim));
	victim_release();

	ASSERT_EQ(0, victim_make(self->client));
	EXPECT_EQ(EPERM, confine_run(self->client, "refused", set_priority_of_group));
	EXPECT_EQ(0, getpriority(PRIO_PROCESS, victim));
	victim_release();
}

/* A parent and its child, which has not executed anything, in two domains; no gate is open. */
struct family {
	pid_t parent, child;
	int go[2], answer[2];
};

static int family_make(struct family *f)
{
	int answer;
	char byte;

	if (pipe(f->go) || pipe(f->answer))
		return errno;
	f->parent = fork();
	if (!f->parent) {
		pid_t child = fork();

		if (!child) {
			pause();
			_exit(0);
		}
		if (write(f->answer[1], &child, sizeof(child)) < 0 || read(f->go[0], &byte, 1) != 1)
			_exit(1);
		answer = ATTEMPT(setpgid(child, child));
		_exit(write(f->answer[1], &answer, sizeof(answer)) < 0);
	}
	return read(f->answer[0], &f->child, sizeof(f->child)) == sizeof(f->child) ? 0 : EIO;
}

/* Return: what the parent's setpgid() of its child came to. */
static int family_ask(struct family *f)
{
	int answer = -1;

	if (write(f->go[1], "g", 1) != 1 ||
	    read(f->answer[0], &answer, sizeof(answer)) != sizeof(answer))
		answer = -1;
	waitpid(f->parent, NULL, 0);
	kill(f->child, SIGKILL);
	return answer;
}

static int group_of_child(struct gabion_netlink *client, const char *parent)
{
	struct gabion_error error = { 0 };
	struct family f;

	if (family_make(&f) || gabion_netlink_task_assign(client, f.child, "target", &error) ||
	    (parent && gabion_netlink_task_assign(client, f.parent, parent, &error)))
		return -1;
	return family_ask(&f);
}

TEST_F(schedule, process_group_of_a_child_in_another_domain)
{
	EXPECT_EQ(0, group_of_child(self->client, NULL));
	EXPECT_EQ(0, group_of_child(self->client, "granted"));
	confine_events_clear(self->client);
	EXPECT_EQ(EPERM, group_of_child(self->client, "refused"));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_DOMAIN,
		.refused = GABION_DOM_SCHEDULE, .domain = "refused", .target = "target" }));
}

/* Itself and its child, into new groups, the own one, and one of its own domain. */
static int groups_of_its_own(void)
{
	pid_t child = fork();
	int err;

	if (!child) {
		pause();
		_exit(0);
	}
	err = setpgid(0, 0) || setpgid(0, getpgrp()) || setpgid(child, child) ||
	      setpgid(child, getpid()) || setpgid(child, child) ? errno : 0;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return err;
}

static int leave_and_join(void)
{
	return ATTEMPT(setpgid(0, 0)) ?: join_group();
}

TEST_F(schedule, process_groups_of_the_own_domain)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, groups_of_its_own));
	EXPECT_EQ(0, confine_run(self->client, "refused", groups_of_its_own));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_DOMAIN, .domain = "refused" }));
}

/* One member of another domain is enough, the host's, too. */
TEST_F(schedule, a_mixed_process_group)
{
	pid_t leader = confine_sleeper(self->client, "refused");

	ASSERT_LT(0, leader);
	ASSERT_EQ(0, setpgid(leader, leader));
	victim = leader;
	EXPECT_EQ(0, confine_run(self->client, "refused", join_group));
	ASSERT_EQ(0, setpgid(0, leader));
	EXPECT_EQ(EPERM, confine_run(self->client, "refused", leave_and_join));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_DOMAIN, .refused = GABION_DOM_SIGNAL,
		.domain = "refused", .target = "host" }));
	ASSERT_EQ(0, setpgid(0, 0));
	confine_release(leader);
}

/* To schedule is to write: up is allowed, down is not. */
TEST_F(schedule, level_order)
{
	victim = confine_sleeper(self->client, "high_domain");
	ASSERT_LT(0, victim);
	EXPECT_EQ(0, confine_run(self->client, "low_domain", set_priority));
	confine_release(victim);
	victim = confine_sleeper(self->client, "low_domain");
	ASSERT_LT(0, victim);
	EXPECT_EQ(EPERM, confine_run(self->client, "high_domain", set_priority));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_DOMAIN, .refused = GABION_DOM_SCHEDULE,
		.domain = "high_domain", .target = "low_domain" }));
	confine_release(victim);
}

TEST_HARNESS_MAIN
