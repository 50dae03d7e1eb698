// SPDX-License-Identifier: GPL-2.0
/*
 * gabion flow: who can influence whom, and is that what the levels say?
 */
#include <errno.h>
#include <getopt.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "../common/cleanup.h"
#include "../flow/describe.h"
#include "../flow/print.h"
#include "cli.h"
#include "policy_input.h"
#include "table.h"
#include "usage.h"

enum format { FORMAT_TEXT, FORMAT_DOT, FORMAT_SVG };

/**
 * struct question - what was asked
 * @from:	name of a domain, or NULL: of no one in particular
 * @to:		likewise
 * @strict:	count all but trusted rules and modes of domains
 */
struct question {
	const char *from, *to;
	bool strict;
	enum format format;
};

static int find_domain(const struct gabion_view *view, const char *name, uint32_t *domain,
		       struct gabion_error *error)
{
	struct gabion_suggestion s = {.name = name};
	const char *known;

	for (*domain = 0; *domain < view->ndomains; ++*domain) {
		known = gabion_view_string(view, view->domains[*domain].name);
		if (!strcmp(known, name))
			return 0;
		gabion_suggest_try(&s, known);
	}
	return gabion_error_set(error, -ENOENT, "unknown domain \"%s\"%s%s%s", name,
				s.nearest ? ": did you mean `" : "", s.nearest ? s.nearest : "",
				s.nearest ? "`?" : "");
}

/* By what the policy grants. */
static uint32_t granted(const struct question *q)
{
	return GABION_FLOW_GRANTED | (q->strict ? GABION_FLOW_BIT(HINT) : 0);
}

/* Also through those that no rule holds; through the host only if it was asked about. */
static uint32_t possible(const struct question *q, uint32_t from, uint32_t to)
{
	bool host = (q->from && from == GABION_FLOW_HOST_DOMAIN) ||
		    (q->to && to == GABION_FLOW_HOST_DOMAIN);

	return granted(q) | GABION_FLOW_POSSIBLE | (host ? GABION_FLOW_BIT(HOST) : 0);
}

extern char **environ;

/* Give @text to dot(1), whose picture goes to standard output. */
static int draw(const char *text, size_t size, struct gabion_error *error)
{
	cleanup_fd int fd = memfd_create("flow", MFD_CLOEXEC);
	char *const argv[] = {"dot", "-Tsvg", NULL};
	posix_spawn_file_actions_t actions;
	int status, err;
	pid_t pid;

	if (fd < 0 || write(fd, text, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET))
		return gabion_error_set(error, -errno, "cannot keep the graph: %s",
					strerror(errno));
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
	err = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (err)
		return gabion_error_set(
			error, -err, "dot: %s; it is in the package graphviz, or take --format dot",
			strerror(err));
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status))
		return gabion_error_set(error, -EIO, "dot failed, and said why");
	return 0;
}

static int print_graph(const struct question *q, const struct gabion_flow *flow,
		       const struct gabion_flow_report *report,
		       const struct gabion_flow_chain *chain, struct gabion_error *error)
{
	cleanup_free char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return gabion_error_set(error, -ENOMEM, "no memory");
	if (chain)
		gabion_flow_dot_chain(flow, chain, out);
	else
		gabion_flow_dot_report(flow, report, granted(q), out);
	if (fclose(out))
		return gabion_error_set(error, -ENOMEM, "no memory");
	if (q->format == FORMAT_SVG)
		return draw(text, size, error);
	if (fwrite(text, 1, size, stdout) != size)
		return gabion_error_set(error, -EIO, "cannot write: %s", strerror(errno));
	return 0;
}

static int finish_json(struct gabion_json *json, struct gabion_error *error)
{
	int err;

	gabion_json_close(json, '}');
	err = gabion_json_print(json);
	return err ? gabion_error_set(error, err, "cannot write: %s", strerror(-err)) : 0;
}

/* The whole policy. */
static int prove(const struct gabion_cli *cli, const struct question *q,
		 const struct gabion_flow *flow, struct gabion_error *error)
{
	cleanup_json struct gabion_json json = {0};
	struct gabion_flow_report report;
	int status, err = 0;

	gabion_flow_report(flow, q->strict, &report);
	status = report.violations.n ? GABION_EXIT_NO : GABION_EXIT_OK;
	if (q->format != FORMAT_TEXT) {
		err = print_graph(q, flow, &report, NULL, error);
	} else if (cli->json) {
		gabion_json_open(&json, NULL, '{');
		gabion_json_bool(&json, "strict", q->strict);
		gabion_flow_json_report(flow, &report, &json);
		err = finish_json(&json, error);
	} else {
		gabion_flow_print_report(flow, &report, stdout);
	}
	gabion_flow_report_free(&report);
	return err ? GABION_EXIT_ERROR : status;
}

