// SPDX-License-Identifier: GPL-2.0
/*
 * gabion's commands as processes, with a mock for a kernel: given, when, then
 * on output and exit status.  GABION_BIN is the folder with gabion-mock.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "netlink_mock.h"
#include "test.h"

struct fixture {
	struct mock *mock;
	char dir[32];
	char out[1 << 20];	/* stdout and stderr of the last command; `ps -a` of a busy machine is long */
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->mock = mock_start();
	strcpy(f->dir, "/tmp/gabion-cli-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[64];

	mock_stop(f->mock);
	snprintf(command, sizeof(command), "rm -r %s", f->dir);
	if (system(command))
		return -1;
	free(f);
	return 0;
}

/* Run gabion with @arguments, as a shell reads them; its exit status. */
static int gabion(struct fixture *f, const char *arguments)
{
	char command[1024];
	FILE *pipe;
	size_t n;
	int status;

	snprintf(command, sizeof(command), "%s/gabion-mock %s 2>&1 </dev/null",
		 getenv("GABION_BIN") ?: "build/asan/tests", arguments);
	pipe = popen(command, "r");
	n = fread(f->out, 1, sizeof(f->out) - 1, pipe);
	f->out[n] = '\0';
	status = pclose(pipe);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void assert_out(struct fixture *f, const char *part)
{
	if (!strstr(f->out, part))
		fail_msg("'%s' is not in '%s'", part, f->out);
}

static void write_file(struct fixture *f, const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	file = fopen(path, "w");
	fputs(text, file);
	fclose(file);
}

static void status_for_people_and_programs(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(gabion(f, "status --hooks --domains"), 0);
	assert_out(f, "instance feedface12345678");
	assert_out(f, "90.0 % of 100 look-ups hit");
	assert_out(f, "file_open  direct      12         3  armed");
	assert_out(f, "nginx   complain        2  internal");
	assert_int_equal(gabion(f, "--json status --hooks"), 0);
	assert_int_equal(gabion(f, "--json status --domains"), 0);
	assert_out(f, "\"mode\":\"complain\",\"audit_required\":\"wait\",\"tasks\":2,\"checks\":100,"
		      "\"refusals\":8,\"events\":5,\"lost\":1,\"withheld\":2}");
	assert_int_equal(gabion(f, "--json status --hooks"), 0);
	assert_out(f, "\"hooks\":[{\"name\":\"file_open\",\"method\":\"direct\",\"state\":\"armed\"");
}

static void ps_folds_threads_and_escapes_names(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(gabion(f, "ps"), 0);
	assert_string_equal(f->out, "PID  DOMAIN  COMM\n812  nginx   nginx\n900  sshd    sshd\n");
	assert_int_equal(gabion(f, "ps -t --domain nginx"), 0);
	assert_string_equal(f->out, "PID  TID  DOMAIN  COMM\n812  812  nginx   nginx\n"
				    "812  814  nginx   worker\\x1b[2J\n");
	assert_int_equal(gabion(f, "ps --json"), 0);
	assert_string_equal(f->out,
			    "[{\"pid\":812,\"threads\":2,\"domain\":\"nginx\",\"comm\":\"nginx\"},"
			    "{\"pid\":900,\"threads\":1,\"domain\":\"sshd\",\"comm\":\"sshd\"}]\n");
}

static void ps_of_a_process_says_whether_it_is_confined(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(gabion(f, "ps 900"), 0);
	assert_int_equal(gabion(f, "ps 1"), 1);
	assert_out(f, "  1  -  ");
	assert_int_equal(gabion(f, "ps 900x"), 64);
}

static void ps_all_lists_the_rest_too(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(gabion(f, "ps -a"), 0);
	assert_out(f, "-       gabion-mock");
	assert_out(f, "nginx   nginx");
}

static void load_compiles_and_reports(void **state)
{
	struct fixture *f = *state;
	char arguments[128];

	write_file(f, "a.gabion", "resource motd file /etc/motd\n"
				  "domain web {\n\tenter /usr/bin/web\n\tread motd\n}\n");
	snprintf(arguments, sizeof(arguments), "load %s", f->dir);
	assert_int_equal(gabion(f, arguments), 0);
	assert_out(f, "policy in force: generation 1, 2 domains, ");
	assert_int_equal(f->mock->commits, 1);
	snprintf(arguments, sizeof(arguments), "--json --policy-dir %s load", f->dir);
	assert_int_equal(gabion(f, arguments), 0);
	assert_out(f, "{\"generation\":2,\"domains\":2,");
}

static void load_shows_where_a_policy_is_wrong(void **state)
{
	struct fixture *f = *state;
	char arguments[128];

	write_file(f, "a.gabion", "domain web {\n\treed motd\n}\n");
	snprintf(arguments, sizeof(arguments), "load %s/a.gabion", f->dir);
	assert_int_equal(gabion(f, arguments), 2);
	assert_out(f, "a.gabion:2:2:");
	assert_out(f, "gabion: ");
	assert_int_equal(f->mock->commits, 0);
}

static void load_names_the_task_that_is_in_the_way(void **state)
{
	struct fixture *f = *state;
	char arguments[128];

	write_file(f, "a.gabion", "domain nginx {\n\tenter /usr/sbin/nginx\n}\n");
	snprintf(arguments, sizeof(arguments), "load %s", f->dir);
	mock_fail(f->mock, GABION_CMD_POLICY_COMMIT, -EBUSY, NULL);
	assert_int_equal(gabion(f, arguments), 2);
	assert_out(f, "task 900 runs in domain 'sshd', which the new policy does not have");
}

static void load_of_what_is_no_image(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(gabion(f, "load --image /etc/passwd"), 2);
	assert_out(f, "not a policy image that can be loaded: ");
	assert_int_equal(gabion(f, "load --image /nonexistent"), 2);
	assert_out(f, "gabion: /nonexistent: No such file or directory\n");
	assert_int_equal(gabion(f, "load --image a b"), 64);
}

static void load_assigns_and_says_whom_not(void **state)
{
	struct fixture *f = *state;
	char arguments[128];

	write_file(f, "a.gabion", "domain web {\n\tenter /usr/bin/web\n}\n");
	snprintf(arguments, sizeof(arguments), "load %s", f->dir);
	assert_int_equal(gabion(f, arguments), 0);
	assert_int_equal(f->mock->enters, 0);
	snprintf(arguments, sizeof(arguments), "load --assign %s", f->dir);
	assert_int_equal(gabion(f, arguments), 1);
	assert_out(f, "policy in force: generation 2, ");
	assert_out(f, "PID  DOMAIN  COMM         EXECUTABLE       RESULT\n"
		      "812  nginx   nginx        /usr/sbin/nginx  assigned\n"
		      "820  sshd    sshd\\x0a<0>  /usr/sbin/sshd   not assigned: another process "
		      "shares its memory or descriptors\n"
		      "830  -       sh           -                not assigned: it was executing a "
		      "program all the time\n");
	snprintf(arguments, sizeof(arguments), "--json load --assign %s", f->dir);
	assert_int_equal(gabion(f, arguments), 1);
	assert_out(f, "\"processes\":[{\"pid\":812,\"domain\":\"nginx\",\"comm\":\"nginx\","
		      "\"exe\":\"/usr/sbin/nginx\",\"assigned\":true},{\"pid\":820,");
	assert_out(f, "\"assigned\":false,\"reason\":\"another process shares");
	f->mock->nobody = true;
	snprintf(arguments, sizeof(arguments), "load --assign %s", f->dir);
	assert_int_equal(gabion(f, arguments), 0);
	assert_out(f, "no unconfined process has the executable of a domain\n");
}

static void load_that_could_not_assign_says_so(void **state)
{
	struct fixture *f = *state;
	char arguments[128];

	write_file(f, "a.gabion", "domain web {\n\tenter /usr/bin/web\n}\n");
	f->mock->unfinished = -EAGAIN;
	snprintf(arguments, sizeof(arguments), "load --assign %s", f->dir);
	assert_int_equal(gabion(f, arguments), 2);
	assert_out(f, "policy in force: generation 1, ");
	assert_out(f, "/usr/sbin/nginx  assigned\n");
	assert_out(f, "gabion: call again\n");
}

static void load_that_failed_assigns_nobody(void **state)
{
	struct fixture *f = *state;
	char arguments[128];

	write_file(f, "a.gabion", "domain web {\n\treed motd\n}\n");
	snprintf(arguments, sizeof(arguments), "load --assign %s", f->dir);
	assert_int_equal(gabion(f, arguments), 2);
	assert_int_equal(f->mock->enters, 0);
}

static void assign_names_a_domain_or_asks_for_it(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(gabion(f, "assign 77 web"), 0);
	assert_int_equal(f->mock->assigned_pid, 77);
	assert_string_equal(f->mock->assigned, "web");
	assert_out(f, "77  web     -     -           assigned\n");
	assert_int_equal(gabion(f, "--json assign 77 web"), 0);
	assert_string_equal(f->out, "[{\"pid\":77,\"domain\":\"web\",\"assigned\":true}]\n");
	assert_int_equal(f->mock->enters, 0);
	assert_int_equal(gabion(f, "assign 812"), 0);
	assert_out(f, "812  nginx   nginx  /usr/sbin/nginx  assigned\n");
	assert_int_equal(gabion(f, "assign 820"), 1);
	assert_int_equal(gabion(f, "--json assign --all"), 1);
	assert_out(f, "[{\"pid\":812,\"domain\":\"nginx\",");
	mock_fail(f->mock, GABION_CMD_TASK_ASSIGN, -EMLINK, "shares memory");
	assert_int_equal(gabion(f, "assign 77 web"), 2);
	assert_string_equal(f->out, "gabion: shares memory\n");
	mock_fail(f->mock, GABION_CMD_TASK_ENTER, -ESRCH, "no such process");
	assert_int_equal(gabion(f, "assign 9"), 2);
	assert_string_equal(f->out, "gabion: no such process\n");
}

static void assign_wants_to_know_whom(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(gabion(f, "assign"), 64);
	assert_int_equal(gabion(f, "assign 0"), 64);
	assert_int_equal(gabion(f, "assign x"), 64);
	assert_int_equal(gabion(f, "assign --all 812"), 64);
	assert_int_equal(gabion(f, "assign 812 web more"), 64);
	assert_int_equal(f->mock->enters, 0);
}

static void run_enters_the_domain_and_has_the_commands_status(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(gabion(f, "run --domain web -- sh -c 'echo $0 $1; exit 7' a --json"), 7);
	assert_string_equal(f->out, "a --json\n");
	assert_string_equal(f->mock->exec_domain, "web");
}

static void run_refused_by_the_kernel_runs_nothing(void **state)
{
	struct fixture *f = *state;

	mock_fail(f->mock, GABION_CMD_TASK_EXEC, -ENOENT, "no domain is called web");
	assert_int_equal(gabion(f, "run --domain web -- echo hello"), 2);
	assert_string_equal(f->out,
			    "gabion: cannot enter domain 'web': no domain is called web\n");
}

static void run_of_what_cannot_run_is_as_in_a_shell(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(gabion(f, "run --domain web -- no-such-command"), 127);
	assert_string_equal(f->out, "gabion: cannot run 'no-such-command': command not found\n");
	assert_int_equal(gabion(f, "run --domain web -- /no/such/command"), 127);
	assert_int_equal(gabion(f, "run --domain web -- /etc/passwd"), 126);
	assert_int_equal(gabion(f, "run --domain web -- /etc"), 126);
	assert_int_equal(gabion(f, "run --domain web echo"), 64);
	assert_int_equal(gabion(f, "run -- echo"), 64);
}

static void lock_wants_to_be_sure(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(gabion(f, "lock"), 64);
	assert_false(f->mock->locked);
	assert_int_equal(gabion(f, "lock --yes"), 0);
	assert_true(f->mock->locked);
}

static void monitor_of_the_kernel_takes_what_it_shows(void **state)
{
	struct fixture *f = *state;

	mock_event(f->mock, 2, 0, "/b");
	mock_event(f->mock, 1, 1, "/a\n");
	mock_event(f->mock, 3, 1, "/c");
	mock_loss(f->mock, 0, 4);
	assert_int_equal(gabion(f, "monitor --direct --count 2"), 0);
	assert_out(f, "LOST    4 events of web on cpu 0");
	assert_out(f, "DENIED  nginx  read  /a\\x0a  (no rule grants it)");
	assert_out(f, "/b");
	assert_null(strstr(f->out, "/c"));
	/* The third is left for whoever reads next. */
	assert_int_equal(mock_pending(f->mock), 1);
}

static void monitor_filters_by_domain(void **state)
{
	struct fixture *f = *state;

	mock_event(f->mock, 1, 0, "/a");
	assert_int_equal(gabion(f, "--json monitor --direct --domain nginx --count 1"), 0);
	assert_int_equal(strncmp(f->out, "{\"version\":1,\"type\":\"access\"", 28), 0);
}

static void monitor_without_daemon_says_so(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(gabion(f, "monitor --socket /nonexistent"), 2);
	assert_out(f, "gabiond is not running");
	f->mock->busy = true;
	assert_int_equal(gabion(f, "monitor --direct"), 2);
	assert_out(f, "something reads the events already");
}

static void wrong_arguments_are_named(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(gabion(f, ""), 64);
	assert_int_equal(gabion(f, "frobnicate"), 64);
	assert_int_equal(gabion(f, "status --frobnicate"), 64);
	assert_string_equal(f->out, "gabion: status: unknown option '--frobnicate'; see 'gabion "
				    "status --help'\n");
	assert_int_equal(gabion(f, "monitor --count"), 64);
	assert_out(f, "option '--count' needs a value");
	assert_int_equal(gabion(f, "ps -x"), 64);
	assert_out(f, "unknown option '-x'");
	assert_int_equal(gabion(f, "run --help"), 0);
	assert_int_equal(gabion(f, "--version"), 0);
}

static void full_disk_is_not_success(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(gabion(f, "status > /dev/full"), 2);
}

static void syscalls_that_were_never_used(void **state)
{
	struct fixture *f = *state;
	char arguments[128];

	write_file(f, "a.gabion", "domain web {\n\tsyscalls read, write, execve\n}\n");
	snprintf(arguments, sizeof(arguments), "syscalls --policy %s/a.gabion web", f->dir);
	assert_int_equal(gabion(f, arguments), 0);
	assert_out(f, "x86-64, allowed and never used (1):\n  write\n");
	snprintf(arguments, sizeof(arguments), "--json syscalls --policy %s/a.gabion web", f->dir);
	assert_int_equal(gabion(f, arguments), 0);
	assert_out(f, "{\"abi\":\"x86-64\",\"table\":\"kernel\",");
	assert_out(f, "\"never_used\":[\"write\"]");
}

static int query(struct fixture *f, const char *words)
{
	char arguments[256];

	snprintf(arguments, sizeof(arguments), "query --policy %s/a.gabion %s", f->dir, words);
	return gabion(f, arguments);
}

static void queries_about_commands_and_protocols(void **state)
{
	struct fixture *f = *state;
	char arguments[128];

	write_file(f, "a.gabion", "domain web {\n\tioctl(TIOCSTI, 7..9) /t\n\tdeny ioctl(8) /t\n"
				  "\tnetlink route\n\tdeny netlink 30\n}\n"
				  "expect web allow ioctl(9) /t\nexpect web deny netlink audit\n");
	assert_int_equal(query(f, "web ioctl TIOCSTI /t"), 0);
	assert_out(f, "allowed\n");
	assert_out(f, "a.gabion:2: allow ioctl(...) /t\n");
	assert_int_equal(query(f, "web ioctl 8 /t"), 1);
	assert_out(f, "denied\n  no rule grants ioctl on /t\n");
	assert_int_equal(query(f, "web ioctl /t"), 1);
	assert_int_equal(query(f, "web ioctl TCGETS /u"), 0);
	assert_out(f, "the command needs no grant\n");
	assert_int_equal(query(f, "web ioctl TIOCSTX /t"), 2);
	assert_out(f, "did you mean `TIOCSTI`?");
	assert_int_equal(query(f, "web netlink route"), 0);
	assert_out(f, "a.gabion:4: allow netlink route\n");
	assert_int_equal(query(f, "web netlink audit"), 1);
	assert_out(f, "no rule grants netlink audit\n");
	assert_int_equal(query(f, "web netlink 29"), 1);
	assert_out(f, "no rule grants netlink 29\n");
	assert_int_equal(query(f, "web netlink 30"), 1);
	assert_out(f, "a.gabion:5: deny netlink 30\n");
	assert_int_equal(query(f, "web netlink 32"), 2);
	assert_int_equal(query(f, "web schedule self"), 0);
	assert_int_equal(query(f, "web ipc_write host"), 1);
	snprintf(arguments, sizeof(arguments), "--json query --policy %s/a.gabion web ioctl 7 /t",
		 f->dir);
	assert_int_equal(gabion(f, arguments), 0);
	assert_out(f, "\"command\":7,\"needs_no_grant\":false");
	assert_out(f, "\"permissions\":\"ioctl\",\"commands\":true,\"object\":\"/t\"");
	snprintf(arguments, sizeof(arguments), "test %s/a.gabion", f->dir);
	assert_int_equal(gabion(f, arguments), 0);
	assert_out(f, "a.gabion:7 web allow ioctl 9 /t\n");
	snprintf(arguments, sizeof(arguments), "check %s/a.gabion", f->dir);
	assert_int_equal(gabion(f, arguments), 0);
	assert_out(f, "ioctl by command: 3 ranges\n");
	snprintf(arguments, sizeof(arguments), "--json check %s/a.gabion", f->dir);
	assert_int_equal(gabion(f, arguments), 0);
	assert_out(f, "\"ioctls\":3");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(status_for_people_and_programs),
		TEST(ps_folds_threads_and_escapes_names),
		TEST(ps_of_a_process_says_whether_it_is_confined),
		TEST(ps_all_lists_the_rest_too),
		TEST(syscalls_that_were_never_used),
		TEST(queries_about_commands_and_protocols),
		TEST(load_compiles_and_reports),
		TEST(load_shows_where_a_policy_is_wrong),
		TEST(load_names_the_task_that_is_in_the_way),
		TEST(load_of_what_is_no_image),
		TEST(load_assigns_and_says_whom_not),
		TEST(load_that_could_not_assign_says_so),
		TEST(load_that_failed_assigns_nobody),
		TEST(assign_names_a_domain_or_asks_for_it),
		TEST(assign_wants_to_know_whom),
		TEST(run_enters_the_domain_and_has_the_commands_status),
		TEST(run_refused_by_the_kernel_runs_nothing),
		TEST(run_of_what_cannot_run_is_as_in_a_shell),
		TEST(lock_wants_to_be_sure),
		TEST(monitor_of_the_kernel_takes_what_it_shows),
		TEST(monitor_filters_by_domain),
		TEST(monitor_without_daemon_says_so),
		TEST(wrong_arguments_are_named),
		TEST(full_disk_is_not_success),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
