/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What each domain did, in numbers: by CPU, each changed by this_cpu operations only, and
 * exact as sums. They are there before a domain has its number, and until the module goes.
 */
#ifndef GABION_DOMAIN_COUNT_H
#define GABION_DOMAIN_COUNT_H

#include <linux/percpu.h>
#include <linux/preempt.h>
#include "task_label.h"

/**
 * struct gabion_domain_count - of one domain on one CPU, since the module was loaded
 * @checks:	that its tasks came to; not those of the syscall filter
 * @refusals:	of them, and of the syscall filter
 * @events:	that it made, lost and folded ones too
 */
struct gabion_domain_count {
	unsigned long checks;
	unsigned long refusals;
	unsigned long events;
};

/* Numbers of a chunk. */
#define GABION_COUNT_CHUNK	64

/* Set once, never cleared before the module goes. */
extern struct gabion_domain_count __percpu *gabion_domain_counts[(U16_MAX + 1) / GABION_COUNT_CHUNK];

#define gabion_domain_count_inc(number, member)					\
	this_cpu_inc(gabion_domain_counts[(number) / GABION_COUNT_CHUNK]		\
			     [(number) % GABION_COUNT_CHUNK].member)

/*
 * The current task came to a check. @anywhere: also in interrupts, where it is anybody, and
 * what is looked at is somebody else's doing.
 */
static __always_inline void gabion_count_check(bool anywhere)
{
	unsigned int domain = gabion_task_label(current);

	if (!anywhere || in_task())
		gabion_domain_count_inc(domain, checks);
}

static __always_inline void gabion_count_refusal(void)
{
	unsigned int domain = gabion_task_label(current);

	if (in_task())
		gabion_domain_count_inc(domain, refusals);
}

/* Sum over all CPUs. */
struct gabion_domain_count gabion_domain_count_sum(u16 number);

/* Counts for @number. Before anybody has it. Return: 0 or -ENOMEM. */
int gabion_domain_count_provide(u16 number);

/* Counts for the host's numbers, and those that are no domain's. Return: 0 or -ENOMEM. */
int gabion_domain_count_init(void);
void gabion_domain_count_exit(void);

#endif /* GABION_DOMAIN_COUNT_H */
