// SPDX-License-Identifier: GPL-2.0
/*
 * The state file: what of it is believed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../daemon/state.h"
#include "test.h"

struct fixture {
	char dir[32];
	char path[64];
	struct gabion_state state;
	struct gabion_sink file, journal, monitor;
	struct gabion_sink *sinks[3];
	struct gabion_error error;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->dir, "/tmp/gabion-state-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/state", f->dir);
	f->file.name = "file:/var/log/\"events\"\xff";
	f->journal.name = "journald";
	f->monitor.name = "monitor";
	f->monitor.transient = true;
	f->sinks[0] = &f->file;
	f->sinks[1] = &f->journal;
	f->sinks[2] = &f->monitor;
	*state = f;
	return gabion_state_init(&f->state, f->path, 0xabc, &f->error);
}

static void forget_all(struct fixture *f)
{
	int i;

	for (i = 0; i < 3; i++)
		gabion_progress_free(&f->sinks[i]->progress);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	forget_all(f);
	unlink(f->path);
	rmdir(f->dir);
	free(f);
	return 0;
}

static int load(struct fixture *f)
{
	forget_all(f);
	return gabion_state_load(&f->state, f->sinks, 3, &f->error);
}

static const struct gabion_loss web = { 1, "web", 17 }, kernel = { 1, "", 3 };

static void save(struct fixture *f)
{
	gabion_progress_add(&f->journal.progress, 3, 9);
	gabion_progress_add(&f->journal.progress, 12, 12);
	gabion_progress_set_lost(&f->journal.progress, &web);
	gabion_progress_set_lost(&f->journal.progress, &kernel);
	gabion_progress_add(&f->monitor.progress, 1, 100);
	assert_int_equal(gabion_state_save(&f->state, f->sinks, 3, &f->error), 0);
}

static void write_file(struct fixture *f, const char *text)
{
	FILE *file = fopen(f->path, "w");

	fputs(text, file);
	fclose(file);
}

static void progress_comes_back(void **state)
{
	struct fixture *f = *state;

	save(f);
	assert_int_equal(load(f), 0);
	assert_true(gabion_progress_has(&f->journal.progress, 3));
	assert_true(gabion_progress_has(&f->journal.progress, 12));
	assert_false(gabion_progress_has(&f->journal.progress, 10));
	assert_int_equal(gabion_progress_lost(&f->journal.progress, &web), 17);
	assert_int_equal(gabion_progress_lost(&f->journal.progress, &kernel), 3);
	/* Readers of the monitor are not the same ones after a restart. */
	assert_int_equal(f->monitor.progress.nranges, 0);
}

static void no_file_is_no_error(void **state)
{
	assert_int_equal(load(*state), 0);
}

static void other_instance_starts_from_nothing(void **state)
{
	struct fixture *f = *state;

	save(f);
	f->state.instance = 0xdef;
	assert_int_equal(load(f), 0);
	assert_int_equal(f->journal.progress.nranges, 0);
}

static void other_boot_starts_from_nothing(void **state)
{
	struct fixture *f = *state;

	save(f);
	f->state.boot_id[0] ^= 1;
	assert_int_equal(load(f), 0);
	assert_int_equal(f->journal.progress.nranges, 0);
}

static void output_that_is_new_starts_from_nothing(void **state)
{
	struct fixture *f = *state;

	save(f);
	f->journal.name = "file:/other";
	assert_int_equal(load(f), 0);
	assert_int_equal(f->journal.progress.nranges, 0);
}

static void truncated_file_is_refused(void **state)
{
	struct fixture *f = *state;
	char text[1024] = { 0 };
	FILE *file;
	size_t n, i;

	save(f);
	file = fopen(f->path, "r");
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	for (i = 0; i < n; i++) {
		file = fopen(f->path, "w");
		fwrite(text, 1, i, file);
		fclose(file);
		assert_int_equal(load(f), -EBADMSG);
		assert_int_equal(f->journal.progress.nranges, 0);
	}
}

static void garbage_is_refused(void **state)
{
	struct fixture *f = *state;
	char text[512];
	size_t i;
	static const char *const outputs[] = {
		"7", "[{\"name\":\"journald\"}]",
		"[{\"name\":\"journald\",\"taken\":[[1,2]],\"losses\":[[1]]}]",
		"[{\"name\":\"journald\",\"taken\":[[9,2]],\"losses\":[]}]",
		"[{\"name\":\"journald\",\"taken\":[[-1,2]],\"losses\":[]}]",
		"[{\"name\":\"journald\",\"taken\":[\"1\"],\"losses\":[]}]",
		"[{\"name\":\"journald\",\"taken\":[],\"losses\":[[4294967296,1]]}]",
		"[{\"name\":\"journald\",\"taken\":[],\"losses\":[[1,1,7]]}]",
	};

	write_file(f, "\x7f" "ELF\x01\x02");
	assert_int_equal(load(f), -EBADMSG);
	write_file(f, "{\"version\":1}");
	assert_int_equal(load(f), -EBADMSG);
	write_file(f, "{\"version\":2,\"boot_id\":\"x\",\"instance\":\"y\",\"outputs\":[]}");
	assert_int_equal(load(f), -EBADMSG);
	for (i = 0; i < sizeof(outputs) / sizeof(*outputs); i++) {
		snprintf(text, sizeof(text),
			 "{\"version\":1,\"boot_id\":\"%s\",\"instance\":\"0000000000000abc\","
			 "\"outputs\":%s}", f->state.boot_id, outputs[i]);
		write_file(f, text);
		assert_int_equal(load(f), -EBADMSG);
		assert_int_equal(f->journal.progress.nranges, 0);
	}
}

static void failed_save_leaves_the_old_file(void **state)
{
	struct fixture *f = *state;
	char name[80];

	save(f);
	/* A directory in the way of the new file. */
	snprintf(name, sizeof(name), "%s.new", f->path);
	assert_int_equal(mkdir(name, 0700), 0);
	assert_int_equal(gabion_state_save(&f->state, f->sinks, 3, &f->error), -EISDIR);
	rmdir(name);
	assert_int_equal(load(f), 0);
	assert_int_equal(f->journal.progress.nranges, 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(progress_comes_back),
		TEST(no_file_is_no_error),
		TEST(other_instance_starts_from_nothing),
		TEST(other_boot_starts_from_nothing),
		TEST(output_that_is_new_starts_from_nothing),
		TEST(truncated_file_is_refused),
		TEST(garbage_is_refused),
		TEST(failed_save_leaves_the_old_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
