// SPDX-License-Identifier: GPL-2.0
/*
 * Random policies of grants and denials of ioctl(2) commands, against a reference
 * that goes through the rules one by one for each question.
 */
#include "../policy/mem.h"
#include "policy_fixture.h"

#define POLICIES 1500
#define RULES	 7
#define RANGES	 3
/* Commands that rules and questions are about; the last are those at the end of all numbers. */
#define COMMANDS 24U

static const char *const paths[] = { "/a", "/b", "/a/b", "/c" };
#define NPATHS (sizeof(paths) / sizeof(paths[0]))

/* Objects of rules, and which of the paths they are. */
static const struct {
	const char *glob;
	unsigned int paths;
} objects[] = { { "/a", 1 }, { "/b", 2 }, { "/a{,/**}", 5 }, { "/**", 15 }, { "/[bc]", 10 } };
#define NOBJECTS (sizeof(objects) / sizeof(objects[0]))

enum kind { ALLOW, DENY, TRUSTED };

struct rule {
	enum kind kind;
	unsigned int object;
	unsigned int nranges;	/* 0: of all commands */
	struct {
		uint32_t first, last;
	} ranges[RANGES];
};

/* All of them want ioctl: FIGETBSZ, which is 2, wants stat. */
static uint32_t command(unsigned int i)
{
	return i < COMMANDS - 8 ? 0x10 + i : 0U - (COMMANDS - i);
}

static void draw(struct rule *r, bool order, uint64_t *seed)
{
	unsigned int i;

	/* Where the order of levels forbids it, a grant that is no exception is an error. */
	r->kind = policy_random(seed, 3) == 0 ? DENY : order ? TRUSTED : policy_random(seed, 2) * 2;
	r->object = policy_random(seed, NOBJECTS);
	r->nranges = policy_random(seed, 4) ? 1 + policy_random(seed, RANGES) : 0;
	for (i = 0; i < r->nranges; i++) {
		uint32_t a = policy_random(seed, COMMANDS), b = policy_random(seed, COMMANDS);

		if (policy_random(seed, 2))
			b = a;
		r->ranges[i].first = command(a < b ? a : b);
		r->ranges[i].last = command(a < b ? b : a);
	}
}

static char *text_of(const struct rule *rules, bool order)
{
	static const char *const prefixes[] = { "", "deny ", "trusted " };
	char *text = gabion_xasprintf("level low < high\ndomain d {\n level %s\n",
				      order ? "high" : "low"), *whole;
	unsigned int i, j;

	for (i = 0; i < RULES; i++) {
		const struct rule *r = &rules[i];
		char *list = gabion_xstrdup(""), *longer;

		for (j = 0; j < r->nranges; j++) {
			longer = gabion_xasprintf("%s%s0x%x..%u", list, j ? ", " : "(",
						  r->ranges[j].first, r->ranges[j].last);
			free(list);
			list = longer;
		}
		longer = gabion_xasprintf("%s %sioctl%s%s %s\n", text, prefixes[r->kind], list,
					  r->nranges ? ")" : "", objects[r->object].glob);
		free(list);
		free(text);
		text = longer;
	}
	whole = gabion_xasprintf("%s}\n", text);
	free(text);
	return whole;
}

static bool is_about(const struct rule *r, unsigned int path, uint32_t number)
{
	unsigned int i;

	if (!(objects[r->object].paths >> path & 1))
		return false;
	for (i = 0; i < r->nranges; i++)
		if (number >= r->ranges[i].first && number <= r->ranges[i].last)
			return true;
	return !r->nranges;
}

/* Granted by one rule, and denied by none. */
static bool reference(const struct rule *rules, unsigned int path, uint32_t number)
{
	bool granted = false;
	unsigned int i;

	for (i = 0; i < RULES; i++) {
		if (!is_about(&rules[i], path, number))
			continue;
		if (rules[i].kind == DENY)
			return false;
		granted = true;
	}
	return granted;
}

static void compare(const struct gabion_compiled *c, const struct rule *rules, const char *text,
		    unsigned int path, uint32_t number)
{
	char question[64];
	struct gabion_answer a;

	snprintf(question, sizeof(question), "%u %s", number, paths[path]);
	a = policy_ask(c, "d", "ioctl", question);
	if (a.allowed != reference(rules, path, number))
		fail_msg("ioctl(0x%x) %s is %s in\n%s", number, paths[path],
			 a.allowed ? "allowed" : "refused", text);
	gabion_answer_free(&a);
}

static void like_the_reference(void **state)
{
	struct rule rules[RULES];
	struct gabion_compiled c;
	uint64_t seed = 20261124;
	unsigned int i, j, path;
	uint32_t ranges = 0;

	(void)state;
	for (i = 0; i < POLICIES; i++) {
		bool order = i % 2;
		char *text;

		for (j = 0; j < RULES; j++)
			draw(&rules[j], order, &seed);
		text = text_of(rules, order);
		policy_compile(&c, text);
		ranges += c.view.nioctls;
		for (path = 0; path < NPATHS; path++) {
			for (j = 0; j < COMMANDS; j++)
				compare(&c, rules, text, path, command(j));
			compare(&c, rules, text, path, 0);
			compare(&c, rules, text, path, 0x7fffffff);
		}
		gabion_compiled_free(&c);
		free(text);
	}
	assert_true(ranges > POLICIES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(like_the_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
