// SPDX-License-Identifier: GPL-2.0
/*
 * Differences of random policies with levels, denials and exceptions: what a single name
 * shows is told of its sort of names, and what is told is so for its example.
 * GABION_SEED=N begins elsewhere.
 */
#include "../../core/decide.h"
#include "../query/diff.h"
#include "policy_fixture.h"
#include "seed.h"

#define ROUNDS	  150
#define NAMES	  200
#define RESOURCES 5
#define DOMAINS	  3

/* Levels by resource, so that what overlaps is of one level; globs begin with that letter. */
static void random_policy(uint64_t *seed, char *text)
{
	static const char *const pieces[] = {"/a", "/b", "/*", "/**", "a", "*", "[ab]", "{a,/b}"};
	static const char *const levels[] = {"low", "mid", "high"};
	static const char *const verbs[] = {"read",   "write", "append",	 "execute",
					    "delete", "stat",  "ioctl(TIOCSTI)", "ioctl"};
	uint32_t r, d, n;

	text += sprintf(text, "level low < mid < high\n");
	for (r = 0; r < RESOURCES; r++) {
		text += sprintf(text, "resource r%u file /%c", r, 'x' + r % 3);
		for (n = 1 + policy_random(seed, 3); n; n--)
			text += sprintf(text, "%s", pieces[policy_random(seed, 8)]);
		text += sprintf(text, " level %s\n", levels[r % 3]);
	}
	for (d = 0; d < DOMAINS; d++) {
		text += sprintf(text, "domain d%u {\n level %s\n", d,
				levels[policy_random(seed, 3)]);
		for (n = policy_random(seed, 6); n; n--)
			text += sprintf(
				text, " %s %s r%u\n", policy_random(seed, 4) ? "trusted" : "deny",
				verbs[policy_random(seed, 8)], policy_random(seed, RESOURCES));
		text += sprintf(text, "}\n");
	}
}

static void random_name(uint64_t *seed, char *name)
{
	uint32_t n = policy_random(seed, 6);

	name += sprintf(name, "/%c", 'x' + policy_random(seed, 3));
	/* Names of the kernel: no '/' behind another, and none at the end. */
	for (; n; n--, name++)
		*name = "ab/"[policy_random(seed, n > 1 && name[-1] != '/' ? 3 : 2)];
	*name = '\0';
}

static uint32_t label_of(const struct gabion_compiled *c, const char *name)
{
	return gabion_dfa_label(&c->view.classes[GABION_CLASS_FILE].dfa, name, strlen(name));
}

static uint32_t held(const struct gabion_compiled *c, uint32_t domain, const char *name)
{
	return gabion_effective(&c->view, GABION_CLASS_FILE, domain, label_of(c, name));
}

static const struct gabion_change *find(const struct gabion_diff *diff, const char *domain,
					uint32_t first, uint32_t second)
{
	size_t i, j;

	for (i = 0; i < diff->ndomains; i++)
		for (j = 0; j < diff->domains[i].changes.n; j++) {
			const struct gabion_change *c = &diff->domains[i].changes.v[j];

			if (!strcmp(diff->domains[i].name, domain) &&
			    c->kind == GABION_CHANGE_ACCESS && c->klass == GABION_CLASS_FILE &&
			    c->label[0] == first && c->label[1] == second)
				return c;
		}
	return NULL;
}

/* True if the name shows a difference, which then has to be told. */
static bool check_name(const struct gabion_compiled both[2], const struct gabion_diff *diff,
		       uint32_t d, const char *name)
{
	uint32_t old = held(&both[0], d + 1, name), new = held(&both[1], d + 1, name);
	const struct gabion_change *c;
	char domain[8];

	snprintf(domain, sizeof(domain), "d%u", d);
	c = find(diff, domain, label_of(&both[0], name), label_of(&both[1], name));
	if (!c != (old == new))
		fail_msg("%s %s: held %#x and holds %#x, and is %stold", domain, name, old, new,
			 c ? "" : "not ");
	if (!c)
		return false;
	assert_int_equal(c->lost, old & ~new);
	assert_int_equal(c->gained, new & ~old);
	assert_true(strlen(c->object) <= strlen(name));
	return true;
}

static void check_examples(const struct gabion_compiled both[2], const struct gabion_diff *diff)
{
	size_t i, j;

	for (i = 0; i < diff->ndomains; i++)
		for (j = 0; j < diff->domains[i].changes.n; j++) {
			const struct gabion_change *c = &diff->domains[i].changes.v[j];
			uint32_t domain = atoi(diff->domains[i].name + 1) + 1;

			if (c->kind != GABION_CHANGE_ACCESS || c->object[0] != '/')
				continue;
			assert_int_equal(held(&both[0], domain, c->object) &
						 ~held(&both[1], domain, c->object),
					 c->lost);
			assert_int_equal(held(&both[1], domain, c->object) &
						 ~held(&both[0], domain, c->object),
					 c->gained);
		}
}

/* A random policy that compiles: some globs match nothing. */
static void compile(uint64_t *seed, struct gabion_compiled *c)
{
	struct gabion_error error;
	char text[4096];

	random_policy(seed, text);
	while (gabion_policy_compile_text(c, "random", text, strlen(text), &error)) {
		assert_non_null(strstr(c->diagnostics.items[0].message, "impossible glob"));
		gabion_compiled_free(c);
		random_policy(seed, text);
	}
}

static void agree(void **state)
{
	uint64_t seed = test_seed() * 2 + 1;
	unsigned int round, i, differ = 0;
	struct gabion_error error;

	(void)state;
	for (round = 0; round < ROUNDS; round++) {
		struct gabion_compiled both[2];
		struct gabion_diff diff;
		char name[16];

		compile(&seed, &both[0]);
		compile(&seed, &both[1]);
		assert_int_equal(
			gabion_diff_make(
				(const struct gabion_view *const[2]){&both[0].view, &both[1].view},
				(const struct gabion_expectations *const[2]){}, &diff, &error),
			0);
		check_examples(both, &diff);
		for (i = 0; i < NAMES; i++) {
			random_name(&seed, name);
			differ += check_name(both, &diff, policy_random(&seed, DOMAINS), name);
		}
		gabion_diff_free(&diff);
		gabion_compiled_free(&both[0]);
		gabion_compiled_free(&both[1]);
	}
	assert_true(differ > ROUNDS * NAMES / 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
