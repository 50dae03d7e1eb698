// SPDX-License-Identifier: GPL-2.0
/*
 * The compiler and the kernel's decision code against an interpreter of the policy's
 * tree (oracle/judge.h): a million random questions about random policies, and whatever
 * the compiler refuses. A difference is shrunk. GABION_SEED=N begins with another
 * policy, GABION_POLICIES=N asks about so many.
 */
#include "oracle/generate.h"
#include "oracle/judge.h"
#include "oracle/print.h"
#include "oracle/refusal.h"
#include "oracle/shrink.h"
#include "oracle/words.h"
#include "policy_fixture.h"
#include "seed.h"

#ifdef __SANITIZE_ADDRESS__
#define POLICIES 2000
#else
#define POLICIES 10000
#endif
#define REQUESTS 110
/* Of this many policies one is asked about before its levels are brought into order. */
#define AS_DRAWN 8
#define ATTEMPTS 64

struct counts {
	uint64_t pairs, refused, dropped;
	uint64_t reasons[4], transitions, quiet, audit, lines;
};

/* A policy as text and compiled, and one question; what the two sides say. */
struct trial {
	struct oracle_policy *policy;
	struct oracle_request request;
	struct gabion_compiled compiled;
	struct oracle_verdict expected, got;
	bool complain;
	const char *what; /* they differ in, or NULL */
};

static bool compiles(struct trial *t)
{
	struct gabion_error error;
	char *text = oracle_print(t->policy);
	int err = gabion_policy_compile_text(&t->compiled, "oracle.gabion", text, strlen(text),
					     &error);

	free(text);
	return !err;
}

static const char *first_error(const struct trial *t)
{
	const struct gabion_diagnostics *d = &t->compiled.diagnostics;
	size_t i;

	for (i = 0; i < d->n; i++)
		if (d->items[i].severity == GABION_SEVERITY_ERROR)
			return d->items[i].message;
	return "no error";
}

static int domain_number(const struct trial *t, uint16_t index)
{
	const char *name;

	if (index == GABION_TRANSITION_NONE)
		return -1;
	name = gabion_view_string(&t->compiled.view, t->compiled.view.domains[index].name);
	return name[0] == 'd' ? atoi(name + 1) : 0;
}

static void read_lines(const struct trial *t, const struct gabion_answer *a,
		       struct oracle_verdict *v)
{
	const struct gabion_policy_rule *rules = t->compiled.view.rules;
	uint32_t i, j, line;

	for (i = 0; i < a->nrules; i++) {
		line = le32toh(rules[a->rules[i]].line);
		assert_string_equal(gabion_view_string(&t->compiled.view, rules[a->rules[i]].file),
				    "oracle.gabion");
		for (j = 0; j < v->nlines && v->lines[j] < line; j++)
			;
		if (j < v->nlines && v->lines[j] == line)
			continue;
		assert_true(v->nlines < ORACLE_LINES);
		memmove(v->lines + j + 1, v->lines + j, (v->nlines++ - j) * sizeof(line));
		v->lines[j] = line;
	}
}

static void ask(struct trial *t)
{
	static const enum oracle_reason reasons[] = {
		[GABION_ANSWER_ALLOWED] = ORACLE_ALLOWED,
		[GABION_ANSWER_NO_RULE] = ORACLE_NO_RULE,
		[GABION_ANSWER_DENIED] = ORACLE_DENIED,
		[GABION_ANSWER_LEVEL] = ORACLE_ORDER,
	};
	struct oracle_question question;
	struct gabion_answer answer;
	struct gabion_error error;
	char name[ORACLE_NAME];

	oracle_block_name(t->policy, t->request.domain, name);
	oracle_question(t->policy, &t->request, &question);
	if (gabion_query(&t->compiled.view, name, question.verb, question.object, &answer, &error))
		fail_msg("%s", error.text);
	t->got = (struct oracle_verdict){
		.reason = reasons[answer.reason], .enters = -1, .helper = -1};
	assert_int_equal(answer.allowed, answer.reason == GABION_ANSWER_ALLOWED);
	if (answer.allowed && t->request.klass == ORACLE_FILE &&
	    !strcmp(question.verb, "execute")) {
		t->got.enters = domain_number(t, answer.transition);
		t->got.helper = domain_number(t, answer.helper);
	}
	t->got.audit = answer.allowed && answer.audit && !answer.unconfined;
	t->got.quiet = answer.quiet;
	t->complain = answer.complain;
	read_lines(t, &answer, &t->got);
	gabion_answer_free(&answer);
}

