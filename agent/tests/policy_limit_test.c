// SPDX-License-Identifier: GPL-2.0
/*
 * Limits of resources: what a policy comes to, what is answered, which images the verifier
 * refuses, and which texts the compiler.
 */
#include <errno.h>
#include <sys/resource.h>

#include "../../core/limit.h"
#include "../policy/query_limit.h"
#include "policy_fixture.h"

static void assert_limits(const char *policy, uint32_t domain, const char *expected)
{
	struct gabion_compiled c;
	char *text;

	policy_compile(&c, policy);
	text = gabion_query_limits(&c.view, domain);
	if (!expected)
		assert_null(text);
	else
		assert_string_equal(text ? text : "(none)", expected);
	free(text);
	gabion_compiled_free(&c);
}

static void ascending_and_the_lowest(void **state)
{
	(void)state;
	assert_limits("domain d { read /a }\n", 1, NULL);
	assert_limits("domain d { limit nofile 1024 }\n", 0, NULL);
	assert_limits("domain d { limit nofile 1024, core 0\n limit as 5, fsize 18446744073709551614 }\n",
		      1, "fsize 18446744073709551614, core 0, nofile 1024, as 5");
	assert_limits("abstraction few { limit nofile 16, nproc 9 }\n"
		      "domain d { limit nofile 1024, nproc 2\n use few }\n",
		      1, "nproc 2, nofile 16");
	/* Each domain has its own. */
	assert_limits("abstraction few { limit nofile 16 }\n"
		      "domain c { use few\n limit stack 3 }\ndomain d { limit core 1\n use few }\n",
		      2, "core 1, nofile 16");
	/* Where nothing is asked there is no limit. */
	assert_limits("domain d { mode unconfined\n limit nofile 1 }\n", 1, NULL);
	/* A name like the word. */
	assert_limits("resource limit file /a\ndomain d { read limit\n limit nice 1 }\n", 1,
		      "nice 1");
}

static void answers(void **state)
{
	struct gabion_compiled c;
	struct gabion_answer a;
	struct gabion_error error;

	(void)state;
	policy_compile(&c, "abstraction few { limit nofile 16 }\n"
			   "domain d { use few\n limit nproc 0 }\ndomain free { mode unconfined }\n"
			   "expect d allow limit nofile 16\nexpect d deny limit nofile 17\n");
	policy_expect(&c, "d", "limit", "nofile 16", GABION_ANSWER_ALLOWED);
	policy_expect(&c, "d", "limit", "nofile 17", GABION_ANSWER_DENIED);
	policy_expect(&c, "d", "limit", "nofile 18446744073709551615", GABION_ANSWER_DENIED);
	policy_expect(&c, "d", "limit", "nproc 0", GABION_ANSWER_ALLOWED);
	policy_expect(&c, "d", "limit", "nproc 1", GABION_ANSWER_DENIED);
	policy_expect(&c, "d", "limit", "core 18446744073709551615", GABION_ANSWER_ALLOWED);
	policy_expect(&c, "free", "limit", "nofile 1000000", GABION_ANSWER_ALLOWED);
	policy_expect(&c, "host", "limit", "nofile 1000000", GABION_ANSWER_ALLOWED);
	/* The rule that says so is named. */
	a = policy_ask(&c, "d", "limit", "nofile 17");
	assert_int_equal(a.nrules, 1);
	assert_int_equal(le32_to_cpu(c.view.rules[a.rules[0]].line), 1);
	gabion_answer_free(&a);
	assert_int_equal(gabion_query(&c.view, "d", "limit", "nofil 1", &a, &error), -EINVAL);
	assert_non_null(strstr(error.text, "nofile"));
	assert_int_equal(gabion_query(&c.view, "d", "limit", "cpu 1", &a, &error), -EINVAL);
	assert_int_equal(gabion_query(&c.view, "d", "limit", "nofile", &a, &error), -EINVAL);
	assert_int_equal(gabion_query(&c.view, "d", "limit", "nofile -1", &a, &error), -EINVAL);
	assert_int_equal(gabion_query(&c.view, "d", "limit", "nofile 1x", &a, &error), -EINVAL);
	gabion_compiled_free(&c);
}

static void assert_mistake(const char *policy, const char *message)
{
	struct gabion_compiled c;
	struct gabion_error error;

	assert_int_not_equal(gabion_policy_compile_text(&c, "test.gabion", policy, strlen(policy),
							&error), 0);
	assert_true(c.diagnostics.n > 0);
	if (!strstr(c.diagnostics.items[0].message, message))
		fail_msg("\"%s\" does not say \"%s\"", c.diagnostics.items[0].message, message);
	gabion_compiled_free(&c);
}

