// SPDX-License-Identifier: GPL-2.0
/* Serial port and power off, as a driver sees them. */
#include "../../agent/tests/test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "../device/platform.h"
#include "../device/serial.h"
#include "../end.h"

struct line {
	struct gabion_loop loop;
	struct gabion_irq irq;
	struct gabion_serial serial;
	int to_guest[2], from_guest[2];
};

static int setup(void **state)
{
	struct line *line = calloc(1, sizeof(*line));
	struct gabion_error error;

	assert_int_equal(gabion_loop_create(&line->loop, &error), 0);
	line->irq.eventfd = eventfd(0, EFD_NONBLOCK);
	gabion_serial_init(&line->serial);
	assert_int_equal(pipe2(line->to_guest, O_NONBLOCK), 0);
	assert_int_equal(pipe2(line->from_guest, O_NONBLOCK), 0);
	assert_int_equal(gabion_serial_start(&line->serial, &line->loop, &line->irq,
					     line->to_guest[0], line->from_guest[1], &error),
			 0);
	*state = line;
	return 0;
}

static int teardown(void **state)
{
	struct line *line = *state;

	gabion_serial_stop(&line->serial);
	gabion_loop_destroy(&line->loop);
	close(line->irq.eventfd);
	close(line->to_guest[0]);
	close(line->to_guest[1]);
	close(line->from_guest[0]);
	close(line->from_guest[1]);
	free(line);
	return 0;
}

static unsigned char in(struct line *line, unsigned int reg)
{
	unsigned char value;

	gabion_serial_ops.read(&line->serial, reg, &value, 1);
	return value;
}

static void out(struct line *line, unsigned int reg, unsigned char value)
{
	gabion_serial_ops.write(&line->serial, reg, &value, 1);
}

static bool interrupted(struct line *line)
{
	uint64_t count;

	return read(line->irq.eventfd, &count, 8) == 8;
}

static void run(struct line *line)
{
	unsigned int turns = 0;

	while (gabion_loop_turn(&line->loop, 0) == 1)
		assert_true(++turns < 1000);
}

static void output(void **state)
{
	struct line *line = *state;
	char text[4] = "";

	out(line, 0, 'h');
	out(line, 0, 'i');
	assert_int_equal(read(line->from_guest[0], text, 3), 2);
	assert_string_equal(text, "hi");
	assert_int_equal(in(line, 5), 0x60);
	assert_false(interrupted(line));
	/* The transmitter's interrupt, once it is asked for. */
	out(line, 1, 2);
	assert_true(interrupted(line));
	assert_int_equal(in(line, 2), 2);
	assert_int_equal(in(line, 2), 1);
}

static void input(void **state)
{
	struct line *line = *state;

	out(line, 1, 1);
	assert_int_equal(write(line->to_guest[1], "abc", 3), 3);
	run(line);
	assert_true(interrupted(line));
	assert_int_equal(in(line, 2), 4);
	assert_int_equal(in(line, 5), 0x61);
	assert_int_equal(in(line, 0), 'a');
	assert_int_equal(in(line, 0), 'b');
	assert_int_equal(in(line, 0), 'c');
	assert_int_equal(in(line, 5), 0x60);
	assert_int_equal(in(line, 0), 0);
}

static void more_input_than_the_guest_takes_waits(void **state)
{
	struct line *line = *state;
	char bytes[300];
	unsigned int i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = i;
	assert_int_equal(write(line->to_guest[1], bytes, sizeof(bytes)), sizeof(bytes));
	/* Nor is it lost when the writer goes away. */
	close(line->to_guest[1]);
	line->to_guest[1] = dup(0);
	/* run() fails if a full FIFO kept the loop busy. */
	for (i = 0; i < sizeof(bytes); i++) {
		run(line);
		assert_int_equal(in(line, 0), (unsigned char)i);
	}
}

static void the_end_of_input(void **state)
{
	struct line *line = *state;

	close(line->to_guest[1]);
	line->to_guest[1] = dup(0);
	run(line);
	assert_int_equal(in(line, 5), 0x60);
}

