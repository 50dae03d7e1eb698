// SPDX-License-Identifier: GPL-2.0
/*
 * ioctl(2) by command: which ranges a policy comes to, what core/ioctl.h decides
 * by them, and which images the verifier refuses.
 */
#include <errno.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

#include "../../core/ioctl.h"
#include "policy_fixture.h"

#define ALLOWED GABION_ANSWER_ALLOWED
#define NO_RULE GABION_ANSWER_NO_RULE
#define DENIED	GABION_ANSWER_DENIED
#define LEVEL	GABION_ANSWER_LEVEL

#define LEVELS "level public < secret\n"

/* Ranges of domain 1, as "LABEL:FIRST-LAST ..." in hexadecimal, labels by their names. */
static void assert_ranges(const char *policy, const char *expected)
{
	struct gabion_compiled c;
	char text[512] = "";
	uint32_t i;

	policy_compile(&c, policy);
	assert_int_equal(c.stats.ioctls, c.view.nioctls);
	for (i = 0; i < c.view.nioctls; i++) {
		const struct gabion_policy_ioctl *e = &c.view.ioctls[i];
		const struct gabion_policy_label *label =
			&c.view.classes[GABION_CLASS_FILE].labels[le32_to_cpu(e->label)];
		size_t n = strlen(text);

		assert_int_equal(le32_to_cpu(e->domain), 1);
		snprintf(text + n, sizeof(text) - n, "%s%s:%x-%x", i ? " " : "",
			 gabion_view_string(&c.view, label->name), le32_to_cpu(e->first),
			 le32_to_cpu(e->last));
	}
	assert_string_equal(text, expected);
	gabion_compiled_free(&c);
}

static void ranges(void **state)
{
	(void)state;
	assert_ranges("domain d {\n read /a\n}\n", "");
	assert_ranges("domain d {\n ioctl(TIOCSTI, 5) /a\n}\n", "/a:5-5 /a:5412-5412");
	/* Merged where they overlap or touch, from whatever statement. */
	assert_ranges("domain d {\n ioctl(5..7, 3) /a\n ioctl(4, 6..9,\n 0x20) /a\n}\n",
		      "/a:3-9 /a:20-20");
	assert_ranges("domain d {\n ioctl(1..9, 2..3, 10) /a\n}\n", "/a:1-a");
	assert_ranges("domain d {\n ioctl(0, 0xffffffff, 0xfffffffe) /a\n}\n",
		      "/a:0-0 /a:fffffffe-ffffffff");
	/* Nothing to say where all are granted, or all denied. */
	assert_ranges("domain d {\n ioctl(5) /a\n ioctl /a\n}\n", "");
	assert_ranges("domain d {\n ioctl(5) /a\n deny ioctl /a\n}\n", "");
	assert_ranges("domain d {\n deny ioctl(5) /a\n}\n", "");
}

static void denied_ranges(void **state)
{
	(void)state;
	assert_ranges("domain d {\n deny ioctl(5) /a\n ioctl(3..7) /a\n}\n", "/a:3-4 /a:6-7");
	assert_ranges("domain d {\n ioctl(3..7) /a\n deny ioctl(1..3, 7..9) /a\n}\n", "/a:4-6");
	assert_ranges("domain d {\n ioctl(3..7, 9..11) /a\n deny ioctl(5..9) /a\n}\n",
		      "/a:3-4 /a:a-b");
	assert_ranges("domain d {\n ioctl(3..7) /a\n deny ioctl(3..7) /a\n}\n", "");
	/* Out of a grant of all: the others are left. */
	assert_ranges("domain d {\n ioctl /a\n deny ioctl(5) /a\n}\n", "/a:0-4 /a:6-ffffffff");
	assert_ranges("domain d {\n ioctl /a\n deny ioctl(0) /a\n}\n", "/a:1-ffffffff");
	assert_ranges("domain d {\n ioctl /a\n deny ioctl(0xffffffff) /a\n}\n", "/a:0-fffffffe");
	assert_ranges("domain d {\n ioctl /a\n deny ioctl(0..0xffffffff) /a\n}\n", "");
	assert_ranges("domain d {\n ioctl /a\n deny ioctl(0, 2..4, 3..8, 0x10) /a\n"
		      " ioctl(3) /a\n}\n",
		      "/a:1-1 /a:9-f /a:11-ffffffff");
	/* By label: what belongs to two resources loses what either loses. */
	assert_ranges("resource all file /{a,b}\ndomain d {\n ioctl all\n deny ioctl(5) /b\n}\n",
		      "all,/b:0-4 all,/b:6-ffffffff");
}

