// SPDX-License-Identifier: GPL-2.0
#include "state.h"

#include <errno.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC	  "GABIONVM"
#define NAME_SIZE 8

struct header {
	unsigned char magic[8];
	uint32_t version, reserved;
	uint64_t size;
};
_Static_assert(sizeof(struct header) == 24, "the format");

struct section {
	char name[NAME_SIZE]; /* padded with zeroes */
	uint32_t index, size;
};
_Static_assert(sizeof(struct section) == 16, "the format");

#define TRAILER sizeof(uint64_t)
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are written as they are");

static uint64_t checksum(const struct gabion_state *state)
{
	return lzma_crc64(state->bytes, state->size - TRAILER, 0);
}

static const char *check_whole(const struct gabion_state *state)
{
	struct header header;
	uint64_t sum;

	if (state->size < sizeof(header) + TRAILER)
		return "it is cut short";
	memcpy(&header, state->bytes, sizeof(header));
	if (memcmp(header.magic, MAGIC, sizeof(header.magic)))
		return "it is not the state of a gabion-vmm machine";
	if (header.version != GABION_STATE_VERSION)
		return "its format is of another version of gabion-vmm";
	if (header.size > state->size)
		return "it is cut short";
	if (header.size < state->size || header.reserved)
		return "it was altered: it has more in it than was written";
	memcpy(&sum, state->bytes + state->size - TRAILER, TRAILER);
	return sum == checksum(state) ? NULL : "it was altered: the checksum does not match";
}

int gabion_state_open(struct gabion_state *state, const char *name, const void *bytes, size_t size,
		      struct gabion_error *error)
{
	const char *wrong;

	*state = (struct gabion_state){ .loading = true, .size = size, .capacity = size };
	state->bytes = malloc(size + 1);
	if (!state->bytes)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	memcpy(state->bytes, bytes, size);
	wrong = check_whole(state);
	if (wrong)
		return gabion_error_set(error, -EINVAL, "%s: %s", name, wrong);
	state->at = state->end = sizeof(struct header);
	return 0;
}

void gabion_state_free(struct gabion_state *state)
{
	free(state->bytes);
	*state = (struct gabion_state){ 0 };
}

/* Only the first failure is kept, with the section that it is in. */
static void fail(struct gabion_state *state, int code, const char *what)
{
	struct section section;

	if (state->error.code)
		return;
	if (!state->section) {
		gabion_error_set(&state->error, code, "%s", what);
		return;
	}
	memcpy(&section, state->bytes + state->section, sizeof(section));
	gabion_error_set(&state->error, code, "section %.8s[%u]: %s", section.name, section.index,
			 what);
}

/* Room for @n bytes more at the end. */
static bool grow(struct gabion_state *state, size_t n)
{
	size_t capacity = state->capacity ? state->capacity : 65536;
	unsigned char *bytes;

	if (n > GABION_STATE_MAX - state->size) {
		fail(state, -EFBIG, "the state is too large");
		return false;
	}
	while (capacity < state->size + n)
		capacity *= 2;
	if (capacity == state->capacity)
		return true;
	bytes = realloc(state->bytes, capacity);
	if (!bytes) {
		fail(state, -ENOMEM, "out of memory");
		return false;
	}
	state->bytes = bytes;
	state->capacity = capacity;
	return true;
}

static void append(struct gabion_state *state, const void *bytes, size_t n)
{
	if (state->error.code || !grow(state, n))
		return;
	memcpy(state->bytes + state->size, bytes, n);
	state->size += n;
	state->at = state->size;
}

/* Where the sections end. */
static size_t sections_end(const struct gabion_state *state)
{
	return state->size - TRAILER;
}

static void enter(struct gabion_state *state, const struct section *wanted)
{
	size_t left = sections_end(state) - state->at;
	struct section found = { .index = 0 };

	if (left >= sizeof(found))
		memcpy(&found, state->bytes + state->at, sizeof(found));
	if (memcmp(found.name, wanted->name, NAME_SIZE) || found.index != wanted->index) {
		gabion_error_set(&state->error, -EINVAL, "section %.8s[%u] is missing",
				 wanted->name, wanted->index);
		return;
	}
	state->section = state->at;
	if (found.size > left - sizeof(found)) {
		fail(state, -EINVAL, "is longer than the file");
		return;
	}
	state->at += sizeof(found);
	state->end = state->at + found.size;
}

