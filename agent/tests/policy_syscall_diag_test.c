// SPDX-License-Identifier: GPL-2.0
/* Mistakes in `syscalls`: found where they are, said in words, with the mend. */
#include <errno.h>

#include "policy_fixture.h"

struct mistake {
	const char *text;
	uint32_t line, column;
	const char *message;	/* part of it */
	const char *mend;	/* part of it, NULL: any */
};

#define D(rule) "domain d {\n " rule "\n}\n"

/* Everything that io_uring can do, and some more. */
#define URING_SET "set uring {\n syscalls io_uring_setup, read, readv, preadv, preadv2, pread64, " \
	"write, writev, pwritev, pwritev2, pwrite64, fsync, fdatasync, sync_file_range, sendmsg, " \
	"sendto, recvmsg, recvfrom, accept, accept4, connect, bind, listen, socket, shutdown, " \
	"setsockopt, getsockopt, fallocate, ftruncate, openat, openat2, close, statx, fadvise64, " \
	"madvise, epoll_ctl, poll, splice, tee, renameat2, unlinkat, mkdirat, symlinkat, linkat, " \
	"setxattr, fsetxattr, getxattr, fgetxattr, futex, futex_waitv, futex_wake, futex_wait, " \
	"waitid\n}\n"

static const struct mistake errors[] = {
	/* Syntax */
	{ D("syscalls"), 2, 10, "ends too early", NULL },
	{ D("syscalls read,"), 3, 1, "ends too early", NULL },
	{ D("syscalls read("), 3, 1, "ends too early", NULL },
	{ D("syscalls kill(sig = 9)"), 2, 20, "compares with `==`", "write `==`" },
	{ D("syscalls kill(sig 9)"), 2, 20, "unexpected \"9\"", "`sig == 9`" },
	{ D("syscalls socket(family inet)"), 2, 25, "unexpected \"inet\"", "`family == inet`" },
	{ D("syscalls kill(sig)"), 2, 19, "unexpected \")\"", "`sig == V`" },
	{ D("syscalls clone(flags & CLONE_NEWUSER)"), 2, 38, "unexpected \")\"",
	  "`P & MASK != 0`" },
	{ D("syscalls clone(flags & CLONE_VM|CLONE_NEWUSER, stack == 1)"), 2, 47, "unexpected \",\"",
	  "`P & MASK != 0`" },
	{ D("syscalls open(flags & (O_WRONLY|O_RDWR) == 0)"), 2, 24, "unexpected \"(\"",
	  "drop the parentheses" },
	{ D("syscalls kill(sig == 9 && pid == 1)"), 2, 25, "joined by", "write `and`" },
	{ D("syscalls kill(sig == 9 || pid == 1)"), 2, 25, "joined by", "write `or`" },
	{ D("syscalls kill(!(sig == 9))"), 2, 16, "joined by", "write `not`" },
	{ D("syscalls execve, default as kill"), 2, 19, "not an item",
	  "`syscalls default as ...` as a statement" },
	{ D("syscalls execve, strict"), 2, 19, "not an item", "`syscalls strict` as a statement" },
	{ D("syscalls default, read as kill"), 2, 18, "unexpected \",\"", "statement of its own" },
	{ D("syscalls strict, read"), 2, 17, "unexpected \",\"", "statement of its own" },
	{ D("syscalls read as"), 2, 18, "ends too early", NULL },
	{ D("syscalls read ;"), 2, 16, "unexpected character ';'", NULL },
	{ D("deny syscalls read"), 2, 7, "not denied with `deny`", "syscalls -NAME" },
	{ D("audit syscalls read"), 2, 8, "`audit` does not apply", "as log" },
	{ D("trusted syscalls read"), 2, 10, "`trusted` does not apply", "drop it" },
	/* Names */
	{ D("syscalls raed"), 2, 11, "unknown syscall \"raed\"", "`read`" },
	{ D("syscalls frobnicate_the_bits"), 2, 11, "unknown syscall", "by its number" },
	{ D("syscalls spu_run"), 2, 11, "none of x86-64, i386 or x32", NULL },
	{ D("syscalls x32:waitpid"), 2, 15, "x32 has no syscall \"waitpid\"", NULL },
	{ D("syscalls arm:read"), 2, 11, "unknown ABI \"arm\"", "i386" },
	{ D("abi arm\n syscalls read"), 2, 6, "unknown ABI \"arm\"", "i386" },
	{ D("syscalls 2048"), 2, 11, "no such syscall number", "0 to 2047" },
	{ D("syscalls @nothing-like-it"), 2, 12, "unknown set", "nothing-like-it.gabion" },
	{ D("syscalls kill(signal == 9)"), 2, 16, "unknown parameter \"signal\"",
	  "kill has: pid, sig; or write arg0 to arg5" },
	{ D("syscalls getpid(x == 9)"), 2, 18, "unknown parameter \"x\"", "write arg0 to arg5" },
	{ D("syscalls socket(family == inett)"), 2, 28, "unknown constant \"inett\"", "`inet`" },
	{ D("syscalls socket(family == AF_INTE)"), 2, 28, "unknown constant", "`AF_INET`" },
	{ D("syscalls socket(family == af_inet)"), 2, 28, "unknown constant", "`AF_INET`" },
	{ D("syscalls ioctl(request == tcgets)"), 2, 28, "unknown constant", "`TCGETS`" },
	{ D("syscalls kill(sig == 99999999999999999999)"), 2, 23, "is not a number", NULL },
	{ D("syscalls kill(sig == 08)"), 2, 23, "\"08\" is not a number", "octal" },
	{ D("syscalls kill(sig == 0x100000000)"), 2, 23, "does not fit its parameter", "32 bits" },
	{ D("syscalls kill(sig == -2147483649)"), 2, 23, "does not fit its parameter", NULL },
	{ D("syscalls openat(mode == 0x10000)"), 2, 26, "does not fit its parameter", "16 bits" },
	{ D("syscalls kill(sig in {9..7})"), 2, 24, "runs backwards", NULL },
	{ D("syscalls kill(sig in {-1..7})"), 2, 24, "runs backwards", "a negative one is a great" },
	/* Actions */
	{ D("syscalls read as killl"), 2, 19, "unknown action \"killl\"", "`kill`" },
	{ D("syscalls read as errno"), 2, 19, "`errno` needs an error", "EPERM" },
	{ D("syscalls read as errno 0"), 2, 25, "errno 0", "as allow" },
	{ D("syscalls read as errno 4096"), 2, 25, "no such error", "1 to 4095" },
	{ D("syscalls read as errno ENOSYSS"), 2, 25, "unknown error", "`ENOSYS`" },
	{ D("syscalls read as trap 65536"), 2, 24, "does not take", "65535" },
	{ D("syscalls read as trace EPERM"), 2, 25, "does not take", "65535" },
	{ D("syscalls read as kill 9"), 2, 24, "takes no number", "drop" },
	{ D("syscalls -read as kill"), 2, 20, "has the default action", "`read as kill`" },
	{ D("quiet syscalls read"), 2, 8, "`quiet` is about refusals", "as errno" },
	{ D("quiet syscalls read as log"), 2, 8, "`quiet` is about refusals", NULL },
	{ D("quiet syscalls default as allow\n syscalls -io_uring_setup, -io_uring_enter"), 2, 8,
	  "this default lets calls run", NULL },
	{ D("syscalls default"), 2, 2, "the default needs an action", "EPERM" },
	{ D("syscalls default as kill\n syscalls default as log"), 3, 2, "said twice", "keep one" },
	{ D("syscalls strict\n syscalls read"), 3, 2, "stands alone", NULL },
	{ D("syscalls default as log\n syscalls strict"), 2, 2, "stands alone", NULL },
	{ D("syscalls strict\n syscalls strict"), 3, 2, "said twice", NULL },
	{ "abstraction a {\n abi i386\n}\ndomain d { use a }\n", 2, 2, "an abstraction cannot say",
	  "in the domain" },
	{ "abstraction a {\n syscalls default as kill\n}\ndomain d { use a }\n", 2, 2,
	  "an abstraction cannot say", NULL },
	/* Sets */
	{ "set a {\n syscalls @b\n}\nset b {\n syscalls @a\n}\n", 5, 12, "uses itself", NULL },
	{ "set a {\n syscalls read\n}\nset a {\n syscalls read\n}\n", 4, 5, "is there already", NULL },
	{ "set a {\n syscalls -read\n}\n", 2, 12, "cannot take calls away", NULL },
	{ "set a {\n syscalls kill(sig == 9)\n}\n", 2, 11, "cannot look at arguments", NULL },
	{ "set a {\n syscalls read as kill\n}\n", 2, 19, "not what happens", "@NAME" },
	{ "set a {\n read /x\n}\n", 2, 2, "holds `syscalls` and nothing else", NULL },
	{ "set a {\n syscalls raed\n}\n", 2, 11, "unknown syscall \"raed\"", "`read`" },
	{ "set a { syscalls kill }\n" D("syscalls @a(sig == 9)"), 3, 13, "a set has no condition",
	  NULL },
	/* io_uring */
	{ D("syscalls io_uring_setup, read"), 2, 11, "through io_uring (x86-64)", "@io-uring" },
	{ D("syscalls @uring, -setsockopt") URING_SET, 2, 12, "may not call: setsockopt", NULL },
	{ D("syscalls @uring, -futex_wait, -futex_waitv, -futex_wake") URING_SET, 2, 12,
	  "futex_waitv, futex_wake, futex_wait", NULL },
	{ D("syscalls default as allow\n syscalls -read"), 2, 2,
	  "what it may not call: read", "-io_uring_setup" },
	/* Questions */
	{ D("syscalls read") "expect d allow syscall raed\n", 4, 24, "unknown syscall", NULL },
	{ D("syscalls read") "expect d allow syscall read(fdd = 1)\n", 4, 24,
	  "unknown parameter", NULL },
	{ D("syscalls read") "expect d allow syscall socket(fam = inet)\n", 4, 24,
	  "socket has: family, type, protocol; or", NULL },
	{ D("syscalls read") "expect d allow syscall kill(sig = 9, sig = 8)\n", 4, 24,
	  "given twice", NULL },
	{ D("syscalls read") "expect d allow syscall kill(arg1 = 9, sig = 9)\n", 4, 24,
	  "given twice", NULL },
	{ D("syscalls read") "expect d allow syscall -1\n", 4, 24, "\"-1\" is no syscall", NULL },
	{ D("syscalls read") "expect d allow syscall @file-io\n", 4, 24,
	  "\"@file-io\": a set is not one syscall", NULL },
	{ D("syscalls read") "expect d allow syscall i386:accept(fd = 3)\n", 4, 24,
	  "behind socketcall alone", NULL },
	{ D("syscalls read") "expect d allow syscall semtimedop_time64\n", 4, 24,
	  "write i386:semtimedop_time64", NULL },
	{ D("syscalls read") "expect d allow syscall send\n", 4, 24, "write i386:send", NULL },
	{ D("syscalls read") "expect d allow syscall spu_run\n", 4, 24,
	  "none of x86-64, i386 or x32", NULL },
	{ D("syscalls read") "expect d allow syscall kill(sig = 9\n", 4, 24, "expected ','", NULL },
	{ D("syscalls read") "expect d allow syscall kill sig\n", 4, 24, "left over", NULL },
	{ D("syscalls read") "expect d allow syscall kill(sig 9)\n", 4, 24, "write sig = VALUE", NULL },
	{ D("syscalls read") "expect d allow syscall waitpid\n", 4, 24, "write i386:waitpid", NULL },
	{ D("syscalls read") "expect d allow syscall arm:read\n", 4, 24, "unknown ABI", NULL },
	{ D("syscalls read") "expect d allow syscalls read\n", 4, 16, "not a list", "write `syscall`" },
	{ D("syscalls read") "expect d allow syscall\n", 4, 23, "ends too early", NULL },
};

