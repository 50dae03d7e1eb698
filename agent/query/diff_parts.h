/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of a comparison; the order is in diff.c. */
#ifndef GABION_QUERY_DIFF_PARTS_H
#define GABION_QUERY_DIFF_PARTS_H

#include "diff.h"
#include "../policy/product.h"

#define NOT_THERE UINT32_MAX

/**
 * struct diff_pair - one domain in both policies
 * @views:	old and new
 * @other:	of each index of the old policy that in the new, and the other way round
 * @domain:	its index in each, or NOT_THERE
 */
struct diff_pair {
	const struct gabion_view *const *views;
	uint32_t *other[2];
	uint32_t domain[2];
};

static inline const char *diff_domain_name(const struct diff_pair *d, int side, uint32_t domain)
{
	return gabion_view_string(d->views[side], d->views[side]->domains[domain].name);
}

static inline bool diff_is_unconfined(const struct diff_pair *d, int side)
{
	return d->domain[side] != NOT_THERE &&
	       le32_to_cpu(d->views[side]->domains[d->domain[side]].flags) &
		       GABION_DOMAIN_UNCONFINED;
}

/* Add @change, which is taken over. */
void gabion_changes_add(struct gabion_changes *changes, struct gabion_change change);

/*
 * Everything about one domain. If it is unconfined in one of the policies what it may do is
 * left out; if in both, that does not differ. 0, or an error of the syscalls.
 */
int gabion_diff_one(const struct diff_pair *d,
		    const struct gabion_name_pairs pairs[GABION_CLASS_TABLES_END],
		    struct gabion_changes *changes, struct gabion_error *error);

/* diff_access.c: files and endpoints by pairs of labels; the levels of these; other domains. */
void gabion_diff_names(const struct diff_pair *d, uint32_t klass,
		       const struct gabion_name_pairs *pairs, struct gabion_changes *changes);
void gabion_diff_objects(const struct gabion_view *const views[2], uint32_t klass,
			 const struct gabion_name_pairs *pairs, struct gabion_changes *changes);
void gabion_diff_peers(const struct diff_pair *d, struct gabion_changes *changes);

/* diff_commands.c: single commands of ioctl(2) on the files of a pair of labels. */
void gabion_diff_commands(const struct diff_pair *d, const struct gabion_name_pair *pair,
			  struct gabion_changes *changes);

/* diff_calls.c: syscalls. 0, -E2BIG, -ENOMEM. */
int gabion_diff_calls(const struct diff_pair *d, struct gabion_changes *changes,
		      struct gabion_error *error);

#endif /* GABION_QUERY_DIFF_PARTS_H */
