// SPDX-License-Identifier: GPL-2.0
#include "filtered_domain.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "../../core/syscall.h"
#include "../policy/outcome.h"
#include "../seccomp/reach.h"

int gabion_filtered_domain_open(struct gabion_filtered_domain *domain, const char *library,
				const char *path, const char *name, struct gabion_error *error)
{
	const struct gabion_view *view;
	int err = gabion_policy_input_open(&domain->input, library, path, error);
	uint32_t i;

	if (err)
		return err;
	/* Warnings: of an image there are none. */
	gabion_diagnostics_print(&domain->input.compiled.diagnostics, stderr);
	view = domain->view = domain->input.view;
	for (i = 0; i < view->ndomains; i++)
		if (!strcmp(gabion_view_string(view, view->domains[i].name), name))
			break;
	if (i == view->ndomains)
		return gabion_error_set(error, -ENOENT, "%s: the policy has no domain '%s'", path,
					name);
	if (le32_to_cpu(view->domains[i].flags) & GABION_DOMAIN_UNCONFINED)
		return gabion_error_set(error, -EINVAL,
					"%s: domain '%s' is unconfined: nothing to apply; drop "
					"`mode unconfined`",
					path, name);
	domain->index = i;
	domain->filter = gabion_filter_find(view, i);
	if (!domain->filter)
		return gabion_error_set(error, -ENODATA,
					"%s: domain '%s' has no syscall filter: it may call "
					"everything; give it a `syscalls` statement",
					path, name);
	return 0;
}

void gabion_filtered_domain_warn_complain(const struct gabion_filtered_domain *domain,
					  const char *name)
{
	if (le32_to_cpu(domain->view->domains[domain->index].flags) & GABION_DOMAIN_COMPLAIN)
		fprintf(stderr,
			"gabion: domain '%s' is in complain mode, which seccomp has not: its "
			"filter is enforced\n",
			name);
}

bool gabion_filtered_domain_executes(const struct gabion_filtered_domain *domain,
				     const uint64_t *arguments, char **action)
{
	const struct gabion_view *view = domain->view;
	u32 outcome = gabion_filter_entry(view, domain->filter, GABION_ABI_X86_64, SYS_execve);

	if (arguments)
		outcome = gabion_outcome_resolve(view->tests, outcome, arguments);
	*action = NULL;
	if (!(gabion_reach(view, outcome) & ~GABION_REACH_RUNS))
		return true;
	if (!(outcome & GABION_OUTCOME_TEST))
		*action = gabion_outcome_format(outcome);
	return false;
}

void gabion_filtered_domain_free(struct gabion_filtered_domain *domain)
{
	gabion_policy_input_free(&domain->input);
	*domain = (struct gabion_filtered_domain){0};
}
