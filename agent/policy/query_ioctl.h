/* SPDX-License-Identifier: GPL-2.0 */
/* Questions about single commands of ioctl(2): "COMMAND PATH" of agent/policy/query.h. */
#ifndef GABION_POLICY_QUERY_IOCTL_H
#define GABION_POLICY_QUERY_IOCTL_H

#include "query.h"

/*
 * Take the command that *@object begins with, if it does: into @answer, and *@object
 * goes behind it.  0, or -EINVAL and @error.
 */
int gabion_query_command(const char **object, struct gabion_answer *answer,
			 struct gabion_error *error);

/*
 * Index of the first range of commands that @domain is granted on files of @label, whatever the
 * levels say; @view's number of ranges: there is none.
 */
uint32_t gabion_query_first_commands(const struct gabion_view *view, uint32_t domain,
				     uint32_t label);

#endif /* GABION_POLICY_QUERY_IOCTL_H */
