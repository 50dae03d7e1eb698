// SPDX-License-Identifier: GPL-2.0
/*
 * Terminals: one's own is /dev/tty, by whatever name and as it was handed over; those of others are
 * /dev/pts/N, and granting the one is not granting the others.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"
#include "lib/lost.h"
#include "lib/source.h"
#include "lib/worker.h"

FIXTURE(terminal)
{
	GABION_FIXTURE_MEMBERS
	struct worker worker;
};

static int held = -1, masters[2];
static char own[64], other[64];

/* A pair, whose slave @name is. */
static int open_pair(int *master, char *name, size_t size)
{
	*master = posix_openpt(O_RDWR | O_NOCTTY);
	return *master < 0 || grantpt(*master) || unlockpt(*master) ||
	       ptsname_r(*master, name, size) ? errno ?: EIO : 0;
}

/* As a login does: a session of its own, which the terminal then belongs to. */
static int log_in(void)
{
	if (setsid() < 0)
		return errno;
	held = open(own, O_RDWR);
	return held < 0 ? errno : 0;
}

static int write_it(void)
{
	return lost_outcome(held, write(held, "x", 1));
}

static int open_by_name(void)
{
	int fd = open(own, O_RDWR | O_NOCTTY);

	return fd < 0 ? errno : ATTEMPT(close(fd));
}

static int open_tty(void)
{
	int fd = open("/dev/tty", O_RDWR);

	return fd < 0 ? errno : ATTEMPT(close(fd));
}

static int open_other(void)
{
	int fd = open(other, O_RDWR | O_NOCTTY);

	return fd < 0 ? errno : ATTEMPT(close(fd));
}

/* Each 'u' is the next of them. */
static int in_turn(void)
{
	static int (*const attempts[])(void) = { write_it, open_by_name, open_tty, open_other };
	static unsigned int turn;

	return attempts[turn++ % 4]();
}

FIXTURE_SETUP(terminal)
{
	struct gabion_error error = { 0 };

	self->client = NULL;
	ASSERT_EQ(0, gabion_netlink_open(&self->client, &error)) TH_LOG("%s", error.text);
	confine_prepare();
	ASSERT_EQ(0, source_load(self->client,
		"resource own_tty file /dev/tty level any\n"
		"resource all_ttys file /dev/pts/[0-9]* level any\n"
		"domain at_home {\n level middle\n use everyday\n read, write own_tty\n}\n"
		"domain everywhere {\n level middle\n use everyday\n read, write own_tty, all_ttys\n}\n"
		"domain nowhere {\n level middle\n use everyday\n}\n"));
	/* The masters are ours: one that the worker loses would hang its terminal up. */
	ASSERT_EQ(0, open_pair(&masters[0], own, sizeof(own)));
	ASSERT_EQ(0, open_pair(&masters[1], other, sizeof(other)));
	ASSERT_EQ(0, worker_start(&self->worker, log_in, in_turn));
	ASSERT_EQ(0, worker_do(&self->worker, 's'));
	confine_events_clear(self->client);
}

FIXTURE_TEARDOWN(terminal)
{
	worker_end(&self->worker);
	close(masters[0]);
	close(masters[1]);
	source_restore(self->client);
	gabion_netlink_close(self->client);
}

/* The answers to four orders, as digits: 0 for what works, 1 for EACCES, 9 for anything else. */
static int answers(const struct worker *worker)
{
	int i, all = 0, answer;

	for (i = 0; i < 4; i++) {
		answer = worker_do(worker, 'u');
		all = all * 10 + (!answer ? 0 : answer == EACCES ? 1 : 9);
	}
	return all;
}

static unsigned int refusals(struct gabion_netlink *client, const char *domain, const char *object)
{
	return confine_events_count(client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_FILE,
		.refused = GABION_FILE_READ | GABION_FILE_WRITE, .domain = domain, .object = object });
}

TEST_F(terminal, all_are_the_hosts_to_open)
{
	EXPECT_EQ(0, answers(&self->worker));
}