static const struct mistake warnings[] = {
	{ D("syscalls kill(sig == 9 and sig == 15)"), 2, 16, "can never hold", "mend the condition" },
	{ D("syscalls kill(sig & 1 == 2)"), 2, 16, "can never hold", NULL },
	{ D("syscalls kill(sig < 0)"), 2, 16, "can never hold", NULL },
	{ D("syscalls kill(not (sig in {0..0xffffffff}))"), 2, 21, "can never hold", NULL },
	{ D("syscalls kill(sig in {1, 2}, sig > 5)"), 2, 16, "can never hold", NULL },
	{ D("syscalls kill(sig >= 0)"), 2, 16, "always holds", "drop the condition" },
	{ D("syscalls kill(sig != 1 or sig != 2)"), 2, 16, "always holds", NULL },
	{ D("syscalls read, -read"), 2, 11, "this grant has no effect", "drop one" },
	{ D("syscalls read\n syscalls read as kill"), 2, 11, "this grant has no effect", NULL },
	{ D("syscalls socket, socket(family == inet)"), 2, 19, "this condition has no effect", NULL },
	{ D("mode unconfined\n syscalls read"), 1, 8, "its syscalls are not filtered", "drop" },
	{ D("syscalls clone"), 2, 11, "refuses clone3 with another error",
	  "`quiet syscalls clone3 as errno ENOSYS`" },
	{ D("syscalls clone(flags & CLONE_NEWUSER == 0)\n syscalls clone3 as errno EPERM"), 2, 11,
	  "refuses clone3 with another error", NULL },
	{ D("syscalls default as allow\n syscalls -clone3, -io_uring_setup, -io_uring_enter"), 2, 2,
	  "refuses clone3 with another error", NULL },
	{ D("syscalls waitpid"), 2, 11, "no ABI that domain \"d\" may use", "abi i386" },
};

