// SPDX-License-Identifier: GPL-2.0
/* What violates its own levels is not put in force: neither by gabion nor by gabiond's way. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "../load/compile.h"
#include "../load/load.h"
#include "netlink_mock.h"
#include "test.h"

#define HEAD                                                                                       \
	"level low < high\nresource spool file /spool level high\n"                                \
	"domain app {\n level high\n write spool\n}\ndomain web {\n read /out\n}\n"                \
	"domain mover {\n delete spool\n create /out\n"

static const char violated[] = HEAD " relabel spool\n}\n";
static const char declared[] = HEAD " trusted relabel spool\n}\n";
static const char without_levels[] = "domain app {\n write /spool\n}\ndomain web {\n read /out\n}\n"
				     "domain mover {\n relabel, delete /spool\n create /out\n}\n";

struct fixture {
	struct mock *mock;
	char dir[32], source[64], image[64];
	char out[4096]; /* of the last command */
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->mock = mock_start();
	strcpy(f->dir, "/tmp/gabion-load-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->source, sizeof(f->source), "%s/p.gabion", f->dir);
	snprintf(f->image, sizeof(f->image), "%s/image", f->dir);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	mock_stop(f->mock);
	unlink(f->source);
	unlink(f->image);
	if (rmdir(f->dir))
		return -1;
	free(f);
	return 0;
}

static void write_policy(const struct fixture *f, const char *text)
{
	FILE *file = fopen(f->source, "w");

	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* gabion COMMAND, with the policy for its last argument; its exit status. */
static int gabion(struct fixture *f, const char *command)
{
	char line[256];
	FILE *pipe;
	size_t n;
	int status;

	snprintf(line, sizeof(line), "%s/gabion-mock %s %s 2>&1 </dev/null",
		 getenv("GABION_BIN") ?: "build/asan/tests", command, f->source);
	pipe = popen(line, "r");
	n = fread(f->out, 1, sizeof(f->out) - 1, pipe);
	f->out[n] = '\0';
	status = pclose(pipe);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void assert_out(const struct fixture *f, const char *part)
{
	if (!strstr(f->out, part))
		fail_msg("'%s' is not in '%s'", part, f->out);
}

static void gabion_load_refuses(void **state)
{
	struct fixture *f = *state;

	write_policy(f, violated);
	assert_int_equal(gabion(f, "load"), 2);
	assert_out(f, "gabion: the policy violates its own levels (2 flows): domain \"app\" "
		      "(level high) can influence \"web\" (level low)");
	assert_out(f, "p.gabion:13; `gabion flow` shows the steps");
	assert_int_equal(f->mock->commits, 0);
}

static void what_is_declared_is_loaded(void **state)
{
	struct fixture *f = *state;

	write_policy(f, declared);
	assert_int_equal(gabion(f, "load"), 0);
	assert_int_equal(f->mock->commits, 1);
}

static void what_has_no_levels_is_loaded(void **state)
{
	struct fixture *f = *state;

	write_policy(f, without_levels);
	assert_int_equal(gabion(f, "load"), 0);
	assert_int_equal(f->mock->commits, 1);
}

static void facts_are_the_given_ones(void **state)
{
	struct fixture *f = *state;

	write_policy(f, "if kernel >= 6.6 {\ndomain a {\n read /a\n}\n} else {\ndomain a {\n"
			" read nowhere\n}\n}\n");
	assert_int_equal(gabion(f, "load --fact kernel=6.1"), 2);
	assert_out(f, "unknown resource \"nowhere\"");
	assert_int_equal(f->mock->commits, 0);
	assert_int_equal(gabion(f, "load --fact kernel=6.12"), 0);
	assert_int_equal(f->mock->commits, 1);
}

/* gabiond's way. */
static int load_sources(struct gabion_netlink *client, const char *path, struct gabion_error *error)
{
	cleanup_free char *diagnostics = NULL;
	cleanup_free void *image = NULL;
	struct gabion_loaded loaded;
	size_t size;

	return gabion_load_compile(&path, 1, &image, &size, &diagnostics, error) ?:
	       gabion_load_image(client, image, size, &loaded, error);
}

static void sources_are_refused(void **state)
{
	struct fixture *f = *state;
	cleanup_netlink struct gabion_netlink *client = NULL;
	struct gabion_error error;

	assert_int_equal(gabion_netlink_open(&client, &error), 0);
	write_policy(f, violated);
	assert_int_equal(load_sources(client, f->source, &error), -EINVAL);
	assert_non_null(strstr(error.text, "violates its own levels"));
	assert_int_equal(f->mock->commits, 0);
	write_policy(f, declared);
	assert_int_equal(load_sources(client, f->source, &error), 0);
	assert_int_equal(f->mock->commits, 1);
}

static void check_says_where_and_keeps_no_image(void **state)
{
	struct fixture *f = *state;
	char command[128];

	snprintf(command, sizeof(command), "check --output %s", f->image);
	write_policy(f, violated);
	assert_int_equal(gabion(f, command), 2);
	assert_out(f, "p.gabion:13:10: error: domain \"app\" (level high) can influence \"mover\" "
		      "(level low), which may not have what it knows\n"
		      "      = change a level, or make it an exception: trusted relabel spool\n");
	assert_out(f, "p.gabion:5:8: note: to files spool (level high): app may act on it by "
		      "write,append,lock\n");
	assert_int_equal(access(f->image, F_OK), -1);
	assert_int_equal(gabion(f, "check --json"), 2);
	assert_out(f, "{\"valid\":false,\"errors\":2,");
	write_policy(f, declared);
	assert_int_equal(gabion(f, command), 0);
	assert_int_equal(access(f->image, F_OK), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(gabion_load_refuses),
		TEST(what_is_declared_is_loaded),
		TEST(what_has_no_levels_is_loaded),
		TEST(facts_are_the_given_ones),
		TEST(sources_are_refused),
		TEST(check_says_where_and_keeps_no_image),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
