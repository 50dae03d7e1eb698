// SPDX-License-Identifier: GPL-2.0
/* The state file: what was saved is loaded, and nothing else ever is. */
#include "../../agent/tests/test.h"

#include <errno.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>

#include "../snapshot/state.h"

struct thing {
	uint8_t a;
	uint16_t b;
	uint32_t c;
	uint64_t d;
	bool e;
	char f[5];
	uint32_t list[3];
};

static const struct thing example = { 1, 2, 3, 1ULL << 40, true, "five", { 7, 8, 9 } };

static void transfer(struct gabion_state *state, struct thing *thing)
{
	uint32_t n, i;

	gabion_state_begin(state, "first", 0);
	gabion_state_u8(state, &thing->a);
	gabion_state_u16(state, &thing->b);
	gabion_state_u32(state, &thing->c);
	gabion_state_end(state);
	gabion_state_begin(state, "second", 7);
	gabion_state_u64(state, &thing->d);
	gabion_state_bool(state, &thing->e);
	gabion_state_bytes(state, thing->f, sizeof(thing->f));
	n = gabion_state_count(state, 3, 3, sizeof(uint32_t));
	for (i = 0; i < n; i++)
		gabion_state_u32(state, &thing->list[i]);
	gabion_state_end(state);
}

static struct gabion_state saved(void)
{
	struct gabion_state state = { 0 };
	struct thing thing = example;
	struct gabion_error error;

	transfer(&state, &thing);
	assert_int_equal(gabion_state_finish(&state, &error), 0);
	return state;
}

/* 0, or how loading @size of @bytes failed. */
static int load(const void *bytes, size_t size, struct thing *thing, struct gabion_error *error)
{
	struct gabion_state state;
	int err = gabion_state_open(&state, "FILE", bytes, size, error);

	memset(thing, 0, sizeof(*thing));
	if (!err) {
		transfer(&state, thing);
		err = gabion_state_finish(&state, error);
	}
	gabion_state_free(&state);
	return err;
}

/* As one who alters a file on purpose does. */
static void correct_checksum(struct gabion_state *state)
{
	uint64_t sum = lzma_crc64(state->bytes, state->size - 8, 0);

	memcpy(state->bytes + state->size - 8, &sum, 8);
}

static void what_was_saved_is_loaded(void **ignored)
{
	struct gabion_state state = saved();
	struct gabion_error error;
	struct thing thing;

	(void)ignored;
	assert_int_equal(load(state.bytes, state.size, &thing, &error), 0);
	assert_int_equal(thing.a, example.a);
	assert_int_equal(thing.b, example.b);
	assert_int_equal(thing.c, example.c);
	assert_int_equal(thing.d, example.d);
	assert_true(thing.e);
	assert_memory_equal(thing.f, example.f, sizeof(thing.f));
	assert_memory_equal(thing.list, example.list, sizeof(thing.list));
	gabion_state_free(&state);
}

static void a_file_cut_short_anywhere_is_refused(void **ignored)
{
	struct gabion_state state = saved();
	struct gabion_error error;
	struct thing thing;
	size_t size;

	(void)ignored;
	for (size = 0; size < state.size; size++) {
		assert_int_equal(load(state.bytes, size, &thing, &error), -EINVAL);
		assert_string_equal(error.text, "FILE: it is cut short");
	}
	gabion_state_free(&state);
}

static void a_file_altered_anywhere_is_refused(void **ignored)
{
	struct gabion_state state = saved();
	struct gabion_error error;
	struct thing thing;
	size_t bit;

	(void)ignored;
	for (bit = 0; bit < 8 * state.size; bit++) {
		state.bytes[bit / 8] ^= 1 << bit % 8;
		assert_int_equal(load(state.bytes, state.size, &thing, &error), -EINVAL);
		assert_ptr_equal(strstr(error.text, "FILE: it"), error.text);
		state.bytes[bit / 8] ^= 1 << bit % 8;
	}
	assert_int_equal(load(state.bytes, state.size, &thing, &error), 0);
	gabion_state_free(&state);
}

/* What is loaded then may differ, but nothing outside of the file is read. */
static void a_file_altered_with_its_checksum_is_within_bounds(void **ignored)
{
	struct gabion_state state = saved();
	struct gabion_error error;
	struct thing thing;
	size_t at;

	(void)ignored;
	for (at = 0; at < state.size - 8; at++) {
		state.bytes[at] ^= 0xff;
		correct_checksum(&state);
		if (load(state.bytes, state.size, &thing, &error))
			assert_int_equal(error.code, -EINVAL);
		state.bytes[at] ^= 0xff;
	}
	gabion_state_free(&state);
}