static void mistakes(void **state)
{
	(void)state;
	assert_mistake("domain d { limit nofil 3 }\n", "unknown limit \"nofil\"");
	assert_mistake("domain d { limit cpu 3 }\n", "unknown limit \"cpu\"");
	assert_mistake("domain d { limit nofile 18446744073709551615 }\n", "more than a limit");
	assert_mistake("domain d { limit nofile 99999999999999999999 }\n", "more than a limit");
	assert_mistake("domain d { limit nofile }\n", "number");
	assert_mistake("domain d { deny limit nofile 3 }\n", "do not apply to a limit");
	assert_mistake("domain d { audit limit nofile 3 }\n", "do not apply to a limit");
}

static struct gabion_policy_section *section_of(void *image)
{
	struct gabion_policy_section *s =
		(void *)((char *)image + sizeof(struct gabion_policy_header));

	while (le32toh(s->type) != GABION_SECTION_LIMITS)
		s++;
	return s;
}

static void malformed(void **state)
{
	static const struct {
		uint32_t entries[2][2]; /* domain, resource */
		const char *why;
	} cases[] = {
		{ { { 1, RLIMIT_NPROC }, { 1, RLIMIT_NOFILE } }, NULL },
		{ { { 0, RLIMIT_NOFILE }, { 1, RLIMIT_FSIZE } }, NULL },
		{ { { 1, RLIMIT_NOFILE }, { 1, RLIMIT_NOFILE } }, "ascending" },
		{ { { 1, RLIMIT_NOFILE }, { 1, RLIMIT_NPROC } }, "ascending" },
		{ { { 1, RLIMIT_NPROC }, { 0, RLIMIT_NOFILE } }, "ascending" },
		{ { { 1, RLIMIT_NPROC }, { 2, RLIMIT_NOFILE } }, "no such domain" },
		{ { { 1, RLIMIT_NPROC }, { 0xffffffff, RLIMIT_NOFILE } }, "no such domain" },
		{ { { 1, RLIMIT_NPROC }, { 1, GABION_RLIMITS_END } }, "no such resource" },
		{ { { 1, RLIMIT_CPU }, { 1, RLIMIT_NOFILE } }, "no such resource" },
	};
	struct gabion_compiled c;
	struct gabion_policy_limit *limits;
	size_t i, j;

	(void)state;
	policy_compile(&c, "domain d { limit nproc 5, nofile 6 }\n");
	limits = (void *)((char *)c.image + le32toh(section_of(c.image)->offset));
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct gabion_policy_header *h = c.image;
		struct gabion_view view;
		const char *why = "";
		int err;

		for (j = 0; j < 2; j++) {
			limits[j].domain = htole32(cases[i].entries[j][0]);
			limits[j].resource = htole32(cases[i].entries[j][1]);
		}
		h->crc = htole32(gabion_image_checksum(c.image, c.size));
		err = gabion_view_open(&view, c.image, c.size, &why);
		assert_int_equal(err, cases[i].why ? -EINVAL : 0);
		if (cases[i].why)
			assert_non_null(strstr(why, cases[i].why));
	}
	/* Half an entry. */
	section_of(c.image)->length = htole32(24);
	((struct gabion_policy_header *)c.image)->crc =
		htole32(gabion_image_checksum(c.image, c.size));
	assert_int_equal(gabion_view_open(&c.view, c.image, c.size, &(const char *){ NULL }),
			 -EINVAL);
	gabion_compiled_free(&c);
}

/* Each is found, and what is not there is not. */
static void look_up(void **state)
{
	struct gabion_compiled c;
	uint32_t d, r;

	(void)state;
	policy_compile(&c, "domain a { limit nproc 1, nofile 2 }\ndomain b { read /x }\n"
			   "domain c { limit fsize 3, core 4, rttime 5 }\n");
	for (d = 0; d < 4; d++) {
		for (r = 0; r < GABION_RLIMITS_END; r++) {
			uint64_t expected = d == 1 && r == RLIMIT_NPROC	   ? 1
					    : d == 1 && r == RLIMIT_NOFILE ? 2
					    : d == 3 && r == RLIMIT_FSIZE  ? 3
					    : d == 3 && r == RLIMIT_CORE   ? 4
					    : d == 3 && r == RLIMIT_RTTIME ? 5
									   : UINT64_MAX;

			assert_int_equal(gabion_limit_of(&c.view, d, r), expected);
		}
	}
	gabion_compiled_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ascending_and_the_lowest),
		cmocka_unit_test(answers),
		cmocka_unit_test(mistakes),
		cmocka_unit_test(malformed),
		cmocka_unit_test(look_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