/* `deny`, whatever the order and the kind of the grant. */
static void verdicts(void **state)
{
	struct gabion_compiled c;

	(void)state;
	policy_compile(&c, "resource all file /dev/*\ndomain d {\n ioctl all\n ioctl(7) /x\n"
			   " deny ioctl(TIOCSTI, 0x10..0x12) /dev/tty\n deny ioctl /dev/mem\n"
			   " ioctl(TIOCSTI) /dev/mem\n}\ndomain e { }\n");
	policy_expect(&c, "d", "ioctl", "/dev/sda", ALLOWED);
	policy_expect(&c, "d", "ioctl", "TIOCSTI /dev/sda", ALLOWED);
	policy_expect(&c, "d", "ioctl", "/dev/tty", DENIED);
	policy_expect(&c, "d", "ioctl", "TIOCSTI /dev/tty", DENIED);
	policy_expect(&c, "d", "ioctl", "0x5412 /dev/tty", DENIED);
	policy_expect(&c, "d", "ioctl", "21522 /dev/tty", DENIED);
	policy_expect(&c, "d", "ioctl", "TIOCSCTTY /dev/tty", ALLOWED);
	policy_expect(&c, "d", "ioctl", "15 /dev/tty", ALLOWED);
	policy_expect(&c, "d", "ioctl", "16 /dev/tty", DENIED);
	policy_expect(&c, "d", "ioctl", "18 /dev/tty", DENIED);
	policy_expect(&c, "d", "ioctl", "19 /dev/tty", ALLOWED);
	policy_expect(&c, "d", "ioctl", "0xffffffff /dev/tty", ALLOWED);
	policy_expect(&c, "d", "ioctl", "TIOCSTI /dev/mem", DENIED);
	policy_expect(&c, "d", "ioctl", "7 /x", ALLOWED);
	policy_expect(&c, "d", "ioctl", "6 /x", NO_RULE);
	policy_expect(&c, "d", "ioctl", "8 /x", NO_RULE);
	policy_expect(&c, "d", "ioctl", "/x", NO_RULE);
	policy_expect(&c, "d", "ioctl", "7 /y", NO_RULE);
	policy_expect(&c, "d", "ioctl", "7 unreachable", NO_RULE);
	policy_expect(&c, "e", "ioctl", "7 /x", NO_RULE);
	policy_expect(&c, "host", "ioctl", "7 /x", ALLOWED);
	/* Those that need no grant. */
	policy_expect(&c, "e", "ioctl", "TCGETS /x", ALLOWED);
	policy_expect(&c, "d", "ioctl", "TCGETS /dev/mem", ALLOWED);
	gabion_compiled_free(&c);
}