static void a_file_that_became_longer_is_refused(void **ignored)
{
	struct gabion_state state = saved();
	unsigned char bytes[512] = { 0 };
	struct gabion_error error;
	struct thing thing;

	(void)ignored;
	memcpy(bytes, state.bytes, state.size);
	assert_int_equal(load(bytes, state.size + 1, &thing, &error), -EINVAL);
	assert_non_null(strstr(error.text, "altered"));
	gabion_state_free(&state);
}

static void another_version_is_named_as_that(void **ignored)
{
	struct gabion_state state = saved();
	struct gabion_error error;
	struct thing thing;

	(void)ignored;
	state.bytes[8]++;
	correct_checksum(&state);
	assert_int_equal(load(state.bytes, state.size, &thing, &error), -EINVAL);
	assert_non_null(strstr(error.text, "another version of gabion-vmm"));
	gabion_state_free(&state);
}

/* Makes a file of one section with a byte, and looks at it as @look does. */
static int look_at(void (*look)(struct gabion_state *state), struct gabion_error *error)
{
	struct gabion_state made = { 0 }, state;
	uint8_t byte = 2;
	int err;

	gabion_state_begin(&made, "only", 1);
	gabion_state_u8(&made, &byte);
	gabion_state_end(&made);
	assert_int_equal(gabion_state_finish(&made, error), 0);
	assert_int_equal(gabion_state_open(&state, "FILE", made.bytes, made.size, error), 0);
	look(&state);
	err = gabion_state_finish(&state, error);
	gabion_state_free(&state);
	gabion_state_free(&made);
	return err;
}

static void look_for_another(struct gabion_state *state)
{
	uint8_t byte;

	gabion_state_begin(state, "only", 2);
	gabion_state_u8(state, &byte);
	gabion_state_end(state);
	assert_int_equal(byte, 0);
}

static void look_for_more(struct gabion_state *state)
{
	uint16_t word;

	gabion_state_begin(state, "only", 1);
	gabion_state_u16(state, &word);
	gabion_state_end(state);
	assert_int_equal(word, 0);
}

static void look_for_less(struct gabion_state *state)
{
	gabion_state_begin(state, "only", 1);
	gabion_state_end(state);
}

static void look_for_a_truth_value(struct gabion_state *state)
{
	bool truth;

	gabion_state_begin(state, "only", 1);
	gabion_state_bool(state, &truth);
	gabion_state_end(state);
}

static void look_nowhere(struct gabion_state *state)
{
	(void)state;
}

static void look_outside(struct gabion_state *state)
{
	uint8_t byte;

	gabion_state_u8(state, &byte);
	assert_int_equal(byte, 0);
}

static void what_is_not_as_expected_is_named(void **ignored)
{
	static const struct {
		void (*look)(struct gabion_state *state);
		const char *why;
	} wrong[] = {
		{ look_for_another, "section only[2] is missing" },
		{ look_for_more, "section only[1]: is too short" },
		{ look_for_less, "section only[1]: has more in it than is known of" },
		{ look_for_a_truth_value, "section only[1]: a truth value is neither" },
		{ look_nowhere, "there are sections that are not known of" },
		{ look_outside, "is too short" },
	};
	struct gabion_error error;
	size_t i;

	(void)ignored;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(look_at(wrong[i].look, &error), -EINVAL);
		if (!strstr(error.text, wrong[i].why))
			fail_msg("'%s' does not say '%s'", error.text, wrong[i].why);
	}
}

static void a_state_has_a_largest_size(void **ignored)
{
	static char megabyte[1 << 20];
	struct gabion_state state = { 0 };
	struct gabion_error error;
	unsigned int i;

	(void)ignored;
	gabion_state_begin(&state, "large", 0);
	for (i = 0; i < GABION_STATE_MAX / sizeof(megabyte) + 1; i++)
		gabion_state_bytes(&state, megabyte, sizeof(megabyte));
	gabion_state_end(&state);
	assert_int_equal(gabion_state_finish(&state, &error), -EFBIG);
	gabion_state_free(&state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_saved_is_loaded),
		cmocka_unit_test(a_file_cut_short_anywhere_is_refused),
		cmocka_unit_test(a_file_altered_anywhere_is_refused),
		cmocka_unit_test(a_file_altered_with_its_checksum_is_within_bounds),
		cmocka_unit_test(a_file_that_became_longer_is_refused),
		cmocka_unit_test(another_version_is_named_as_that),
		cmocka_unit_test(what_is_not_as_expected_is_named),
		cmocka_unit_test(a_state_has_a_largest_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
