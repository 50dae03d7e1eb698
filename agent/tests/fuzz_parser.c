// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer entry: policy text.  Whatever it is, the compiler comes back; and
 * what it accepts it has verified itself.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gabion_compiled compiled;
	struct gabion_error error;
	static FILE *sink;
	int err;

	if (!sink)
		sink = fopen("/dev/null", "w");
	/* No file names: what the machine has must not decide the outcome. */
	if (memmem(data, size, "include", 7) || memmem(data, size, "use", 3))
		return -1;
	err = gabion_policy_compile_text(&compiled, "fuzz", (const char *)data, size, &error);
	gabion_diagnostics_print(&compiled.diagnostics, sink);
	if (!err != !!compiled.image || !err != !compiled.diagnostics.nerrors)
		abort();
	gabion_compiled_free(&compiled);
	return 0;
}
