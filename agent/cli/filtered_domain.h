/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A domain of a policy, by name, for commands that need no module.
 */
#ifndef GABION_CLI_FILTERED_DOMAIN_H
#define GABION_CLI_FILTERED_DOMAIN_H

#include "../policy/policy.h"

/**
 * struct gabion_filtered_domain - what a command works on; zero-initialise
 * @compiled:	owns the image of sources
 * @image:	owned; what was compiled before
 * @view:	of either
 * @index:	of the domain
 * @filter:	of the domain
 */
struct gabion_filtered_domain {
	struct gabion_compiled compiled;
	void *image;
	const struct gabion_view *view;
	struct gabion_view image_view;
	uint32_t index;
	const struct gabion_policy_filter *filter;
};

/*
 * Find domain @name in the policy at @path: a file or folder of sources, or an image of
 * `gabion check --output`. -ENOENT: no such domain; -ENODATA: it has no syscall filter.
 * Diagnostics of the compiler go to stderr. Free @domain whatever the result.
 */
int gabion_filtered_domain_open(struct gabion_filtered_domain *domain, const char *path,
				const char *name, struct gabion_error *error);
void gabion_filtered_domain_free(struct gabion_filtered_domain *domain);
#define cleanup_filtered_domain __attribute__((cleanup(gabion_filtered_domain_free)))

#endif /* GABION_CLI_FILTERED_DOMAIN_H */
