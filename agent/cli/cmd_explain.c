// SPDX-License-Identifier: GPL-2.0
/*
 * gabion explain: what happened in an event, why, and what would allow it.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "../common/cleanup.h"
#include "../common/text.h"
#include "../explain/choose.h"
#include "../explain/explain.h"
#include "cli.h"
#include "diff_show.h"
#include "policy_input.h"
#include "usage.h"

/* What the options ask for; zero-initialise. */
struct request {
	const char *policy;
	const char *from;
	struct gabion_choice choice;
};

/* Lines of @text, each behind @indent. */
static void print_lines(const char *text, const char *indent)
{
	size_t n;

	for (; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		printf("%s%.*s\n", indent, (int)n, text);
	}
}

static void print_edit(const struct gabion_edit *e)
{
	printf("  %s:%u: ", e->file, e->line);
	if (e->old && !*e->text) {
		puts("take out");
		print_lines(e->old, "      ");
		return;
	}
	if (e->old) {
		puts("in place of");
		print_lines(e->old, "      ");
		puts("    write");
	} else if (e->domain) {
		printf("in the block of domain %s add\n", e->domain);
	} else {
		puts("at the end of the file add");
	}
	print_lines(e->text, "      ");
}

static void print_trial(const struct gabion_trial *t, bool first)
{
	size_t i;

	printf("\n%s\n", first ? "The smallest change that allows it:"
			       : "For this object alone:");
	for (i = 0; i < t->edits.n; i++)
		print_edit(&t->edits.v[i]);
	if (gabion_diff_is_empty(&t->diff)) {
		puts("It allows nothing else.");
	} else {
		puts(t->exact ? "Besides it allows, by an example of each sort of objects:"
			      : "All that it allows, by an example of each sort of objects:");
		gabion_diff_show_changes(&t->diff);
	}
	for (i = 0; i < t->warnings.n; i++) {
		cleanup_free char *shown = gabion_text_escape(t->warnings.v[i]);

		printf("Warning: %s\n", shown ? shown : t->warnings.v[i]);
	}
}

static void show_text(const struct gabion_explanation *x)
{
	size_t i;

	puts(x->words);
	if (x->now == GABION_NOW_ALLOWED)
		puts("\nThe policy at hand allows it already: it is another one than that which "
		     "decided, or is not in force yet.");
	if (x->note)
		printf("\n%s\n", x->note);
	for (i = 0; i < x->trials.n; i++)
		print_trial(&x->trials.v[i], !i);
	if (x->now == GABION_NOW_REFUSED && !x->trials.n && !x->note)
		puts("\nNo single change was found that allows it and takes nothing else away.");
}

static void add_edit(struct gabion_json *json, const struct gabion_edit *e)
{
	gabion_json_open(json, NULL, '{');
	gabion_json_string(json, "file", e->file);
	gabion_json_unsigned(json, "line", e->line);
	gabion_json_string(json, "domain", e->domain);
	gabion_json_string(json, "old", e->old);
	gabion_json_string(json, "new", e->text);
	gabion_json_close(json, '}');
}

static void add_trial(struct gabion_json *json, const struct gabion_trial *t)
{
	size_t i;

	gabion_json_open(json, NULL, '{');
	gabion_json_open(json, "edits", '[');
	for (i = 0; i < t->edits.n; i++)
		add_edit(json, &t->edits.v[i]);
	gabion_json_close(json, ']');
	gabion_json_bool(json, "this_object_alone", t->exact);
	gabion_json_open(json, "allows", '{');
	gabion_diff_add_json(json, &t->diff);
	gabion_json_close(json, '}');
	gabion_json_open(json, "warnings", '[');
	for (i = 0; i < t->warnings.n; i++)
		gabion_json_string(json, NULL, t->warnings.v[i]);
	gabion_json_close(json, ']');
	gabion_json_close(json, '}');
}

