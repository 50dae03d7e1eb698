// SPDX-License-Identifier: GPL-2.0
/*
 * gabion run --seccomp, export and syscalls as processes, without a kernel that has
 * the module.  GABION_BIN is the folder with gabion-mock.
 */
#include <linux/capability.h>
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

/* For the shell; setup() makes the file. */
#define POLICY "$POLICY"

static char policy_path[] = "/tmp/gabion-XXXXXX.gabion";
static char out[16384];
static size_t length;

/* Let a shell run @command, in which $GABION and $POLICY are known; its exit status. */
static int shell(const char *command)
{
	FILE *pipe = popen(command, "r");
	int status;

	length = fread(out, 1, sizeof(out) - 1, pipe);
	out[length] = '\0';
	status = pclose(pipe);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Run gabion with @arguments, as a shell reads them. */
static int gabion(const char *arguments)
{
	char command[1024];

	snprintf(command, sizeof(command), "exec 2>&1 </dev/null; $GABION %s", arguments);
	return shell(command);
}

static void assert_out(const char *part)
{
	if (!strstr(out, part))
		fail_msg("'%s' is not in '%s'", part, out);
}

static int setup(void **state)
{
	char program[512];
	int fd = mkstemps(policy_path, (int)strlen(".gabion"));
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	(void)state;
	snprintf(program, sizeof(program), "%s/gabion-mock",
		 getenv("GABION_BIN") ?: "build/asan/tests");
	if (!file || setenv("POLICY", policy_path, 1) || setenv("GABION", program, 1))
		return -1;
	unsetenv("GABION_MOCK_PORT");
	/* Everything but what the tests are about: `default` is of the calls with a name. */
	fputs("domain web {\n\tsyscalls default as allow\n\tsyscalls mkdir as errno EXDEV\n"
	      "\tsyscalls -io_uring_setup, -io_uring_enter\n"
	      "\tsyscalls rmdir as kill\n\tsyscalls -socket(family == AF_INET6)\n}\n"
	      "domain still {\n\tsyscalls strict\n}\n"
	      "domain free {\n}\n"
	      "domain serve {\n\tcapability net_bind_service\n\tsyscalls default as allow\n"
	      "\tsyscalls -io_uring_setup, -io_uring_enter\n}\n"
	      "domain closed {\n\tsyscalls default as allow\n"
	      "\tsyscalls -io_uring_setup, -io_uring_enter\n"
	      "\tsyscalls -clone(flags & CLONE_NEWUSER != 0), -unshare\n"
	      "\tquiet syscalls clone3 as errno ENOSYS\n}\n"
	      "domain young {\n\tmode complain\n\tsyscalls read, execve\n}\n",
	      file);
	return fclose(file);
}

static int teardown(void **state)
{
	(void)state;
	return unlink(policy_path);
}

static void run_holds_the_command(void **state)
{
	(void)state;
	assert_int_equal(gabion("run --seccomp --policy " POLICY " web -- sh -c 'exit 7'"), 7);
	assert_int_equal(
		gabion("run --seccomp --policy " POLICY " --domain web -- mkdir " POLICY ".d"), 1);
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

/* Has the test itself @cap in its effective set? */
static bool has_capability(int cap)
{
	unsigned long long effective = 0;
	FILE *file = fopen("/proc/self/status", "r");
	char line[128];

	while (file && fgets(line, sizeof(line), file))
		sscanf(line, "CapEff: %llx", &effective);
	if (file)
		fclose(file);
	return effective >> cap & 1;
}

static void run_keeps_what_is_granted_and_no_more(void **state)
{
	static const char *const sets[] = {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"};
	char line[64];
	size_t i;

	(void)state;
	if (!has_capability(CAP_SETPCAP) || !has_capability(CAP_NET_BIND_SERVICE)) {
		print_message("skipped: setpcap and net_bind_service are needed: run as root\n");
		skip();
	}
	assert_int_equal(gabion("run --seccomp --policy " POLICY " serve -- cat /proc/self/status"),
			 0);
	for (i = 0; i < sizeof(sets) / sizeof(*sets); i++) {
		snprintf(line, sizeof(line), "%s:\t%016x\n", sets[i], 1 << CAP_NET_BIND_SERVICE);
		assert_out(line);
	}
}

static void run_warns_of_user_namespaces(void **state)
{
	(void)state;
	assert_int_equal(gabion("run --seccomp --policy " POLICY " web -- true"), 0);
	assert_out("domain 'web': the command can make a user namespace and hold every capability "
		   "in it: clone, unshare, clone3; refuse that: `syscalls -clone(flags & "
		   "CLONE_NEWUSER != 0), -unshare` and `quiet syscalls clone3 as errno ENOSYS`\n");
	assert_int_equal(gabion("run --seccomp --policy " POLICY " closed -- true"), 0);
	assert_string_equal(out, "");
	assert_int_equal(gabion("run --seccomp --policy " POLICY " closed -- unshare -U true"), 1);
}

static void modes_of_a_domain_are_minded(void **state)
{
	static const char *const commands[] = {
		"run --seccomp --policy " POLICY ".loose loose -- true",
		"export --format oci --policy " POLICY ".loose loose",
		"export --format bpf --policy " POLICY ".loose loose",
		"syscalls --policy " POLICY ".loose loose",
	};
	size_t i;

	(void)state;
	assert_int_equal(shell("printf 'domain loose {\\nmode unconfined\\nsyscalls read\\n}\\n' "
			       ">" POLICY ".loose"),
			 0);
	for (i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		assert_int_equal(gabion(commands[i]), 2);
		assert_out("domain 'loose' is unconfined: nothing to apply; "
			   "drop `mode unconfined`");
	}
	assert_int_equal(shell("rm " POLICY ".loose"), 0);
	gabion("run --seccomp --policy " POLICY " young -- true");
	assert_out("domain 'young' is in complain mode, which seccomp has not: its filter is "
		   "enforced\n");
	assert_int_equal(gabion("export --format oci --policy " POLICY " young"), 0);
	assert_out("domain 'young' is in complain mode, which seccomp has not: its filter is "
		   "enforced\n");
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

static void export_warns_where_execve_does_not_pass(void **state)
{
	static const char warning[] = "does not let execve pass (kill): whoever applies this "
				      "executes the program under the filter: grant execve\n";

	(void)state;
	assert_int_equal(gabion("export --format oci --policy " POLICY " still"), 0);
	assert_out(warning);
	assert_int_equal(gabion("export --format systemd --policy " POLICY " still"), 0);
	assert_out(warning);
	/* Bytes may be applied by the program itself. */
	assert_int_equal(gabion("export --format bpf -o /dev/null --policy " POLICY " still"), 0);
	assert_string_equal(out, "");
	assert_int_equal(gabion("export --format systemd -o /dev/null --policy " POLICY " young"),
			 0);
	assert_null(strstr(out, "execve"));
}

/* The first block of README's section, with the shipped abstractions and sets. */
static void readme_example_works(void **state)
{
	(void)state;
	assert_int_equal(
		shell("exec 2>&1; sed '0,/^## Without the module/d' README.md | "
		      "sed '0,/^```$/d; /^```$/,$d' >" POLICY ".fetch && "
		      "$GABION --policy-dir policies run --seccomp --policy " POLICY ".fetch "
		      "fetch -- cat " POLICY ".fetch | grep -c fetch; "
		      "$GABION --policy-dir policies export --format oci --output /dev/null "
		      "--policy " POLICY ".fetch fetch; rm " POLICY ".fetch"),
		0);
	/* No warning, either. */
	assert_string_equal(out, "1\n");
}

static void help_shows_that_domain_may_be_left_out(void **state)
{
	(void)state;
	assert_int_equal(gabion("run --help"), 0);
	assert_out("[--domain] NAME -- COMMAND");
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
		cmocka_unit_test(run_keeps_what_is_granted_and_no_more),
		cmocka_unit_test(run_warns_of_user_namespaces),
		cmocka_unit_test(run_says_what_stands_in_its_way),
		cmocka_unit_test(modes_of_a_domain_are_minded),
		cmocka_unit_test(limits_are_read_strictly),
		cmocka_unit_test(bytes_of_bpf_are_the_filter),
		cmocka_unit_test(export_warns_where_execve_does_not_pass),
		cmocka_unit_test(export_says_what_it_cannot),
		cmocka_unit_test(readme_example_works),
		cmocka_unit_test(help_shows_that_domain_may_be_left_out),
		cmocka_unit_test(syscalls_are_counted),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
