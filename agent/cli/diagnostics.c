// SPDX-License-Identifier: GPL-2.0
#include "diagnostics.h"

void gabion_cli_json_diagnostics(struct gabion_json *json, const struct gabion_diagnostics *diags)
{
	static const char *const severity[] = {"error", "warning", "note"};
	size_t i;

	gabion_json_open(json, "diagnostics", '[');
	for (i = 0; i < diags->n; i++) {
		const struct gabion_diagnostic *d = &diags->items[i];

		gabion_json_open(json, NULL, '{');
		gabion_json_string(json, "severity", severity[d->severity]);
		gabion_json_string(json, "file", d->file);
		if (d->line) {
			gabion_json_unsigned(json, "line", d->line);
			gabion_json_unsigned(json, "column", d->column);
			gabion_json_unsigned(json, "length", d->length);
		}
		gabion_json_string(json, "source", d->source);
		gabion_json_string(json, "message", d->message);
		gabion_json_string(json, "mend", d->mend);
		gabion_json_close(json, '}');
	}
	gabion_json_close(json, ']');
}
