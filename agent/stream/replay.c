// SPDX-License-Identifier: GPL-2.0
#include "replay.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "../common/cleanup.h"
#include "progress.h"
#include "rotated.h"

/* struct load - what was handed out of one load of the module */
struct load {
	uint64_t instance;
	struct gabion_progress told;
};

/**
 * struct gabion_replay - where it is
 * @path:	borrowed
 * @since:	ns of CLOCK_REALTIME
 * @file:	being read, NULL: none yet, or the one that was read is gone; owned
 * @offset:	bytes of @file up to the end of its last whole line
 * @line:	number of that
 * @text, @room: of getline(3); owned
 * @loads:	[@nloads], owned
 */
struct gabion_replay {
	const char *path;
	uint64_t since;
	FILE *file;
	off_t offset;
	unsigned long line;
	char *text;
	size_t room;
	struct load *loads;
	size_t nloads;
};

/* ---- which were handed out ---- */

static struct gabion_progress *told_of(struct gabion_replay *r, uint64_t instance)
{
	struct load *loads;
	size_t i;

	/* The last one is where nearly all are. */
	for (i = r->nloads; i-- > 0;)
		if (r->loads[i].instance == instance)
			return &r->loads[i].told;
	loads = reallocarray(r->loads, r->nloads + 1, sizeof(*loads));
	if (!loads)
		return NULL;
	r->loads = loads;
	loads[r->nloads] = (struct load){ .instance = instance };
	return &loads[r->nloads++].told;
}

/* Counts of losses only grow: one that is not above what was told was told. */
static int claim_loss(struct gabion_progress *told, const struct gabion_record *record)
{
	struct gabion_loss loss = { .cpu = record->cpu, .count = record->total };

	snprintf(loss.domain, sizeof(loss.domain), "%s", record->text ? record->text : "");
	if (record->total <= gabion_progress_lost(told, &loss))
		return 0;
	return gabion_progress_set_lost(told, &loss) ?: 1;
}

int gabion_replay_claim(struct gabion_replay *r, const struct gabion_record *record,
			struct gabion_error *error)
{
	uint64_t sequence = record->event.sequence;
	struct gabion_progress *told;
	int err;

	if (record->kind != GABION_RECORD_EVENT && record->kind != GABION_RECORD_LOSS)
		return 1;
	told = told_of(r, record->instance);
	if (!told)
		err = -ENOMEM;
	else if (record->kind == GABION_RECORD_LOSS)
		err = claim_loss(told, record);
	else if (gabion_progress_has(told, sequence))
		err = 0;
	else
		err = gabion_progress_add(told, sequence, sequence) ?: 1;
	return err < 0 ? gabion_error_set(error, err, "out of memory") : err;
}

/* ---- the files ---- */

/* Begin with @file, which is taken over. */
static void begin(struct gabion_replay *r, FILE *file)
{
	if (r->file)
		fclose(r->file);
	r->file = file;
	r->offset = 0;
	r->line = 0;
}

/* 0, also where there is no file of that name: *@file is NULL then. */
static int open_number(const struct gabion_replay *r, unsigned int number, FILE **file,
		       struct gabion_error *error)
{
	cleanup_free char *name = gabion_rotated_name(r->path, number);

	*file = name ? fopen(name, "re") : NULL;
	if (*file || (name && errno == ENOENT))
		return 0;
	return gabion_error_set(error, name ? -errno : -ENOMEM, "cannot read %s: %s",
				name ? name : r->path, strerror(name ? errno : ENOMEM));
}

/* The highest of the numbers below *@number that has a file, or *@file is NULL. */
static int open_below(const struct gabion_replay *r, unsigned int *number, FILE **file,
		      struct gabion_error *error)
{
	int err = 0;

	for (*file = NULL; !err && !*file && *number; )
		err = open_number(r, --*number, file, error);
	return err;
}

/* Which number has the file that is read now? False: none any more. */
static bool find_number(const struct gabion_replay *r, unsigned int *number)
{
	struct stat ours, there;

	if (!r->file || fstat(fileno(r->file), &ours))
		return false;
	for (*number = 0; *number <= GABION_ROTATED_MAX; ++*number) {
		cleanup_free char *name = gabion_rotated_name(r->path, *number);

		if (name && !stat(name, &there) && there.st_ino == ours.st_ino &&
		    there.st_dev == ours.st_dev)
			return true;
	}
	return false;
}

