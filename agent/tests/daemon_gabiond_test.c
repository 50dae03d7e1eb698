// SPDX-License-Identifier: GPL-2.0
/*
 * gabiond as a process: start, stop, crash, resume.
 */
#include "../load/last.h"
#include "gabiond_process.h"

static void ready_comes_after_the_policy(void **state)
{
	struct gabiond *f = *state;

	start(f);
	await_notify(f, "READY=1");
	assert_int_equal(f->mock->commits, 1);
	assert_int_equal(stop(f, SIGTERM), 0);
}

static void break_policy(struct gabiond *f)
{
	char source[96];

	snprintf(source, sizeof(source), "%s/bad.gabion", f->policy);
	write_file(source, "domain {\n");
}

static void policy_with_an_error_leaves_what_is_in_force(void **state)
{
	struct gabiond *f = *state;

	start(f);
	await_notify(f, "READY=1");
	break_policy(f);
	kill(f->daemon, SIGHUP);
	await_text(f->log, "bad.gabion:1:");
	await_text(f->log, "what was in force stays");
	await_notify(f, "the policy was not loaded, see the log");
	assert_int_equal(f->mock->commits, 1);
	/* Events are read all the same. */
	mock_event(f->mock, 1, 0, "/etc/shadow");
	await_text(f->events, "/etc/shadow");
	assert_int_equal(stop(f, SIGTERM), 0);
}

static void mend_policy(struct gabiond *f)
{
	char source[96];

	snprintf(source, sizeof(source), "%s/bad.gabion", f->policy);
	write_file(source, "domain other {\n\tread motd\n}\n");
}

/* As a boot does: the kernel has no policy, and counts loads of the module anew. */
static void forget_policy(struct gabiond *f)
{
	f->mock->instance++;
	f->mock->generation = 0;
	f->mock->policy_size = 0;
	memset(f->mock->policy, 0, sizeof(f->mock->policy));
}

static bool last_in_force(struct gabiond *f)
{
	const struct gabion_status status = { .instance = f->mock->instance,
					      .generation = f->mock->generation };

	return gabion_last_in_force(f->last, &status);
}

static void after_a_boot_an_error_leaves_the_last_policy(void **state)
{
	struct gabiond *f = *state;
	struct stat kept;
	uint32_t size;

	f->option = "--assign";
	start(f);
	await_notify(f, "READY=1");
	assert_int_equal(stop(f, SIGTERM), 0);
	size = f->mock->policy_size;
	assert_int_equal(stat(f->last, &kept), 0);
	assert_int_equal(kept.st_mode & 07777, 0600);
	assert_int_equal(kept.st_size, size);
	assert_false(last_in_force(f));
	break_policy(f);
	forget_policy(f);
	start(f);
	await_notify(f, "READY=1\nSTATUS=the text was not loaded, see the log; last policy "
			"generation 1, 2 domains, 2 processes not assigned");
	await_text(f->log, "bad.gabion:1:");
	await_text(f->log, "the last policy that was in force is loaded instead: /tmp/gabiond-");
	assert_int_equal(f->mock->commits, 2);
	assert_int_equal(f->mock->policy_size, size);
	assert_true(last_in_force(f));
	/* An error meanwhile changes nothing, and the next text that has none is the last one. */
	kill(f->daemon, SIGHUP);
	await_text(f->log, "what was in force stays");
	assert_int_equal(f->mock->commits, 2);
	assert_true(last_in_force(f));
	mend_policy(f);
	kill(f->daemon, SIGHUP);
	await_notify(f, "STATUS=policy generation 2, ");
	assert_false(last_in_force(f));
	assert_int_equal(stat(f->last, &kept), 0);
	assert_int_not_equal(kept.st_size, size);
	assert_int_equal(kept.st_size, f->mock->policy_size);
}

