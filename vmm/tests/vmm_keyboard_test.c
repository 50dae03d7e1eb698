// SPDX-License-Identifier: GPL-2.0
/* The keyboard controller, as Linux's drivers see it: drivers/input/serio/i8042.c, atkbd.c. */
#include "../../agent/tests/test.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "../device/i8042.h"

#define DATA	0
#define COMMAND 4
#define FULL	1 /* of the status */

struct keyboard {
	struct gabion_end end;
	struct gabion_irq irq;
	struct gabion_i8042 i8042;
};

static struct keyboard keyboard;

static int setup(void **state)
{
	(void)state;
	memset(&keyboard, 0, sizeof(keyboard));
	keyboard.end.how = -1;
	keyboard.end.eventfd = eventfd(0, EFD_NONBLOCK);
	keyboard.irq.eventfd = eventfd(0, EFD_NONBLOCK);
	gabion_i8042_init(&keyboard.i8042, &keyboard.end, &keyboard.irq);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	close(keyboard.end.eventfd);
	close(keyboard.irq.eventfd);
	return 0;
}

static unsigned char in(uint64_t offset)
{
	unsigned char value = 0x55;

	gabion_i8042_ops.read(&keyboard.i8042, offset, &value, 1);
	return value;
}

static void out(uint64_t offset, unsigned char value)
{
	gabion_i8042_ops.write(&keyboard.i8042, offset, &value, 1);
}

static bool interrupted(void)
{
	uint64_t count;

	return read(keyboard.irq.eventfd, &count, sizeof(count)) == sizeof(count);
}

/* Fails unless these bytes come, each with an interrupt, and no more. */
static void comes(const char *bytes, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		assert_true(interrupted());
		assert_true(in(COMMAND) & FULL);
		assert_int_equal(in(DATA), (unsigned char)bytes[i]);
	}
	assert_false(interrupted());
	assert_false(in(COMMAND) & FULL);
}

/* A command for the keyboard, and what it answers. */
#define SAYS(command, bytes)                                                                       \
	do {                                                                                       \
		out(DATA, command);                                                                \
		comes(bytes, sizeof(bytes) - 1);                                                   \
	} while (0)

static void drivers_look_for_it(void **state)
{
	unsigned char control;

	(void)state;
	/* Nothing is there to be flushed; input is taken at once; it is not locked. */
	assert_int_equal(in(COMMAND) & 0x13, 0x10);
	out(COMMAND, 0x20);
	assert_true(in(COMMAND) & FULL);
	control = in(DATA);
	assert_int_equal(control & 0x41, 1);
	/* Disabled, without interrupts, and read again. */
	out(COMMAND, 0x60);
	out(DATA, (control | 0x10) & ~1);
	out(COMMAND, 0x20);
	assert_int_equal(in(DATA), (control | 0x10) & ~1);
	assert_false(interrupted());
	out(COMMAND, 0xaa);
	assert_int_equal(in(DATA), 0x55);
	out(COMMAND, 0xab);
	assert_int_equal(in(DATA), 0);
	out(COMMAND, 0x60);
	out(DATA, control);
	SAYS(0xf2, "\xfa\xab\x83");
	SAYS(0xf5, "\xfa");
	SAYS(0xed, "\xfa");
	/* A parameter, though it is a command as well. */
	SAYS(0xf2, "\xfa");
	SAYS(0xf2, "\xfa\xab\x83");
	SAYS(0xff, "\xfa\xaa");
	SAYS(0xf4, "\xfa");
}

static void ctrl_alt_del(void **state)
{
	(void)state;
	/* Nobody would see it. */
	assert_int_equal(gabion_i8042_ctrl_alt_del(&keyboard.i8042), -ENODEV);
	SAYS(0xf4, "\xfa");
	assert_int_equal(gabion_i8042_ctrl_alt_del(&keyboard.i8042), 0);
	assert_int_equal(gabion_i8042_ctrl_alt_del(&keyboard.i8042), -EBUSY);
	comes("\x14\x11\xe0\x71\xe0\xf0\x71\xf0\x11\xf0\x14", 11);
	assert_int_equal(gabion_i8042_ctrl_alt_del(&keyboard.i8042), 0);
	out(COMMAND, 0x20);
	in(DATA);
	out(COMMAND, 0xad);
	assert_int_equal(gabion_i8042_ctrl_alt_del(&keyboard.i8042), -ENODEV);
	out(COMMAND, 0xae);
	assert_int_equal(gabion_i8042_ctrl_alt_del(&keyboard.i8042), 0);
}

static void answers_that_nobody_reads(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < 1000; i++)
		out(DATA, 0xf2);
	for (i = 0; in(COMMAND) & FULL; i++)
		in(DATA);
	assert_int_equal(i, GABION_I8042_QUEUE);
	assert_int_equal(in(DATA), 0);
}

static void only_one_command_resets(void **state)
{
	unsigned int value;

	(void)state;
	for (value = 0; value < 256; value++) {
		out(DATA, value);
		out(COMMAND, value);
		assert_int_equal(keyboard.end.how, -1);
		if (value == 0xfd)
			value++;
	}
	out(COMMAND, 0xfe);
	assert_int_equal(keyboard.end.how, GABION_END_GUEST);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(drivers_look_for_it),
		TEST(ctrl_alt_del),
		TEST(answers_that_nobody_reads),
		TEST(only_one_command_resets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
