// SPDX-License-Identifier: GPL-2.0
/*
 * gabion test: hold a policy against the `expect` statements that it carries.
 * TAP on stdout, for prove(1) and its like.
 */
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "../common/cleanup.h"
#include "../common/json.h"
#include "../common/text.h"
#include "../policy/policy.h"
#include "cli.h"
#include "query_show.h"
#include "usage.h"

/* Why it is as it is, as comments of TAP: what `gabion query` says. */
static void print_why(const struct gabion_compiled *c, const struct gabion_answer *a)
{
	cleanup_free char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	const char *line, *end;

	if (!out)
		return;
	gabion_answer_show_text(out, &c->view, &c->call_rules, NULL, a);
	fclose(out);
	for (line = text; (end = strchr(line, '\n')); line = end + 1)
		printf("# %.*s\n", (int)(end - line), line);
}

static void print_tap(size_t number, const struct gabion_expectation *e, bool met,
		      const struct gabion_compiled *c, const struct gabion_answer *a)
{
	cleanup_free char *text = gabion_expectation_format(e);
	cleanup_free char *shown = gabion_text_escape(text);

	printf("%s %zu - %s:%u %s\n", met ? "ok" : "not ok", number, e->file, e->line,
	       shown ? shown : text);
	if (met)
		return;
	printf("# expected %s, is %s (%s)\n", e->allow ? "allow" : "deny",
	       a->allowed ? "allowed" : a->denied ? "denied" : "undecided",
	       gabion_answer_reason_name(a->reason));
	if (e->enters && a->allowed)
		printf("# expected in domain %s, is in %s\n", e->enters,
		       gabion_answer_enters(&c->view, a));
	print_why(c, a);
}

static void json_result(struct gabion_json *json, const struct gabion_expectation *e, bool met,
			const struct gabion_compiled *c, const struct gabion_answer *a)
{
	const char *const question[3] = {e->domain, e->verb, e->object};

	gabion_json_open(json, NULL, '{');
	gabion_json_bool(json, "ok", met);
	gabion_json_string(json, "file", e->file);
	gabion_json_unsigned(json, "line", e->line);
	gabion_json_string(json, "domain", e->domain);
	gabion_json_string(json, "expected", e->allow ? "allow" : "deny");
	gabion_json_string(json, "permission", e->verb);
	gabion_json_string(json, "object", e->object);
	gabion_json_string(json, "expected_domain", e->enters);
	gabion_json_string(json, "reason", gabion_answer_reason_name(a->reason));
	gabion_answer_show_json(json, "answer", &c->view, &c->call_rules, question, a);
	gabion_json_close(json, '}');
}

/* Number of expectations not met, or -EINVAL. */
static int run(const struct gabion_cli *cli, const struct gabion_compiled *compiled,
	       struct gabion_json *json, struct gabion_error *error)
{
	const struct gabion_expectations *all = &compiled->expectations;
	int failed = 0;
	size_t i;

	if (!cli->json)
		printf("TAP version 13\n1..%zu\n", all->n);
	for (i = 0; i < all->n; i++) {
		struct gabion_answer answer;
		int met = gabion_expectation_check(&all->items[i], &compiled->view, &answer, error);

		if (met < 0)
			return gabion_error_prefix(error, "%s:%u", all->items[i].file,
						   all->items[i].line);
		if (cli->json)
			json_result(json, &all->items[i], met, compiled, &answer);
		else
			print_tap(i + 1, &all->items[i], met, compiled, &answer);
		gabion_answer_free(&answer);
		failed += !met;
	}
	return failed;
}

static int report(const struct gabion_cli *cli, const struct gabion_compiled *compiled,
		  struct gabion_error *error)
{
	cleanup_json struct gabion_json json = { 0 };
	int failed, err;

	gabion_json_open(&json, NULL, '{');
	gabion_json_open(&json, "results", '[');
	failed = run(cli, compiled, &json, error);
	if (failed < 0)
		return GABION_EXIT_ERROR;
	gabion_json_close(&json, ']');
	gabion_json_unsigned(&json, "expectations", compiled->expectations.n);
	gabion_json_unsigned(&json, "failed", failed);
	gabion_json_close(&json, '}');
	err = cli->json ? gabion_json_print(&json) : 0;
	if (err) {
		gabion_error_set(error, err, "cannot write: %s", strerror(-err));
		return GABION_EXIT_ERROR;
	}
	if (!cli->json)
		printf("# %zu expectations, %d not met\n", compiled->expectations.n, failed);
	return failed ? GABION_EXIT_NO : GABION_EXIT_OK;
}

int cmd_test(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error)
{
	static const struct option options[] = {
		{ "fact", required_argument, NULL, 'f' },
		{ 0 },
	};
	struct gabion_compile_options how = { .library = cli->policy_dir };
	struct gabion_compiled compiled;
	const char *const *paths;
	int option, status, npaths;

	gabion_cli_getopt_reset();
	while ((option = getopt_long(argc, argv, ":f:", options, NULL)) != -1) {
		if (option != 'f')
			return gabion_cli_wrong_option(error, argv, option);
		if (gabion_facts_fix(&how.facts, optarg, error))
			return GABION_EXIT_USAGE;
	}
	npaths = argc - optind;
	paths = npaths ? (const char *const *)argv + optind : &cli->policy_dir;
	if (gabion_policy_compile_with(&compiled, &how, paths, npaths ? npaths : 1, error)) {
		gabion_diagnostics_print(&compiled.diagnostics, stderr);
		/* TAP's word for a run that could not begin. */
		if (!cli->json)
			printf("Bail out! the policy does not compile\n");
		status = GABION_EXIT_ERROR;
	} else {
		status = report(cli, &compiled, error);
	}
	gabion_compiled_free(&compiled);
	return status;
}
