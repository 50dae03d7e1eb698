// SPDX-License-Identifier: GPL-2.0
/* Random small policies: the flow graph against a reference that asks gabion_query() for it all. */
#include "../policy/mem.h"
#include "flow_reference.h"
#include "policy_fixture.h"
#include "seed.h"

#define POLICIES 250
#define RULES	 12
#define FOLDERS	 4
#define ENDS	 REFERENCE_ENDS

/* Each is a resource, of the level of its folder, so that those that overlap have one level. */
static const char *const globs[] = {
	"/",  "/a",   "/a/x",  "/a/**",	   "/a{,/**}", "/a/x/**",  "/a/*",
	"/b", "/b/y", "/b/**", "/b{,/**}", "/c",       "/c{,/**}",
};
static const char *const file_verbs[] = {
	"read", "write", "append",  "create", "delete", "execute", "stat",   "setattr",
	"link", "lock",	 "relabel", "watch",  "ioctl",	"connect", "search",
};
static const char *const net_verbs[] = {"bind", "listen", "connect", "receive", "accept"};
static const char *const domain_verbs[] = {
	"signal", "trace", "inspect", "schedule", "ipc_read", "ipc_write",
};
static const char *const names[] = {"host", "d1", "d2", "d3", "d4"};
static const char *const ends[] = {"end0", "end1", "end2", "end3"};
static const char *const levels[] = {"l0", "l1", "l2", "l1:x", "l1:y", "l0", "l1", "any"};

#define PICK(seed, list) (list)[policy_random(seed, sizeof(list) / sizeof((list)[0]))]

/* What is written of a policy: its levels and objects, and the statements of each domain. */
struct draft {
	char *head;
	char *bodies[REFERENCE_DOMAINS];
	struct reference_rule rules[RULES];
	size_t nrules;
};

static void append(char **text, char *more)
{
	char *longer = gabion_xasprintf("%s%s", *text, more);

	free(*text);
	free(more);
	*text = longer;
}

static char *whole(const struct draft *d)
{
	char *text = gabion_xstrdup(d->head);
	unsigned int i;

	for (i = 1; i < REFERENCE_DOMAINS; i++)
		append(&text, gabion_xasprintf("domain %s {\n%s}\n", names[i], d->bodies[i]));
	return text;
}

static void draw_head(struct draft *d, uint64_t *seed)
{
	const char *folder[FOLDERS];
	unsigned int i;

	d->head = gabion_xstrdup("level l0 < l1 < l2\ncategory x, y\n");
	for (i = 0; i < FOLDERS; i++)
		folder[i] = PICK(seed, levels);
	for (i = 0; i < sizeof(globs) / sizeof(globs[0]); i++)
		append(&d->head, gabion_xasprintf("resource g%u file %s level %s\n", i, globs[i],
						  folder[globs[i][1] ? globs[i][1] - 'a' : 3]));
	for (i = 0; i < ENDS; i++)
		append(&d->head, gabion_xasprintf("resource %s %s level %s\n", ends[i],
						  reference_ends[i], PICK(seed, levels)));
	for (i = 1; i < REFERENCE_DOMAINS; i++) {
		d->bodies[i] = gabion_xasprintf(" level %s\n%s%s", levels[policy_random(seed, 7)],
						policy_random(seed, 2) ? " socket unix\n" : "",
						policy_random(seed, 9)	 ? ""
						: policy_random(seed, 2) ? " mode complain\n"
									 : " mode unconfined\n");
	}
}

static bool compiles(const struct draft *d)
{
	struct gabion_compiled c;
	struct gabion_error error;
	char *text = whole(d);
	int err = gabion_policy_compile_text(&c, "random", text, strlen(text), &error);

	gabion_compiled_free(&c);
	free(text);
	return !err;
}

