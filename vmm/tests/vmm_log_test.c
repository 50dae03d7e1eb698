// SPDX-License-Identifier: GPL-2.0
/* The log, and the boot timer, which writes to it: a guest cannot fill the disk. */
#include "../../agent/tests/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../device/platform.h"
#include "../log.h"

static char path[] = "/tmp/vmm-log.XXXXXX";

static int open_log(void **state)
{
	struct gabion_log_options options = { path, GABION_LOG_INFO, true };
	struct gabion_error error;

	(void)state;
	strcpy(path, "/tmp/vmm-log.XXXXXX");
	close(mkstemp(path));
	return gabion_log_open(&options, &error);
}

static int close_log(void **state)
{
	static const struct gabion_log_options quiet = { .level = GABION_LOG_OFF };

	(void)state;
	unlink(path);
	return gabion_log_open(&quiet, NULL);
}

/* How many lines have @words in them. */
static unsigned int lines(const char *words)
{
	FILE *file = fopen(path, "r");
	unsigned int n = 0;
	char line[2048];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		n += !!strstr(line, words);
	fclose(file);
	return n;
}

static void what_is_written(void **state)
{
	(void)state;
	gabion_vmm_log(GABION_LOG_INFO, "number %d", 7);
	gabion_vmm_log(GABION_LOG_DEBUG, "not this");
	assert_int_equal(lines("Z gabion-vmm Info: number 7\n"), 1);
	assert_int_equal(lines("not this"), 0);
}

static void a_flood_is_bounded(void **state)
{
	unsigned int i;

	(void)state;
	/* Of this second nothing was used yet. */
	sleep(1);
	for (i = 0; i < 10000; i++)
		gabion_vmm_log(GABION_LOG_ERROR, "flood");
	/* A second or two may have passed. */
	assert_in_range(lines("flood"), GABION_LOG_BURST, 10 * GABION_LOG_BURST);
	sleep(1);
	gabion_vmm_log(GABION_LOG_ERROR, "after");
	assert_true(lines("lines left out") >= 1);
	assert_int_equal(lines("after"), 1);
}

static void the_boot_timer(void **state)
{
	struct gabion_boot_timer timer;
	unsigned char value = 122;

	(void)state;
	gabion_boot_timer_start(&timer);
	gabion_boot_timer_ops.write(&timer, 0, &value, 1);
	value = 123;
	gabion_boot_timer_ops.write(&timer, 1, &value, 1);
	assert_int_equal(lines("Guest-boot-time"), 0);
	gabion_boot_timer_ops.write(&timer, 0, &value, 1);
	assert_int_equal(lines("Guest-boot-time = "), 1);
}

/* Whoever reads a pipe, or does not, holds up nobody. */
static void a_pipe(void **state)
{
	char fifo[] = "/tmp/vmm-log-pipe.XXXXXX", text[1100], line[64] = "";
	struct gabion_log_options options = { fifo, GABION_LOG_INFO, true };
	struct gabion_error error;
	unsigned int i;
	int fd;

	(void)state;
	close(mkstemp(fifo));
	unlink(fifo);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	/* A test that waits here for ever is one that fails. */
	alarm(10);
	assert_int_equal(gabion_log_open(&options, &error), 0);
	gabion_vmm_log(GABION_LOG_ERROR, "the first");
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = 0;
	/* More than a pipe has room for, in more than a second's worth of lines. */
	for (i = 0; i < 100; i++) {
		if (i == GABION_LOG_BURST / 2)
			sleep(1);
		gabion_vmm_log(GABION_LOG_ERROR, "%s", text);
	}
	alarm(0);
	fd = open(fifo, O_RDONLY | O_NONBLOCK);
	assert_true(read(fd, line, sizeof(line) - 1) > 0);
	assert_non_null(strstr(line, "the first\n"));
	close(fd);
	unlink(fifo);
}

/* The same for stderr, which is whatever we were started with. */
static void a_stderr_that_nobody_reads(void **state)
{
	static const struct gabion_log_options options = { .level = GABION_LOG_INFO };
	int saved = dup(STDERR_FILENO), ends[2];
	unsigned int i;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_true(fcntl(ends[1], F_SETPIPE_SZ, 4096) > 0);
	dup2(ends[1], STDERR_FILENO);
	alarm(10);
	/* Of this second nothing was used yet. */
	sleep(1);
	assert_int_equal(gabion_log_open(&options, NULL), 0);
	for (i = 0; i < GABION_LOG_BURST; i++)
		gabion_vmm_log(GABION_LOG_ERROR, "%0500u", i);
	alarm(0);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_written, open_log, close_log),
		cmocka_unit_test_setup_teardown(the_boot_timer, open_log, close_log),
		cmocka_unit_test_teardown(a_pipe, close_log),
		cmocka_unit_test_teardown(a_stderr_that_nobody_reads, close_log),
		cmocka_unit_test_setup_teardown(a_flood_is_bounded, open_log, close_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
