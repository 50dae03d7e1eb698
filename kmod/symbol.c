// SPDX-License-Identifier: GPL-2.0
/*
 * Symbols that the kernel does not export to modules.
 *
 * What is found here is called through static_call(), a direct jump: with IBT
 * the kernel seals functions that it never calls indirectly, and an indirect
 * call to one is a fault.
 */
#include <linux/kprobes.h>
#include <linux/static_call.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include "symbol.h"

static unsigned long not_found(const char *name)
{
	return 0;
}

DEFINE_STATIC_CALL(gabion_kallsyms_lookup, not_found);

unsigned long gabion_symbol_address(const char *name)
{
	static struct kprobe probe = { .symbol_name = "kallsyms_lookup_name" };
	static bool known;

	if (!known) {
		if (register_kprobe(&probe))
			return 0;
		/* Perhaps behind the ENDBR, which a direct jump does not need. */
		static_call_update(gabion_kallsyms_lookup,
				   (unsigned long (*)(const char *))probe.addr);
		unregister_kprobe(&probe);
		known = true;
	}
	return static_call(gabion_kallsyms_lookup)(name);
}

struct wanted {
	const char *name;
	struct tracepoint *found;
};

static void compare(struct tracepoint *tp, void *data)
{
	struct wanted *wanted = data;

	if (!strcmp(tp->name, wanted->name))
		wanted->found = tp;
}

struct tracepoint *gabion_symbol_tracepoint(const char *name)
{
	struct wanted wanted = { .name = name };

	for_each_kernel_tracepoint(compare, &wanted);
	return wanted.found;
}
