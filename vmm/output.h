/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files, and named pipes, that lines are appended to.
 */
#ifndef GABION_VMM_OUTPUT_H
#define GABION_VMM_OUTPUT_H

#include "../agent/common/error.h"

/*
 * Open @path, a new file of its owner's when there is none. Neither this nor a write waits
 * for a pipe's other end. Returns a descriptor, or a negative errno with a message that
 * begins with @what.
 */
int gabion_output_open(const char *what, const char *path, struct gabion_error *error);

#endif /* GABION_VMM_OUTPUT_H */
