// SPDX-License-Identifier: GPL-2.0
#include "format.h"

#include <errno.h>
#include <string.h>

#include "../common/cleanup.h"
#include "columns.h"

/* The next item that is a comment, or that is none; NULL: there is none left. */
static const struct gabion_format_item *next_item(const struct gabion_format_scan *scan, size_t *at,
						  bool comment)
{
	while (*at < scan->items.n) {
		const struct gabion_format_item *item = &scan->items.v[(*at)++];

		if ((item->token == GABION_FORMAT_COMMENT) == comment)
			return item;
	}
	return NULL;
}

/* Do both hold the same tokens, or comments, in the same order? A brace may have gone up a line. */
static bool are_same(const struct gabion_format_scan *a, const struct gabion_format_scan *b,
		     bool comments)
{
	const struct gabion_format_item *x, *y;
	size_t i = 0, j = 0;

	do {
		x = next_item(a, &i, comments);
		y = next_item(b, &j, comments);
		if (!x || !y)
			return x == y;
	} while (x->token == y->token && x->length == y->length &&
		 (x->starts == y->starts || x->token == '{') &&
		 !memcmp(a->text + x->offset, b->text + y->offset, x->length));
	return false;
}

/* A formatter that is wrong must not cost anybody a policy. */
static int verify(const struct gabion_format_scan *before, const char *name, const char *text,
		  size_t size, struct gabion_error *error)
{
	struct gabion_diagnostics diags = {};
	struct gabion_format_scan after;
	bool same = !gabion_format_scan(&after, name, text, size, &diags) &&
		    are_same(before, &after, false) && are_same(before, &after, true);

	gabion_format_scan_free(&after);
	gabion_diagnostics_free(&diags);
	if (same)
		return 0;
	return gabion_error_set(
		error, -EPROTO,
		"%s: left as it is: formatting would change what it says; this is a "
		"fault of gabion fmt, please report it",
		name);
}

int gabion_format(const char *name, const char *text, size_t size, char **out, size_t *out_size,
		  struct gabion_diagnostics *diags, struct gabion_error *error)
{
	struct gabion_format_scan scan;
	struct gabion_format_lines lines = {};
	cleanup_free char *result = NULL;
	size_t before = diags->nerrors, n;
	int err = gabion_format_scan(&scan, name, text, size, diags);

	if (err) {
		n = diags->nerrors - before;
		gabion_error_set(error, err, "%s: left as it is: %zu error%s of syntax", name, n,
				 n == 1 ? "" : "s");
	} else {
		gabion_format_lines(&lines, &scan);
		result = gabion_format_write(&lines, &scan, out_size);
		err = verify(&scan, name, result, *out_size, error);
	}
	gabion_format_lines_free(&lines);
	gabion_format_scan_free(&scan);
	if (!err)
		*out = gabion_take(result);
	return err;
}
