// SPDX-License-Identifier: GPL-2.0
/*
 * Bad input: each mistake is found where it is, said in words, and with the mend.
 */
#include <errno.h>

#include "policy_fixture.h"

#define LEVELS "level public < secret\n"

struct mistake {
	const char *text;
	uint32_t line, column;
	const char *message;	/* part of it */
	const char *mend;	/* part of it, NULL: any */
};

static const struct mistake mistakes[] = {
	/* Syntax */
	{ "domain d {\n raed /x\n}\n", 2, 2, "unexpected \"raed\"", "`read`" },
	{ "resorce a file /a\n", 1, 1, "unexpected \"resorce\"", "`resource`" },
	{ "resource a flie /a\n", 1, 12, "unexpected \"flie\"", "`file`" },
	{ "domain d {\n read\n}\n", 2, 6, "ends too early", NULL },
	{ "domain d {\n read /a,\n\n}\n", 4, 1, "ends too early", NULL },
	{ "domain d {\n read /a\n", 3, 1, "inside of a block", "}" },
	{ "domain read { }\n", 1, 8, "unexpected \"read\"", "another name" },
	{ "domain d { read /a; }\n", 1, 19, "a path without quotes", "quotes" },
	{ "resource a file \"/x\n", 1, 17, "unclosed quote", "\"" },
	{ "resource a file /a \xff\n", 1, 20, "unexpected byte 0xff", NULL },
	{ "resource a file a/b\n", 1, 17, "path is not absolute", "/" },
	{ "resource a file *.log\n", 1, 17, "path is not absolute", "/" },
	{ "resource a tcp listen port 80\n", 1, 16, "a resource says where", "`listen NAME`" },
	{ "resource a tcp port 65536\n", 1, 21, "port 65536", "65535" },
	{ "resource a tcp port 90-80\n", 1, 21, "backwards", "lower" },
	{ "resource a tcp port 400-99\n", 1, 21, "backwards", "lower" },
	{ "domain d {\n tier @x,\n  y{a}\n read /a\n}\n", 2, 2, "not supported yet", NULL },
	{ "domain d {\n tier microvm }\n", 2, 2, "`tier` is not supported yet", NULL },
	{ "level a < b\nlevel c < d\n", 2, 1, "ordered twice", NULL },
	{ "include \"nonexistent.gabion\"\n", 1, 9, "No such file", NULL },
	/* Names */
	{ "domain d {\n capability net_bind_servic\n}\n", 2, 13, "unknown capability",
	  "`net_bind_service`" },
	{ "domain d {\n capability CAP_CHOWN\n}\n", 2, 13, "unknown capability", "without CAP_" },
	{ "domain d {\n socket unx\n}\n", 2, 9, "unknown socket family", "`unix`" },
	{ "domain d {\n control modul\n}\n", 2, 10, "unknown control point", "`module`" },
	{ "domain d {\n netlink rout\n}\n", 2, 10, "unknown netlink protocol", "`route`" },
	{ "domain d {\n netlink 32\n}\n", 2, 10, "unknown netlink protocol", "0 to 31" },
	{ "domain d {\n netlink\n}\n", 2, 9, "ends too early", NULL },
	{ "domain d {\n ioctl(TIOCSTX) /x\n}\n", 2, 8, "unknown command", "`TIOCSTI`" },
	{ "domain d {\n ioctl(xyzzy_quux) /x\n}\n", 2, 8, "unknown command", "number" },
	{ "resource web file /w\ndomain d {\n read wbe\n}\n", 3, 7, "unknown resource", "`web`" },
	{ "domain d {\n read d\n}\n", 2, 7, "unknown resource", "`domain d`" },
	{ "domain d {\n signal e\n}\n", 2, 9, "unknown domain", "declare it" },
	{ "domain d {\n exec /x as dd\n}\n", 2, 13, "unknown domain", "`d`" },
	{ "domain d {\n use nothing\n}\n", 2, 6, "unknown abstraction", "nothing.gabion" },
	{ "domain d {\n mode enfroce\n}\n", 2, 7, "unknown mode", "`enforce`" },
	{ "domain d {\n audit required weight\n}\n", 2, 17, "unknown word \"weight\"",
	  "`audit required wait`" },
	{ "domain d {\n audit required\n}\n", 2, 16, "ends too early", NULL },
	{ "domain d {\n deny audit required wait\n}\n", 2, 13, "about the whole domain", "`audit required wait`" },
	{ "domain d {\n mode unconfined\n audit required wait\n}\n", 3, 8, "unconfined", "drop it" },
	{ "domain d {\n audit required wait\n audit required refuse\n}\n", 3, 8, "says this twice", NULL },
	{ "domain host {\n audit required refuse\n deny control admin\n}\n", 2, 8, "wait for itself", NULL },
	{ LEVELS "resource r file /r level secrt\n", 2, 26, "unknown level", "`secret`" },
	{ LEVELS "resource r file /r level secret:web\n", 2, 33, "unknown category", "declare" },
	{ "resource a file /a\nresource a file /b\n", 2, 10, "is there already", NULL },
	{ "domain d { }\ndomain d { }\n", 2, 8, "is there already", NULL },
	{ "domain host {\n control admin\n}\n", 1, 8, "nobody could administer",
	  "deny control admin" },
	{ "domain host {\n deny control admin\n}\ndomain host { }\n", 4, 8, "is there already",
	  NULL },
	{ "domain self { }\n", 1, 8, "\"self\"", NULL },
	{ "domain d0123456789012345678901234567890123456789012345678901234567890123 { }\n", 1, 8,
	  "at most 63 bytes", NULL },
	{ "expect nobody deny read /x\n", 1, 8, "unknown domain", NULL },
	{ "domain d { }\nexpect d deny read /x/*\n", 2, 20, "not a glob", NULL },
	{ "domain d { }\nexpect d deny listen http\n", 2, 22, "neither an absolute path", NULL },
	{ "domain d { }\nexpect d deny bind /x\n", 2, 20, "`bind` does not apply", NULL },
	/* Globs and addresses */
	{ "resource a file /a[bc\n", 1, 19, "unclosed bracket", "\\[" },
	{ "resource a file /a{b,c\n", 1, 19, "unclosed brace", "\\{" },
	{ "resource a file \"relative\"\n", 1, 18, "not absolute", "/" },
	{ "domain d {\n read /etc/\n}\n", 2, 7, "ends in '/'", "/dir{,/**}" },
	{ "resource a tcp 10.0.0.1/8\n", 1, 16, "beyond its prefix", NULL },
	{ "resource a tcp 300.0.0.1\n", 1, 16, "not an IPv4", NULL },
	{ "resource a icmp port 7\n", 1, 10, "icmp has no ports", "leave `port` out" },
	{ "resource a raw 10.0.0.0/8\n", 1, 16, "themselves where they go", "leave the address" },
	{ "resource a sctpp port 7\n", 1, 12, "unexpected", "`sctp`" },
	/* Meaning */
	{ "resource h tcp port 80\ndomain d {\n read h\n}\n", 3, 2, "does not apply", "files" },
	{ "domain d {\n listen /x\n}\n", 2, 2, "does not apply", "network endpoints" },
	{ "resource h tcp port 80\ndomain d {\n exec h\n}\n", 3, 7, "cannot be executed", NULL },
	{ "domain d {\n quiet read /x\n}\n", 2, 8, "about refusals", "quiet deny" },
	{ "domain d {\n audit deny read /x\n}\n", 2, 13, "recorded anyway", NULL },
	{ "domain d {\n audit capability chown\n}\n", 2, 8, "do not apply to a capability", NULL },
	{ "domain d {\n audit netlink route\n}\n", 2, 8, "do not apply to a netlink", NULL },
	/* Where an execution leads */
	{ "domain d {\n exec /x as host\n}\n", 2, 13, "without saying so", "`exec OBJECT unconfined`" },
	{ "domain d {\n exec /x inherti\n}\n", 2, 10, "where an execution leads", "`inherit`" },
	{ "domain d {\n exec /b/* inherit\n exec /b/x as e\n}\ndomain e { map /b/x }\n", 3, 7,
	  "it enters \"d\" or \"e\"", "disjoint" },
	/* Variables */
	{ "@{a} = /x@{b}\n@{b} = /y@{a}\nresource r file @{a}\n", 1, 1, "a cycle: a -> b -> a",
	  "take one" },
	{ "resource r file /x@{dir}\n@{dri} = y\n", 1, 17, "unknown variable \"dir\"", "`dri`" },
	{ "@{a} = x\n@{a} = y\n", 2, 1, "is there already", "together" },
	{ "@{a} = x\nresource r file @{a}/y\n", 2, 17, "the value \"x\" is its beginning", "'/'" },
	{ "@{a} = /x, @{b}\n@{b} = /y, z\nresource r file @{a}/y\n", 3, 17,
	  "the value \"z\" is its beginning", "'/'" },
	{ "@{a} = x, y\nresource r file /@{a}/\n", 2, 17, "ends in '/' in /{x,y}/", "drop" },
	{ "@{a} = {1,2,3,4,5,6,7,8}\n", 1, 8, "unexpected \"{\"", "quotes" },
	{ "@{a} = 1, 2, 3, 4, 5, 6, 7, 8\nresource r file /@{a}@{a}@{a}@{a}@{a}\n", 2, 17,
	  "more than 4096", "split" },
	{ "@{a} = \"@{b}@{b}\"\n@{b} = \"@{c}@{c}\"\n@{c} = \"@{d}@{d}\"\n@{d} = \"@{e}@{e}\"\n"
	  "@{e} = \"@{f}@{f}\"\n@{f} = \"@{g}@{g}\"\n@{g} = \"@{h}@{h}\"\n@{h} = \"@{i}@{i}\"\n"
	  "@{i} = \"@{j}@{j}\"\n@{j} = \"@{k}@{k}\"\n@{k} = \"@{l}@{l}\"\n@{l} = \"@{m}@{m}\"\n"
	  "@{m} = \"\"\nresource r file /x@{a}\n", 14, 17, "stand for too much", "split" },
	/* Conditions */
	{ "if kernal >= 6 {\n}\n", 1, 4, "unknown fact \"kernal\"", "`kernel`" },
	{ "if arch >= 6 {\n}\n", 1, 4, "not asked like that", "`arch x86_64`" },
	{ "if kernel x {\n}\n", 1, 4, "not asked like that", "`kernel >= 6.6`" },
	{ "if exists /a* {\n}\n", 1, 11, "one file, not a glob", "\\*" },
	{ "if kernel = 6 {\n}\n", 1, 11, "compares with `==`", "`==`" },
	{ "if arch x\n", 1, 10, "ends too early", NULL },
	{ "if arch none {\n categry x\n}\n", 2, 2, "unexpected \"categry\"", "`category`" },
	{ "domain d {\n if arch none { raed /x }\n}\n", 2, 17, "unexpected \"raed\"", "`read`" },
	{ "if arch none {\n resource r file /r\n}\ndomain d { read r }\n", 4, 17,
	  "unknown resource", "declare" },
	/* Commands */
	{ "domain d {\n ioctl() /x\n}\n", 2, 8, "unexpected \")\"", NULL },
	{ "domain d {\n ioctl(1\n}\n", 2, 9, "ends too early", NULL },
	{ "domain d {\n ioctl(1 /x\n}\n", 2, 10, "unexpected \"/x\"", NULL },
	{ "domain d {\n ioctl(1}\n", 2, 9, "ends too early", NULL },
	{ "domain d {\n ioctl(1-2) /x\n}\n", 2, 9, "written with `..`", "`LOW..HIGH`" },
	{ "domain d {\n ioctl(1|2) /x\n}\n", 2, 9, "separated by commas", "`,`" },
	{ "domain d {\n ioctl(2..1) /x\n}\n", 2, 8, "backwards", "smaller" },
	{ "domain d {\n ioctl(0x100000000) /x\n}\n", 2, 8, "is not a command", "32 bits" },
	{ "domain d {\n ioctl(1, 09) /x\n}\n", 2, 11, "is not a command", "32 bits" },
	{ "domain d {\n read(1) /x\n}\n", 2, 2, "`read` has no commands", "parentheses" },
	{ "resource h tcp port 80\ndomain d {\n ioctl(1) h\n}\n", 3, 2, "does not apply",
	  "files" },
	{ "domain d {\n audit ioctl(1) /x\n}\n", 2, 8, "whole of `ioctl`", "`audit ioctl`" },
	{ "domain d {\n audit read, ioctl(1) /x\n}\n", 2, 14, "whole of `ioctl`", NULL },
	{ "domain d {\n quiet ioctl(1) /x\n}\n", 2, 8, "about refusals", "quiet deny" },
	{ "domain d {\n deny ioctl(TCGETS) /x\n}\n", 2, 13, "cannot be denied", "drop" },
	{ "domain d {\n deny ioctl(FIOQSIZE) /x\n}\n", 2, 13, "`stat` grants it", "deny stat" },
	{ "domain d { }\nexpect d deny read(1) /x\n", 2, 15, "`read` has no commands", NULL },
	{ "domain d { }\nexpect d deny ioctl(1..2) /x\n", 2, 21, "about one command", NULL },
	{ "domain d { }\nexpect d deny ioctl(1, 2) /x\n", 2, 21, "about one command", NULL },
	{ "domain d { }\nexpect d deny ioctl(1) /x/*\n", 2, 24, "not a glob", NULL },
	{ "domain d { }\nexpect d deny ioctl(TIOCSTX) /x\n", 2, 30, "unknown command", NULL },
	{ "domain d { }\nexpect d deny netlink rout\n", 2, 23, "unknown netlink", NULL },
	{ LEVELS "resource r file /r level secret\ndomain d {\n ioctl(TIOCSTI, 7..9) r\n}\n", 4,
	  23, "\"d\" (level public) may not ioctl(TIOCSTI, 7..9) \"r\" (level secret)",
	  "trusted ioctl(TIOCSTI, 7..9) r" },
	{ LEVELS "resource r file /r\ndomain d {\n level secret\n ioctl(7) r\n}\n", 5, 11,
	  "may not ioctl(7)", "trusted" },
	/* An exception for some commands is none for others, and none for all. */
	{ LEVELS "resource r file /r level secret\ndomain d {\n trusted ioctl(1..4, 7..8) r\n"
		 " ioctl(2..7) r\n}\n", 5, 14, "may not ioctl(2..7)", NULL },
	{ LEVELS "resource r file /r level secret\ndomain d {\n trusted ioctl(1..4) r\n"
		 " ioctl r\n}\n", 5, 8, "may not ioctl \"r\"", "trusted ioctl r" },
	{ LEVELS "resource r file /r level secret\ndomain d {\n lock r\n}\n", 4, 7, "may not lock",
	  "trusted lock" },
	{ LEVELS "domain d {\n level secret\n schedule e\n}\ndomain e { }\n", 4, 11,
	  "may not schedule", "trusted schedule domain e" },
	{ "abstraction a {\n mode enforce\n}\ndomain d { use a }\n", 2, 2, "cannot say", NULL },
	{ "abstraction a {\n audit required wait\n}\ndomain d { use a }\n", 2, 8, "cannot say", NULL },
	{ "abstraction a { use b }\nabstraction b { use a }\ndomain d { use a }\n", 2, 21,
	  "a -> b -> a", NULL },
	{ LEVELS "domain d {\n level any\n}\n", 3, 8, "outside of the order", "trusted" },
	{ LEVELS "domain d {\n level public\n level secret\n}\n", 4, 2, "twice", NULL },
	{ LEVELS "resource a file /s/**\nresource b file /s/k/** level secret\n", 3, 10,
	  "\"a\" (level public) and \"b\" (level secret) both match /s/k/a", "except" },
	{ LEVELS "resource a file /s/**\nresource b file /s/null level any\n", 3, 10,
	  "overlapping level", NULL },
	{ LEVELS "resource a tcp 10.0.0.0/8 level secret\nresource b tcp port 80\n", 3, 10,
	  "both match tcp 10.0.0.0 port 80", "disjoint" },
	{ LEVELS "resource r file /r level secret\ndomain d {\n read r\n}\n", 4, 7,
	  "\"d\" (level public) may not read \"r\" (level secret)", "trusted read r" },
	{ LEVELS "resource r file /r\ndomain d {\n level secret\n write r\n}\n", 5, 8,
	  "\"d\" (level secret) may not write,append \"r\" (level public)", "trusted write" },
	{ LEVELS "domain d {\n level secret\n signal e\n}\ndomain e { }\n", 4, 9, "may not signal",
	  "trusted signal domain e" },
	{ LEVELS "resource bin file /b/** level secret\ndomain d {\n enter /b/d\n}\n", 4, 8,
	  "may not read", NULL },
	{ "domain a {\n enter /b/x*\n}\ndomain b {\n enter /b/*y\n}\n", 5, 8,
	  "ambiguous transition: when a task of the host executes /b/xy", "disjoint" },
	{ "domain a {\n enter helper /b/x*\n}\ndomain b {\n enter helper /b/*y\n}\n", 5, 15,
	  "ambiguous transition: when the kernel executes /b/xy it enters \"a\" or \"b\"",
	  "disjoint" },
	{ "domain a {\n enter helper\n}\ndomain b {\n enter helper /x\n enter helper\n}\n", 6, 2,
	  "other helpers enter \"a\" or \"b\"", "enter helper PATH" },
	{ "domain a {\n enter halper /x\n}\n", 2, 8, "\"halper\" is not a path", "`enter helper`" },
	{ "domain a {\n enter self\n}\n", 2, 8, "\"self\" is not a path", "write a path" },
	{ "domain a {\n enter /x, helper\n}\n", 2, 12, "unexpected \"helper\"", NULL },
	{ "domain a {\n enter helper, /x\n}\n", 2, 14, "unexpected \",\"", "of its own" },
	{ "abstraction q {\n enter helper /x\n}\ndomain a { use q }\n", 2, 2, "cannot say", NULL },
	{ LEVELS "resource bin file /b/** level secret\ndomain d {\n enter helper /b/d\n}\n", 4, 15,
	  "may not read", NULL },
	{ "domain a {\n exec /b/x* as b\n exec /b/*y as c\n map /b/*\n}\ndomain b {\n map /b/*\n}\n"
	  "domain c {\n map /b/*\n}\n", 3, 7, "ambiguous transition: when domain a executes /b/xy",
	  NULL },
	{ "resource u file unreachable\ndomain a {\n exec u as b\n exec u as c\n}\ndomain b { }\n"
	  "domain c { }\n", 4, 7, "when domain a executes an object without host-absolute name",
	  NULL },
	/* The first label that both are of has only names with "//", which none has. */
	{ "resource t file /b/*/x except /b/?*/x\ndomain a {\n exec /b/** as b\n exec /b/*/x as c\n"
	  " stat t\n}\ndomain b { }\ndomain c { }\n", 4, 7, "when domain a executes /b/a/x it",
	  NULL },
};

