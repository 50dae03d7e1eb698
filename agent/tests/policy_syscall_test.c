// SPDX-License-Identifier: GPL-2.0
/*
 * What `syscalls` does, construct by construct: given the text, when asked,
 * then the outcome.
 */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../core/syscall.h"
#include "../policy/mem.h"
#include "../policy/outcome.h"
#include "../policy/syscall_constants.h"
#include "../policy/syscall_names.h"
#include "policy_fixture.h"

/* Ask domain d; @outcome as in "errno ENOSYS", or the missing arguments as in "?family". */
static void ask(const struct gabion_compiled *c, const char *question, const char *outcome)
{
	struct gabion_answer a = policy_ask(c, "d", "syscall", question);
	char *text = a.missing ? gabion_xasprintf("?%s", a.missing) : gabion_outcome_format(a.outcome);

	if (strcmp(text, outcome))
		fail_msg("%s: expected %s, got %s", question, outcome, text);
	free(text);
	gabion_answer_free(&a);
}

struct question {
	const char *question, *outcome;
};

static void ask_all(const char *text, const struct question *questions)
{
	struct gabion_compiled c;

	policy_compile(&c, text);
	for (; questions->question; questions++)
		ask(&c, questions->question, questions->outcome);
	gabion_compiled_free(&c);
}

#define ASK(text, ...) ask_all(text, (const struct question[]){ __VA_ARGS__, { NULL, NULL } })
#define D(rules) "domain d {\n" rules "\n}\n"

static void filtered_only_if_it_says_so(void **state)
{
	(void)state;
	/* As kmod/check_syscall.c: without a filter everything, but by the entries that it has. */
	ASK(D("read /x"), { "read", "allow" }, { "i386:read", "errno ENOSYS" },
	    { "x32:read", "errno ENOSYS" }, { "2000", "allow" });
	ASK(D("abi i386"), { "read", "allow" }, { "i386:read", "allow" },
	    { "x32:read", "errno ENOSYS" });
	ASK(D("mode unconfined"), { "i386:read", "allow" }, { "x32:read", "allow" });
	ASK("abstraction a { syscalls read }\n" D("use a"), { "ptrace", "allow" });
	ASK("abstraction a { syscalls read }\n" D("use a\nsyscalls write"), { "read", "allow" },
	    { "write", "allow" }, { "ptrace", "errno EPERM" });
}

static void names_and_numbers(void **state)
{
	(void)state;
	ASK(D("syscalls read, 462, 0x1f4, i386:3"), { "read", "allow" }, { "0", "allow" },
	    { "write", "errno EPERM" }, { "462", "allow" }, { "500", "allow" },
	    /* no name, not written, beyond the table, of another ABI */
	    { "463", "errno ENOSYS" }, { "2047", "errno ENOSYS" }, { "4000000000", "errno ENOSYS" },
	    { "i386:read", "errno ENOSYS" }, { "x32:read", "errno ENOSYS" });
	ASK(D("abi i386, x32\nsyscalls read, x32:16, i386:waitpid, x86-64:ptrace"),
	    { "read", "allow" }, { "i386:read", "allow" }, { "i386:3", "allow" },
	    { "x32:read", "allow" }, { "x32:16", "allow" }, { "i386:waitpid", "allow" },
	    { "x86_64:ptrace", "allow" }, { "i386:ptrace", "errno EPERM" },
	    { "i386:2000", "errno ENOSYS" });
}