/* Was the last record of @file written before the time asked for? */
static bool is_too_old(const struct gabion_replay *r, FILE *file)
{
	struct stat st;

	return !fstat(fileno(file), &st) &&
	       (uint64_t)st.st_mtim.tv_sec * 1000000000 + (uint64_t)st.st_mtim.tv_nsec < r->since;
}

/*
 * Open the file that was written after the one that is read, or, if that is gone, the oldest.
 * 0, also if there is none, or not yet: *@file is NULL then.
 */
static int open_next(const struct gabion_replay *r, FILE **file, struct gabion_error *error)
{
	unsigned int number, ours, still;
	bool found;
	int err;

	do {
		found = find_number(r, &ours);
		number = found ? ours : GABION_ROTATED_MAX + 1;
		err = open_below(r, &number, file, error);
		/* Renamed meanwhile, what was opened need not be the next: once more. */
		if (err || !*file || !found || (find_number(r, &still) && still == ours))
			return err;
		fclose(*file);
	} while (true);
}

int gabion_replay_open(struct gabion_replay **replay, const char *path, uint64_t since,
		       struct gabion_error *error)
{
	struct gabion_replay *r = calloc(1, sizeof(*r));
	struct stat st;
	int err = 0;

	if (!r)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	r->path = path;
	r->since = since;
	if (stat(path, &st))
		err = gabion_error_set(error, -errno, "%s: %s; it has to be that of gabiond's "
				       "--output file:PATH", path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		err = gabion_error_set(error, -EINVAL, "%s is no regular file", path);
	if (err) {
		gabion_replay_close(r);
		return err;
	}
	*replay = r;
	return 0;
}

void gabion_replay_close(struct gabion_replay *r)
{
	size_t i;

	if (!r)
		return;
	for (i = 0; i < r->nloads; i++)
		gabion_progress_free(&r->loads[i].told);
	if (r->file)
		fclose(r->file);
	free(r->loads);
	free(r->text);
	free(r);
}

/* ---- the records ---- */

/* Go on behind the last whole line. */
static int resume(struct gabion_replay *r, struct gabion_error *error)
{
	struct stat st;

	/* Whoever empties it instead of moving it away. */
	if (!fstat(fileno(r->file), &st) && st.st_size < r->offset) {
		r->offset = 0;
		r->line = 0;
	}
	if (fseeko(r->file, r->offset, SEEK_SET))
		return gabion_error_set(error, -errno, "cannot read %s: %s", r->path,
					strerror(errno));
	return 0;
}

/* The next whole line. Its bytes without newline, or -1: there is none. */
static ssize_t next_line(struct gabion_replay *r)
{
	ssize_t n = getline(&r->text, &r->room, r->file);

	if (n < 1 || r->text[n - 1] != '\n')
		return -1;
	r->offset += n;
	r->line++;
	return n - 1;
}

/* Where a line is wrong. */
static int locate(const struct gabion_replay *r, struct gabion_error *error)
{
	cleanup_free char *name = NULL;
	unsigned int number;

	if (find_number(r, &number))
		name = gabion_rotated_name(r->path, number);
	return gabion_error_prefix(error, "%s:%lu", name ? name : r->path, r->line);
}

typedef int take_fn(const struct gabion_record *record, const char *line, size_t length,
		    void *data, struct gabion_error *error);

static int run_file(struct gabion_replay *r, take_fn *take, void *data,
		    struct gabion_error *error)
{
	ssize_t n;
	int err;

	if (is_too_old(r, r->file))
		return 0;
	err = resume(r, error);
	while (!err && (n = next_line(r)) >= 0) {
		cleanup_record struct gabion_record record = { 0 };

		err = gabion_record_parse(&record, r->text, (size_t)n, error);
		if (err)
			return locate(r, error);
		if (record.time < r->since)
			continue;
		err = gabion_replay_claim(r, &record, error);
		if (err > 0)
			err = take(&record, r->text, (size_t)n, data, error);
	}
	return err;
}

int gabion_replay_run(struct gabion_replay *r, take_fn *take, void *data,
		      struct gabion_error *error)
{
	FILE *file;
	int err;

	do {
		err = r->file ? run_file(r, take, data, error) : 0;
		if (err)
			return err;
		err = open_next(r, &file, error);
		/* What was written between its end and its new name. */
		if (!err && file && r->file)
			err = run_file(r, take, data, error);
		if (file && err)
			fclose(file);
		else if (file)
			begin(r, file);
	} while (!err && file);
	return err;
}
