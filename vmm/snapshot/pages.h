/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest memory in a file: byte for byte, as Firecracker has it, so that its tools work on it.
 */
#ifndef GABION_VMM_SNAPSHOT_PAGES_H
#define GABION_VMM_SNAPSHOT_PAGES_H

#include "../memory.h"

/*
 * Write @memory to the empty file @fd, which @path names in messages. With @diff only the pages
 * that are dirty, whatever they hold; without, all, and those of zeroes are left out as holes.
 */
int gabion_pages_write(const struct gabion_memory *memory, bool diff, int fd, const char *path,
		       struct gabion_error *error);

/*
 * Put what the diff in file @diff has into the memory in file @base, which it was made after: a
 * hole is what did not change. Both have one size. Done again after it was interrupted, it
 * comes to the same.
 */
int gabion_pages_merge(const char *base, const char *diff, struct gabion_error *error);

#endif /* GABION_VMM_SNAPSHOT_PAGES_H */