static void levels(void **state)
{
	struct gabion_compiled c;

	(void)state;
	policy_compile(&c, LEVELS "resource pub file /pub\nresource sec file /sec level secret\n"
				  "resource null file /null level any\n"
				  "domain d {\n level secret\n ioctl(1) sec, null\n"
				  " trusted ioctl(10..12, 14) pub\n ioctl(11) pub\n}\n"
				  "domain t {\n trusted ioctl sec\n deny ioctl(9) sec\n}\n"
				  "domain u {\n trusted read sec\n}\n");
	policy_expect(&c, "d", "ioctl", "1 /sec", ALLOWED);
	policy_expect(&c, "d", "ioctl", "1 /null", ALLOWED);
	policy_expect(&c, "d", "ioctl", "10 /pub", ALLOWED);
	policy_expect(&c, "d", "ioctl", "11 /pub", ALLOWED);
	policy_expect(&c, "d", "ioctl", "14 /pub", ALLOWED);
	/* The exception is for what it lists. */
	policy_expect(&c, "d", "ioctl", "13 /pub", NO_RULE);
	policy_expect(&c, "d", "ioctl", "/pub", NO_RULE);
	policy_expect(&c, "t", "ioctl", "8 /sec", ALLOWED);
	policy_expect(&c, "t", "ioctl", "9 /sec", DENIED);
	policy_expect(&c, "u", "ioctl", "8 /sec", NO_RULE);
	gabion_compiled_free(&c);
}

/* The level order holds in the decision itself, not in the compiler alone. */
static void level_is_checked_again(void **state)
{
	struct gabion_compiled c;
	struct gabion_policy_domain *d;

	(void)state;
	policy_compile(&c, LEVELS "resource r file /r\ndomain d {\n ioctl(7) r\n}\n"
				  "domain e {\n level secret\n}\n");
	policy_expect(&c, "d", "ioctl", "7 /r", ALLOWED);
	d = (struct gabion_policy_domain *)&c.view.domains[1];
	d->level = c.view.domains[2].level;
	policy_expect(&c, "d", "ioctl", "7 /r", LEVEL);
	policy_expect(&c, "d", "ioctl", "FIONBIO /r", ALLOWED);
	gabion_compiled_free(&c);
}

static void marks(void **state)
{
	struct gabion_compiled c;
	struct gabion_answer a;

	(void)state;
	policy_compile(&c, "domain d {\n audit ioctl /a\n ioctl /q\n quiet deny ioctl(5) /q\n"
			   " ioctl(1) /r\n deny ioctl(4) /r\n ioctl(6) /a\n}\n");
	a = policy_ask(&c, "d", "ioctl", "5 /a");
	assert_true(a.allowed && a.audit && a.has_command && !a.free_command);
	assert_int_equal(a.command, 5);
	gabion_answer_free(&a);
	/* What grants a command is no answer to the question for all of them. */
	a = policy_ask(&c, "d", "ioctl", "/a");
	assert_true(a.allowed && !a.has_command);
	assert_int_equal(a.nrules, 1);
	assert_int_equal(le32_to_cpu(c.view.rules[a.rules[0]].line), 2);
	gabion_answer_free(&a);
	a = policy_ask(&c, "d", "ioctl", "5 /q");
	assert_true(a.denied && a.quiet);
	assert_int_equal(a.nrules, 1);
	assert_int_equal(le32_to_cpu(c.view.rules[a.rules[0]].permissions),
			 GABION_FILE_IOCTL | GABION_RULE_COMMANDS);
	assert_int_equal(le32_to_cpu(c.view.rules[a.rules[0]].line), 4);
	gabion_answer_free(&a);
	a = policy_ask(&c, "d", "ioctl", "1 /r");
	assert_int_equal(a.nrules, 1);
	assert_int_equal(le32_to_cpu(c.view.rules[a.rules[0]].line), 5);
	gabion_answer_free(&a);
	a = policy_ask(&c, "d", "ioctl", "TCGETS /q");
	assert_true(a.allowed && a.free_command && !a.nrules);
	gabion_answer_free(&a);
	gabion_compiled_free(&c);
}

