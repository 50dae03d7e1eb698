// SPDX-License-Identifier: GPL-2.0
/*
 * Globs: what they mean, by table and against an independent matcher.
 */
#include <errno.h>

#include "../policy/dfa.h"
#include "../policy/glob.h"
#include "policy_fixture.h"
#include "policy_matcher.h"

struct automaton {
	struct gabion_sets sets;
	struct gabion_nfa nfa;
	struct gabion_automaton dfa;
	struct gabion_labels labels;
};

static int add(void *arg, const gabion_pattern *pattern)
{
	gabion_nfa_add(arg, pattern, 0, false);
	return 0;
}

static int build(struct automaton *a, const char *glob, struct gabion_glob_error *error)
{
	uint32_t culprit;
	int err;

	gabion_sets_init(&a->sets);
	gabion_nfa_init(&a->nfa, &a->sets);
	gabion_labels_init(&a->labels);
	err = gabion_glob_compile(&a->sets, glob, add, &a->nfa, error);
	if (!err)
		err = gabion_dfa_construct(&a->dfa, &a->nfa, &a->labels, &culprit);
	else
		memset(&a->dfa, 0, sizeof(a->dfa));
	return err;
}

static void destroy(struct automaton *a)
{
	gabion_automaton_free(&a->dfa);
	gabion_labels_free(&a->labels);
	gabion_nfa_free(&a->nfa);
	gabion_sets_free(&a->sets);
}

static bool accepts(const struct gabion_automaton *dfa, const char *name)
{
	uint32_t state = dfa->start;

	while (*name)
		state = gabion_automaton_next(dfa, state, (unsigned char)*name++);
	return dfa->accept[state];
}

