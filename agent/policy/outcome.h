/* SPDX-License-Identifier: GPL-2.0 */
/* Words for what happens to a syscall. */
#ifndef GABION_POLICY_OUTCOME_H
#define GABION_POLICY_OUTCOME_H

#include <stdint.h>

/* "allow", "log", ...: enum gabion_action. */
const char *gabion_action_name(uint32_t action);

/* @outcome, which is no test, as the policy would say it: "errno ENOSYS".  malloc'ed. */
char *gabion_outcome_format(uint32_t outcome);

#endif /* GABION_POLICY_OUTCOME_H */
