/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state file of a snapshot, and the one place that takes its bytes apart.
 *
 *	header		magic "GABIONVM", version, size of the file
 *	sections	name of 8 characters, number, size, and so many bytes
 *	trailer		CRC-64 (ECMA-182, as of xz) of all that is before it
 *
 * Numbers are little-endian. What a section has in it says the function that saves it;
 * the same function loads it, so that the two cannot differ: for each field it calls one
 * of those below, which writes the field or fills it in. A failure sticks: what is
 * loaded after one is zero, and gabion_state_finish() tells of the first.
 */
#ifndef GABION_VMM_SNAPSHOT_STATE_H
#define GABION_VMM_SNAPSHOT_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../agent/common/error.h"

#define GABION_STATE_VERSION 1
#define GABION_STATE_MAX     (64U << 20) /* bytes of a file; far more than any has */

/**
 * struct gabion_state - a file that is being made, when zero at first, or taken apart
 * @bytes:	all of it, @size bytes; owned
 * @capacity:	bytes allocated
 * @at:		where the next field is
 * @section:	where the open section begins, 0: none is open
 * @end:	where it ends; when loading
 * @loading:	fields are filled in
 * @error:	the first failure; its code is 0 while there is none
 */
struct gabion_state {
	unsigned char *bytes;
	size_t size, capacity;
	size_t at, section, end;
	bool loading;
	struct gabion_error error;
};

/*
 * Begin to load @bytes, which are copied, after checking that they are whole and unaltered.
 * -EINVAL, with @name, the file's, in the message. To be freed in any case.
 */
int gabion_state_open(struct gabion_state *state, const char *name, const void *bytes, size_t size,
		      struct gabion_error *error);
void gabion_state_free(struct gabion_state *state);

/*
 * Begin the section @name, at most 8 characters, with number @index. When loading, it must be
 * the next in the file. Every gabion_state_begin() has its gabion_state_end(): a section that
 * has more in it than was loaded is a failure, too.
 */
void gabion_state_begin(struct gabion_state *state, const char *name, uint32_t index);
void gabion_state_end(struct gabion_state *state);

/* A field of @n bytes, or a number. */
void gabion_state_bytes(struct gabion_state *state, void *field, size_t n);
void gabion_state_u8(struct gabion_state *state, uint8_t *field);
void gabion_state_u16(struct gabion_state *state, uint16_t *field);
void gabion_state_u32(struct gabion_state *state, uint32_t *field);
void gabion_state_u64(struct gabion_state *state, uint64_t *field);
void gabion_state_bool(struct gabion_state *state, bool *field);

/*
 * How many elements follow: a number of at most @max, 0 after a failure. Each has @size bytes
 * or more, so that a count for which the file has no room is a failure before anything is
 * allocated for it.
 */
uint32_t gabion_state_count(struct gabion_state *state, uint32_t n, uint32_t max, size_t size);

/* The same value must be here as was saved: @what differs, otherwise. */
void gabion_state_same(struct gabion_state *state, uint64_t value, const char *what);

/* What was loaded makes no sense: @what says which. Does nothing when saving. */
void gabion_state_check(struct gabion_state *state, bool holds, const char *what);

/*
 * The last call: when saving it writes header and trailer, so that @bytes are a file; when
 * loading nothing may be left. The first failure, or 0.
 */
int gabion_state_finish(struct gabion_state *state, struct gabion_error *error);

#endif /* GABION_VMM_SNAPSHOT_STATE_H */