static void meaning(void **state)
{
	static const struct {
		const char *glob, *name;
		bool matches;
	} cases[] = {
		{ "/", "/", true },
		{ "/a", "/a", true },
		{ "/a", "/a/b", false },
		{ "/a", "/", false },
		{ "/etc/*", "/etc/passwd", true },
		{ "/etc/*", "/etc/ssl/certs", false },
		{ "/etc/*", "/etc", false },
		{ "/etc/*.conf", "/etc/a.b.conf", true },
		{ "/etc/*.conf", "/etc/.conf", true },
		{ "/srv/**", "/srv/www", true },
		{ "/srv/**", "/srv/www/a/b", true },
		{ "/srv/**", "/srv", false },
		{ "/srv/**", "/srvx", false },
		{ "/srv{,/**}", "/srv", true },
		{ "/srv{,/**}", "/srv/a/b", true },
		{ "/srv{,/**}", "/srvx", false },
		{ "/**", "/a", true },
		{ "/**.so", "/usr/lib/libc.so", true },
		{ "/usr/**/x", "/usr/a/b/x", true },
		{ "/usr/**/x", "/usr/x", false },
		{ "/usr/{**/,}x", "/usr/x", true },
		{ "/a?c", "/abc", true },
		{ "/a?c", "/a/c", false },
		{ "/a?c", "/ac", false },
		{ "/[a-c]", "/b", true },
		{ "/[a-c]", "/d", false },
		{ "/x[^a-c]y", "/xdy", true },
		{ "/x[^a-c]y", "/xby", false },
		{ "/x[^a-c]y", "/x/y", false },
		{ "/[!a]", NULL, false },
		{ "/[-a]", "/-", true },
		{ "/[a-]", "/-", true },
		{ "/[\\]]", "/]", true },
		{ "/[,;]", "/,", true },
		{ "/{a,b}{c,d}", "/bc", true },
		{ "/{a,b}{c,d}", "/ab", false },
		{ "/{a,{b,c}d}", "/cd", true },
		{ "/{a,{b,c}d}", "/b", false },
		{ "/{,a}b", "/b", true },
		{ "/\\*", "/*", true },
		{ "/\\*", "/a", false },
		{ "/\\{a\\}", "/{a}", true },
		{ "/a\\\\b", "/a\\b", true },
		{ "/caf\xc3\xa9/*", "/caf\xc3\xa9/x", true },
		{ "/*", "/\xff\xfe", true },
		{ "/***", "/a/b", true },
		/* A brace is not text: no "**" comes from it. */
		{ "/*{*,x}", "/a/b", false },
		{ "/*{*,x}", "/ab", true },
		{ "/proc/[0-9]*/maps", "/proc/123/maps", true },
		{ "/proc/[0-9]*/maps", "/proc/self/maps", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct gabion_glob_error error;
		struct automaton a;
		int err = build(&a, cases[i].glob, &error);

		if (!cases[i].name) {
			assert_int_equal(err, -EINVAL);
		} else {
			assert_int_equal(err, 0);
			if (accepts(&a.dfa, cases[i].name) != cases[i].matches)
				fail_msg("%s on %s", cases[i].glob, cases[i].name);
			if (matcher(cases[i].glob, cases[i].name) != cases[i].matches)
				fail_msg("matcher: %s on %s", cases[i].glob, cases[i].name);
			gabion_dfa_minimise(&a.dfa);
			if (accepts(&a.dfa, cases[i].name) != cases[i].matches)
				fail_msg("minimised: %s on %s", cases[i].glob, cases[i].name);
		}
		destroy(&a);
	}
}

static void refused(void **state)
{
	static const struct {
		const char *glob;
		size_t offset;
		const char *message;
	} cases[] = {
		{ "a/b", 0, "path is not absolute" },
		{ "", 0, "path is not absolute" },
		{ "{/a,/b}", 0, "path is not absolute" },
		{ "/a[bc", 2, "unclosed bracket" },
		{ "/a[b\\]", 2, "unclosed bracket" },
		{ "/a]", 2, "']' without '['" },
		{ "/a[]", 2, "bracket with nothing in it" },
		{ "/a[^]", 2, "bracket with nothing in it" },
		{ "/a[z-a]", 3, "range runs backwards" },
		{ "/a[/]", 3, "a bracket never matches '/'" },
		{ "/a[^/]", 0, NULL },
		{ "/{a,b", 1, "unclosed brace" },
		{ "/{a,{b}", 1, "unclosed brace" },
		{ "/a}", 2, "'}' without '{'" },
		{ "/a\\", 2, "backslash with nothing after it" },
		{ "/a/", 0, "no name ends in '/'" },
		{ "/a/{,b}", 0, "no name ends in '/'" },
		{ "/a//b", 0, "no name contains '//'" },
		{ "/a/../b", 0, "no name has a component '.' or '..'" },
		{ "/a/.", 0, "no name has a component '.' or '..'" },
		{ "/{a,b,c,d,e,f,g,h}{a,b,c,d,e,f,g,h}{a,b,c,d,e,f,g,h}{a,b,c,d,e,f,g,h}{a,b}", 0,
		  "braces multiply to more than 4096 alternatives" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct gabion_glob_error error = {};
		struct automaton a;
		int err = build(&a, cases[i].glob, &error);

		assert_int_equal(err, cases[i].message ? -EINVAL : 0);
		if (err) {
			assert_string_equal(error.message, cases[i].message);
			assert_int_equal(error.offset, cases[i].offset);
			assert_non_null(error.mend);
		}
		destroy(&a);
	}
	/* "..." is an ordinary name. */
	struct gabion_glob_error error;
	struct automaton a;

	assert_int_equal(build(&a, "/a/...", &error), 0);
	destroy(&a);
}

static void random_glob(uint64_t *seed, char *out, int depth)
{
	static const char *const pieces[] = { "a",    "b",     "c",   ".",	 "/a",
					      "/b",   "*",     "**",  "?",	 "[ab]",
					      "[^a]", "[a-c]", "\\*", "[^b-c/]", "\\\\" };
	uint32_t n = 1 + policy_random(seed, 5);

	while (n--) {
		uint32_t k = policy_random(seed, 18);

		if (k < 15) {
			strcat(out, pieces[k]);
		} else if (depth < 2) {
			strcat(out, "{");
			random_glob(seed, out, depth + 1);
			strcat(out, ",");
			if (policy_random(seed, 3))
				random_glob(seed, out, depth + 1);
			strcat(out, "}");
		}
	}
}

static void random_name(uint64_t *seed, char *out)
{
	uint32_t n = policy_random(seed, 9);

	*out++ = '/';
	while (n--)
		*out++ = "abcab/*.\\"[policy_random(seed, 9)];
	*out = '\0';
}

/* The automaton, before and after minimisation, says what the matcher says. */
static void against_matcher(void **state)
{
	uint64_t seed = 1;
	unsigned int pairs = 0, matches = 0, globs = 0;

	(void)state;
	while (pairs < 150000) {
		struct gabion_glob_error error;
		struct gabion_automaton big;
		char glob[4096] = "/", name[32];
		struct automaton a;
		unsigned int i;
		int err;

		random_glob(&seed, glob, 0);
		err = build(&a, glob, &error);
		if (err) {
			/* Only what no name can match, or too much, is refused here. */
			if (!strstr(error.message, "no name") && !strstr(error.message, "4096"))
				fail_msg("%s: %s", glob, error.message);
			destroy(&a);
			continue;
		}
		globs++;
		big = a.dfa;
		for (i = 0; i < 100; i++, pairs++) {
			bool expected;

			random_name(&seed, name);
			expected = matcher(glob, name);
			matches += expected;
			if (accepts(&big, name) != expected)
				fail_msg("%s on %s: expected %d", glob, name, expected);
		}
		gabion_dfa_minimise(&a.dfa);
		for (i = 0; i < 100; i++, pairs++) {
			bool expected;

			random_name(&seed, name);
			expected = matcher(glob, name);
			if (accepts(&a.dfa, name) != expected)
				fail_msg("minimised %s on %s: expected %d", glob, name, expected);
		}
		destroy(&a);
	}
	print_message("%u pairs, %u globs, %u matches\n", pairs, globs, matches);
	assert_true(matches > 1000);
}

static void literal(void **state)
{
	char *name;

	(void)state;
	name = gabion_glob_literal("/a\\*b\\\\");
	assert_string_equal(name, "/a*b\\");
	free(name);
	assert_null(gabion_glob_literal("/a*"));
	assert_null(gabion_glob_literal("/{a,b}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(meaning),
		cmocka_unit_test(refused),
		cmocka_unit_test(against_matcher),
		cmocka_unit_test(literal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
