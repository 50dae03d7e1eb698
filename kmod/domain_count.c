// SPDX-License-Identifier: GPL-2.0
/* Counts by domain.  See domain_count.h. */
#include <linux/cpumask.h>
#include "audit_share.h"
#include "domain_count.h"

struct gabion_domain_count __percpu *gabion_domain_counts[(U16_MAX + 1) / GABION_COUNT_CHUNK];

struct gabion_domain_count gabion_domain_count_sum(u16 number)
{
	struct gabion_domain_count sum = {};
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct gabion_domain_count *c =
			per_cpu_ptr(gabion_domain_counts[number / GABION_COUNT_CHUNK], cpu) +
			number % GABION_COUNT_CHUNK;

		sum.checks += READ_ONCE(c->checks);
		sum.refusals += READ_ONCE(c->refusals);
		sum.events += READ_ONCE(c->events);
	}
	return sum;
}

int gabion_domain_count_provide(u16 number)
{
	struct gabion_domain_count __percpu **chunk = &gabion_domain_counts[number / GABION_COUNT_CHUNK];

	if (*chunk)
		return 0;
	/* Who has the number got it later than this, by a lock. */
	*chunk = __alloc_percpu(GABION_COUNT_CHUNK * sizeof(**chunk), __alignof__(**chunk));
	return *chunk ? 0 : -ENOMEM;
}

int __init gabion_domain_count_init(void)
{
	return gabion_domain_count_provide(GABION_HOST_HELD) ?:
	       gabion_domain_count_provide(GABION_SHARE_KERNEL);
}

void gabion_domain_count_exit(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(gabion_domain_counts); i++)
		free_percpu(gabion_domain_counts[i]);
}
