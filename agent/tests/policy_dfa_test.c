// SPDX-License-Identifier: GPL-2.0
/*
 * Automata: minimal, the same before and after, packed without loss.
 */
#include <errno.h>

#include "../policy/comb.h"
#include "../policy/dfa.h"
#include "../policy/glob.h"
#include "policy_fixture.h"

struct automaton {
	struct gabion_sets sets;
	struct gabion_nfa nfa;
	struct gabion_labels labels;
	struct gabion_automaton dfa;
};

struct target {
	struct gabion_nfa *nfa;
	uint32_t resource;
};

static int add(void *arg, const gabion_pattern *pattern)
{
	struct target *t = arg;

	gabion_nfa_add(t->nfa, pattern, t->resource, false);
	return 0;
}

static void build(struct automaton *a, const char *const *globs, size_t n)
{
	uint32_t culprit;
	size_t i;

	gabion_sets_init(&a->sets);
	gabion_nfa_init(&a->nfa, &a->sets);
	gabion_labels_init(&a->labels);
	for (i = 0; i < n; i++) {
		struct target t = { &a->nfa, i };
		struct gabion_glob_error error;

		assert_int_equal(gabion_glob_compile(&a->sets, globs[i], add, &t, &error), 0);
	}
	assert_int_equal(gabion_dfa_construct(&a->dfa, &a->nfa, &a->labels, &culprit), 0);
}

static void destroy(struct automaton *a)
{
	gabion_automaton_free(&a->dfa);
	gabion_labels_free(&a->labels);
	gabion_nfa_free(&a->nfa);
	gabion_sets_free(&a->sets);
}

/* Moore's algorithm on the full table: slow, and nothing like the one under test. */
static uint32_t count_classes(const struct gabion_automaton *dfa)
{
	uint32_t *block = calloc(dfa->nstates, sizeof(*block)),
		 *next = calloc(dfa->nstates, sizeof(*next));
	uint32_t before = 0, count, s, t, b;

	for (s = 0; s < dfa->nstates; s++)
		block[s] = dfa->accept[s];
	for (;;) {
		count = 0;
		for (s = 0; s < dfa->nstates; s++) {
			for (t = 0; t < s; t++) {
				bool same = block[s] == block[t];

				for (b = 0; same && b < 256; b++)
					same = block[gabion_automaton_next(dfa, s, b)] ==
					       block[gabion_automaton_next(dfa, t, b)];
				if (same)
					break;
			}
			next[s] = t < s ? next[t] : count++;
		}
		memcpy(block, next, dfa->nstates * sizeof(*block));
		if (count == before)
			break;
		before = count;
	}
	free(block);
	free(next);
	return count;
}

static uint32_t count_reachable(const struct gabion_automaton *dfa)
{
	bool *seen = calloc(dfa->nstates, sizeof(*seen));
	uint32_t *queue = calloc(dfa->nstates, sizeof(*queue)), n = 0, head, b;

	seen[dfa->start] = true;
	queue[n++] = dfa->start;
	for (head = 0; head < n; head++) {
		for (b = 0; b < 256; b++) {
			uint32_t to = gabion_automaton_next(dfa, queue[head], b);

			if (!seen[to])
				queue[n++] = to;
			seen[to] = true;
		}
	}
	free(seen);
	free(queue);
	return n;
}

static void known_sizes(void **state)
{
	static const struct {
		const char *globs[3];
		uint32_t nstates; /* with the dead one */
	} cases[] = {
		{ { "/" }, 3 },
		{ { "/a" }, 4 },
		{ { "/{a,b}" }, 4 },
		{ { "/{ax,bx}" }, 5 },
		{ { "/**" }, 3 },
		{ { "/*" }, 3 },
		/* Two labels: those below are told apart from the rest. */
		{ { "/**", "/a" }, 5 },
		{ { "/a", "/b" }, 5 },
		/* All ends alike: a tail is there once however many lead to it. */
		{ { "/{a,b,c,d,e}/{x,y}/tail" }, 11 },
	};
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct automaton a;

		for (n = 0; n < 3 && cases[i].globs[n]; n++)
			;
		build(&a, cases[i].globs, n);
		gabion_dfa_minimise(&a.dfa);
		if (a.dfa.nstates != cases[i].nstates)
			fail_msg("%s: %u states, not %u", cases[i].globs[0], a.dfa.nstates,
				 cases[i].nstates);
		assert_int_equal(count_classes(&a.dfa), a.dfa.nstates);
		destroy(&a);
	}
}

static void random_globs(uint64_t *seed, char text[][64], const char *globs[], size_t n)
{
	static const char *const pieces[] = { "a",  "b", "ab",	 "/a",	   "/b",   "*",
					      "**", "?", "[ab]", "{a,/b}", "[^a]", "/x" };
	size_t i;

	for (i = 0; i < n; i++) {
		uint32_t k = 1 + policy_random(seed, 5);

		strcpy(text[i], "/x");
		while (k--)
			strcat(text[i], pieces[policy_random(seed, 12)]);
		globs[i] = text[i];
	}
}