static void without_a_last_policy_it_says_that_none_is_in_force(void **state)
{
	struct gabiond *f = *state;

	break_policy(f);
	start(f);
	await_notify(f, "READY=1\nSTATUS=NO POLICY IS IN FORCE");
	await_text(f->log, "bad.gabion:1:");
	await_text(f->log, "NO POLICY IS IN FORCE: /tmp/gabiond-");
	assert_int_equal(f->mock->commits, 0);
	stop(f, SIGTERM);
	/* Nor is one that is damaged. */
	write_file(f->last, "not a policy");
	start(f);
	await_notify(f, "READY=1\nSTATUS=NO POLICY IS IN FORCE");
	await_text(f->log, "NO POLICY IS IN FORCE: not a policy image");
	assert_int_equal(f->mock->commits, 0);
}

/* What is in force is not put out of it for want of an answer. */
static void what_may_be_in_force_is_left_alone(void **state)
{
	struct gabiond *f = *state;

	start(f);
	await_notify(f, "READY=1");
	break_policy(f);
	f->mock->fail_stays = true;
	mock_fail(f->mock, GABION_CMD_STATUS, -ENOBUFS, "no answer");
	kill(f->daemon, SIGHUP);
	await_text(f->log, "whether a policy is in force is not known: ");
	await_notify(f, "whether a policy is in force is not known, see the log");
	assert_int_equal(f->mock->commits, 1);
	/* Nor is one that is in force said not to be. */
	mend_policy(f);
	kill(f->daemon, SIGHUP);
	await_text(f->log, "policy in force: generation 0, ");
	assert_int_equal(f->mock->commits, 2);
	f->mock->fail_code = 0;
}

static void policy_that_cannot_be_kept_is_in_force(void **state)
{
	struct gabiond *f = *state;

	assert_int_equal(mkdir(f->last, 0700), 0);
	start(f);
	await_notify(f, "READY=1\nSTATUS=policy generation 1, ");
	await_text(f->log, "the policy cannot be kept for a boot with an error in its text: ");
	assert_int_equal(f->mock->commits, 1);
}

static void events_are_written_and_acknowledged(void **state)
{
	struct gabiond *f = *state;

	mock_event(f->mock, 2, 0, "/second");
	mock_event(f->mock, 1, 1, "/first");
	start(f);
	await_text(f->events, "/second");
	assert_int_equal(count(f->events, "/first"), 1);
	await_acknowledged(f);
	mock_event(f->mock, 3, 1, "/third");
	await_text(f->events, "/third");
	await_acknowledged(f);
	assert_int_equal(count(f->events, "\n"), 3);
}

static void losses_and_malformed_events_are_written(void **state)
{
	struct gabiond *f = *state;

	start(f);
	mock_loss(f->mock, 2, 5);
	await_text(f->events, "\"type\":\"loss\"");
	await_text(f->events, "\"domain\":\"web\",\"cpu\":2,\"count\":5,\"total\":5");
	mock_malformed(f->mock, 7);
	await_text(f->events, "\"type\":\"malformed\"");
	await_acknowledged(f);
}

static void sigterm_hands_out_what_is_there(void **state)
{
	struct gabiond *f = *state;

	start(f);
	await_notify(f, "READY=1");
	await_text(f->log, "policy in force");
	usleep(300000);
	kill(f->daemon, SIGSTOP);
	mock_event(f->mock, 1, 0, "/last");
	kill(f->daemon, SIGTERM);
	kill(f->daemon, SIGCONT);
	assert_int_equal(stop(f, 0), 0);
	assert_int_equal(count(f->events, "/last"), 1);
	assert_int_equal(mock_pending(f->mock), 0);
}

