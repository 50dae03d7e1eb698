/* SPDX-License-Identifier: GPL-2.0 */
/* Everything that one domain may do, by the same exact walks as a comparison. */
#ifndef GABION_QUERY_LISTING_H
#define GABION_QUERY_LISTING_H

#include "diff.h"

/* An execution that enters the domain: of @object, an example, by domain @from. */
struct gabion_entry {
	const char *from;
	bool helper;	/* by the kernel: a usermode helper */
	char *object;
};

/**
 * struct gabion_listing - what a domain may do
 * @grants:	each as a change from nothing (agent/query/diff.h): [1] is what there is. What
 *		needs no rule is left out; of an unconfined domain all but its level and mode and
 *		the domains that it enters
 * @entries:	what enters it
 */
struct gabion_listing {
	struct gabion_changes grants;
	VEC(struct gabion_entry) entries;
};

/*
 * List the domain at index @domain. Borrows names from @view. Release @listing with
 * gabion_listing_free(). 0, or -EFBIG, -E2BIG, -ENOMEM.
 */
int gabion_listing_make(const struct gabion_view *view, uint32_t domain,
			struct gabion_listing *listing, struct gabion_error *error);

void gabion_listing_free(struct gabion_listing *listing);

#endif /* GABION_QUERY_LISTING_H */
