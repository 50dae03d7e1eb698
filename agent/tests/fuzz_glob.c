// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer entry: a glob and, in the second line, a name. What the compiler takes for a
 * glob, the automaton that it makes of it matches as policy_matcher.h does.
 */
#include <stdint.h>

#include "../../core/decide.h"
#include "../policy/policy.h"
#include "policy_matcher.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The matcher tries: what it would try for too long is left out. */
static bool is_small(const char *glob)
{
	size_t stars = 0, braces = 0;

	for (; *glob; glob++) {
		stars += *glob == '*';
		braces += *glob == '{';
	}
	return stars < 5 && braces < 5;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, '\n', size);
	struct gabion_compiled compiled;
	struct gabion_error error;
	char *glob, *name, *text;
	const struct gabion_class_view *c;
	bool expected;
	int n;

	if (!end || size > 256 || memchr(data, '"', end - data))
		return -1;
	glob = strndup((const char *)data, end - data);
	name = strndup((const char *)end + 1, data + size - end - 1);
	n = asprintf(&text, "resource r file \"%s\"\ndomain d {\n read r\n}\n", glob);
	if (n < 0)
		abort();
	if (*glob == '/' && is_small(glob) &&
	    !gabion_policy_compile_text(&compiled, "fuzz", text, n, &error)) {
		c = &compiled.view.classes[GABION_CLASS_FILE];
		expected = matcher(glob, name);
		if ((gabion_dfa_label(&c->dfa, name, strlen(name)) != GABION_LABEL_NONE) !=
		    expected)
			abort();
		gabion_compiled_free(&compiled);
	} else if (*glob == '/' && is_small(glob)) {
		gabion_compiled_free(&compiled);
	}
	free(glob);
	free(name);
	free(text);
	return 0;
}
