// SPDX-License-Identifier: GPL-2.0
/*
 * Whole policies of random resources: the image says which resources a name
 * belongs to, and so does a matcher that has nothing in common with it.
 */
#include "../../core/decide.h"
#include "policy_fixture.h"
#include "policy_matcher.h"

#define RESOURCES 6

static void random_glob(uint64_t *seed, char *out)
{
	static const char *const pieces[] = { "a", "b", "/a", "/b", "/c", "*", "**", "?", "[ab]",
					      "{a,/b}", "[^a]", "{,c}" };
	uint32_t n = 1 + policy_random(seed, 4);

	strcpy(out, "/x");
	while (n--)
		strcat(out, pieces[policy_random(seed, 12)]);
}

static void random_name(uint64_t *seed, char *out)
{
	uint32_t n = policy_random(seed, 7);

	out += sprintf(out, "/x");
	while (n--)
		*out++ = "abc/"[policy_random(seed, 4)];
	*out = '\0';
}

/* Does the label of @name have the resource called "r@number" as a member? */
static bool has_member(const struct gabion_view *view, const char *name, unsigned int number)
{
	const struct gabion_class_view *c = &view->classes[GABION_CLASS_FILE];
	uint32_t label = gabion_dfa_label(&c->dfa, name, strlen(name)), i;
	char wanted[16];

	snprintf(wanted, sizeof(wanted), "r%u", number);
	for (i = 0; i < le32_to_cpu(c->labels[label].nmembers); i++) {
		uint32_t member = le32_to_cpu(c->members[le32_to_cpu(c->labels[label].member) + i]);

		if (!strcmp(gabion_view_string(view, view->resources[member].name), wanted))
			return true;
	}
	return false;
}

static void one_policy(uint64_t *seed, unsigned int *matches)
{
	char globs[RESOURCES][64], excepts[RESOURCES][64], text[4096] = "", name[16];
	struct gabion_compiled c;
	struct gabion_error error;
	unsigned int r, i;
	size_t n = 0;

	for (r = 0; r < RESOURCES; r++) {
		random_glob(seed, globs[r]);
		excepts[r][0] = '\0';
		if (policy_random(seed, 3) == 0)
			random_glob(seed, excepts[r]);
		n += sprintf(text + n, "resource r%u file %s%s%s\n", r, globs[r],
			     excepts[r][0] ? " except " : "", excepts[r]);
	}
	/* Some random globs can match no name; such a policy is refused, and that is right. */
	if (gabion_policy_compile_text(&c, "random", text, n, &error)) {
		assert_non_null(strstr(c.diagnostics.items[0].message, "impossible glob"));
		gabion_compiled_free(&c);
		return;
	}
	for (i = 0; i < 300; i++) {
		random_name(seed, name);
		for (r = 0; r < RESOURCES; r++) {
			bool expected = matcher(globs[r], name) &&
					!(excepts[r][0] && matcher(excepts[r], name));

			*matches += expected;
			if (has_member(&c.view, name, r) != expected)
				fail_msg("%s in r%u of\n%s: expected %d", name, r, text, expected);
		}
	}
	gabion_compiled_free(&c);
}

static void membership(void **state)
{
	unsigned int round, matches = 0;
	uint64_t seed = 11;

	(void)state;
	for (round = 0; round < 150; round++)
		one_policy(&seed, &matches);
	assert_true(matches > 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(membership) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
