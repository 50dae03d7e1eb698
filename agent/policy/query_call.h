/* SPDX-License-Identifier: GPL-2.0 */
/* Questions about syscalls: agent/policy/query.h with the permission "syscall". */
#ifndef GABION_POLICY_QUERY_CALL_H
#define GABION_POLICY_QUERY_CALL_H

#include "query.h"

/*
 * Answer @question, "[ABI:]NAME|NUMBER[(PARAMETER = VALUE, ...)]", about
 * @answer->domain.  0, or -EINVAL and @error where it has no meaning.
 */
int gabion_query_call(const struct gabion_view *view, const char *question,
		      struct gabion_answer *answer, struct gabion_error *error);

/*
 * What happens to @number when the domain at index @domain calls it through @abi: a test
 * perhaps, of @view's. @number is without x32's bit.
 */
uint32_t gabion_query_outcome(const struct gabion_view *view, uint32_t domain, uint32_t abi,
			      uint32_t number);

#endif /* GABION_POLICY_QUERY_CALL_H */
