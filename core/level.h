/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The level order (Bell and LaPadula 1976): which flows it permits.
 */
#ifndef GABION_CORE_LEVEL_H
#define GABION_CORE_LEVEL_H

#include "platform.h"
#include "../include/uapi/gabion/policy.h"

/* Is @a at least as high as @b?  Partial order: both ways may be false. */
static inline bool gabion_level_dominates(const struct gabion_policy_level *a,
					  const struct gabion_policy_level *b)
{
	u64 ca = le64_to_cpu(a->categories), cb = le64_to_cpu(b->categories);

	if (a->rank == cpu_to_le32(GABION_RANK_ANY) || b->rank == cpu_to_le32(GABION_RANK_ANY))
		return true;
	return le32_to_cpu(a->rank) >= le32_to_cpu(b->rank) && (ca & cb) == cb;
}

/*
 * Permissions that the order allows a subject of level @subject on an object
 * of level @object, given which permissions of the class read from the object
 * (simple security property) and which write to it (*-property).  One that is
 * in both needs equality.
 */
static inline u32 gabion_level_mask(const struct gabion_policy_level *subject,
				    const struct gabion_policy_level *object,
				    u32 read_flow, u32 write_flow)
{
	u32 mask = ~0U;

	if (!gabion_level_dominates(subject, object))
		mask &= ~read_flow;
	if (!gabion_level_dominates(object, subject))
		mask &= ~write_flow;
	return mask;
}

/* Permissions of @klass that read from the object. */
static inline u32 gabion_class_read_flow(u32 klass)
{
	switch (klass) {
	case GABION_CLASS_FILE:
		return GABION_FILE_READ_FLOW;
	case GABION_CLASS_NET:
		return GABION_NET_READ_FLOW;
	case GABION_CLASS_DOMAIN:
		return GABION_DOM_READ_FLOW;
	default:
		return ~0U;
	}
}

/* Permissions of @klass that write to the object. */
static inline u32 gabion_class_write_flow(u32 klass)
{
	switch (klass) {
	case GABION_CLASS_FILE:
		return GABION_FILE_WRITE_FLOW;
	case GABION_CLASS_NET:
		return GABION_NET_WRITE_FLOW;
	case GABION_CLASS_DOMAIN:
		return GABION_DOM_WRITE_FLOW;
	default:
		return ~0U;
	}
}

/* All permissions of @klass. */
static inline u32 gabion_class_permissions(u32 klass)
{
	switch (klass) {
	case GABION_CLASS_FILE:
		return GABION_FILE_ALL;
	case GABION_CLASS_NET:
		return GABION_NET_ALL;
	case GABION_CLASS_DOMAIN:
		return GABION_DOM_ALL;
	default:
		return 0;
	}
}

#endif /* GABION_CORE_LEVEL_H */