/* One statement more, unless the compiler refuses it. */
static void draw_rule(struct draft *d, uint64_t *seed)
{
	struct reference_rule rule = {.domain = 1 + policy_random(seed, REFERENCE_DOMAINS - 1),
				      .trusted = !policy_random(seed, 3)};
	unsigned int glob = policy_random(seed, sizeof(globs) / sizeof(globs[0]));
	char *body = gabion_xstrdup(d->bodies[rule.domain]), *statement;
	const char *prefix = rule.trusted ? "trusted " : policy_random(seed, 12) ? "" : "deny ";

	switch (policy_random(seed, 8)) {
	case 0:
		rule.verb = "exec";
		rule.object = globs[glob];
		rule.trusted = false;
		statement = gabion_xasprintf(" exec g%u as d%u\n", glob,
					     1 + policy_random(seed, REFERENCE_DOMAINS - 1));
		break;
	case 1:
		rule.verb = PICK(seed, domain_verbs);
		rule.object = PICK(seed, names);
		statement = gabion_xasprintf(" %s%s %s\n", prefix, rule.verb, rule.object);
		break;
	case 2:
		rule.verb = PICK(seed, net_verbs);
		rule.object = PICK(seed, ends);
		statement = gabion_xasprintf(" %s%s %s\n", prefix, rule.verb, rule.object);
		break;
	case 3:
		/* What moving a file takes, more often than chance would have it. */
		rule.verb = "relabel";
		rule.object = globs[glob];
		statement = gabion_xasprintf(" %srelabel g%u\n delete g%u\n create g%u\n", prefix,
					     glob, glob,
					     policy_random(seed, sizeof(globs) / sizeof(globs[0])));
		break;
	default:
		rule.verb = PICK(seed, file_verbs);
		rule.object = globs[glob];
		statement = gabion_xasprintf(" %s%s g%u\n", prefix, rule.verb, glob);
		break;
	}
	append(&d->bodies[rule.domain], statement);
	if (compiles(d)) {
		d->rules[d->nrules++] = rule;
		free(body);
		return;
	}
	free(d->bodies[rule.domain]);
	d->bodies[rule.domain] = body;
}

static void draft_free(struct draft *d)
{
	unsigned int i;

	free(d->head);
	for (i = 1; i < REFERENCE_DOMAINS; i++)
		free(d->bodies[i]);
}

/* Steps that follow one another, each of which the reference has, where it has the nodes. */
static void check_chain(const struct gabion_flow_chain *chain, const struct reference *r,
			uint32_t classes, unsigned int from, unsigned int to, const char *text)
{
	size_t i;

	assert_int_equal(chain->steps[0].from, from);
	assert_int_equal(chain->steps[chain->n - 1].to, to);
	for (i = 0; i < chain->n; i++) {
		const struct gabion_flow_step *s = &chain->steps[i];

		if (i)
			assert_int_equal(s->from, chain->steps[i - 1].to);
		assert_true(classes >> s->class & 1);
		if (s->from < REFERENCE_DOMAINS && s->to < REFERENCE_DOMAINS &&
		    !(r->steps[s->from][s->to] >> s->class & 1))
			fail_msg("a step d%u to d%u of class %u that is not there:\n%s", s->from,
				 s->to, s->class, text);
	}
}

struct counts {
	unsigned int violated, reached, all;
	size_t by_files;
};

static const struct gabion_policy_level *level(const struct reference *r, unsigned int node)
{
	return reference_level(r, node);
}

/* The shortest of the chains against the order to @to, from any domain of @of, or any file. */
static uint32_t nearest(const struct reference *r, uint32_t classes,
			const struct gabion_policy_level *of, bool files, unsigned int to)
{
	uint32_t distance[REFERENCE_NODES], best = REFERENCE_FAR;
	unsigned int first = files ? reference_file(0) : 0;
	unsigned int end = first + (files ? REFERENCE_PATHS : REFERENCE_DOMAINS), i;

	for (i = first; i < end; i++) {
		if (level(r, i) != of || reference_may(r, i, to))
			continue;
		reference_crossings(r, classes, i, distance);
		if (distance[to] < best)
			best = distance[to];
	}
	return best;
}

/* Once for each level that a domain or file has, and each domain. */
static size_t count_violations(const struct reference *r, uint32_t classes, size_t *by_files)
{
	const unsigned int end = reference_file(0) + REFERENCE_PATHS;
	unsigned int from, to, before;
	size_t n = 0;

	*by_files = 0;
	/* Files come behind the domains. */
	for (from = 0; from < end; from++) {
		for (before = 0; before < from && level(r, before) != level(r, from);)
			before++;
		for (to = 0; before == from && to < REFERENCE_DOMAINS; to++) {
			if (nearest(r, classes, level(r, from), false, to) < REFERENCE_FAR)
				n++;
			else if (nearest(r, classes, level(r, from), true, to) < REFERENCE_FAR)
				n++, ++*by_files;
		}
	}
	return n;
}

static void compare_proof(const struct gabion_flow *flow, const struct reference *r,
			  uint32_t classes, uint32_t (*distance)[REFERENCE_NODES], const char *text,
			  struct counts *counts)
{
	struct gabion_flow_violations v;
	bool violated = false;
	unsigned int i, j;
	size_t k, n, by_files, found = 0;

