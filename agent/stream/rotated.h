/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of a rotated file: PATH is written, PATH.1 was before it, PATH.2 before that.
 */
#ifndef GABION_STREAM_ROTATED_H
#define GABION_STREAM_ROTATED_H

/* The highest number. */
#define GABION_ROTATED_MAX 999U

/* PATH.@number, malloc'ed; 0: PATH itself. NULL: no memory. */
char *gabion_rotated_name(const char *path, unsigned int number);

#endif /* GABION_STREAM_ROTATED_H */
