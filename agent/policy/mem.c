// SPDX-License-Identifier: GPL-2.0
#include "mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct gabion_arena_block {
	struct gabion_arena_block *next;
	max_align_t data[];
};

static void *or_die(void *p)
{
	if (!p) {
		fputs("gabion: out of memory\n", stderr);
		abort();
	}
	return p;
}

void *gabion_xcalloc(size_t n, size_t size)
{
	return or_die(calloc(n ? n : 1, size));
}

void *gabion_xrealloc(void *p, size_t n, size_t size)
{
	return or_die(reallocarray(p, n ? n : 1, size));
}

char *gabion_xstrndup(const char *s, size_t n)
{
	return or_die(strndup(s, n));
}

char *gabion_xstrdup(const char *s)
{
	return or_die(strdup(s));
}

char *gabion_xasprintf(const char *format, ...)
{
	va_list ap;
	char *s = NULL;

	va_start(ap, format);
	if (vasprintf(&s, format, ap) < 0)
		s = NULL;
	va_end(ap);
	return or_die(s);
}

void *gabion_arena_alloc(struct gabion_arena *arena, size_t size)
{
	struct gabion_arena_block *block;
	void *p;

	size = (size + sizeof(max_align_t) - 1) & ~(sizeof(max_align_t) - 1);
	if (!arena->blocks || size > arena->room - arena->used) {
		size_t room = size > (64U << 10) ? size : 64U << 10;

		block = or_die(malloc(sizeof(*block) + room));
		block->next = arena->blocks;
		arena->blocks = block;
		arena->used = 0;
		arena->room = room;
	}
	p = (char *)arena->blocks->data + arena->used;
	arena->used += size;
	memset(p, 0, size);
	return p;
}

char *gabion_arena_strndup(struct gabion_arena *arena, const char *s, size_t n)
{
	char *copy = gabion_arena_alloc(arena, n + 1);

	memcpy(copy, s, n);
	return copy;
}

char *gabion_arena_printf(struct gabion_arena *arena, const char *format, ...)
{
	va_list ap;
	char *s = NULL, *copy;

	va_start(ap, format);
	if (vasprintf(&s, format, ap) < 0)
		s = NULL;
	va_end(ap);
	or_die(s);
	copy = gabion_arena_strndup(arena, s, strlen(s));
	free(s);
	return copy;
}

void gabion_arena_free(struct gabion_arena *arena)
{
	while (arena->blocks) {
		struct gabion_arena_block *next = arena->blocks->next;

		free(arena->blocks);
		arena->blocks = next;
	}
	arena->used = 0;
	arena->room = 0;
}

void *gabion_vec_grow(void *v, size_t *room, size_t want, size_t size)
{
	size_t next = *room ? *room + *room / 2 : 8;

	if (next < want)
		next = want;
	*room = next;
	return gabion_xrealloc(v, next, size);
}