/* A name that libseccomp lacks means its number, but is no known call until it is written. */
static void recent_names(void **state)
{
	(void)state;
	assert_int_equal(gabion_call_number(GABION_ABI_X86_64, "uretprobe"), 335);
	assert_int_equal(gabion_call_number(GABION_ABI_I386, "uretprobe"), -1);
	assert_int_equal(gabion_call_number(GABION_ABI_X32, "mseal"), 462);
	assert_string_equal(gabion_call_name(GABION_ABI_X86_64, 336), "uprobe");
	assert_string_equal(gabion_call_name(GABION_ABI_I386, 457), "statmount");
	assert_true(gabion_call_is_known("uretprobe"));
	assert_false(gabion_call_is_recent(GABION_ABI_X86_64, 0));
	ASK(D("abi i386\nsyscalls uretprobe, statmount, -listmount, mseal(arg0 == 1)"),
	    { "uretprobe", "allow" }, { "335", "allow" }, { "i386:457", "allow" },
	    { "uprobe", "errno ENOSYS" }, { "listmount", "errno EPERM" },
	    { "mseal(arg0 = 2)", "errno EPERM" }, { "lsm_set_self_attr", "errno ENOSYS" });
	ASK(D("syscalls default as allow\nsyscalls -io_uring_setup, -io_uring_enter"),
	    { "statmount", "errno ENOSYS" }, { "getpid", "allow" });
	ASK(D("syscalls default as kill\nsyscalls read"), { "statmount", "kill" });
}

static void actions(void **state)
{
	(void)state;
	ASK(D("syscalls read as log\nsyscalls write as errno EACCES\nsyscalls close as errno 4095\n"
	      "syscalls open as trap\nsyscalls stat as trap 7\nsyscalls fstat as trace 65535\n"
	      "syscalls lstat as kill\nsyscalls poll as allow"),
	    { "read", "log" }, { "write", "errno EACCES" }, { "close", "errno 4095" },
	    { "open", "trap" }, { "stat", "trap 7" }, { "fstat", "trace 65535" },
	    { "lstat", "kill" }, { "poll", "allow" });
}

static void the_greatest_action_counts(void **state)
{
	(void)state;
	ASK(D("syscalls read\nsyscalls read as log\nsyscalls write as kill\nsyscalls write\n"
	      "syscalls close as errno EIO\nsyscalls close as errno EBUSY\n"
	      "syscalls open as trap 1\nsyscalls open as trap 2\nsyscalls open as errno EIO\n"
	      "syscalls stat as trace 3\nsyscalls stat"),
	    { "read", "log" }, { "write", "kill" }, { "close", "errno EIO" }, { "open", "trap 1" },
	    { "stat", "trace 3" });
}

static void taken_away(void **state)
{
	(void)state;
	ASK("set s { syscalls read, write, ptrace }\n" D("syscalls @s, -ptrace"), { "read", "allow" },
	    { "ptrace", "errno EPERM" });
	ASK("set s { syscalls read, write, ptrace }\n"
	    D("syscalls default as kill\nsyscalls @s, -ptrace"), { "read", "allow" },
	    { "ptrace", "kill" }, { "close", "kill" });
	/* A default that lets calls run refuses nothing. */
	ASK("set s { syscalls read, write, ptrace }\n"
	    D("syscalls default as allow\nsyscalls -@s, -io_uring_setup, -io_uring_enter"),
	    { "read", "errno EPERM" }, { "close", "allow" }, { "2000", "errno ENOSYS" });
	ASK(D("syscalls kill, -kill(sig == KILL)"), { "kill(sig = 9)", "errno EPERM" },
	    { "kill(sig = term)", "allow" }, { "kill", "?sig" });
}

static void defaults(void **state)
{
	(void)state;
	ASK(D("syscalls default as errno EACCES\nsyscalls read"), { "write", "errno EACCES" },
	    { "2000", "errno EACCES" }, { "i386:read", "errno EACCES" }, { "read", "allow" });
	ASK(D("syscalls default as trace 5\nsyscalls -io_uring_setup, -io_uring_enter"),
	    { "write", "trace 5" }, { "2000", "errno ENOSYS" },
	    { "io_uring_setup", "errno EPERM" });
	ASK(D("syscalls default as log\nsyscalls -io_uring_setup, -io_uring_enter, 462(arg0 == 1)"),
	    { "write", "log" }, { "462(arg0 = 1)", "allow" }, { "462(arg0 = 2)", "log" },
	    { "463", "errno ENOSYS" });
}

