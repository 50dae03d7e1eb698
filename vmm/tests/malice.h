/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest that does what bytes say: register accesses, rings and buffers of every
 * kind, to every device.
 */
#ifndef GABION_VMM_TESTS_MALICE_H
#define GABION_VMM_TESTS_MALICE_H

#include <stddef.h>
#include <stdint.h>

struct gabion_virtio;

/* A device of one of five kinds, not started; *@other is what is at its other end, or as it was. */
struct gabion_virtio *malice_device(unsigned int kind, int *other);

/* Play @data, from the first device to its end. What was wrong, the sanitizers say. */
void malice_play(const uint8_t *data, size_t size);

#endif /* GABION_VMM_TESTS_MALICE_H */
