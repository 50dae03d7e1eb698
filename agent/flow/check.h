/* SPDX-License-Identifier: GPL-2.0 */
/* Before a policy is put in force: does it keep to its own levels? */
#ifndef GABION_FLOW_CHECK_H
#define GABION_FLOW_CHECK_H

#include "../common/error.h"
#include "../policy/diag.h"
#include "flow.h"

/**
 * gabion_flow_check - refuse a policy in which information can go against the order of levels
 * @view:	verified
 * @diagnostics: NULL, or where each violation is added as an error, with its steps as notes
 * @error:	on a violation: the first, and how to see the rest
 *
 * What was declared (`trusted` rules, `level any`, modes of domains, powers) is no violation;
 * nor is what tells little.  A policy whose domains are all of one level has none.
 *
 * Return: 0; -EINVAL: the order is violated.
 */
int gabion_flow_check(const struct gabion_view *view, struct gabion_diagnostics *diagnostics,
		      struct gabion_error *error);

#endif /* GABION_FLOW_CHECK_H */