/* Killed after the outputs have an event and before the kernel hears of it. */
static void killed_daemon_resumes_without_loss_or_repetition(void **state)
{
	struct gabiond *f = *state;

	mock_event(f->mock, 1, 0, "/before");
	f->mock->last_read = 1;
	start(f);
	await_text(f->state, "[1,1]");
	stop(f, SIGKILL);
	assert_int_equal(count(f->events, "/before"), 1);
	assert_int_equal(mock_pending(f->mock), 1);
	mock_event(f->mock, 2, 0, "/meanwhile");
	f->mock->last_read = 0;
	start(f);
	await_text(f->events, "/meanwhile");
	await_acknowledged(f);
	assert_int_equal(count(f->events, "/before"), 1);
	assert_int_equal(count(f->events, "/meanwhile"), 1);
	assert_int_equal(stop(f, SIGTERM), 0);
}

static void module_that_was_loaded_anew_counts_from_one_again(void **state)
{
	struct gabiond *f = *state;

	mock_event(f->mock, 1, 0, "/old");
	f->mock->last_read = 1;
	start(f);
	await_text(f->state, "[1,1]");
	stop(f, SIGKILL);
	f->mock->last_read = 0;
	f->mock->instance++;
	f->mock->events[0].gone = true;
	mock_event(f->mock, 1, 0, "/new");
	start(f);
	await_text(f->events, "/new");
}

static void damaged_state_is_logged_and_got_over(void **state)
{
	struct gabiond *f = *state;

	write_file(f->state, "{\"version\":1,");
	mock_event(f->mock, 1, 0, "/etc/shadow");
	start(f);
	await_text(f->events, "/etc/shadow");
	await_text(f->log, "is damaged");
}

static void sighup_loads_the_policy_and_reopens_files(void **state)
{
	struct gabiond *f = *state;
	char old[80];

	snprintf(old, sizeof(old), "%s.1", f->events);
	start(f);
	await_notify(f, "READY=1");
	mock_event(f->mock, 1, 0, "/before");
	await_text(f->events, "/before");
	rename(f->events, old);
	kill(f->daemon, SIGHUP);
	await_notify(f, "RELOADING=1\nMONOTONIC_USEC=");
	await_notify(f, "READY=1");
	assert_int_equal(f->mock->commits, 2);
	mock_event(f->mock, 2, 0, "/after");
	await_text(f->events, "/after");
	assert_int_equal(count(old, "/after"), 0);
}

static void processes_are_assigned_if_that_is_asked_for(void **state)
{
	struct gabiond *f = *state;

	start(f);
	await_notify(f, "READY=1");
	assert_int_equal(f->mock->enters, 0);
	stop(f, SIGTERM);
	f->option = "--assign";
	start(f);
	await_notify(f, ", 2 processes not assigned, see the log");
	await_text(f->log, "process 812 (nginx) is in domain nginx now");
	await_text(f->log, "process 820 (sshd\\x0a<0>) is not in domain sshd: another process "
			   "shares its memory or descriptors\n");
	assert_int_equal(f->mock->enters, 1);
	kill(f->daemon, SIGHUP);
	await_notify(f, "RELOADING=1\nMONOTONIC_USEC=");
	await_notify(f, "READY=1");
	assert_int_equal(f->mock->enters, 2);
}

