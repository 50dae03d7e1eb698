// SPDX-License-Identifier: GPL-2.0
/*
 * gabion load: put a policy in force.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "../common/cleanup.h"
#include "../common/file.h"
#include "../common/json.h"
#include "../load/load.h"
#include "../policy/policy.h"
#include "assigned.h"
#include "usage.h"

static int load_image(struct gabion_netlink *client, const char *path,
		      struct gabion_loaded *loaded, struct gabion_error *error)
{
	cleanup_free void *image = NULL;
	size_t size;
	int err = gabion_file_read(path, GABION_POLICY_SIZE_MAX, &image, &size, error);

	return err ? err : gabion_load_image(client, image, size, loaded, error);
}

static int load_sources(const struct gabion_compile_options *how, struct gabion_netlink *client,
			const char *const *paths, size_t npaths, struct gabion_loaded *loaded,
			struct gabion_error *error)
{
	struct gabion_compiled compiled;
	int err = gabion_policy_compile_with(&compiled, how, paths, npaths, error);

	gabion_diagnostics_print(&compiled.diagnostics, stderr);
	if (!err)
		err = gabion_load_image(client, compiled.image, compiled.size, loaded, error);
	gabion_compiled_free(&compiled);
	return err;
}

/* @assigned is NULL when no process was to be. */
static int report(const struct gabion_cli *cli, const struct gabion_loaded *loaded,
		  const struct gabion_assigned *assigned)
{
	cleanup_json struct gabion_json json = { 0 };

	if (!cli->json) {
		printf("policy in force: generation %u, %u domains, %u labels, %zu bytes\n",
		       loaded->generation, loaded->ndomains, loaded->nlabels, loaded->size);
		return assigned ? gabion_assigned_print(assigned) : 0;
	}
	gabion_json_open(&json, NULL, '{');
	gabion_json_unsigned(&json, "generation", loaded->generation);
	gabion_json_unsigned(&json, "domains", loaded->ndomains);
	gabion_json_unsigned(&json, "labels", loaded->nlabels);
	gabion_json_unsigned(&json, "bytes", loaded->size);
	if (assigned)
		gabion_assigned_json(assigned, &json, "processes");
	gabion_json_close(&json, '}');
	return gabion_json_print(&json);
}

static int load(const struct gabion_cli *cli, const struct gabion_compile_options *how,
		const char *image, bool assign, char **paths, int npaths,
		struct gabion_error *error)
{
	cleanup_netlink struct gabion_netlink *client = NULL;
	cleanup_assigned struct gabion_assigned assigned = { 0 };
	struct gabion_loaded loaded = { 0 };
	int err, incomplete = 0;

	err = gabion_netlink_open(&client, error);
	if (!err && image)
		err = load_image(client, image, &loaded, error);
	else if (!err && npaths)
		err = load_sources(how, client, (const char *const *)paths, (size_t)npaths, &loaded,
				   error);
	else if (!err)
		err = load_sources(how, client, &cli->policy_dir, 1, &loaded, error);
	if (err)
		return GABION_EXIT_ERROR;
	/* The policy is in force whatever comes of this. */
	if (assign)
		incomplete = gabion_netlink_enter(client, 0, gabion_assigned_add, &assigned, error);
	err = report(cli, &loaded, assign ? &assigned : NULL);
	if (err)
		gabion_error_set(error, err, "cannot write: %s", strerror(-err));
	if (err || incomplete)
		return GABION_EXIT_ERROR;
	return assigned.failed ? GABION_EXIT_NO : GABION_EXIT_OK;
}

int cmd_load(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error)
{
	static const struct option options[] = {
		{ "assign", no_argument, NULL, 'a' },
		{ "fact", required_argument, NULL, 'f' },
		{ "image", required_argument, NULL, 'i' },
		{ 0 },
	};
	struct gabion_compile_options how = { .library = cli->policy_dir };
	const char *image = NULL;
	bool assign = false;
	int option;

	gabion_cli_getopt_reset();
	while ((option = getopt_long(argc, argv, ":af:i:", options, NULL)) != -1) {
		switch (option) {
		case 'a':
			assign = true;
			break;
		case 'f':
			if (gabion_facts_fix(&how.facts, optarg, error))
				return GABION_EXIT_USAGE;
			break;
		case 'i':
			image = optarg;
			break;
		default:
			return gabion_cli_wrong_option(error, argv, option);
		}
	}
	if (image && optind != argc)
		return gabion_cli_wrong(error, argv[0], "--image and PATH exclude each other");
	if (image && how.facts.n)
		return gabion_cli_wrong(error, argv[0],
					"--image was compiled before: --fact comes too late");
	return load(cli, &how, image, assign, argv + optind, argc - optind, error);
}
