/* SPDX-License-Identifier: GPL-2.0 */
/* What `gabion diff` writes to stdout. */
#ifndef GABION_CLI_DIFF_SHOW_H
#define GABION_CLI_DIFF_SHOW_H

#include "../common/json.h"
#include "../query/diff.h"

/* For people, grouped by domain; nothing where nothing differs. @paths: old and new. */
void gabion_diff_show_text(const struct gabion_diff *diff, const char *const paths[2]);

/* The same without the line that names the two. */
void gabion_diff_show_changes(const struct gabion_diff *diff);

/* Members "policy" and "domains" of the object that is open in @json. */
void gabion_diff_add_json(struct gabion_json *json, const struct gabion_diff *diff);

/* One JSON value. 0 or -errno. */
int gabion_diff_show_json(const struct gabion_diff *diff, const char *const paths[2]);

#endif /* GABION_CLI_DIFF_SHOW_H */
