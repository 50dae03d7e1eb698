// SPDX-License-Identifier: GPL-2.0
/*
 * gabion run --seccomp, export and syscalls as processes, without a kernel that has
 * the module.  GABION_BIN is the folder with gabion-mock.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../seccomp/rlimits.h"
#include "seccomp_bpf.h"
#include "seccomp_views.h"
#include "test.h"

#define POLICY "/tmp/gabion-seccomp-test.gabion"

static char out[8192];
static size_t length;

/* Run gabion with @arguments, as a shell reads them; its exit status. */
static int gabion(const char *arguments)
{
	char command[1024];
	FILE *pipe;
	int status;

	snprintf(command, sizeof(command), "%s/gabion-mock %s 2>&1 </dev/null",
		 getenv("GABION_BIN") ?: "build/asan/tests", arguments);
	pipe = popen(command, "r");
	length = fread(out, 1, sizeof(out) - 1, pipe);
	out[length] = '\0';
	status = pclose(pipe);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void assert_out(const char *part)
{
	if (!strstr(out, part))
		fail_msg("'%s' is not in '%s'", part, out);
}

static int setup(void **state)
{
	FILE *file = fopen(POLICY, "w");

	(void)state;
	unsetenv("GABION_MOCK_PORT");
	/* Everything but what the tests are about: `default` is of the calls with a name. */
	fputs("domain web {\n\tsyscalls default as allow\n\tsyscalls mkdir as errno EXDEV\n"
	      "\tsyscalls -io_uring_setup, -io_uring_enter\n"
	      "\tsyscalls rmdir as kill\n\tsyscalls -socket(family == AF_INET6)\n}\n"
	      "domain still {\n\tsyscalls strict\n}\n"
	      "domain free {\n}\n",
	      file);
	return fclose(file);
}

static int teardown(void **state)
{
	(void)state;
	return unlink(POLICY);
}

static void run_holds_the_command(void **state)
{
	(void)state;
	assert_int_equal(gabion("run --seccomp --policy " POLICY " web -- sh -c 'exit 7'"), 7);
	assert_int_equal(gabion("run --seccomp --policy " POLICY
				" --domain web -- mkdir /tmp/gabion-seccomp-dir"),
			 1);
	assert_out("Invalid cross-device link");
	assert_int_equal(gabion("run --seccomp --policy " POLICY
				" web -- sh -c 'rmdir /tmp/no-such-dir; echo $?'"),
			 0);
	assert_out("159\n");
	assert_int_equal(gabion("run --seccomp --policy " POLICY " --rlimit nofile=17:19 web -- "
				"sh -c 'ulimit -n; ulimit -Hn; cat /proc/self/status'"),
			 0);
	assert_out("17\n19\n");
	assert_out("NoNewPrivs:\t1\n");
	assert_out("Seccomp:\t2\n");
	assert_out("CapPrm:\t0000000000000000\n");
	assert_out("CapAmb:\t0000000000000000\n");
}

static void run_says_what_stands_in_its_way(void **state)
{
	(void)state;
	assert_int_equal(gabion("run --seccomp --policy " POLICY " still -- true"), 2);
	assert_out("domain 'still' does not let execve pass (kill)");
	assert_int_equal(gabion("run --seccomp --policy " POLICY " free -- true"), 2);
	assert_out("domain 'free' has no syscall filter");
	assert_int_equal(gabion("run --seccomp --policy " POLICY " nobody -- true"), 2);
	assert_out("no domain 'nobody'");
	assert_int_equal(gabion("run --seccomp --policy " POLICY " web -- /no/such/command"), 127);
	assert_int_equal(gabion("run --seccomp --policy " POLICY " web -- /etc/passwd"), 126);
	assert_int_equal(gabion("run --rlimit nofile=3 web -- true"), 64);
	assert_out("--rlimit goes with --seccomp only");
	assert_int_equal(gabion("run --seccomp --rlimit nofiles=3 web -- true"), 64);
	assert_out("'nofiles' is no limit");
}

static void limits_are_read_strictly(void **state)
{
	static const char *const wrong[] = {
		"nofile",    "nofile=", "nofile=1x",	   "nofile=1:2:3",  "nofile=5:4",
		"nofile=-1", "=1",	"as=99999999999G", "as=unlimitedx", "nofile=unlimited:4"};
	struct gabion_rlimits limits = {0};
	struct gabion_error error;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		if (!gabion_rlimits_parse(&limits, wrong[i], &error))
			fail_msg("'%s' was taken", wrong[i]);
	assert_int_equal(gabion_rlimits_parse(&limits, "as=3M:unlimited", &error), 0);
	assert_true(limits.given[RLIMIT_AS]);
	assert_true(limits.limits[RLIMIT_AS].rlim_cur == 3 << 20);
	assert_true(limits.limits[RLIMIT_AS].rlim_max == RLIM_INFINITY);
}

static void bytes_of_bpf_are_the_filter(void **state)
{
	struct test_call call = {.abi = GABION_ABI_X86_64};
	struct seccomp_data data;

	(void)state;
	assert_int_equal(gabion("export --format bpf --policy " POLICY " still"), 0);
	assert_int_equal(length % sizeof(struct sock_filter), 0);
	assert_null(
		seccomp_bpf_check((struct sock_filter *)out, length / sizeof(struct sock_filter)));
	call_data(&call, &data);
	assert_int_equal(seccomp_bpf_run((struct sock_filter *)out, &data), SECCOMP_RET_ALLOW);
	call.number = 59;
	call_data(&call, &data);
	assert_int_equal(seccomp_bpf_run((struct sock_filter *)out, &data),
			 SECCOMP_RET_KILL_PROCESS);
}

static void export_says_what_it_cannot(void **state)
{
	(void)state;
	assert_int_equal(gabion("export --format systemd --policy " POLICY " web"), 2);
	assert_out("socket cannot be said in this format: systemd does not look at arguments");
	assert_int_equal(gabion("export --format runc --policy " POLICY " web"), 64);
	assert_int_equal(gabion("export --format oci --policy " POLICY " still"), 0);
	assert_out("{\"defaultAction\":\"SCMP_ACT_KILL_PROCESS\",");
	assert_out("\"names\":[\"read\",\"write\",\"rt_sigreturn\",\"exit\"]");
}

static void syscalls_are_counted(void **state)
{
	(void)state;
	assert_int_equal(gabion("syscalls --policy " POLICY " still"), 0);
	assert_out("Never used: not known: module not loaded.");
	assert_int_equal(gabion("--json syscalls --policy " POLICY " still"), 0);
	assert_out("\"usage_unknown\":\"module not loaded\"");
	assert_out("\"after\":4,\"unconditional\":4,\"conditional\":0");
	assert_int_equal(gabion("--json syscalls --policy " POLICY " web"), 0);
	assert_out("\"conditional\":1,");
	assert_out("\"conditional_calls\":[\"socket\"]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(run_holds_the_command),
		cmocka_unit_test(run_says_what_stands_in_its_way),
		cmocka_unit_test(limits_are_read_strictly),
		cmocka_unit_test(bytes_of_bpf_are_the_filter),
		cmocka_unit_test(export_says_what_it_cannot),
		cmocka_unit_test(syscalls_are_counted),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
