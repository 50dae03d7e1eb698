/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sets of 64-bit numbers as disjoint cubes: what libseccomp can compare an
 * argument with in one rule is (argument & mask) == value.
 */
#ifndef GABION_SECCOMP_CUBES_H
#define GABION_SECCOMP_CUBES_H

#include <stddef.h>

#include "../../core/platform.h"

/* struct gabion_cube - all x with (x & mask) == value; @value has no bit outside @mask */
struct gabion_cube {
	u64 mask;
	u64 value;
};

/**
 * struct gabion_cubes - a set: the union of @cubes, which do not overlap
 * @cubes:	owned
 */
struct gabion_cubes {
	struct gabion_cube *cubes;
	size_t n;
	size_t capacity;
};

void gabion_cubes_free(struct gabion_cubes *set);
#define cleanup_cubes __attribute__((cleanup(gabion_cubes_free)))

/* 0 or -ENOMEM. */
int gabion_cubes_add(struct gabion_cubes *set, struct gabion_cube cube);

/*
 * Add all x with low <= (x & mask) <= high, if there are any. It takes at most two
 * cubes for each bit of @mask. 0 or -ENOMEM.
 */
int gabion_cubes_add_range(struct gabion_cubes *set, u64 mask, u64 low, u64 high);

/* What is in both. false: nothing is. */
static inline bool gabion_cube_meet(struct gabion_cube a, struct gabion_cube b,
				    struct gabion_cube *both)
{
	if ((a.value ^ b.value) & a.mask & b.mask)
		return false;
	*both = (struct gabion_cube){a.mask | b.mask, a.value | b.value};
	return true;
}

/* Make @set what is in it and in @other. 0 or -ENOMEM. */
int gabion_cubes_intersect(struct gabion_cubes *set, const struct gabion_cubes *other);

#endif /* GABION_SECCOMP_CUBES_H */