/* Ask both; t->what says what they differ in. */
static void compare(struct trial *t)
{
	const struct oracle_verdict *a = &t->expected, *b = &t->got;

	ask(t);
	oracle_judge(t->policy, &t->request, &t->expected);
	t->what = a->reason != b->reason   ? "verdict"
		  : a->enters != b->enters ? "domain that is entered"
		  : a->helper != b->helper ? "domain that a helper enters"
		  : a->audit != b->audit   ? "audit"
		  : a->quiet != b->quiet   ? "quiet"
		  : a->nlines != b->nlines ||
				  memcmp(a->lines, b->lines, a->nlines * sizeof(a->lines[0]))
			  ? "lines of rules"
		  : t->complain != (t->policy->blocks[t->request.domain].mode == ORACLE_COMPLAIN)
			  ? "mode"
			  : NULL;
}

static bool answers_differ(void *arg)
{
	struct trial *t = arg;
	bool differ = false;

	if (!t->request.domain || !t->policy->blocks[t->request.domain].gone) {
		if (compiles(t) && (t->request.klass != ORACLE_DOMAIN ||
				    !t->policy->blocks[t->request.target].gone)) {
			compare(t);
			differ = t->what;
		}
		gabion_compiled_free(&t->compiled);
	}
	return differ;
}

/* The compiler refuses what the tree has no mistake for; or does not refuse a mistake. */
static bool refusals_differ(void *arg)
{
	struct trial *t = arg;
	const struct oracle_rule *rule;
	size_t block;
	bool differ;

	if (compiles(t))
		differ = oracle_order_violated(t->policy, &block, &rule);
	else
		differ = strcmp(t->what, "not refused") &&
			 oracle_refuse(t->policy, first_error(t), false) == ORACLE_WRONG &&
			 !strncmp(first_error(t), t->what, 12);
	gabion_compiled_free(&t->compiled);
	return differ;
}

static void print_verdict(const char *who, const struct oracle_verdict *v)
{
	static const char *const reasons[] = {"allowed", "no rule grants it", "a rule denies it",
					      "the order of levels forbids it"};
	size_t i;

	fprintf(stderr, "%s: %s%s%s, enters %d, helper %d, lines", who, reasons[v->reason],
		v->audit ? ", audit" : "", v->quiet ? ", quiet" : "", v->enters, v->helper);
	for (i = 0; i < v->nlines; i++)
		fprintf(stderr, " %u", v->lines[i]);
	fputc('\n', stderr);
}

static void fail_with(struct trial *t, bool (*differs)(void *arg))
{
	uint64_t seed = t->policy->seed;
	struct oracle_question question;
	char *text, name[ORACLE_NAME];

	oracle_shrink(t->policy, &t->request, differs, t);
	differs(t);
	text = oracle_print(t->policy);
	fprintf(stderr, "GABION_SEED=%llu GABION_POLICIES=1\n%s\n", (unsigned long long)seed, text);
	free(text);
	if (differs == answers_differ) {
		oracle_block_name(t->policy, t->request.domain, name);
		oracle_question(t->policy, &t->request, &question);
		fprintf(stderr, "%s %s %s\n", name, question.verb, question.object);
		print_verdict("compiled policy", &t->got);
		print_verdict("reference      ", &t->expected);
	}
	fail_msg("compiler and reference differ: %s", t->what);
}

