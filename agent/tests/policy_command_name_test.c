// SPDX-License-Identifier: GPL-2.0
/* Names of ioctl(2) commands, as events have them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <linux/random.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>

#include "../policy/commands.h"
#include "../policy/syscall_constants.h"

static void well_known(void **state)
{
	(void)state;
	assert_string_equal(gabion_command_name(TIOCSTI), "TIOCSTI");
	assert_string_equal(gabion_command_name(RNDGETENTCNT), "RNDGETENTCNT");
	assert_string_equal(gabion_command_name(SIOCADDRT), "SIOCADDRT");
}

static void others_have_none(void **state)
{
	(void)state;
	assert_null(gabion_command_name(0));
	assert_null(gabion_command_name(0xff));
	assert_null(gabion_command_name(0x12345678));
	assert_null(gabion_command_name(UINT32_MAX));
}

/* What a policy calls a command is named again: by itself, or by one before it that is the same number. */
static void there_and_back(void **state)
{
	unsigned int named = 0, i;
	const char *name, *back;
	uint32_t command, again;

	(void)state;
	for (i = 0; (name = gabion_constant_at(i)); i++) {
		if ((strncmp(name, "TIOC", 4) && strncmp(name, "SIOC", 4) && strncmp(name, "KVM_", 4)) ||
		    !gabion_command_parse(name, &command) || command <= 0xff)
			continue;
		back = gabion_command_name(command);
		assert_non_null(back);
		assert_true(gabion_command_parse(back, &again));
		assert_int_equal(again, command);
		assert_true(strcmp(back, name) <= 0);
		named++;
	}
	assert_true(named > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(well_known),
		cmocka_unit_test(others_have_none),
		cmocka_unit_test(there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