static void expectations(void **state)
{
	struct gabion_compiled c;
	struct gabion_answer answer;
	struct gabion_error error;
	size_t i;

	(void)state;
	policy_compile(&c, "domain d {\n ioctl(TIOCSTI) \"/a b\", /c\n}\n"
			   "expect d allow ioctl(TIOCSTI) \"/a b\"\nexpect d deny ioctl(7) /c\n"
			   "expect d deny ioctl(7) unreachable\nexpect d deny ioctl /c\n"
			   "expect d allow ioctl(TIOCGWINSZ) /e\nexpect d deny netlink audit\n");
	assert_int_equal(c.expectations.n, 6);
	for (i = 0; i < c.expectations.n; i++) {
		assert_int_equal(gabion_expectation_check(&c.expectations.items[i], &c.view,
							  &answer, &error), 1);
		gabion_answer_free(&answer);
	}
	gabion_compiled_free(&c);
}

/* Said before there is memory for them. */
static void too_many(void **state)
{
	struct gabion_compiled c;
	struct gabion_error error;
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);
	unsigned int i;

	(void)state;
	fputs("domain d {\n ioctl(0", out);
	for (i = 1; i < 20000; i++)
		fprintf(out, ", %u", 3 * i);
	fputs(") /f", out);
	for (i = 1; i < 1000; i++)
		fprintf(out, ", /f%u", i);
	fputs("\n}\n", out);
	fclose(out);
	assert_int_equal(gabion_policy_compile_text(&c, "many", text, n, &error), -EINVAL);
	assert_int_equal(c.diagnostics.nerrors, 1);
	assert_non_null(strstr(c.diagnostics.items[0].message, "commands times files"));
	gabion_compiled_free(&c);
	free(text);
}

static void senseless_questions(void **state)
{
	static const char *const questions[][2] = {
		{ "TIOCSTX /x", "did you mean `TIOCSTI`" },
		{ "0x100000000 /x", "32 bits" },
		{ "5x /x", "unknown command" },
		{ "TIOCSTI x", "neither an absolute path" },
		{ "TIOCSTI", "neither an absolute path" },
		{ "TIOCSTI /x/", "ends in '/'" },
		{ "tcp 127.0.0.1 port 1", "does not apply" },
		{ "domain d", "does not apply" },
	};
	struct gabion_compiled c;
	struct gabion_answer answer;
	struct gabion_error error;
	size_t i;

	(void)state;
	policy_compile(&c, "domain d { }\n");
	for (i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		assert_int_equal(gabion_query(&c.view, "d", "ioctl", questions[i][0], &answer,
					      &error), -EINVAL);
		if (!strstr(error.text, questions[i][1]))
			fail_msg("%s: %s", questions[i][0], error.text);
	}
	gabion_compiled_free(&c);
}

static void permissions_of_commands(void **state)
{
	static const uint32_t ioctl[] = {
		FIDEDUPERANGE, FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR, TCSETS, TIOCSTI, TIOCLINUX,
		TIOCSCTTY, TIOCSWINSZ, FIFREEZE, TCSETSW, 0, 0xffffffff,
	};
	static const uint32_t status[] = {
		FIOQSIZE, FIONREAD, FIGETBSZ, FS_IOC_GETFLAGS, FS_IOC32_GETFLAGS,
		FS_IOC_FSGETXATTR,
	};
	static const uint32_t none[] = {
		FIOCLEX, FIONCLEX, FIONBIO, FIOASYNC, TCGETS, TIOCGWINSZ, FICLONE, FICLONERANGE,
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ioctl) / sizeof(ioctl[0]); i++)
		assert_int_equal(gabion_ioctl_permission(ioctl[i]), GABION_FILE_IOCTL);
	for (i = 0; i < sizeof(status) / sizeof(status[0]); i++)
		assert_int_equal(gabion_ioctl_permission(status[i]), GABION_FILE_STAT);
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_int_equal(gabion_ioctl_permission(none[i]), 0);
}