TEST_F(terminal, own_one_without_those_of_others)
{
	ASSERT_EQ(0, confine_assign(self->client, self->worker.pid, "at_home"));
	EXPECT_EQ(1, answers(&self->worker));
	EXPECT_EQ(1, refusals(self->client, "at_home", other));
	EXPECT_EQ(0, refusals(self->client, "at_home", "/dev/tty"));
}

TEST_F(terminal, all_with_the_grant)
{
	ASSERT_EQ(0, confine_assign(self->client, self->worker.pid, "everywhere"));
	EXPECT_EQ(0, answers(&self->worker));
}

TEST_F(terminal, none_without)
{
	ASSERT_EQ(0, confine_assign(self->client, self->worker.pid, "nowhere"));
	EXPECT_EQ(1111, answers(&self->worker));
	/* As it was handed over, by its name, and as /dev/tty itself. */
	EXPECT_EQ(3, refusals(self->client, "nowhere", "/dev/tty"));
}

/* --- vhangup(2) --- */

FIXTURE(hangup)
{
	GABION_FIXTURE_MEMBERS
};

GABION_FIXTURE_LIFE_BETWEEN(hangup, source_load(self->client,
	"resource terminals file /dev/tty, /dev/pts/[0-9]* level any\n"
	"domain may_signal {\n level middle\n use everyday\n capability sys_tty_config\n"
	" signal host\n}\n"
	"domain may_not {\n level middle\n use everyday\n capability sys_tty_config\n"
	" read, write terminals\n}\n"), source_restore(self->client))

static volatile sig_atomic_t hung_up;

static void note_hangup(int signal)
{
	hung_up = 1;
}

static int hang_up(void)
{
	return ATTEMPT(syscall(SYS_vhangup));
}

/* In a session of its own, whose leader it is. */
static int hang_up_alone(void)
{
	signal(SIGHUP, note_hangup);
	return log_in() ?: hang_up() ?: hung_up ? 0 : ENOMSG;
}

#define HUNG_UP	128

/*
 * A session of the host's, on whose terminal a child in @domain calls it. Return: the child's
 * errno, and HUNG_UP if the leader got the signal.
 */
static int hang_up_in_session(struct gabion_netlink *client, const char *domain)
{
	int master, status;
	pid_t leader;

	if (open_pair(&master, own, sizeof(own)))
		return -1;
	leader = fork();
	if (!leader) {
		int answer;

		signal(SIGHUP, note_hangup);
		if (log_in())
			_exit(127);
		answer = confine_run(client, domain, hang_up);
		_exit(answer | (hung_up ? HUNG_UP : 0));
	}
	if (leader < 0 || waitpid(leader, &status, 0) != leader || !WIFEXITED(status))
		return -1;
	close(master);
	return WEXITSTATUS(status);
}

static unsigned int hangups_refused(struct gabion_netlink *client)
{
	return confine_events_count(client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_DOMAIN,
		.refused = GABION_DOM_SIGNAL, .domain = "may_not" });
}

TEST_F(hangup, of_the_host_works_for_the_host)
{
	EXPECT_EQ(HUNG_UP, hang_up_in_session(self->client, NULL));
}

TEST_F(hangup, is_a_signal_to_the_session)
{
	EXPECT_EQ(EPERM, hang_up_in_session(self->client, "may_not"));
	EXPECT_EQ(1, hangups_refused(self->client));
}

TEST_F(hangup, works_for_who_may_signal)
{
	EXPECT_EQ(HUNG_UP, hang_up_in_session(self->client, "may_signal"));
}

TEST_F(hangup, of_its_own_session_is_its_own_affair)
{
	ASSERT_EQ(0, open_pair(&masters[0], own, sizeof(own)));
	EXPECT_EQ(0, confine_run(self->client, "may_not", hang_up_alone));
	EXPECT_EQ(0, hangups_refused(self->client));
	close(masters[0]);
}

TEST_HARNESS_MAIN
