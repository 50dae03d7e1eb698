/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory of one compilation: an arena for what lives as long as the
 * compilation does, and growable arrays.
 *
 * Running out of memory ends the process.  What the compiler allocates is
 * bounded by explicit limits that are reported as diagnostics (GABION_DFA_*,
 * GABION_GLOB_EXPANSIONS, GABION_POLICY_SIZE_MAX), so that a policy cannot
 * bring that about; under Linux's overcommit a failed small allocation is not
 * something that a caller could act on.
 */
#ifndef GABION_POLICY_MEM_H
#define GABION_POLICY_MEM_H

#include <stddef.h>
#include <stdlib.h>

void *gabion_xcalloc(size_t n, size_t size);
void *gabion_xrealloc(void *p, size_t n, size_t size);
char *gabion_xstrndup(const char *s, size_t n);
char *gabion_xstrdup(const char *s);
char *gabion_xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Blocks that are freed together; zero-initialise to begin. */
struct gabion_arena {
	struct gabion_arena_block *blocks;
	size_t used, room;
};

void *gabion_arena_alloc(struct gabion_arena *arena, size_t size);
char *gabion_arena_strndup(struct gabion_arena *arena, const char *s, size_t n);
char *gabion_arena_printf(struct gabion_arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void gabion_arena_free(struct gabion_arena *arena);

/* Growable array: zero-initialise, vec_push(), free(vec.v). */
#define VEC(type)               \
	struct {                \
		type *v;        \
		size_t n, room; \
	}

void *gabion_vec_grow(void *v, size_t *room, size_t want, size_t size);

#define vec_reserve(vec, extra)                                                          \
	do {                                                                             \
		if ((vec)->n + (extra) > (vec)->room)                                    \
			(vec)->v = gabion_vec_grow((vec)->v, &(vec)->room,               \
						   (vec)->n + (extra), sizeof(*(vec)->v)); \
	} while (0)

#define vec_push(vec, ...)                           \
	do {                                         \
		vec_reserve(vec, 1);                 \
		(vec)->v[(vec)->n++] = (__VA_ARGS__); \
	} while (0)

#endif /* GABION_POLICY_MEM_H */
