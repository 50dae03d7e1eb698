/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A domain of a policy, by name, for commands that need no module.
 */
#ifndef GABION_CLI_FILTERED_DOMAIN_H
#define GABION_CLI_FILTERED_DOMAIN_H

#include "policy_input.h"

/**
 * struct gabion_filtered_domain - what a command works on; zero-initialise
 * @input:	the policy
 * @view:	of it
 * @index:	of the domain
 * @filter:	of the domain
 */
struct gabion_filtered_domain {
	struct gabion_policy_input input;
	const struct gabion_view *view;
	uint32_t index;
	const struct gabion_policy_filter *filter;
};

/*
 * Find domain @name in the policy at @path: a file or folder of sources, or an image of
 * `gabion check --output`. What sources use is looked for in the folder @library, too.
 * -ENOENT: no such domain; -ENODATA: it has no syscall filter; -EINVAL: it is unconfined.
 * Diagnostics of the compiler go to stderr. Free @domain whatever the result.
 */
int gabion_filtered_domain_open(struct gabion_filtered_domain *domain, const char *library,
				const char *path, const char *name, struct gabion_error *error);

/* Say on stderr that the domain's complain mode does not count, if it has it. */
void gabion_filtered_domain_warn_complain(const struct gabion_filtered_domain *domain,
					  const char *name);

/*
 * Does the filter let the execve(2) pass that starts a program under it? @arguments: its six;
 * NULL: whatever they are. Otherwise *@action, owned, is what happens: "errno EPERM"; NULL:
 * it depends on them, or no memory.
 */
bool gabion_filtered_domain_executes(const struct gabion_filtered_domain *domain,
				     const uint64_t *arguments, char **action);

void gabion_filtered_domain_free(struct gabion_filtered_domain *domain);
#define cleanup_filtered_domain __attribute__((cleanup(gabion_filtered_domain_free)))

#endif /* GABION_CLI_FILTERED_DOMAIN_H */
