/* SPDX-License-Identifier: GPL-2.0 */
/* An output in a folder of its own, for the tests of outputs. */
#ifndef GABION_TESTS_OUTPUT_FIXTURE_H
#define GABION_TESTS_OUTPUT_FIXTURE_H

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../daemon/output.h"
#include "test.h"

/* struct output_fixture - @path is a file in @dir that is not there yet */
struct output_fixture {
	char dir[32];
	char path[64];
	struct gabion_output_spec spec;
	struct gabion_sink *sink;
	struct gabion_error error;
};

static inline int output_setup(void **state)
{
	struct output_fixture *f = calloc(1, sizeof(*f));

	strcpy(f->dir, "/tmp/gabion-output-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/events.json", f->dir);
	*state = f;
	return 0;
}

static inline void output_close(struct output_fixture *f)
{
	gabion_sink_close(f->sink);
	f->sink = NULL;
	gabion_output_spec_free(&f->spec);
}

static inline int output_teardown(void **state)
{
	struct output_fixture *f = *state;
	char command[64];

	output_close(f);
	snprintf(command, sizeof(command), "rm -rf %s", f->dir);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

/* Open what @text says; 0 or -errno. */
static inline int output_open(struct output_fixture *f, const char *text)
{
	output_close(f);
	return gabion_output_spec_parse(&f->spec, text, &f->error) ?:
	       gabion_output_open(&f->sink, &f->spec, &f->error);
}

/* Open @path as a file with @options, "" or ",rotate=1K". */
static inline int output_open_file(struct output_fixture *f, const char *options)
{
	char text[128];

	snprintf(text, sizeof(text), "file%s:%s", options, f->path);
	return output_open(f, text);
}

/* Without a flush. */
static inline int output_put_only(struct output_fixture *f, const char *line)
{
	struct gabion_record record = { 0 };

	return f->sink->ops->put(f->sink, &record, line, strlen(line), &f->error);
}

static inline int output_put(struct output_fixture *f, const char *line)
{
	int err = output_put_only(f, line);

	return err || !f->sink->ops->flush ? err : f->sink->ops->flush(f->sink, &f->error);
}

/* As a full disk would, the kernel refuses to let files grow beyond @bytes. */
static inline void limit_files(rlim_t bytes)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
	setrlimit(RLIMIT_FSIZE, &limit);
}

static inline void assert_file(const char *path, const char *expected)
{
	char text[4096] = { 0 };
	FILE *file = fopen(path, "r");

	if (!file)
		fail_msg("%s is not there", path);
	fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	assert_string_equal(text, expected);
}

static inline void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

#endif /* GABION_TESTS_OUTPUT_FIXTURE_H */