static bool is_found(const struct gabion_compiled *c, const struct mistake *m)
{
	size_t i;

	for (i = 0; i < c->diagnostics.n; i++) {
		const struct gabion_diagnostic *d = &c->diagnostics.items[i];

		if (d->severity == GABION_SEVERITY_ERROR && d->line == m->line &&
		    d->column == m->column && strstr(d->message, m->message) &&
		    (!m->mend || (d->mend && strstr(d->mend, m->mend))))
			return true;
	}
	return false;
}

static void each_mistake(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		const struct mistake *m = &mistakes[i];
		struct gabion_compiled c;
		struct gabion_error error;
		int err = gabion_policy_compile_text(&c, "bad", m->text, strlen(m->text), &error);

		if (err != -EINVAL || c.image)
			fail_msg("accepted:\n%s", m->text);
		if (!is_found(&c, m)) {
			gabion_diagnostics_print(&c.diagnostics, stderr);
			fail_msg("in\n%s\nnot found at %u:%u: %s", m->text, m->line, m->column,
				 m->message);
		}
		/* One mistake, one message: what follows from it is not said. */
		if (c.diagnostics.nerrors != 1) {
			gabion_diagnostics_print(&c.diagnostics, stderr);
			fail_msg("%zu errors in\n%s", c.diagnostics.nerrors, m->text);
		}
		gabion_compiled_free(&c);
	}
}

