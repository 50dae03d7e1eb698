/* SPDX-License-Identifier: GPL-2.0 */
/* Policies that a test puts in force beside those that all tests have. */
#ifndef GABION_SELFTESTS_SOURCE_H
#define GABION_SELFTESTS_SOURCE_H

#include <stddef.h>
#include <stdint.h>
#include "confine.h"

/* The policy of the selftests with @extra (policy text) added: compiled, in *@image, to be freed. */
int source_compile(const char *extra, void **image, size_t *size);

/* The same, put in force. Return: 0 or -errno, said on stdout. */
int source_load(struct gabion_netlink *client, const char *extra);

/*
 * The policy of the selftests alone. Whoever is dying in a domain of another may take a moment,
 * chains seconds: tried again for that long. Return: as of source_load().
 */
int source_restore(struct gabion_netlink *client);

/* Take checksums anew after @image was changed by hand. */
void source_seal(void *image, size_t size);

#endif /* GABION_SELFTESTS_SOURCE_H */