static void strict(void **state)
{
	(void)state;
	ASK("abstraction a { syscalls open }\n" D("abi i386\nuse a\nsyscalls strict"),
	    { "read", "allow" }, { "write", "allow" }, { "exit", "allow" },
	    { "rt_sigreturn", "allow" }, { "exit_group", "kill" }, { "open", "kill" },
	    { "i386:sigreturn", "allow" }, { "i386:read", "allow" }, { "x32:read", "kill" },
	    { "2000", "kill" });
}

static void quiet(void **state)
{
	struct gabion_compiled c;
	struct gabion_answer a;

	(void)state;
	policy_compile(&c, D("quiet syscalls keyctl as errno ENOSYS\nquiet syscalls -ptrace\n"
			     "syscalls -reboot"));
	a = policy_ask(&c, "d", "syscall", "keyctl");
	assert_true(a.quiet && a.denied && !a.allowed);
	a = policy_ask(&c, "d", "syscall", "ptrace");
	assert_true(a.quiet && a.denied);
	a = policy_ask(&c, "d", "syscall", "reboot");
	assert_true(!a.quiet && a.denied);
	gabion_compiled_free(&c);
	policy_compile(&c, D("quiet syscalls default as kill\nsyscalls read, -reboot"));
	a = policy_ask(&c, "d", "syscall", "reboot");
	assert_true(a.quiet && a.denied);
	a = policy_ask(&c, "d", "syscall", "2000");
	assert_true(a.quiet && a.denied);
	gabion_compiled_free(&c);
}

static void conditions(void **state)
{
	(void)state;
	ASK(D("syscalls socket(family in {inet, inet6}, type & 0xf == stream or protocol == tcp)"),
	    { "socket(family = inet, type = stream)", "allow" },
	    { "socket(family = inet, type = SOCK_STREAM|cloexec)", "allow" },
	    { "socket(family = inet, type = dgram, protocol = 6)", "allow" },
	    { "socket(family = inet, type = dgram, protocol = 17)", "errno EPERM" },
	    { "socket(family = unix)", "errno EPERM" },
	    { "socket(family = inet)", "?type, protocol" }, { "socket", "?family, type, protocol" });
	ASK(D("syscalls personality(arg0 == 0 or arg0 == 0xffffffff)"), { "personality(arg0 = 0)", "allow" },
	    { "personality(arg0 = -1)", "errno EPERM" },
	    { "personality(arg0 = 0xffffffff)", "allow" });
	/* a or b and c; a or b, c */
	ASK(D("syscalls kill(sig == 1 or sig == 2 and pid == 5)\n"
	      "syscalls tkill(sig == 1 or sig == 2, tid == 5)"),
	    { "kill(sig = 1, pid = 4)", "allow" }, { "kill(sig = 2, pid = 4)", "errno EPERM" },
	    { "tkill(sig = 1, tid = 4)", "errno EPERM" }, { "tkill(sig = 1, tid = 5)", "allow" });
	ASK(D("syscalls kill(not (sig == 1 or sig == 2), pid not in {0, 5..7}, pid != 9)"),
	    { "kill(sig = 3, pid = 4)", "allow" }, { "kill(sig = 2, pid = 4)", "errno EPERM" },
	    { "kill(sig = 3, pid = 6)", "errno EPERM" }, { "kill(sig = 3, pid = 9)", "errno EPERM" });
	ASK(D("syscalls lseek(offset < 010)\nsyscalls kill(sig <= 0o17)\nsyscalls tkill(sig > 0x10)\n"
	      "syscalls read(arg2 >= 5)"),
	    { "lseek(offset = 7)", "allow" }, { "lseek(offset = 8)", "errno EPERM" },
	    { "kill(sig = 15)", "allow" }, { "kill(sig = 16)", "errno EPERM" },
	    { "tkill(sig = 17)", "allow" }, { "tkill(sig = 16)", "errno EPERM" },
	    { "read(arg2 = 5)", "allow" }, { "read(arg2 = 4)", "errno EPERM" });
}