static void print_pair(const struct question *q, const struct gabion_flow *flow,
		       const struct gabion_flow_chain *chain, bool granted)
{
	printf("%s %s influence %s%s\n", q->from, granted ? "can" : "cannot", q->to,
	       granted	  ? ""
	       : chain->n ? "; but with the help of what no rule holds"
			  : "");
	if (chain->n)
		gabion_flow_print_chain(flow, chain, "  ", stdout);
}

/* From one domain to another: by what the policy grants, or at all. */
static int ask_pair(const struct gabion_cli *cli, const struct question *q,
		    const struct gabion_flow *flow, uint32_t from, uint32_t to,
		    struct gabion_error *error)
{
	cleanup_json struct gabion_json json = {0};
	struct gabion_flow_chain chain = {};
	bool alone = gabion_flow_chain(flow, from, to, granted(q), &chain);
	int err = 0;

	if (!alone)
		gabion_flow_chain(flow, from, to, possible(q, from, to), &chain);
	if (q->format != FORMAT_TEXT && !chain.n) {
		err = gabion_error_set(error, -ENOENT, "%s cannot influence %s: nothing to draw",
				       q->from, q->to);
	} else if (q->format != FORMAT_TEXT) {
		err = print_graph(q, flow, NULL, &chain, error);
	} else if (cli->json) {
		gabion_json_open(&json, NULL, '{');
		gabion_json_string(&json, "from", q->from);
		gabion_json_string(&json, "to", q->to);
		gabion_json_bool(&json, "granted", alone);
		gabion_json_bool(&json, "possible", chain.n);
		if (chain.n)
			gabion_flow_json_chain(flow, &chain, &json, "chain");
		err = finish_json(&json, error);
	} else {
		print_pair(q, flow, &chain, alone);
	}
	gabion_flow_chain_free(&chain);
	return err ? GABION_EXIT_ERROR : alone ? GABION_EXIT_OK : GABION_EXIT_NO;
}

static size_t distance(const uint32_t *before, uint32_t node)
{
	size_t n = 0;

	for (; before[node] != node; node = before[node])
		n++;
	return n;
}

static int list_text(const struct gabion_flow *flow, const uint32_t *near, const uint32_t *far,
		     uint32_t domain)
{
	cleanup_table struct gabion_table table = {.ncolumns = 4, .right = 4};
	uint32_t n = gabion_flow_view(flow)->ndomains, d;
	int err;

	err = gabion_table_text(&table, "DOMAIN") ?: gabion_table_text(&table, "LEVEL") ?:
	      gabion_table_text(&table, "STEPS") ?: gabion_table_text(&table, "BY");
	for (d = 0; !err && d < n; d++) {
		const uint32_t *way = near[d] != GABION_FLOW_NOWHERE ? near : far;

		if (d == domain || way[d] == GABION_FLOW_NOWHERE)
			continue;
		err = gabion_table_text(&table, gabion_flow_domain_name(flow, d)) ?:
		      gabion_table_text(&table, gabion_flow_level_name(flow, d)) ?:
		      gabion_table_number(&table, distance(way, d)) ?:
		      gabion_table_text(&table, way == near ? "what is granted"
							    : "what no rule holds");
	}
	if (!err)
		gabion_table_print(&table);
	return err;
}

static void list_json(const struct gabion_flow *flow, const uint32_t *near, const uint32_t *far,
		      uint32_t domain, struct gabion_json *json)
{
	uint32_t n = gabion_flow_view(flow)->ndomains, d;

	gabion_json_open(json, "domains", '[');
	for (d = 0; d < n; d++) {
		const uint32_t *way = near[d] != GABION_FLOW_NOWHERE ? near : far;

		if (d == domain || way[d] == GABION_FLOW_NOWHERE)
			continue;
		gabion_json_open(json, NULL, '{');
		gabion_json_string(json, "domain", gabion_flow_domain_name(flow, d));
		gabion_json_string(json, "level", gabion_flow_level_name(flow, d));
		gabion_json_unsigned(json, "steps", distance(way, d));
		gabion_json_bool(json, "granted", way == near);
		gabion_json_close(json, '}');
	}
	gabion_json_close(json, ']');
}

