// SPDX-License-Identifier: GPL-2.0
#include "labels.h"

#include <string.h>
#include "hash.h"

void gabion_labels_init(struct gabion_labels *labels)
{
	memset(labels, 0, sizeof(*labels));
	gabion_labels_intern(labels, NULL, 0);
}

void gabion_labels_free(struct gabion_labels *labels)
{
	free(labels->sets.v);
	free(labels->members.v);
	free(labels->slots);
	memset(labels, 0, sizeof(*labels));
}

static const uint32_t *members_of(const struct gabion_labels *l, uint32_t label)
{
	return l->members.v + l->sets.v[label].member;
}

void gabion_labels_add_special(struct gabion_labels *labels, const uint32_t *resources, size_t n)
{
	size_t i;

	vec_push(&labels->sets, (struct gabion_label_set){ labels->members.n, n });
	for (i = 0; i < n; i++)
		vec_push(&labels->members, resources[i]);
}

/* Slot of the set, or the free slot where it belongs. */
static size_t find_slot(const struct gabion_labels *l, const uint32_t *resources, size_t n)
{
	size_t i = gabion_hash_words(resources, n) & (l->nslots - 1);

	for (; l->slots[i]; i = (i + 1) & (l->nslots - 1)) {
		uint32_t label = l->slots[i] - 1;

		if (l->sets.v[label].nmembers == n &&
		    (!n || !memcmp(members_of(l, label), resources, n * sizeof(*resources))))
			break;
	}
	return i;
}

static void grow(struct gabion_labels *l)
{
	uint32_t *old = l->slots;
	size_t nold = l->nslots, i;

	l->nslots = nold ? nold * 2 : 64;
	l->slots = gabion_xcalloc(l->nslots, sizeof(*l->slots));
	for (i = 0; i < nold; i++) {
		if (old[i]) {
			uint32_t label = old[i] - 1;

			l->slots[find_slot(l, members_of(l, label), l->sets.v[label].nmembers)] =
				old[i];
		}
	}
	free(old);
}

uint32_t gabion_labels_intern(struct gabion_labels *labels, const uint32_t *resources, size_t n)
{
	size_t slot;

	if (labels->sets.n * 2 >= labels->nslots)
		grow(labels);
	slot = find_slot(labels, resources, n);
	if (!labels->slots[slot]) {
		gabion_labels_add_special(labels, resources, n);
		labels->slots[slot] = labels->sets.n;
	}
	return labels->slots[slot] - 1;
}
