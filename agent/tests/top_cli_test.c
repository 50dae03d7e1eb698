// SPDX-License-Identifier: GPL-2.0
/*
 * gabion top as a process, with a mock for a kernel and the test in gabiond's place.
 */
#include <errno.h>
#include <signal.h>

#include "live_process.h"
#include "netlink_mock.h"

static struct mock *mock;

static int setup(void **state)
{
	mock = mock_start();
	return live_setup(state);
}

static int teardown(void **state)
{
	mock_stop(mock);
	return live_teardown(state);
}

static void send_denied(struct live_process *p, const char *domain, const char *klass)
{
	char text[256];

	snprintf(text, sizeof(text),
		 "{\"version\":1,\"type\":\"access\",\"instance\":\"aa\",\"sequence\":1,"
		 "\"verdict\":\"denied\",\"domain\":\"%s\",\"class\":\"%s\"}\n", domain, klass);
	live_send(p, text);
}

static void kernel_alone_is_shown_without_gabiond(void **state)
{
	struct live_process *p = *state;

	live_start(p, "top --once --interval 0.1 --socket none");
	live_says(p, "2 threads confined  checks 0.0/s  refusals 0.0/s  events 0.0/s made");
	live_says(p, "gabiond was not there all the time");
	live_says(p, "\n");
	live_says(p, "DOMAIN  MODE      THREADS  CHECKS/S  REFUSALS/S  EVENTS/S\n");
	live_says(p, "nginx   complain        2       0.0         0.0       0.0\n");
	live_says(p, "\n");
	live_says(p, "HOOK  CHECKS/S  REFUSALS/S\n");
	assert_int_equal(live_end(p), 0);
}

static void once_counts_one_interval(void **state)
{
	struct live_process *p = *state;

	mock->checks = 30;
	mock->refusals = 7;
	mock->withheld = 4;
	live_start(p, "top --once --json --interval 0.1 --socket sock");
	live_says(p, "\"threads\":2,\"checks\":30,\"refusals\":0,\"made\":0,\"folded\":0,\"lost\":0,"
		     "\"withheld\":4,\"counted\":true,\"missing\":0,\"domains\":[{\"name\":\"nginx\",\"mode\":"
		     "\"complain\",\"threads\":2,\"checks\":30,\"refusals\":7,\"made\":0,\"lost\":0,"
		     "\"withheld\":4,\"denied\":0,");
	assert_int_equal(live_end(p), 0);
}

static void table_has_events_and_hooks(void **state)
{
	struct live_process *p = *state;

	mock->checks = 30;
	mock->withheld = 4;
	live_start(p, "top --once --interval 0.1 --socket sock");
	live_says(p, "2 threads confined");
	live_says(p, "/s operations refused because there is no room for their events\n");
	live_says(p, "\n");
	live_says(p, "DOMAIN  MODE      THREADS  CHECKS/S  REFUSALS/S  EVENTS/S  DENIED/S  COMPLAIN/S  "
		     "EVENTS BY CLASS\n");
	live_says(p, "nginx   complain        2  ");
	live_says(p, "\n");
	live_says(p, "HOOK       CHECKS/S  REFUSALS/S\n");
	live_says(p, "file_open  ");
	assert_int_equal(live_end(p), 0);
}

/* Add up @key of the first domain in screens until it is @sum: events may come in any of them. */
static void add_up(struct live_process *p, const char *key, long sum)
{
	char line[8192], *found;
	long seen = 0;

	while (seen < sum) {
		assert_non_null(fgets(line, sizeof(line), p->out));
		found = strstr(line, key);
		assert_non_null(found);
		seen += strtol(found + strlen(key), NULL, 10);
	}
	assert_int_equal(seen, sum);
}

static void goes_on_until_it_is_interrupted_and_counts_what_is_wanted(void **state)
{
	struct live_process *p = *state;

	live_start(p, "top --json --interval 0.1 --socket sock --class file");
	live_accept(p);
	send_denied(p, "nginx", "file");
	send_denied(p, "nginx", "net");	/* is not wanted */
	send_denied(p, "nginx", "file");
	send_denied(p, "nginx", "file");
	add_up(p, "\"denied\":", 3);
	assert_int_equal(kill(p->pid, SIGINT), 0);
	while (fgets((char[8192]){ 0 }, 8192, p->out))
		;	/* the screens before it came */
	assert_int_equal(live_end(p), 0);
}

static void gabiond_may_end_and_come_back(void **state)
{
	struct live_process *p = *state;
	char line[8192];

	live_start(p, "top --json --interval 0.1 --socket sock");
	live_accept(p);
	close(p->reader);
	do
		assert_non_null(fgets(line, sizeof(line), p->out));
	while (!strstr(line, "\"counted\":false"));
	live_accept(p);
	send_denied(p, "nginx", "file");
	do
		assert_non_null(fgets(line, sizeof(line), p->out));
	while (!strstr(line, "\"denied\":1,"));
	assert_int_equal(kill(p->pid, SIGTERM), 0);
	while (fgets(line, sizeof(line), p->out))
		;
	assert_int_equal(live_end(p), 0);
}

static void wrong(struct live_process *p, const char *arguments, const char *says)
{
	live_start(p, arguments);
	live_says(p, says);
	assert_int_equal(live_end(p), 64);
}

static void wrong_arguments_are_named(void **state)
{
	wrong(*state, "top --interval 0", "top: --interval: '0' is not a number of seconds");
	wrong(*state, "top --interval nan", "top: --interval: 'nan' is not a number of seconds");
	wrong(*state, "top --interval 5x", "top: --interval: '5x' is not a number of seconds");
	wrong(*state, "top --verdict deny", "top: unknown verdict 'deny': ");
	wrong(*state, "top web", "top: takes no argument 'web'");
	wrong(*state, "top --count 3", "top: unknown option '--count'");
}

static void what_the_kernel_refuses_is_an_error(void **state)
{
	struct live_process *p = *state;

	mock_fail(mock, GABION_CMD_STATUS, -EPERM, "CAP_MAC_ADMIN is needed");
	live_start(p, "top --once");
	live_says(p, "gabion: CAP_MAC_ADMIN is needed");
	assert_int_equal(live_end(p), 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(kernel_alone_is_shown_without_gabiond),
		TEST(once_counts_one_interval),
		TEST(table_has_events_and_hooks),
		TEST(goes_on_until_it_is_interrupted_and_counts_what_is_wanted),
		TEST(gabiond_may_end_and_come_back),
		TEST(wrong_arguments_are_named),
		TEST(what_the_kernel_refuses_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