/* The kernel does not look at the upper half of an int, so neither may a refusal. */
static void widths(void **state)
{
	(void)state;
	ASK(D("syscalls kill, -kill(sig == 9)\nsyscalls ioctl, -ioctl(request == TIOCSTI)\n"
	      "syscalls openat(dirfd == AT_FDCWD)\nsyscalls mmap(length == 1)\n"
	      "syscalls mknod, -mknod(mode == S_IFBLK)\nsyscalls tkill, -tkill(arg1 == 9)"),
	    { "kill(sig = 0x700000009)", "errno EPERM" },
	    { "ioctl(request = 0x100005412)", "errno EPERM" },
	    { "openat(dirfd = -100)", "allow" }, { "openat(dirfd = 0xffffff9c)", "allow" },
	    { "openat(dirfd = 0x1ffffff9c)", "allow" }, { "openat(dirfd = 3)", "errno EPERM" },
	    { "mmap(length = 1)", "allow" }, { "mmap(length = 0x100000001)", "errno EPERM" },
	    { "mknod(mode = 0xffff6000)", "errno EPERM" }, { "tkill(arg1 = 0x700000009)", "allow" });
	/* A long of i386, and of what x32 has from there, has 32 bits. */
	ASK(D("abi i386, x32\nsyscalls ptrace, -ptrace(request == 16), read(arg0 == -1)"),
	    { "ptrace(request = 0x100000010)", "allow" },
	    { "x32:ptrace(request = 0x100000010)", "errno EPERM" },
	    { "i386:read(arg0 = 0xffffffff)", "allow" }, { "read(arg0 = 0xffffffff)", "errno EPERM" },
	    { "x32:read(arg0 = 0xffffffff)", "errno EPERM" }, { "read(arg0 = -1)", "allow" });
}

static void multiplexers(void **state)
{
	(void)state;
	ASK(D("abi i386\nsyscalls socket, accept, semop, connect(fd == 3)"),
	    { "i386:socket", "allow" }, { "i386:socketcall(call = 1)", "allow" },
	    { "i386:socketcall(call = 5)", "allow" }, { "i386:socketcall(call = 2)", "errno EPERM" },
	    /* its arguments are in memory */
	    { "i386:connect(fd = 3)", "allow" }, { "i386:socketcall(call = 3)", "errno EPERM" },
	    { "i386:ipc(call = 1)", "allow" }, { "i386:ipc(call = 0x10001)", "allow" },
	    { "i386:ipc(call = 2)", "errno EPERM" }, { "i386:socketcall", "?call" },
	    /* without a number of their own */
	    { "i386:accept", "allow" }, { "i386:semop", "allow" }, { "i386:recv", "errno EPERM" },
	    { "i386:semtimedop", "errno EPERM" });
	ASK(D("abi i386\nsyscalls socketcall, ipc, socket, -socket(family == packet), -semget, i386:359"),
	    { "i386:socketcall(call = 1)", "errno EPERM" }, { "i386:socketcall(call = 2)", "allow" },
	    { "i386:socket(family = inet)", "allow" }, { "i386:socket(family = packet)", "errno EPERM" },
	    { "i386:ipc(call = 2)", "errno EPERM" }, { "i386:ipc(call = 3)", "allow" });
	ASK(D("abi i386\nsyscalls socketcall, x86-64:socket, -x86-64:socket(family == packet)"),
	    { "i386:socketcall(call = 1)", "allow" }, { "socket(family = packet)", "errno EPERM" });
}

static void io_uring(void **state)
{
	const char *policies = getenv("GABION_POLICY_FOLDER");
	struct gabion_compiled c;
	char *text = gabion_xasprintf("include \"%s/syscalls/io-uring.gabion\"\n"
				      "domain d {\nabi i386, x32\nsyscalls @io-uring\n}\n",
				      policies ? policies : "policies");

	(void)state;
	policy_compile(&c, text);
	ask(&c, "io_uring_setup", "allow");
	ask(&c, "i386:io_uring_enter", "allow");
	ask(&c, "openat", "allow");
	ask(&c, "x32:setsockopt", "allow");
	ask(&c, "futex_wait", "allow");
	ask(&c, "execve", "errno EPERM");
	gabion_compiled_free(&c);
	free(text);
}

