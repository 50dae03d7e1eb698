/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Putting a compiled policy in force: verify, hand over in one transaction.
 * Whatever goes wrong, what was in force stays.
 */
#ifndef GABION_LOAD_LOAD_H
#define GABION_LOAD_LOAD_H

#include "../netlink/client.h"

/* struct gabion_loaded - what is in force now */
struct gabion_loaded {
	uint32_t generation;	/* 0: it is in force, but could not be asked */
	uint32_t ndomains;
	uint32_t nlabels;	/* of all classes */
	size_t size;
};

/*
 * Load the compiled policy @image, aligned to 8. It is verified here first, and refused (-EINVAL)
 * if it violates its own levels.
 */
int gabion_load_image(struct gabion_netlink *client, const void *image, size_t size,
		      struct gabion_loaded *loaded, struct gabion_error *error);

#endif /* GABION_LOAD_LOAD_H */