static void monitor_shows_events_live(void **state)
{
	struct gabiond *f = *state;
	char command[512], out[80];
	pid_t monitor;
	int status, i;

	start(f);
	await_notify(f, "READY=1");
	snprintf(out, sizeof(out), "%s/monitor", f->dir);
	snprintf(command, sizeof(command), "exec %s monitor --count 1 --socket %s > %s",
		 binary("gabion-mock"), f->socket, out);
	monitor = fork();
	if (!monitor) {
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	/* It may connect at any time. */
	for (i = 1; i < 60 && !count(out, "DENIED"); i++) {
		char object[32];

		snprintf(object, sizeof(object), "/etc/%d", i);
		mock_event(f->mock, (uint64_t)i, 0, object);
		usleep(100000);
	}
	waitpid(monitor, &status, 0);
	assert_int_equal(status, 0);
	assert_int_equal(count(out, "\n"), 1);
	assert_int_equal(count(out, "DENIED  nginx  read  /etc/"), 1);
}

static void second_daemon_is_refused(void **state)
{
	struct gabiond *f = *state;
	pid_t first;
	int status;

	start(f);
	first = f->daemon;
	await_notify(f, "READY=1");
	start(f);
	waitpid(f->daemon, &status, 0);
	f->daemon = first;
	assert_int_equal(WEXITSTATUS(status), 2);
	await_text(f->log, "another gabiond");
}

static void busy_kernel_is_asked_again(void **state)
{
	struct gabiond *f = *state;

	f->mock->busy = true;
	mock_event(f->mock, 1, 0, "/etc/shadow");
	start(f);
	await_text(f->log, "cannot subscribe");
	assert_int_equal(count(f->events, "/etc/shadow"), 0);
	f->mock->busy = false;
	await_text(f->events, "/etc/shadow");
}

static void without_module_it_ends(void **state)
{
	struct gabiond *f = *state;
	char port[32];
	int status;

	snprintf(port, sizeof(port), "%s", getenv(MOCK_PORT_VARIABLE));
	unsetenv(MOCK_PORT_VARIABLE);
	start(f);
	setenv(MOCK_PORT_VARIABLE, port, 1);
	waitpid(f->daemon, &status, 0);
	f->daemon = 0;
	assert_int_equal(WEXITSTATUS(status), 2);
}

static void module_that_goes_away_ends_it(void **state)
{
	struct gabiond *f = *state;
	int status;

	start(f);
	await_notify(f, "READY=1");
	mock_fail(f->mock, GABION_CMD_EVENT_READ, -ENOENT, NULL);
	waitpid(f->daemon, &status, 0);
	f->daemon = 0;
	assert_int_equal(WEXITSTATUS(status), 2);
	await_text(f->log, "went away");
}

static void watchdog_is_fed(void **state)
{
	struct gabiond *f = *state;

	setenv("WATCHDOG_USEC", "500000", 1);
	start(f);
	unsetenv("WATCHDOG_USEC");
	await_notify(f, "WATCHDOG=1");
	await_notify(f, "WATCHDOG=1");
}

static void privileges_are_dropped(void **state)
{
	struct gabiond *f = *state;
	char path[64];

	start(f);
	await_notify(f, "READY=1");
	snprintf(path, sizeof(path), "/proc/%d/status", f->daemon);
	await_text(path, "NoNewPrivs:\t1");
	assert_true(count(path, "CapEff:\t0000000000000000") ||
		    count(path, "CapEff:\t0000000200000000"));
	assert_true(count(path, "CapPrm:\t0000000000000000") ||
		    count(path, "CapPrm:\t0000000200000000"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, gabiond_setup, gabiond_teardown)
	const struct CMUnitTest tests[] = {
		TEST(ready_comes_after_the_policy),
		TEST(policy_with_an_error_leaves_what_is_in_force),
		TEST(after_a_boot_an_error_leaves_the_last_policy),
		TEST(without_a_last_policy_it_says_that_none_is_in_force),
		TEST(what_may_be_in_force_is_left_alone),
		TEST(policy_that_cannot_be_kept_is_in_force),
		TEST(events_are_written_and_acknowledged),
		TEST(losses_and_malformed_events_are_written),
		TEST(sigterm_hands_out_what_is_there),
		TEST(killed_daemon_resumes_without_loss_or_repetition),
		TEST(module_that_was_loaded_anew_counts_from_one_again),
		TEST(damaged_state_is_logged_and_got_over),
		TEST(sighup_loads_the_policy_and_reopens_files),
		TEST(processes_are_assigned_if_that_is_asked_for),
		TEST(monitor_shows_events_live),
		TEST(second_daemon_is_refused),
		TEST(busy_kernel_is_asked_again),
		TEST(without_module_it_ends),
		TEST(module_that_goes_away_ends_it),
		TEST(watchdog_is_fed),
		TEST(privileges_are_dropped),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
