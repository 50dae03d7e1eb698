// SPDX-License-Identifier: GPL-2.0
/* Symbols that the kernel does not export to modules. */
#include <linux/kprobes.h>
#include "compat.h"
#include "symbol.h"

unsigned long gabion_symbol_address(const char *name)
{
	static unsigned long (*lookup)(const char *name);

	if (!lookup) {
		struct kprobe probe = { .symbol_name = "kallsyms_lookup_name" };

		if (register_kprobe(&probe))
			return 0;
		lookup = gabion_kprobe_entry(probe.addr);
		unregister_kprobe(&probe);
	}
	return lookup(name);
}