/* Filled in at the end. */
static void append_header(struct gabion_state *state)
{
	const struct header header = { .version = GABION_STATE_VERSION };

	if (!state->size)
		append(state, &header, sizeof(header));
}

void gabion_state_begin(struct gabion_state *state, const char *name, uint32_t index)
{
	struct section section = { .index = index };

	if (state->error.code)
		return;
	memcpy(section.name, name, strnlen(name, NAME_SIZE));
	if (state->loading) {
		enter(state, &section);
		return;
	}
	append_header(state);
	state->section = state->at;
	append(state, &section, sizeof(section));
}

void gabion_state_end(struct gabion_state *state)
{
	uint32_t size = state->at - state->section - sizeof(struct section);

	if (state->error.code)
		return;
	if (state->loading && state->at != state->end)
		fail(state, -EINVAL, "has more in it than is known of");
	else if (!state->loading)
		memcpy(state->bytes + state->section + offsetof(struct section, size), &size,
		       sizeof(size));
	state->section = 0;
}

void gabion_state_bytes(struct gabion_state *state, void *field, size_t n)
{
	if (!state->loading) {
		append(state, field, n);
		return;
	}
	if (!state->error.code && n > state->end - state->at)
		fail(state, -EINVAL, "is too short");
	if (state->error.code) {
		memset(field, 0, n);
		return;
	}
	memcpy(field, state->bytes + state->at, n);
	state->at += n;
}

void gabion_state_u8(struct gabion_state *state, uint8_t *field)
{
	gabion_state_bytes(state, field, sizeof(*field));
}

void gabion_state_u16(struct gabion_state *state, uint16_t *field)
{
	gabion_state_bytes(state, field, sizeof(*field));
}

void gabion_state_u32(struct gabion_state *state, uint32_t *field)
{
	gabion_state_bytes(state, field, sizeof(*field));
}

void gabion_state_u64(struct gabion_state *state, uint64_t *field)
{
	gabion_state_bytes(state, field, sizeof(*field));
}

void gabion_state_bool(struct gabion_state *state, bool *field)
{
	uint8_t value = state->loading ? 0 : *field;

	gabion_state_u8(state, &value);
	gabion_state_check(state, value <= 1, "a truth value is neither true nor false");
	*field = value == 1;
}

uint32_t gabion_state_count(struct gabion_state *state, uint32_t n, uint32_t max, size_t size)
{
	gabion_state_u32(state, &n);
	gabion_state_check(state, n <= max && (!n || size <= (state->end - state->at) / n),
			   "a count is too large");
	return state->error.code ? 0 : n;
}

void gabion_state_same(struct gabion_state *state, uint64_t value, const char *what)
{
	uint64_t saved = value;

	gabion_state_u64(state, &saved);
	gabion_state_check(state, saved == value, what);
}

void gabion_state_check(struct gabion_state *state, bool holds, const char *what)
{
	if (state->loading && !holds)
		fail(state, -EINVAL, what);
}

static void seal(struct gabion_state *state)
{
	struct header header = { .magic = MAGIC, .version = GABION_STATE_VERSION };
	uint64_t sum = 0;

	append_header(state);
	append(state, &sum, sizeof(sum));
	if (state->error.code)
		return;
	header.size = state->size;
	memcpy(state->bytes, &header, sizeof(header));
	sum = checksum(state);
	memcpy(state->bytes + state->size - TRAILER, &sum, TRAILER);
}

int gabion_state_finish(struct gabion_state *state, struct gabion_error *error)
{
	if (!state->loading)
		seal(state);
	else if (!state->error.code && state->at != sections_end(state))
		fail(state, -EINVAL, "there are sections that are not known of");
	if (state->error.code)
		return gabion_error_set(error, state->error.code, "%s", state->error.text);
	return 0;
}