	for (i = 0; i < reference_file(0) + REFERENCE_PATHS; i++)
		for (j = 0; j < REFERENCE_DOMAINS; j++)
			violated |= distance[i][j] < REFERENCE_FAR && !reference_may(r, i, j);
	gabion_flow_violations(flow, classes, &v);
	n = count_violations(r, classes, &by_files);
	if (violated != (v.n > 0) || v.n != n)
		fail_msg("the reference says %s, %zu, not %zu, classes %#x:\n%s",
			 violated ? "violated" : "holds", n, v.n, classes, text);
	counts->violated += violated;
	counts->by_files += by_files;
	for (k = 0; k < v.n; k++) {
		uint32_t from = v.v[k].steps[0].from, to = v.v[k].steps[v.v[k].n - 1].to, index;
		bool files = gabion_flow_kind(flow, from, &index) == GABION_FLOW_FILE;

		assert_true(files || from < REFERENCE_DOMAINS);
		assert_int_equal(v.v[k].n,
				 nearest(r, classes, gabion_flow_level(flow, from), files, to));
		check_chain(&v.v[k], r, classes, from, to, text);
		found += files;
	}
	assert_int_equal(found, by_files);
	gabion_flow_violations_free(&v);
}

static void compare(const struct gabion_flow *flow, const struct reference *r, uint32_t classes,
		    const char *text, struct counts *counts)
{
	static uint32_t distance[REFERENCE_NODES][REFERENCE_NODES];
	unsigned int i, j;

	reference_distances(r, classes, distance);
	for (i = 0; i < REFERENCE_DOMAINS; i++) {
		uint32_t *to = gabion_flow_reach(flow, i, classes, false);
		uint32_t *from = gabion_flow_reach(flow, i, classes, true);

		for (j = 0; j < REFERENCE_DOMAINS; j++) {
			struct gabion_flow_chain chain = {};
			bool there = distance[i][j] < REFERENCE_FAR;

			if (there != (to[j] != GABION_FLOW_NOWHERE) ||
			    (distance[j][i] < REFERENCE_FAR) != (from[j] != GABION_FLOW_NOWHERE))
				fail_msg("%s and %s: the reference says %s, the graph %s and %s, "
					 "classes %#x, in\n%s",
					 names[i], names[j], there ? "reached" : "not reached",
					 to[j] != GABION_FLOW_NOWHERE ? "reached" : "not",
					 from[j] != GABION_FLOW_NOWHERE ? "reaching" : "not",
					 classes, text);
			counts->all++;
			if (i == j || !there)
				continue;
			counts->reached++;
			assert_true(gabion_flow_chain(flow, i, j, classes, &chain));
			if (chain.n != distance[i][j])
				fail_msg("%s to %s: %zu steps, not %u, classes %#x, in\n%s",
					 names[i], names[j], chain.n, distance[i][j], classes,
					 text);
			check_chain(&chain, r, classes, i, j, text);
			gabion_flow_chain_free(&chain);
		}
		free(to);
		free(from);
	}
	compare_proof(flow, r, classes, distance, text, counts);
}

static void like_the_reference(void **state)
{
	static const uint32_t classes[] = {GABION_FLOW_PROOF, GABION_FLOW_STRICT,
					   GABION_FLOW_GRANTED, GABION_FLOW_POSSIBLE,
					   GABION_FLOW_EVERY};
	struct counts counts[5] = {};
	static struct reference r;
	uint64_t seed = test_seed();
	unsigned int i, j;

	(void)state;
	for (i = 0; i < POLICIES; i++) {
		struct draft d = {};
		struct gabion_compiled c;
		struct gabion_flow *flow;
		char *text;

		draw_head(&d, &seed);
		for (j = 0; j < RULES; j++)
			draw_rule(&d, &seed);
		text = whole(&d);
		policy_compile(&c, text);
		reference_build(&r, &c, d.rules, d.nrules);
		for (j = 0; j < 5; j++) {
			/* What is near depends on the classes that are asked for. */
			flow = gabion_flow_new(&c.view, classes[j]);
			compare(flow, &r, classes[j], text, &counts[j]);
			gabion_flow_free(flow);
		}
		gabion_compiled_free(&c);
		free(text);
		draft_free(&d);
	}
	for (j = 0; j < 5; j++)
		printf("# classes %#x: %u of %u pairs, %u of %u policies violated\n", classes[j],
		       counts[j].reached, counts[j].all, counts[j].violated, POLICIES);
	/* Both answers occur, and what only files begin. */
	assert_in_range(counts[0].by_files, 1, 100000);
	assert_in_range(counts[0].violated, 10, POLICIES - 10);
	assert_in_range(counts[2].reached, counts[2].all / 20, counts[2].all / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(like_the_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
