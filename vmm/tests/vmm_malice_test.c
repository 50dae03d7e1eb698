// SPDX-License-Identifier: GPL-2.0
/* Guests at random (GABION_SEED): whatever they do, we go on, and stay within our memory. */
#include "../../agent/tests/test.h"

#include "../../agent/tests/seed.h"
#include "../log.h"
#include "malice.h"

#define GUESTS 3000
#define BYTES  1024

static uint64_t state_of_chance;

static uint8_t random_byte(void)
{
	/* xorshift64 */
	state_of_chance ^= state_of_chance << 13;
	state_of_chance ^= state_of_chance >> 7;
	state_of_chance ^= state_of_chance << 17;
	return state_of_chance >> 32;
}

static void guests_at_random(void **state)
{
	uint8_t script[BYTES];
	unsigned int guest, i;

	(void)state;
	for (guest = 0; guest < GUESTS; guest++) {
		script[0] = guest;
		for (i = 1; i < BYTES; i++)
			script[i] = random_byte();
		malice_play(script, 1 + random_byte() * 4);
	}
}

int main(void)
{
	static const struct gabion_log_options quiet = { .level = GABION_LOG_OFF };
	const struct CMUnitTest tests[] = { cmocka_unit_test(guests_at_random) };

	state_of_chance = test_seed();
	gabion_log_open(&quiet, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
