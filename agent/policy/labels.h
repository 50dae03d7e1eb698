/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Labels of a class: distinct sets of resources, numbered in order of
 * discovery.  Label 0 is the empty set.
 */
#ifndef GABION_POLICY_LABELS_H
#define GABION_POLICY_LABELS_H

#include <stdint.h>
#include "mem.h"

struct gabion_label_set {
	uint32_t member;	/* first index into members */
	uint32_t nmembers;
};

struct gabion_labels {
	VEC(struct gabion_label_set) sets;
	VEC(uint32_t) members;	/* resources, ascending within a label */
	uint32_t *slots;	/* label + 1; 0 is free */
	size_t nslots;
};

void gabion_labels_init(struct gabion_labels *labels);
void gabion_labels_free(struct gabion_labels *labels);

/* Number of the set @resources (ascending, no duplicates), new if need be. */
uint32_t gabion_labels_intern(struct gabion_labels *labels, const uint32_t *resources, size_t n);

/*
 * A label that no intern() returns (GABION_LABEL_UNREACHABLE); before the
 * first intern().
 */
void gabion_labels_add_special(struct gabion_labels *labels, const uint32_t *resources, size_t n);

#endif /* GABION_POLICY_LABELS_H */