/* `stat` decides about some: neither `ioctl` nor the command's name does. */
static void commands_that_want_stat(void **state)
{
	struct gabion_compiled c;
	struct gabion_answer a;

	(void)state;
	policy_compile(&c, "level low < high\nresource up file /up level high\n"
			   "domain d {\n level low\n stat /s\n ioctl /i\n"
			   " ioctl(FIOQSIZE) /n\n write up\n}\n");
	a = policy_ask(&c, "d", "ioctl", "FIOQSIZE /s");
	assert_true(a.allowed && a.has_command && !a.free_command);
	assert_int_equal(a.wanted, GABION_FILE_STAT);
	assert_int_equal(a.nrules, 1);
	gabion_answer_free(&a);
	a = policy_ask(&c, "d", "ioctl", "FIOQSIZE /i");
	assert_true(a.denied && a.reason == GABION_ANSWER_NO_RULE);
	gabion_answer_free(&a);
	a = policy_ask(&c, "d", "ioctl", "FS_IOC_FSGETXATTR /n");
	assert_true(a.denied && a.reason == GABION_ANSWER_NO_RULE);
	gabion_answer_free(&a);
	a = policy_ask(&c, "d", "ioctl", "FIOQSIZE /n");
	assert_true(a.denied && a.reason == GABION_ANSWER_NO_RULE);
	gabion_answer_free(&a);
	a = policy_ask(&c, "d", "ioctl", "FS_IOC_FSGETXATTR /up");
	assert_true(a.denied && a.reason == GABION_ANSWER_LEVEL);
	assert_int_equal(a.refused, GABION_FILE_STAT);
	gabion_answer_free(&a);
	gabion_compiled_free(&c);
}

static struct gabion_policy_ioctl entry(uint32_t domain, uint32_t label, uint32_t first,
					uint32_t last)
{
	return (struct gabion_policy_ioctl){ htole32(domain), htole32(label), htole32(first),
					     htole32(last) };
}

/* The search, at both ends of each range and between them, among domains and labels. */
static void listed(void **state)
{
	const struct gabion_policy_ioctl entries[] = {
		entry(1, 2, 0, 0), entry(1, 2, 5, 7), entry(1, 2, 0xfffffffe, 0xffffffff),
		entry(1, 4, 6, 6), entry(3, 0, 8, 9),
	};
	static const uint32_t commands[] = { 0, 1, 4, 5, 6, 7, 8, 9, 10, 0xfffffffd, 0xfffffffe,
					     0xffffffff };
	struct gabion_view view = { .ioctls = entries };
	uint32_t domain, label, n, i;
	size_t c;

	(void)state;
	for (n = 0; n <= sizeof(entries) / sizeof(entries[0]); n++) {
		view.nioctls = n;
		for (domain = 0; domain < 5; domain++)
			for (label = 0; label < 6; label++)
				for (c = 0; c < sizeof(commands) / sizeof(commands[0]); c++) {
					bool there = false;

					for (i = 0; i < n; i++)
						there |= le32toh(entries[i].domain) == domain &&
							 le32toh(entries[i].label) == label &&
							 le32toh(entries[i].first) <= commands[c] &&
							 le32toh(entries[i].last) >= commands[c];
					assert_int_equal(gabion_ioctl_listed(&view, domain, label,
									     commands[c]), there);
				}
	}
}

/* The section of ranges in an image, to be damaged. */
static struct gabion_policy_section *find_section(void *image)
{
	struct gabion_policy_header *h = image;
	struct gabion_policy_section *s = (struct gabion_policy_section *)(h + 1);

	while (le32toh(s->type) != GABION_SECTION_IOCTLS)
		s++;
	return s;
}

static void assert_refused(struct gabion_compiled *c, const char *why_expected)
{
	struct gabion_policy_header *h = c->image;
	struct gabion_view view;
	const char *why = NULL;
	int err;

	h->crc = htole32(gabion_image_checksum(c->image, c->size));
	err = gabion_view_open(&view, c->image, c->size, &why);
	if (!why_expected) {
		assert_int_equal(err, 0);
		return;
	}
	assert_int_equal(err, -EINVAL);
	assert_non_null(strstr(why, why_expected));
}

