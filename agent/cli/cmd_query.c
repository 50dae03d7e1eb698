// SPDX-License-Identifier: GPL-2.0
/*
 * gabion query: may a domain do something; who may; what may it?  Answered from the
 * policy, by the code that the kernel decides with.
 */
#include <getopt.h>
#include <string.h>

#include "../common/cleanup.h"
#include "../policy/mem.h"
#include "cli.h"
#include "policy_input.h"
#include "query_show.h"
#include "usage.h"

static int show_json(const struct gabion_policy_input *input, const char *const question[3],
		     const struct gabion_answer *answer)
{
	cleanup_json struct gabion_json json = {0};

	gabion_answer_show_json(&json, NULL, input->view, input->call_rules, question, answer);
	return gabion_json_print(&json);
}

static int ask(const struct gabion_cli *cli, const struct gabion_policy_input *input,
	       const char *const question[3], bool many, struct gabion_error *error)
{
	struct gabion_answer answer;
	int status, err;

	if (gabion_query(input->view, question[0], question[1], question[2], &answer, error))
		return GABION_EXIT_ERROR;
	status = answer.allowed ? GABION_EXIT_OK : GABION_EXIT_NO;
	if (cli->json) {
		err = show_json(input, question, &answer);
		if (err) {
			gabion_error_set(error, err, "cannot write: %s", strerror(-err));
			status = GABION_EXIT_ERROR;
		}
	} else {
		gabion_answer_show_text(stdout, input->view, input->call_rules,
					many ? question[2] : NULL, &answer);
	}
	gabion_answer_free(&answer);
	return status;
}

/* The words of one object that is not a path: "tcp 127.0.0.1 port 80". malloc'ed. */
static char *join(int nwords, char **words)
{
	char *joined = gabion_xstrdup(words[0]), *longer;
	int i;

	for (i = 1; i < nwords; i++) {
		longer = gabion_xasprintf("%s %s", joined, words[i]);
		free(joined);
		joined = longer;
	}
	return joined;
}

/* Several paths are several questions; the words of anything else are one object. */
static int ask_all(const struct gabion_cli *cli, const struct gabion_policy_input *input,
		   int nwords, char **words, struct gabion_error *error)
{
	const char *question[3] = {words[0], words[1], words[2]};
	cleanup_free char *joined = NULL;
	int status = GABION_EXIT_OK, one, i;

	if (words[2][0] == '/') {
		for (i = 2; i < nwords && status != GABION_EXIT_ERROR; i++) {
			question[2] = words[i];
			one = ask(cli, input, question, nwords > 3, error);
			status = one > status ? one : status;
		}
		return status;
	}
	question[2] = joined = join(nwords - 2, words + 2);
	return ask(cli, input, question, false, error);
}

/* What the options ask for; zero-initialise. */
struct request {
	const char *policy;
	struct gabion_compile_options how;
	bool who, why;
};

static int answer(const struct gabion_cli *cli, const struct request *r, int nwords, char **words,
		  struct gabion_error *error)
{
	cleanup_policy_input struct gabion_policy_input input = {0};
	cleanup_free char *object = NULL;

	if (gabion_policy_input_open_with(&input, &r->how, r->policy, error))
		return GABION_EXIT_ERROR;
	if (r->who) {
		object = join(nwords - 1, words + 1);
		return gabion_query_who(&input, words[0], object, cli->json, error);
	}
	if (nwords == 1)
		return gabion_query_list(input.view, words[0], r->why, cli->json, error);
	return ask_all(cli, &input, nwords, words, error);
}

int cmd_query(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error)
{
	static const struct option options[] = {
		{"fact", required_argument, NULL, 'f'},
		{"policy", required_argument, NULL, 'p'},
		{"who", no_argument, NULL, 'w'},
		{"why", no_argument, NULL, 'y'},
		{0},
	};
	struct request request = {.policy = cli->policy_dir, .how.library = cli->policy_dir};
	int option, n;

	gabion_cli_getopt_reset();
	while ((option = getopt_long(argc, argv, "+:p:", options, NULL)) != -1) {
		if (option == 'f') {
			if (gabion_facts_fix(&request.how.facts, optarg, error))
				return GABION_EXIT_USAGE;
		} else if (option == 'p')
			request.policy = optarg;
		else if (option == 'w')
			request.who = true;
		else if (option == 'y')
			request.why = true;
		else
			return gabion_cli_wrong_option(error, argv, option);
	}
	n = argc - optind;
	if (request.who && n < 2)
		return gabion_cli_wrong(
			error, argv[0],
			"expected PERMISSION OBJECT, as in: --who read /etc/shadow");
	if (!request.who && n != 1 && n < 3)
		return gabion_cli_wrong(
			error, argv[0],
			"expected DOMAIN PERMISSION OBJECT, as in: nginx read /etc/shadow");
	return answer(cli, &request, n, argv + optind, error);
}
