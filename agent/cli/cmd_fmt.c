// SPDX-License-Identifier: GPL-2.0
/*
 * gabion fmt: policy files with white space as it ought to be.
 */
#include <errno.h>
#include <fts.h>
#include <getopt.h>
#include <string.h>

#include "../common/cleanup.h"
#include "../common/file.h"
#include "../format/diff.h"
#include "../format/format.h"
#include "../policy/source.h"
#include "cli.h"
#include "diagnostics.h"
#include "usage.h"

#define SUFFIX ".gabion"

/**
 * struct fmt - one run over all files
 * @check:	name the files that are not formatted
 * @diff:	show what would change; neither of the two changes any file
 * @changed:	how many files were not formatted
 * @failed:	how many could not be formatted
 */
struct fmt {
	bool check, diff;
	size_t changed, failed;
	struct gabion_json *json; /* NULL without --json */
};

struct text {
	char *bytes;
	size_t size;
};

static int put(const struct fmt *f, const char *path, const struct text *old,
	       const struct text *new, bool differs, struct gabion_error *error)
{
	if (f->check && !f->json && differs)
		printf("%s\n", path);
	if (f->diff && !f->json && differs)
		return gabion_format_diff(path, old->bytes, old->size, new->bytes, new->size,
					  error);
	if (f->check || f->diff)
		return 0;
	if (strcmp(path, "-"))
		return differs ? gabion_file_replace(path, new->bytes, new->size, error) : 0;
	if (!f->json && fwrite(new->bytes, 1, new->size, stdout) != new->size)
		return gabion_error_set(error, -EIO, "cannot write: %s", strerror(errno));
	return 0;
}

static int format(struct fmt *f, const char *path, struct gabion_diagnostics *diags, bool *differs,
		  struct gabion_error *error)
{
	bool input = !strcmp(path, "-");
	cleanup_free void *bytes = NULL;
	cleanup_free char *result = NULL;
	struct text old = {}, new = {};
	int err;

	err = input ? gabion_stream_read(stdin, "<stdin>", GABION_SOURCE_SIZE_MAX, &bytes,
					 &old.size, error)
		    : gabion_file_read(path, GABION_SOURCE_SIZE_MAX, &bytes, &old.size, error);
	if (err)
		return err;
	old.bytes = bytes;
	err = gabion_format(input ? "<stdin>" : path, old.bytes, old.size, &result, &new.size,
			    diags, error);
	if (err)
		return err;
	new.bytes = result;
	*differs = old.size != new.size || memcmp(old.bytes, new.bytes, old.size);
	return put(f, path, &old, &new, *differs, error);
}

static void format_file(struct fmt *f, const char *path)
{
	struct gabion_diagnostics diags = {};
	struct gabion_error error = {0};
	bool differs = false;

	if (format(f, path, &diags, &differs, &error)) {
		f->failed++;
		gabion_diagnostics_print(&diags, stderr);
		fprintf(stderr, "gabion: %s\n", error.text);
	}
	f->changed += differs;
	if (f->json) {
		gabion_json_open(f->json, NULL, '{');
		gabion_json_string(f->json, "file", path);
		gabion_json_string(f->json, "error", error.code ? error.text : NULL);
		if (!error.code)
			gabion_json_bool(f->json, "changed", differs);
		gabion_cli_json_diagnostics(f->json, &diags);
		gabion_json_close(f->json, '}');
	}
	gabion_diagnostics_free(&diags);
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool is_policy(const FTSENT *entry)
{
	size_t n = strlen(SUFFIX);

	/* Whatever its name, if it was given itself. */
	if (entry->fts_level == FTS_ROOTLEVEL)
		return true;
	return entry->fts_name[0] != '.' && entry->fts_namelen > n &&
	       !strcmp(entry->fts_name + entry->fts_namelen - n, SUFFIX);
}

/* A file; or all policies in a folder and those in it, so that abstractions are not left out. */
static int format_path(struct fmt *f, char *path, struct gabion_error *error)
{
	char *const paths[] = {path, NULL};
	FTS *tree;
	FTSENT *entry;

	if (!strcmp(path, "-")) {
		format_file(f, path);
		return 0;
	}
	tree = fts_open(paths, FTS_COMFOLLOW | FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	if (!tree)
		return gabion_error_set(error, -errno, "%s: %s", path, strerror(errno));
	while ((entry = fts_read(tree))) {
		switch (entry->fts_info) {
		case FTS_F:
			if (is_policy(entry))
				format_file(f, entry->fts_path);
			break;
		case FTS_DNR:
		case FTS_ERR:
		case FTS_NS:
			fprintf(stderr, "gabion: %s: %s\n", entry->fts_path,
				strerror(entry->fts_errno));
			f->failed++;
			break;
		}
	}
	fts_close(tree);
	return 0;
}

static int run(const struct gabion_cli *cli, struct fmt *f, char **paths,
	       struct gabion_error *error)
{
	cleanup_json struct gabion_json json = {0};
	char *policy_dir[] = {(char *)cli->policy_dir, NULL};
	int err = 0;

	if (cli->json) {
		f->json = &json;
		gabion_json_open(&json, NULL, '{');
		gabion_json_open(&json, "files", '[');
	}
	for (paths = *paths ? paths : policy_dir; !err && *paths; paths++)
		err = format_path(f, *paths, error);
	if (!err && cli->json) {
		gabion_json_close(&json, ']');
		gabion_json_close(&json, '}');
		err = gabion_json_print(&json);
		if (err)
			gabion_error_set(error, err, "cannot write: %s", strerror(-err));
	}
	if (!err && f->failed)
		err = gabion_error_set(error, -EINVAL, "%zu file%s could not be formatted",
				       f->failed, f->failed == 1 ? "" : "s");
	if (err)
		return GABION_EXIT_ERROR;
	return f->check && f->changed ? GABION_EXIT_NO : GABION_EXIT_OK;
}

int cmd_fmt(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error)
{
	static const struct option options[] = {
		{"check", no_argument, NULL, 'c'},
		{"diff", no_argument, NULL, 'd'},
		{0},
	};
	struct fmt f = {};
	int option;

	gabion_cli_getopt_reset();
	while ((option = getopt_long(argc, argv, ":cd", options, NULL)) != -1) {
		if (option != 'c' && option != 'd')
			return gabion_cli_wrong_option(error, argv, option);
		f.check |= option == 'c';
		f.diff |= option == 'd';
	}
	return run(cli, &f, argv + optind, error);
}
