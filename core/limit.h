/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Limits of resources by domain: the same code in the kernel and in queries.
 */
#ifndef GABION_CORE_LIMIT_H
#define GABION_CORE_LIMIT_H

#include "view.h"

/* Ascending order. Return: negative, 0, positive as for strcmp(). */
static inline int gabion_limit_compare(const struct gabion_policy_limit *entry, u32 domain,
				       u32 resource)
{
	if (le32_to_cpu(entry->domain) != domain)
		return le32_to_cpu(entry->domain) < domain ? -1 : 1;
	if (le32_to_cpu(entry->resource) != resource)
		return le32_to_cpu(entry->resource) < resource ? -1 : 1;
	return 0;
}

/* What @domain, an index into DOMAINS, may have of @resource at most; all ones: not limited. */
static inline u64 gabion_limit_of(const struct gabion_view *view, u32 domain, u32 resource)
{
	u32 low = 0, high = view->nlimits, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = gabion_limit_compare(&view->limits[middle], domain, resource);
		if (!order)
			return le64_to_cpu(view->limits[middle].most);
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return ~0ULL;
}

#endif /* GABION_CORE_LIMIT_H */
