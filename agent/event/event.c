// SPDX-License-Identifier: GPL-2.0
#include "event.h"

#include <errno.h>
#include <string.h>

/* Bytes of a block of strings; a string that is longer has one of its own. */
#define BLOCK_SIZE	480
/* Elements by which an array grows. */
#define STEP		8

/**
 * struct gabion_strings - a block of strings, one behind the other
 * @next:	owned
 * @used:	bytes of @bytes, of @size
 */
struct gabion_strings {
	struct gabion_strings *next;
	size_t used;
	size_t size;
	char bytes[];
};

static struct gabion_strings *add_block(struct gabion_event *event, size_t least)
{
	size_t size = least > BLOCK_SIZE ? least : BLOCK_SIZE;
	struct gabion_strings *block = malloc(sizeof(*block) + size);

	if (!block)
		return NULL;
	block->next = event->strings;
	block->used = 0;
	block->size = size;
	event->strings = block;
	return block;
}

char *gabion_event_keep(struct gabion_event *event, const char *bytes, size_t length)
{
	struct gabion_strings *block = event->strings;
	char *string;

	if (!block || block->size - block->used <= length)
		block = add_block(event, length + 1);
	if (!block)
		return NULL;
	string = memcpy(block->bytes + block->used, bytes, length);
	string[length] = '\0';
	block->used += length + 1;
	return string;
}

/* Room in @array for one more than its @n elements of @size bytes. NULL: no memory. */
static void *grow(void *array, size_t n, size_t size)
{
	return n % STEP ? array : reallocarray(array, n + STEP, size);
}

struct gabion_ancestor *gabion_event_add_ancestor(struct gabion_event *event)
{
	struct gabion_ancestor *grown;

	grown = grow(event->ancestors, event->nancestors, sizeof(*grown));
	if (!grown)
		return NULL;
	event->ancestors = grown;
	event->present |= 1ULL << GABION_E_ANCESTOR;
	grown[event->nancestors] = (struct gabion_ancestor){ 0 };
	return &grown[event->nancestors++];
}

int gabion_event_add_rule(struct gabion_event *event, const char *rule)
{
	char *kept = gabion_event_keep(event, rule, strlen(rule));
	char **grown = grow(event->rules, event->nrules, sizeof(*grown));

	if (grown)
		event->rules = grown;
	if (!grown || !kept)
		return -ENOMEM;
	event->present |= 1ULL << GABION_E_RULE;
	grown[event->nrules++] = kept;
	return 0;
}

void gabion_event_free(struct gabion_event *event)
{
	struct gabion_strings *next;

	free(event->ancestors);
	free(event->rules);
	for (; event->strings; event->strings = next) {
		next = event->strings->next;
		free(event->strings);
	}
	*event = (struct gabion_event){ 0 };
}
