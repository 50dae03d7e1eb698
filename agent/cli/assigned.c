// SPDX-License-Identifier: GPL-2.0
#include "assigned.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../common/cleanup.h"
#include "table.h"

/* struct gabion_assigned_row - a struct gabion_entered that owns its strings */
struct gabion_assigned_row {
	uint32_t pid;
	char *domain, *comm, *exe;
	const char *reason;	/* NULL: it was assigned */
};

static void free_row(struct gabion_assigned_row *row)
{
	free(row->domain);
	free(row->comm);
	free(row->exe);
}

void gabion_assigned_free(struct gabion_assigned *assigned)
{
	size_t i;

	for (i = 0; i < assigned->nrows; i++)
		free_row(&assigned->rows[i]);
	free(assigned->rows);
	*assigned = (struct gabion_assigned){ 0 };
}

/* Copy of @string, which may be NULL; *@err is set when there is no memory. */
static char *copy(const char *string, int *err)
{
	char *mine = string ? strdup(string) : NULL;

	if (string && !mine)
		*err = -ENOMEM;
	return mine;
}

static int make_room(struct gabion_assigned *a)
{
	size_t capacity = a->capacity ? 2 * a->capacity : 16;
	struct gabion_assigned_row *rows;

	if (a->nrows < a->capacity)
		return 0;
	rows = realloc(a->rows, capacity * sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	a->rows = rows;
	a->capacity = capacity;
	return 0;
}

int gabion_assigned_add(const struct gabion_entered *entered, void *assigned)
{
	struct gabion_assigned *a = assigned;
	int err = make_room(a);
	struct gabion_assigned_row row = {
		.pid = entered->pid,
		.domain = copy(entered->domain, &err),
		.comm = copy(entered->comm, &err),
		.exe = copy(entered->exe, &err),
		.reason = entered->error ? gabion_entered_reason(entered->error) : NULL,
	};

	if (err) {
		free_row(&row);
		return err;
	}
	a->rows[a->nrows++] = row;
	a->failed += !!row.reason;
	return 0;
}

int gabion_assigned_print(const struct gabion_assigned *assigned)
{
	cleanup_table struct gabion_table table = { .ncolumns = 5, .right = 1 };
	const struct gabion_assigned_row *row;
	int err;

	if (!assigned->nrows) {
		puts("no unconfined process has the executable of a domain");
		return 0;
	}
	err = gabion_table_text(&table, "PID") ?: gabion_table_text(&table, "DOMAIN") ?:
	      gabion_table_text(&table, "COMM") ?: gabion_table_text(&table, "EXECUTABLE") ?:
	      gabion_table_text(&table, "RESULT");
	for (row = assigned->rows; row < assigned->rows + assigned->nrows && !err; row++) {
		cleanup_free char *result = NULL;

		if (asprintf(&result, "%s%s", row->reason ? "not assigned: " : "assigned",
			     row->reason ?: "") < 0)
			result = NULL;
		err = gabion_table_number(&table, row->pid) ?:
		      gabion_table_text(&table, row->domain) ?:
		      gabion_table_text(&table, row->comm) ?:
		      gabion_table_text(&table, row->exe) ?: gabion_table_text(&table, result);
	}
	if (!err)
		gabion_table_print(&table);
	return err;
}

void gabion_assigned_json(const struct gabion_assigned *assigned, struct gabion_json *json,
			  const char *key)
{
	const struct gabion_assigned_row *row;

	gabion_json_open(json, key, '[');
	for (row = assigned->rows; row < assigned->rows + assigned->nrows; row++) {
		gabion_json_open(json, NULL, '{');
		gabion_json_unsigned(json, "pid", row->pid);
		gabion_json_string(json, "domain", row->domain);
		gabion_json_string(json, "comm", row->comm);
		gabion_json_string(json, "exe", row->exe);
		gabion_json_bool(json, "assigned", !row->reason);
		gabion_json_string(json, "reason", row->reason);
		gabion_json_close(json, '}');
	}
	gabion_json_close(json, ']');
}
