// SPDX-License-Identifier: GPL-2.0
/*
 * gabion check: compile a policy and say what is wrong with it, or how large it is.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "../common/file.h"
#include "../common/json.h"
#include "../flow/check.h"
#include "../policy/policy.h"
#include "cli.h"
#include "diagnostics.h"
#include "usage.h"

static void json_class(struct gabion_json *json, const char *name,
		       const struct gabion_class_stats *stats)
{
	gabion_json_open(json, name, '{');
	gabion_json_unsigned(json, "labels", stats->labels);
	gabion_json_unsigned(json, "states", stats->states);
	gabion_json_unsigned(json, "states_before_minimisation", stats->states_before);
	gabion_json_unsigned(json, "byte_classes", stats->byte_classes);
	gabion_json_unsigned(json, "cells", stats->cells);
	gabion_json_close(json, '}');
}

static int print_json(const struct gabion_compiled *compiled)
{
	const struct gabion_policy_stats *s = &compiled->stats;
	cleanup_json struct gabion_json json = { 0 };

	gabion_json_open(&json, NULL, '{');
	gabion_json_bool(&json, "valid", compiled->image);
	gabion_json_unsigned(&json, "errors", compiled->diagnostics.nerrors);
	gabion_json_unsigned(&json, "warnings", compiled->diagnostics.nwarnings);
	gabion_cli_json_diagnostics(&json, &compiled->diagnostics);
	if (compiled->image) {
		gabion_json_unsigned(&json, "bytes", compiled->size);
		gabion_json_unsigned(&json, "files", s->files);
		gabion_json_unsigned(&json, "levels", s->levels);
		gabion_json_unsigned(&json, "domains", s->domains);
		gabion_json_unsigned(&json, "resources", s->resources);
		gabion_json_unsigned(&json, "rules", s->rules);
		gabion_json_unsigned(&json, "expectations", compiled->expectations.n);
		json_class(&json, "file", &s->file);
		json_class(&json, "net", &s->net);
		gabion_json_open(&json, "syscalls", '{');
		gabion_json_unsigned(&json, "filters", s->filters);
		gabion_json_unsigned(&json, "outcomes", s->calls);
		gabion_json_unsigned(&json, "tests", s->tests);
		gabion_json_close(&json, '}');
		gabion_json_unsigned(&json, "ioctls", s->ioctls);
	}
	gabion_json_close(&json, '}');
	return gabion_json_print(&json);
}

static void print_class(const char *name, const struct gabion_class_stats *s)
{
	printf("  %-5s %u labels, %u states (%u before minimisation), %u byte classes, %u cells\n",
	       name, s->labels, s->states, s->states_before, s->byte_classes, s->cells);
}

static void print_text(const struct gabion_compiled *compiled)
{
	const struct gabion_policy_stats *s = &compiled->stats;

	gabion_diagnostics_print(&compiled->diagnostics, stderr);
	if (!compiled->image)
		return;
	printf("%u files, %u domains (with the host's), %u levels, %u resources, %u rules, %zu "
	       "expectations, %zu bytes\n",
	       s->files, s->domains, s->levels, s->resources, s->rules, compiled->expectations.n,
	       compiled->size);
	print_class("file", &s->file);
	print_class("net", &s->net);
	if (s->filters)
		printf("  syscalls of %u domain%s filtered, %u outcomes, %u tests of arguments\n",
		       s->filters, s->filters == 1 ? "" : "s", s->calls, s->tests);
	if (s->ioctls)
		printf("  ioctl by command: %u range%s\n", s->ioctls,
		       s->ioctls == 1 ? "" : "s");
}

/* What is not an error, and is taken for one. */
static int refuse_warnings(const struct gabion_compiled *compiled, struct gabion_error *error)
{
	size_t n = compiled->diagnostics.nwarnings;

	return n ? gabion_error_set(error, -EINVAL, "the policy has %zu warning%s", n,
				    n == 1 ? "" : "s")
		 : 0;
}

/* As if the compiler had found it: there is no image of a policy with errors. */
static int check_levels(struct gabion_compiled *compiled, struct gabion_error *error)
{
	int err = gabion_flow_check(&compiled->view, &compiled->diagnostics, error);

	if (err) {
		free(compiled->image);
		compiled->image = NULL;
	}
	return err;
}

static int check(const struct gabion_cli *cli, const struct gabion_compile_options *how,
		 const char *output, bool werror, const char *const *paths, size_t npaths,
		 struct gabion_error *error)
{
	struct gabion_compiled compiled;
	int err = gabion_policy_compile_with(&compiled, how, paths, npaths, error);

	if (!err)
		err = check_levels(&compiled, error);
	/* Where nothing could be read there is nothing to show but the error. */
	if (err && !compiled.diagnostics.n) {
		gabion_compiled_free(&compiled);
		return GABION_EXIT_ERROR;
	}
	if (cli->json) {
		int written = print_json(&compiled);

		if (written && !err)
			err = gabion_error_set(error, written, "cannot write: %s",
					       strerror(-written));
	} else {
		print_text(&compiled);
	}
	if (!err && werror)
		err = refuse_warnings(&compiled, error);
	if (!err && output)
		err = gabion_file_replace(output, compiled.image, compiled.size, error);
	gabion_compiled_free(&compiled);
	return err ? GABION_EXIT_ERROR : GABION_EXIT_OK;
}

int cmd_check(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "werror", no_argument, NULL, 'w' },
		{ "fact", required_argument, NULL, 'f' },
		{ 0 },
	};
	struct gabion_compile_options how = { .library = cli->policy_dir };
	const char *output = NULL;
	bool werror = false;
	int option;

	gabion_cli_getopt_reset();
	while ((option = getopt_long(argc, argv, ":o:f:", options, NULL)) != -1) {
		switch (option) {
		case 'o':
			output = optarg;
			break;
		case 'w':
			werror = true;
			break;
		case 'f':
			if (gabion_facts_fix(&how.facts, optarg, error))
				return GABION_EXIT_USAGE;
			break;
		default:
			return gabion_cli_wrong_option(error, argv, option);
		}
	}
	if (optind == argc)
		return check(cli, &how, output, werror, &cli->policy_dir, 1, error);
	return check(cli, &how, output, werror, (const char *const *)argv + optind, argc - optind,
		     error);
}
