// SPDX-License-Identifier: GPL-2.0
/*
 * The table behind hooks.h: names, trampolines and resume addresses.
 */
#include "engine.h"

#define GABION_HOOK_DECLARE(hook, gate)			\
	asmlinkage void gabion_direct_##hook(void);	\
	asmlinkage void gabion_resume_##hook(void);	\
	extern unsigned long gabion_resume_to_##hook;	\
	unsigned long gabion_resume_to_##hook __ro_after_init;
GABION_HOOKS(GABION_HOOK_DECLARE)

#define GABION_GATE_IS_CONFINED	false
#define GABION_GATE_IS_ALWAYS	true
#define GABION_GATE_IS_DENTRY	true
#define GABION_GATE_IS_LOOKUP	false
#define GABION_GATE_IS_LOW	false
#define GABION_GATE_IS_PERSONALITY	false
#define GABION_GATE_IS_PROTECTION	false
#define GABION_GATE_IS_OWNED	true
#define GABION_GATE_IS_PEER	true
#define GABION_GATE_IS_REPLACE	true
#define GABION_HOOK_ENTRY(hook, gate, whole)				\
	[GABION_HOOK_##hook] = {				\
		.name = #hook,					\
		.function = whole,				\
		.direct = gabion_direct_##hook,			\
		.resume = gabion_resume_##hook,			\
		.resume_to = &gabion_resume_to_##hook,		\
		.always = GABION_GATE_IS_##gate,		\
	},
#define GABION_SECURITY_ENTRY(hook, gate) GABION_HOOK_ENTRY(hook, gate, "security_" #hook)
#define GABION_OTHER_ENTRY(hook, gate) GABION_HOOK_ENTRY(hook, gate, #hook)
struct gabion_hook gabion_hooks[GABION_NHOOKS] = {
	GABION_SECURITY_HOOKS(GABION_SECURITY_ENTRY)
	GABION_OTHER_HOOKS(GABION_OTHER_ENTRY)
};

DEFINE_PER_CPU(struct gabion_hook_count[GABION_NHOOKS], gabion_hook_counts);