/* The same statements in every domain are one table, and one set of tests. */
static void many_domains(void **state)
{
	struct gabion_compiled c;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int i;

	(void)state;
	fputs("set s { syscalls read, write, mmap, openat, kill }\n", out);
	for (i = 1; i < 4096; i++)
		fprintf(out, "domain d%d { syscalls @s, socket(family in {inet, inet6}), -kill\n"
			     "abi i386 }\n", i);
	fclose(out);
	policy_compile(&c, text);
	assert_int_equal(c.view.nfilters, 4095);
	assert_true(c.view.ncalls < 2 * GABION_CALLS_MAX);
	/* Below or not, then each of the two. */
	assert_int_equal(c.view.ntests, 3);
	gabion_compiled_free(&c);
	free(text);
}

/* Of many values a few are looked at. */
static void large_sets(void **state)
{
	struct gabion_compiled c;
	char *text, question[64];
	size_t size;
	FILE *out = open_memstream(&text, &size);
	const struct gabion_policy_filter *filter;
	uint32_t i, outcome, steps;

	(void)state;
	fputs("domain d { syscalls ioctl(request in {0", out);
	for (i = 1; i < 1000; i++)
		fprintf(out, ", %u", i * 3);
	fputs("}) }\n", out);
	fclose(out);
	policy_compile(&c, text);
	filter = gabion_filter_find(&c.view, 1);
	for (i = 0; i < 3100; i += 7) {
		snprintf(question, sizeof(question), "ioctl(request = %u)", i);
		ask(&c, question, i % 3 || i >= 3000 ? "errno EPERM" : "allow");
		outcome = gabion_filter_entry(&c.view, filter, GABION_ABI_X86_64, 16);
		for (steps = 0; outcome & GABION_OUTCOME_TEST; steps++) {
			const struct gabion_policy_test *t =
				&c.view.tests[outcome & ~GABION_OUTCOME_TEST];

			outcome = i >= t->low && i <= t->high ? t->on_true : t->on_false;
		}
		assert_true(steps <= 11);
	}
	gabion_compiled_free(&c);
	free(text);
}

static void expectations(void **state)
{
	static const char text[] =
		D("syscalls kill(sig == 9)\nsyscalls ptrace as trace\nsyscalls read as log")
		"expect d allow syscall read\nexpect d allow syscall kill(sig = 9)	# a comment\n"
		"expect d deny syscall kill(sig = 8)\nexpect d deny syscall i386:read\n"
		/* not met */
		"expect d allow syscall kill\nexpect d deny syscall kill\n"
		"expect d allow syscall ptrace\nexpect d deny syscall ptrace\n";
	struct gabion_compiled c;
	struct gabion_answer a;
	struct gabion_error error;
	size_t i;

	(void)state;
	policy_compile(&c, text);
	assert_int_equal(c.expectations.n, 8);
	for (i = 0; i < 8; i++) {
		assert_int_equal(gabion_expectation_check(&c.expectations.items[i], &c.view, &a,
							  &error), i < 4);
		if (i == 4) {
			assert_int_equal(a.reason, GABION_ANSWER_ARGUMENTS);
			assert_string_equal(a.missing, "sig");
		}
		gabion_answer_free(&a);
	}
	gabion_compiled_free(&c);
}