static void malformed(void **state)
{
	static const struct {
		uint32_t entries[3][4];
		const char *why;
	} cases[] = {
		{ { { 1, 2, 1, 2 }, { 1, 2, 3, 4 }, { 1, 2, 6, 0xffffffff } }, NULL },
		{ { { 0, 0, 1, 2 }, { 0, 1, 0, 0 }, { 1, 0, 0, 0 } }, NULL },
		{ { { 1, 2, 1, 2 }, { 1, 2, 2, 4 }, { 1, 2, 6, 7 } }, "overlapping" },
		{ { { 1, 2, 1, 2 }, { 1, 2, 1, 2 }, { 1, 2, 6, 7 } }, "overlapping" },
		{ { { 1, 2, 3, 4 }, { 1, 2, 1, 2 }, { 1, 2, 6, 7 } }, "ascending" },
		{ { { 1, 2, 1, 2 }, { 1, 1, 3, 4 }, { 1, 2, 6, 7 } }, "ascending" },
		{ { { 1, 2, 1, 2 }, { 1, 2, 3, 4 }, { 0, 2, 6, 7 } }, "ascending" },
		{ { { 1, 2, 0, 0xffffffff }, { 1, 2, 0xffffffff, 0xffffffff }, { 1, 2, 1, 1 } },
		  "overlapping" },
		{ { { 1, 2, 2, 1 }, { 1, 2, 3, 4 }, { 1, 2, 6, 7 } }, "empty" },
		{ { { 1, 2, 1, 2 }, { 1, 2, 3, 4 }, { 1, 2, 0xffffffff, 0 } }, "empty" },
		{ { { 1, 2, 1, 2 }, { 1, 2, 3, 4 }, { 2, 2, 6, 7 } }, "out of range" },
		{ { { 1, 2, 1, 2 }, { 1, 2, 3, 4 }, { 1, 3, 6, 7 } }, "out of range" },
		{ { { 1, 2, 1, 2 }, { 1, 2, 3, 4 }, { 0xffffffff, 2, 6, 7 } }, "out of range" },
		{ { { 1, 2, 1, 2 }, { 1, 2, 3, 4 }, { 1, 0xffffffff, 6, 7 } }, "out of range" },
	};
	struct gabion_compiled c;
	struct gabion_policy_section *section;
	struct gabion_policy_ioctl *entries;
	size_t i, j;

	(void)state;
	policy_compile(&c, "domain d {\n ioctl(1, 3, 5) /a\n}\n");
	section = find_section(c.image);
	assert_int_equal(le32toh(section->length), 3 * sizeof(*entries));
	entries = (void *)((uint8_t *)c.image + le32toh(section->offset));
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (j = 0; j < 3; j++)
			entries[j] = entry(cases[i].entries[j][0], cases[i].entries[j][1],
					   cases[i].entries[j][2], cases[i].entries[j][3]);
		assert_refused(&c, cases[i].why);
	}
	section->length = htole32(3 * sizeof(*entries) - 4);
	assert_refused(&c, "length");
	section->length = htole32(3 * sizeof(*entries));
	section->klass = htole32(GABION_CLASS_FILE);
	assert_refused(&c, "");
	gabion_compiled_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges),
		cmocka_unit_test(denied_ranges),
		cmocka_unit_test(verdicts),
		cmocka_unit_test(levels),
		cmocka_unit_test(level_is_checked_again),
		cmocka_unit_test(marks),
		cmocka_unit_test(expectations),
		cmocka_unit_test(too_many),
		cmocka_unit_test(senseless_questions),
		cmocka_unit_test(permissions_of_commands),
		cmocka_unit_test(commands_that_want_stat),
		cmocka_unit_test(listed),
		cmocka_unit_test(malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
