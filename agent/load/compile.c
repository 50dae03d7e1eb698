// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "../common/cleanup.h"
#include "../policy/policy.h"
#include "compile.h"

/* NULL: there are none, or no memory, and then the error is still said. */
static char *format(const struct gabion_diagnostics *diagnostics)
{
	char *text = NULL;
	size_t length;
	FILE *out;

	if (!diagnostics->n)
		return NULL;
	out = open_memstream(&text, &length);
	if (!out)
		return NULL;
	gabion_diagnostics_print(diagnostics, out);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

int gabion_load_compile(const char *const *paths, size_t npaths, void **image, size_t *size,
			char **diagnostics, struct gabion_error *error)
{
	struct gabion_compiled compiled = { 0 };
	int err;

	err = gabion_policy_compile(&compiled, paths, npaths, error);
	*diagnostics = format(&compiled.diagnostics);
	if (!err) {
		*image = gabion_take(compiled.image);
		*size = compiled.size;
	}
	gabion_compiled_free(&compiled);
	return err;
}