static void minimal(void **state)
{
	uint64_t seed = 3;
	unsigned int round, merged = 0;

	(void)state;
	for (round = 0; round < 150; round++) {
		char text[4][64];
		const char *globs[4];
		uint32_t before, classes;
		struct automaton a;

		random_globs(&seed, text, globs, 4);
		build(&a, globs, 4);
		before = a.dfa.nstates;
		if (before > 150) {
			destroy(&a);
			continue;
		}
		classes = count_classes(&a.dfa);
		gabion_dfa_minimise(&a.dfa);
		if (a.dfa.nstates != classes)
			fail_msg("%s, %s: %u states, %u are needed", globs[0], globs[1],
				 a.dfa.nstates, classes);
		/* All but the dead state, which may be. */
		assert_true(count_reachable(&a.dfa) >= a.dfa.nstates - 1);
		merged += before > a.dfa.nstates;
		destroy(&a);
	}
	assert_true(merged > 20);
}

/* What the comb and its fallbacks say is what the sparse automaton says, for each state and byte.
 */
/* Minimised and packed, @globs make a table that says what the automaton does. */
static void pack_and_compare(const char *const *globs, size_t n)
{
	struct gabion_comb comb;
	struct automaton a;
	uint32_t s, b;

	build(&a, globs, n);
	gabion_dfa_minimise(&a.dfa);
	gabion_comb_pack(&comb, &a.dfa);
	for (s = 0; s < a.dfa.nstates; s++) {
		assert_true(comb.base[s] + comb.nclasses <= comb.ncells);
		for (b = 0; b < 256; b++) {
			const struct gabion_comb_cell *cell =
				&comb.cells[comb.base[s] + comb.classmap[b]];
			uint32_t to = cell->check == s ? cell->next : comb.fallback[s];

			assert_int_equal(to, gabion_automaton_next(&a.dfa, s, b));
		}
	}
	gabion_comb_free(&comb);
	destroy(&a);
}

static void packing(void **state)
{
	uint64_t seed = 5;
	unsigned int round;

	(void)state;
	for (round = 0; round < 100; round++) {
		char text[8][64];
		const char *globs[8];

		random_globs(&seed, text, globs, 8);
		pack_and_compare(globs, 8);
	}
}

/* So many rows of two cells that they do not find a place where they first look. */
static void packing_many(void **state)
{
	enum { MANY = 3000, LENGTH = 12 };
	static char text[MANY][LENGTH + 2];
	static const char *globs[MANY];
	uint64_t seed = 6;
	size_t i, j;

	(void)state;
	for (i = 0; i < MANY; i++) {
		text[i][0] = '/';
		for (j = 1; j <= LENGTH; j++)
			text[i][j] = (char)('a' + policy_random(&seed, 4));
		globs[i] = text[i];
	}
	pack_and_compare(globs, MANY);
}

/* One state with as many edges as there are bytes in names, each to a state of its own label. */
static void an_edge_for_each_byte(void **state)
{
	static char text[255][8];
	static const char *globs[255];
	struct automaton a;
	unsigned int byte, n = 0;
	uint32_t from;

	(void)state;
	for (byte = 1; byte < 256; byte++) {
		if (byte == '/')
			continue;
		snprintf(text[n], sizeof(text[n]), "/a\\%cz", (int)byte);
		globs[n] = text[n];
		n++;
	}
	pack_and_compare(globs, n);
	build(&a, globs, n);
	gabion_dfa_minimise(&a.dfa);
	from = gabion_automaton_next(&a.dfa, gabion_automaton_next(&a.dfa, a.dfa.start, '/'), 'a');
	for (byte = 1; byte < 256; byte++)
		assert_int_equal(!gabion_automaton_next(&a.dfa, from, byte), byte == '/');
	assert_int_equal(a.dfa.nstates, 4 + 2 * n);
	destroy(&a);
}

static void equal_images(void **state)
{
	static const char text[] =
		"resource a file /srv/**/x*, /usr/[a-f]*/y\nresource b file /srv/a/**\n"
		"resource n tcp 10.0.0.0/9 port 80-443\n"
		"domain d {\n enter /usr/bin/d\n read a, b\n connect n\n}\n";
	struct gabion_compiled one, two;

	(void)state;
	policy_compile(&one, text);
	policy_compile(&two, text);
	assert_int_equal(one.size, two.size);
	assert_memory_equal(one.image, two.image, one.size);
	gabion_compiled_free(&one);
	gabion_compiled_free(&two);
}

/* A glob that makes the automaton explode is refused by name, in bounded time. */
static void explosion(void **state)
{
	static const char text[] = "resource fine file /etc/**\n"
				   "resource bad file /**a??????????????????????????????????\n"
				   "domain d {\n read fine, bad\n}\n";
	struct gabion_compiled compiled;
	struct gabion_error error;

	(void)state;
	assert_int_equal(gabion_policy_compile_text(&compiled, "x", text, strlen(text), &error),
			 -EINVAL);
	assert_int_equal(compiled.diagnostics.nerrors, 1);
	assert_int_equal(compiled.diagnostics.items[0].line, 2);
	assert_non_null(strstr(compiled.diagnostics.items[0].message, "\"bad\""));
	gabion_compiled_free(&compiled);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_sizes), cmocka_unit_test(minimal),
		cmocka_unit_test(packing), cmocka_unit_test(packing_many),
		cmocka_unit_test(an_edge_for_each_byte),     cmocka_unit_test(equal_images),
		cmocka_unit_test(explosion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
