/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How far one output has got: which events it has taken that the kernel may
 * still send again, and which losses it was told about.
 *
 * A set, not a high-water mark: events of two CPUs may become readable out of
 * order, and one below the mark that comes late is not one that came before.
 */
#ifndef GABION_STREAM_PROGRESS_H
#define GABION_STREAM_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../netlink/client.h"

/* struct gabion_range - sequence numbers from @first to @last */
struct gabion_range {
	uint64_t first;
	uint64_t last;
};

/**
 * struct gabion_progress - zero-initialise
 * @ranges:	owned; ascending, with gaps between them
 * @losses:	owned; counts that were reported
 */
struct gabion_progress {
	struct gabion_range *ranges;
	size_t nranges;
	size_t capacity;
	struct gabion_loss *losses;
	size_t nlosses;
};

bool gabion_progress_has(const struct gabion_progress *progress, uint64_t sequence);
/* 0 or -ENOMEM. */
int gabion_progress_add(struct gabion_progress *progress, uint64_t first, uint64_t last);
/* Events up to @sequence will not come again. */
void gabion_progress_forget(struct gabion_progress *progress, uint64_t sequence);

/* How many losses of @loss's domain on its CPU were reported. */
uint64_t gabion_progress_lost(const struct gabion_progress *progress,
			      const struct gabion_loss *loss);
/* @loss was reported. 0 or -ENOMEM. */
int gabion_progress_set_lost(struct gabion_progress *progress, const struct gabion_loss *loss);

void gabion_progress_free(struct gabion_progress *progress);

#endif /* GABION_STREAM_PROGRESS_H */