static void nobody_reads(void **state)
{
	struct line *line = *state;
	char bytes[4096];
	size_t n = 0, back = 0;
	ssize_t got;

	out(line, 1, 2);
	/* The pipe and the buffer fill; then the transmitter is not empty, and nothing blocks. */
	while (in(line, 5) & 0x20) {
		out(line, 0, 'x');
		assert_true(++n < 10 << 20);
	}
	out(line, 0, 'y');
	interrupted(line);
	while (back < n) {
		got = read(line->from_guest[0], bytes, sizeof(bytes));
		assert_true(got > 0 || back < n);
		back += got > 0 ? got : 0;
		run(line);
	}
	assert_int_equal(back, n);
	assert_true(interrupted(line));
	assert_int_equal(in(line, 5), 0x60);
}

static void the_reader_is_gone(void **state)
{
	struct line *line = *state;
	unsigned int i;

	signal(SIGPIPE, SIG_IGN);
	close(line->from_guest[0]);
	line->from_guest[0] = dup(0);
	for (i = 0; i < 100000; i++)
		out(line, 0, 'x');
	run(line);
	assert_int_equal(in(line, 5), 0x60);
}

static void a_driver_looks_for_it(void **state)
{
	struct line *line = *state;

	/* As autoconfig() of Linux's 8250_port.c does. */
	out(line, 1, 0);
	assert_int_equal(in(line, 1), 0);
	out(line, 1, 0x0f);
	assert_int_equal(in(line, 1), 0x0f);
	out(line, 1, 0);
	out(line, 4, 0x1a);
	assert_int_equal(in(line, 6) & 0xf0, 0x90);
	out(line, 4, 0);
	out(line, 2, 1);
	assert_int_equal(in(line, 2) & 0xc0, 0xc0);
	out(line, 3, 0x80);
	out(line, 0, 12);
	assert_int_equal(in(line, 0), 12);
	out(line, 3, 3);
	out(line, 7, 0x5a);
	assert_int_equal(in(line, 7), 0x5a);
}

static void every_register(void **state)
{
	struct line *line = *state;
	unsigned int reg, value;

	for (value = 0; value < 256; value++) {
		for (reg = 1; reg < 8; reg++) {
			out(line, reg, value);
			in(line, reg);
		}
	}
}

static void the_file_as_input(void **state)
{
	struct line *line = *state;
	struct gabion_serial serial;
	FILE *file = tmpfile();
	struct gabion_error error;
	unsigned char value;
	unsigned int i;

	for (i = 0; i < 100; i++)
		fputc(i, file);
	rewind(file);
	gabion_serial_init(&serial);
	assert_int_equal(gabion_serial_start(&serial, &line->loop, &line->irq, fileno(file),
					     line->from_guest[1], &error),
			 0);
	for (i = 0; i < 100; i++) {
		gabion_serial_ops.read(&serial, 5, &value, 1);
		assert_true(value & 1);
		gabion_serial_ops.read(&serial, 0, &value, 1);
		assert_int_equal(value, i);
	}
	gabion_serial_ops.read(&serial, 5, &value, 1);
	assert_false(value & 1);
	gabion_serial_stop(&serial);
	fclose(file);
}

static int ended(const struct gabion_bus_ops *ops, uint64_t offset, unsigned char value)
{
	struct gabion_end end = { .how = -1, .eventfd = eventfd(0, 0) };

	ops->write(&end, offset, &value, 1);
	close(end.eventfd);
	return end.how;
}

static void power_off(void **state)
{
	unsigned int value;

	(void)state;
	for (value = 0; value < 256; value++) {
		assert_int_equal(ended(&gabion_power_ops, 0, value),
				 (value & 0x3c) == 0x34 ? 0 : -1);
		assert_int_equal(ended(&gabion_power_ops, 1, value), -1);
	}
}

static void only_the_first_reason_counts(void **state)
{
	struct gabion_end end = { .how = -1, .eventfd = eventfd(0, 0) };

	(void)state;
	gabion_end_request(&end, GABION_END_FAULT);
	gabion_end_request(&end, GABION_END_GUEST);
	assert_int_equal(end.how, GABION_END_FAULT);
	close(end.eventfd);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(output),
		T(input),
		T(more_input_than_the_guest_takes_waits),
		T(the_end_of_input),
		T(nobody_reads),
		T(the_reader_is_gone),
		T(a_driver_looks_for_it),
		T(every_register),
		T(the_file_as_input),
		cmocka_unit_test(power_off),
		cmocka_unit_test(only_the_first_reason_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