static void several_in_one_run(void **state)
{
	static const char text[] = "domain d {\n capability chwon\n socket unx\n read /a[\n"
				   " mode x\n}\nexpect d deny read\nresource\n";
	struct gabion_compiled c;
	struct gabion_error error;

	(void)state;
	gabion_policy_compile_text(&c, "bad", text, strlen(text), &error);
	assert_int_equal(c.diagnostics.nerrors, 6);
	gabion_compiled_free(&c);
}

/* An abstraction that many domains use complains once. */
static void once(void **state)
{
	static const char text[] = "abstraction a { capability chwon }\ndomain d { use a }\n"
				   "domain e { use a }\ndomain f { use a }\n";
	struct gabion_compiled c;
	struct gabion_error error;

	(void)state;
	gabion_policy_compile_text(&c, "bad", text, strlen(text), &error);
	assert_int_equal(c.diagnostics.nerrors, 1);
	gabion_compiled_free(&c);
}

static void printed(void **state)
{
	static const char text[] = "domain d {\n\tcapability chown, net_raww\n}\n";
	struct gabion_compiled c;
	struct gabion_error error;
	char *out = NULL;
	size_t n;
	FILE *file = open_memstream(&out, &n);

	(void)state;
	gabion_policy_compile_text(&c, "dir/x.gabion", text, strlen(text), &error);
	gabion_diagnostics_print(&c.diagnostics, file);
	fclose(file);
	assert_string_equal(out, "dir/x.gabion:2:20: error: unknown capability \"net_raww\"\n"
				 "    2 | \tcapability chown, net_raww\n"
				 "      | \t                  ^~~~~~~~\n"
				 "      = did you mean `net_raw`?\n");
	free(out);
	gabion_compiled_free(&c);
}

static void warned(void **state)
{
	static const char text[] = "domain a {\n exec /x as b\n}\ndomain b { }\n";
	struct gabion_compiled c;
	struct gabion_error error;

	(void)state;
	assert_int_equal(gabion_policy_compile_text(&c, "x", text, strlen(text), &error), 0);
	assert_int_equal(c.diagnostics.nwarnings, 1);
	assert_non_null(strstr(c.diagnostics.items[0].message, "may not map"));
	gabion_compiled_free(&c);
}

static void missing_file(void **state)
{
	const char *path = "/nonexistent/policy";
	struct gabion_compiled c;
	struct gabion_error error;

	(void)state;
	assert_int_equal(gabion_policy_compile(&c, &path, 1, &error), -ENOENT);
	assert_non_null(strstr(error.text, path));
	gabion_compiled_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_mistake), cmocka_unit_test(several_in_one_run),
		cmocka_unit_test(once),		cmocka_unit_test(printed),
		cmocka_unit_test(warned),	cmocka_unit_test(missing_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
