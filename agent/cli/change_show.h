/* SPDX-License-Identifier: GPL-2.0 */
/* What `gabion diff` and `gabion query` have in common in showing agent/query/diff.h. */
#ifndef GABION_CLI_CHANGE_SHOW_H
#define GABION_CLI_CHANGE_SHOW_H

#include "../query/diff.h"

/* The syscalls of a change, behind @indent, in lines of 100 columns. */
void gabion_calls_show_text(const struct gabion_change *change, const char *indent);

/* "access", "numbers", ...: of JSON. */
const char *gabion_change_kind_name(enum gabion_change_kind kind);

#endif /* GABION_CLI_CHANGE_SHOW_H */