/* Nothing to say of these. */
static const char *const right[] = {
	D("syscalls read, read, socket(family == inet), -socket(type & 0xf == raw)"),
	D("syscalls kill(sig != 1 and sig != 2)"),
	D("syscalls kill(sig == 1 or sig == 2), ptrace as kill"),
	D("abi i386\n syscalls waitpid, socket(family == inet)"),
	"set a { syscalls read, ptrace, waitpid }\n" D("syscalls @a, -ptrace"),
	"abstraction a { syscalls ptrace }\n" D("use a\n syscalls read, -ptrace"),
	"abstraction a { syscalls ptrace }\n" D("use a\n read /x"),
	D("syscalls read # and a comment\n syscalls write,	# another\n\n  close"),
	D("syscalls clone, clone3"),
	D("syscalls clone\n quiet syscalls clone3 as errno ENOSYS"),
	D("syscalls clone\n syscalls default as errno ENOSYS"),
	D("syscalls fork"),
	D("syscalls kill(sig in {1,\n 2}, # both\n pid > 1) as log"),
};

static bool is_found(const struct gabion_compiled *c, const struct mistake *m,
		     enum gabion_severity severity)
{
	size_t i;

	for (i = 0; i < c->diagnostics.n; i++) {
		const struct gabion_diagnostic *d = &c->diagnostics.items[i];

		if (d->severity == severity && d->line == m->line && d->column == m->column &&
		    strstr(d->message, m->message) &&
		    (!m->mend || (d->mend && strstr(d->mend, m->mend))))
			return true;
	}
	return false;
}