/* Compile what was drawn, without its mistakes. False: it is left out. */
static bool prepare(struct trial *t, bool as_drawn, struct counts *n)
{
	const struct oracle_rule *rule;
	unsigned int attempts;
	size_t block;

	if (!as_drawn)
		oracle_mend_order(t->policy);
	for (attempts = 0; attempts < ATTEMPTS; attempts++) {
		char error[1024];

		if (compiles(t)) {
			if (!oracle_order_violated(t->policy, &block, &rule))
				return true;
			gabion_compiled_free(&t->compiled);
			t->what = "not refused";
			fail_with(t, refusals_differ);
		}
		snprintf(error, sizeof(error), "%s", first_error(t));
		gabion_compiled_free(&t->compiled);
		n->refused++;
		switch (oracle_refuse(t->policy, error, true)) {
		case ORACLE_WRONG:
			t->what = error;
			fail_with(t, refusals_differ);
			break;
		case ORACLE_HOPELESS:
			n->dropped++;
			return false;
		case ORACLE_RIGHT:
			if (!as_drawn)
				oracle_mend_order(t->policy);
		}
	}
	n->dropped++;
	return false;
}

static void count(struct counts *n, const struct oracle_verdict *v)
{
	n->pairs++;
	n->reasons[v->reason]++;
	n->transitions += v->enters >= 0;
	n->quiet += v->quiet;
	n->audit += v->audit;
	n->lines += v->nlines;
}

static void agree(void **state)
{
	const char *given = getenv("GABION_POLICIES");
	uint64_t seed = test_seed(), policies = given ? strtoull(given, NULL, 0) : POLICIES, i;
	struct trial t = {.policy = calloc(1, sizeof(*t.policy))};
	struct counts n = {};
	uint64_t random;
	unsigned int j;

	(void)state;
	assert_non_null(t.policy);
	for (i = 0; i < policies; i++) {
		oracle_generate(t.policy, seed + i);
		if (!prepare(&t, !((seed + i) % AS_DRAWN), &n))
			continue;
		random = oracle_random(~(seed + i));
		for (j = 0; j < REQUESTS; j++) {
			oracle_request(t.policy, &random, &t.request);
			compare(&t);
			count(&n, &t.got);
			if (!t.what)
				continue;
			gabion_compiled_free(&t.compiled);
			fail_with(&t, answers_differ);
		}
		gabion_compiled_free(&t.compiled);
	}
	printf("%llu questions: %llu allowed, %llu no rule, %llu denied, %llu by level; %llu "
	       "enter a domain; %llu quiet, %llu audited; %llu refusals, %llu policies dropped\n",
	       (unsigned long long)n.pairs, (unsigned long long)n.reasons[0],
	       (unsigned long long)n.reasons[1], (unsigned long long)n.reasons[2],
	       (unsigned long long)n.reasons[3], (unsigned long long)n.transitions,
	       (unsigned long long)n.quiet, (unsigned long long)n.audit,
	       (unsigned long long)n.refused, (unsigned long long)n.dropped);
	free(t.policy);
	if (given)
		return;
	/* Questions that all end alike would say nothing. */
	assert_true(n.pairs > policies * (REQUESTS - 10));
	assert_true(n.reasons[ORACLE_ALLOWED] > n.pairs / 10);
	assert_true(n.reasons[ORACLE_NO_RULE] > n.pairs / 10);
	assert_true(n.reasons[ORACLE_DENIED] > n.pairs / 50);
	assert_true(n.reasons[ORACLE_ORDER] > n.pairs / 200);
	assert_true(n.transitions > n.pairs / 300);
	assert_true(n.quiet > n.pairs / 200 && n.audit > n.pairs / 200);
	assert_true(n.dropped < policies / 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
