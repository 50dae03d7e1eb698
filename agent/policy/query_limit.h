/* SPDX-License-Identifier: GPL-2.0 */
/* Questions about resource limits: may the limit be set to so much? */
#ifndef GABION_POLICY_QUERY_LIMIT_H
#define GABION_POLICY_QUERY_LIMIT_H

#include "query.h"

/* Take @object, "nofile 1024", apart. 0, or -EINVAL and @error. */
int gabion_query_limit_parse(const char *object, struct gabion_answer *answer,
			     struct gabion_error *error);

void gabion_query_limit(const struct gabion_view *view, struct gabion_answer *answer);

/* All limits of @domain, "nofile 1024, nproc 64", malloc'ed; NULL: none. */
char *gabion_query_limits(const struct gabion_view *view, uint32_t domain);

#endif /* GABION_POLICY_QUERY_LIMIT_H */
