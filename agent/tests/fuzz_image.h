/* SPDX-License-Identifier: GPL-2.0 */
/* A fuzzer's bytes as an image: the checksum is mended, so that it reaches what lies behind it. */
#ifndef GABION_TESTS_FUZZ_IMAGE_H
#define GABION_TESTS_FUZZ_IMAGE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/view.h"

/* A copy of @data of just its size, so that a byte read behind it is seen; free it. */
static inline void *fuzz_image(const uint8_t *data, size_t size)
{
	struct gabion_policy_header header;
	uint8_t *image = malloc(size);

	memcpy(image, data, size);
	memcpy(&header, image, sizeof(header));
	header.size = htole32(size);
	memcpy(image, &header, sizeof(header));
	header.crc = htole32(gabion_image_checksum(image, size));
	memcpy(image, &header, sizeof(header));
	return image;
}

#endif /* GABION_TESTS_FUZZ_IMAGE_H */