static int show_json(const struct gabion_record *record, const struct gabion_explanation *x)
{
	static const char *const now[] = {
		[GABION_NOW_REFUSED] = "refused",
		[GABION_NOW_ALLOWED] = "allowed",
		[GABION_NOW_UNKNOWN] = "unknown",
	};
	cleanup_json struct gabion_json json = {0};
	size_t i;

	gabion_json_open(&json, NULL, '{');
	gabion_json_unsigned(&json, "sequence", record->event.sequence);
	gabion_json_string(&json, "words", x->words);
	gabion_json_string(&json, "now", now[x->now]);
	gabion_json_string(&json, "note", x->note);
	gabion_json_open(&json, "changes", '[');
	for (i = 0; i < x->trials.n; i++)
		add_trial(&json, &x->trials.v[i]);
	gabion_json_close(&json, ']');
	gabion_json_close(&json, '}');
	return gabion_json_print(&json);
}

/* The record that the arguments mean. 0 or -errno. */
static int find_record(const struct request *r, const char *argument, struct gabion_record *record,
		       struct gabion_error *error)
{
	const char *path = r->from ? r->from : argument;
	cleanup_file FILE *file = NULL;

	if (!r->from && argument[0] == '{')
		return gabion_record_parse(record, argument, strlen(argument), error);
	if (!strcmp(path, "-"))
		return gabion_event_choose(stdin, "standard input", &r->choice, record, error);
	file = fopen(path, "re");
	if (!file)
		return gabion_error_set(error, -errno, "%s: %s", path, strerror(errno));
	return gabion_event_choose(file, path, &r->choice, record, error);
}

static int explain(const struct gabion_cli *cli, const struct request *r, const char *argument,
		   struct gabion_error *error)
{
	cleanup_policy_input struct gabion_policy_input input = {0};
	cleanup_explanation struct gabion_explanation x = {0};
	cleanup_record struct gabion_record record = {0};
	int err;

	if (find_record(r, argument, &record, error) ||
	    gabion_policy_input_open(&input, cli->policy_dir, r->policy, error) ||
	    gabion_explain(&record, input.image ? NULL : &input.compiled, input.view, r->policy,
			   cli->policy_dir, &x, error))
		return GABION_EXIT_ERROR;
	err = cli->json ? show_json(&record, &x) : 0;
	if (err) {
		gabion_error_set(error, err, "cannot write: %s", strerror(-err));
		return GABION_EXIT_ERROR;
	}
	if (!cli->json)
		show_text(&x);
	return x.now == GABION_NOW_UNKNOWN || (x.now == GABION_NOW_REFUSED && !x.trials.n)
		       ? GABION_EXIT_NO
		       : GABION_EXIT_OK;
}

static int read_sequence(struct request *r, const char *text)
{
	char *end;

	errno = 0;
	r->choice.sequence = strtoull(text, &end, 10);
	return *end || errno || text[0] < '0' || text[0] > '9' || !r->choice.sequence;
}

int cmd_explain(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error)
{
	static const struct option options[] = {
		{"policy", required_argument, NULL, 'p'},
		{"from", required_argument, NULL, 'f'},
		{"last", no_argument, NULL, 'l'},
		{0},
	};
	struct request r = {.policy = cli->policy_dir};
	int option;

	gabion_cli_getopt_reset();
	while ((option = getopt_long(argc, argv, ":p:f:l", options, NULL)) != -1) {
		if (option == 'p')
			r.policy = optarg;
		else if (option == 'f')
			r.from = optarg;
		else if (option == 'l')
			r.choice.last = true;
		else
			return gabion_cli_wrong_option(error, argv, option);
	}
	if (r.choice.last && !r.from)
		return gabion_cli_wrong(error, argv[0], "--last needs --from FILE");
	if (argc - optind != !r.choice.last)
		return gabion_cli_wrong(error, argv[0], r.from ? "expected a sequence number, or --last"
							       : "expected one event");
	if (r.from && !r.choice.last && read_sequence(&r, argv[optind]))
		return gabion_cli_wrong(error, argv[0], "\"%s\" is no sequence number",
					argv[optind]);
	return explain(cli, &r, argv[optind], error);
}