/* The tables that the answers are looked up in. */
static void tables(void **state)
{
	struct gabion_value value;
	uint32_t i, n;

	(void)state;
	for (i = 1; gabion_constant_at(i); i++)
		assert_true(strcmp(gabion_constant_at(i - 1), gabion_constant_at(i)) < 0);
	for (n = 0; n < i; n++)
		assert_true(gabion_constant_find(gabion_constant_at(n), &value));
	assert_true(gabion_constant_find("AT_FDCWD", &value) && value.negative);
	assert_true(gabion_constant_find("O_LARGEFILE", &value) && value.bits == 0100000);
	assert_false(gabion_constant_find("inet", &value));
	assert_true(gabion_constant_find_short("inet", "PF_ AF_", &value) && value.bits == 2);
	assert_int_equal(gabion_errno_of("EWOULDBLOCK"), EAGAIN);
	assert_int_equal(gabion_errno_of("ENONSENSE"), 0);
	for (i = 0; i < gabion_uring_ntwins; i++) {
		for (n = 0; n < GABION_ABI_END; n++) {
			int number = gabion_call_number(n, gabion_uring_twins[i].name);

			assert_int_equal(number < 0 ? (int)GABION_NO_CALL : number,
					 gabion_uring_twins[i].number[n]);
		}
	}
	assert_int_equal(gabion_call_number(GABION_ABI_I386, "socket"), 359);
	assert_int_equal(gabion_call_number(GABION_ABI_X32, "ioctl"), 514);
	assert_int_equal(gabion_call_number(GABION_ABI_X86_64, "waitpid"), -1);
}

static void write_file(const char *dir, const char *name, const char *text)
{
	char *path = gabion_xasprintf("%s/%s", dir, name);
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
	free(path);
}

/* Found in syscalls/ beside the file, beside an abstraction's folder, and beside each other. */
static void sets_in_files(void **state)
{
	static const char *const files[] = { "d.gabion", "abstractions/a.gabion", "syscalls/s.gabion",
					     "syscalls/t.gabion" };
	static const char *const texts[] = {
		"domain d {\n use a\n syscalls write\n}\n", "abstraction a { syscalls @s }\n",
		"set s { syscalls read, @t }\n", "set t { syscalls close }\n" };
	char dir[] = "/tmp/gabion-sets-XXXXXX", *path;
	const char *file;
	struct gabion_compiled c;
	struct gabion_error error;
	size_t i;

	(void)state;
	assert_non_null(mkdtemp(dir));
	for (i = 0; i < 2; i++) {
		path = gabion_xasprintf("%s/%s", dir, i ? "syscalls" : "abstractions");
		assert_int_equal(mkdir(path, 0700), 0);
		free(path);
	}
	for (i = 0; i < 4; i++)
		write_file(dir, files[i], texts[i]);
	path = gabion_xasprintf("%s/d.gabion", dir);
	file = path;
	if (gabion_policy_compile(&c, &file, 1, &error)) {
		gabion_diagnostics_print(&c.diagnostics, stderr);
		fail_msg("%s", error.text);
	}
	free(path);
	ask(&c, "read", "allow");
	ask(&c, "close", "allow");
	ask(&c, "write", "allow");
	ask(&c, "open", "errno EPERM");
	assert_int_equal(c.stats.files, 4);
	gabion_compiled_free(&c);
	for (i = 4; i--;) {
		path = gabion_xasprintf("%s/%s", dir, files[i]);
		unlink(path);
		free(path);
	}
	for (i = 0; i < 3; i++) {
		path = gabion_xasprintf("%s/%s", dir, i == 0 ? "syscalls" : i == 1 ? "abstractions" : "");
		assert_int_equal(rmdir(path), 0);
		free(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filtered_only_if_it_says_so),
		cmocka_unit_test(names_and_numbers),
		cmocka_unit_test(recent_names),
		cmocka_unit_test(actions),
		cmocka_unit_test(the_greatest_action_counts),
		cmocka_unit_test(taken_away),
		cmocka_unit_test(defaults),
		cmocka_unit_test(strict),
		cmocka_unit_test(quiet),
		cmocka_unit_test(conditions),
		cmocka_unit_test(widths),
		cmocka_unit_test(multiplexers),
		cmocka_unit_test(io_uring),
		cmocka_unit_test(many_domains),
		cmocka_unit_test(large_sets),
		cmocka_unit_test(expectations),
		cmocka_unit_test(tables),
		cmocka_unit_test(sets_in_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
