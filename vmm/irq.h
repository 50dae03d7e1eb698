/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An interrupt line of the guest: an eventfd that KVM turns into an edge.
 */
#ifndef GABION_VMM_IRQ_H
#define GABION_VMM_IRQ_H

#include <stdint.h>
#include <unistd.h>

struct gabion_irq {
	int eventfd; /* owned by the machine */
};

/* One edge. Edges that the guest has not taken are one. */
static inline void gabion_irq_raise(const struct gabion_irq *irq)
{
	uint64_t one = 1;

	/* It can fail only when 2^64 - 2 edges wait. */
	if (write(irq->eventfd, &one, sizeof(one)) < 0)
		return;
}

#endif /* GABION_VMM_IRQ_H */