/* All whom a domain influences, or who influence it. */
static int ask_one(const struct gabion_cli *cli, const struct question *q,
		   const struct gabion_flow *flow, uint32_t domain, struct gabion_error *error)
{
	cleanup_json struct gabion_json json = {0};
	cleanup_free uint32_t *near = gabion_flow_reach(flow, domain, granted(q), q->to);
	cleanup_free uint32_t *far =
		gabion_flow_reach(flow, domain, possible(q, domain, domain), q->to);
	int err;

	if (cli->json) {
		gabion_json_open(&json, NULL, '{');
		gabion_json_string(&json, q->to ? "to" : "from", q->to ? q->to : q->from);
		list_json(flow, near, far, domain, &json);
		err = finish_json(&json, error);
	} else {
		err = list_text(flow, near, far, domain);
		if (err)
			gabion_error_set(error, err, "no memory");
	}
	return err ? GABION_EXIT_ERROR : GABION_EXIT_OK;
}

static int answer(const struct gabion_cli *cli, const struct question *q,
		  const struct gabion_view *view, struct gabion_error *error)
{
	uint32_t from = 0, to = 0;
	struct gabion_flow *flow;
	int status;

	if ((q->from && find_domain(view, q->from, &from, error)) ||
	    (q->to && find_domain(view, q->to, &to, error)))
		return GABION_EXIT_ERROR;
	flow = gabion_flow_new(view, GABION_FLOW_EVERY);
	if (q->from && q->to)
		status = ask_pair(cli, q, flow, from, to, error);
	else if (q->from || q->to)
		status = ask_one(cli, q, flow, q->from ? from : to, error);
	else
		status = prove(cli, q, flow, error);
	gabion_flow_free(flow);
	return status;
}

static int run(const struct gabion_cli *cli, const struct question *q,
	       const struct gabion_compile_options *how, const char *policy,
	       struct gabion_error *error)
{
	cleanup_policy_input struct gabion_policy_input input = {0};

	if (gabion_policy_input_open_with(&input, how, policy, error))
		return GABION_EXIT_ERROR;
	return answer(cli, q, input.view, error);
}

static bool read_format(const char *word, enum format *format)
{
	static const char *const words[] = {"text", "dot", "svg"};
	unsigned int i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i], word))
			continue;
		*format = i;
		return true;
	}
	return false;
}

int cmd_flow(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error)
{
	static const struct option options[] = {
		{"format", required_argument, NULL, 'F'}, {"from", required_argument, NULL, 'f'},
		{"policy", required_argument, NULL, 'p'}, {"strict", no_argument, NULL, 's'},
		{"to", required_argument, NULL, 't'},	  {"fact", required_argument, NULL, 'c'},
		{0},
	};
	const char *policy = cli->policy_dir;
	struct gabion_compile_options how = {.library = cli->policy_dir};
	struct question q = {0};
	int option;

	gabion_cli_getopt_reset();
	while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		switch (option) {
		case 'F':
			if (!read_format(optarg, &q.format))
				return gabion_cli_wrong(error, argv[0],
							"--format is text, dot or svg");
			break;
		case 'c':
			if (gabion_facts_fix(&how.facts, optarg, error))
				return GABION_EXIT_USAGE;
			break;
		case 'f':
			q.from = optarg;
			break;
		case 'p':
			policy = optarg;
			break;
		case 's':
			q.strict = true;
			break;
		case 't':
			q.to = optarg;
			break;
		default:
			return gabion_cli_wrong_option(error, argv, option);
		}
	}
	if (argc - optind == 2 && !q.from && !q.to) {
		q.from = argv[optind];
		q.to = argv[optind + 1];
	} else if (argc != optind) {
		return gabion_cli_wrong(error, argv[0],
					"expected FROM TO, --from DOMAIN, --to DOMAIN, or none");
	}
	if (q.format != FORMAT_TEXT && (cli->json || !q.from != !q.to))
		return gabion_cli_wrong(error, argv[0],
					"a picture is of the policy, or of FROM TO");
	return run(cli, &q, &how, policy, error);
}