static void check(const struct mistake *m, enum gabion_severity severity)
{
	struct gabion_compiled c;
	struct gabion_error error;
	int err = gabion_policy_compile_text(&c, "bad", m->text, strlen(m->text), &error);
	bool bad = severity == GABION_SEVERITY_ERROR;

	/* One mistake, one message. */
	if (err != (bad ? -EINVAL : 0) || c.diagnostics.nerrors != bad ||
	    c.diagnostics.nwarnings != !bad || !is_found(&c, m, severity)) {
		gabion_diagnostics_print(&c.diagnostics, stderr);
		fail_msg("in\n%s\nnot found, or not alone, at %u:%u: %s", m->text, m->line, m->column,
			 m->message);
	}
	gabion_compiled_free(&c);
}

static void each_error(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		check(&errors[i], GABION_SEVERITY_ERROR);
}

static void each_warning(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(warnings) / sizeof(warnings[0]); i++)
		check(&warnings[i], GABION_SEVERITY_WARNING);
}

static void no_warning(void **state)
{
	struct gabion_compiled c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		policy_compile(&c, right[i]);
		if (c.diagnostics.n) {
			gabion_diagnostics_print(&c.diagnostics, stderr);
			fail_msg("%s", right[i]);
		}
		gabion_compiled_free(&c);
	}
}

/* What would bring the parser, or what walks its tree, down. */
static void bounded(void **state)
{
	static const char *const parts[][3] = {
		{ "domain d { syscalls kill(", "sig == 1 and ", "sig == 1) }\n" },
		{ "domain d { syscalls kill(", "not ", "sig == 1) }\n" },
		{ "domain d { syscalls kill(", "(", "sig == 1) }\n" },
		{ "domain d { syscalls kill(sig == ", "1|", "1) }\n" },
		{ "domain d { syscalls ", "kill, ", "kill }\n" },
		{ "domain d { syscalls kill(sig in {", "1, ", "1}) }\n" },
	};
	struct gabion_error error;
	struct gabion_compiled c;
	size_t i, n, size;

	(void)state;
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		char *text;
		FILE *out = open_memstream(&text, &size);

		fputs(parts[i][0], out);
		for (n = 0; n < 20000; n++)
			fputs(parts[i][1], out);
		fputs(parts[i][2], out);
		fclose(out);
		/* It may be refused, but comes back. */
		if (gabion_policy_compile_text(&c, "long", text, size, &error))
			assert_true(c.diagnostics.nerrors > 0);
		gabion_compiled_free(&c);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_error),
		cmocka_unit_test(each_warning),
		cmocka_unit_test(no_warning),
		cmocka_unit_test(bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
