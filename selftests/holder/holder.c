// SPDX-License-Identifier: GPL-2.0
/*
 * For the lifecycle test: takes the direct call of one function, as a BPF
 * fentry program or another module would.
 */
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <asm/ibt.h>

#include "../../kmod/compat.h"

static char *function = "security_path_mkdir";
module_param(function, charp, 0444);

void holder_trampoline(void);
asm(".pushsection .text, \"ax\", @progbits\n"
    ".p2align 4\n"
    ".type holder_trampoline, @function\n"
    ".globl holder_trampoline\n"
    "holder_trampoline:\n"
    ASM_ENDBR
    ASM_RET
    ".size holder_trampoline, .-holder_trampoline\n"
    ".popsection\n");

static struct ftrace_ops ops;

static int __init holder_init(void)
{
	struct kprobe probe = { .symbol_name = function };
	int err = register_kprobe(&probe);

	if (err)
		return err;
	unregister_kprobe(&probe);
	err = ftrace_set_filter_ip(&ops, (unsigned long)probe.addr, 0, 1);
	if (err)
		return err;
	return gabion_ftrace_direct_register(&ops, (unsigned long)holder_trampoline);
}

static void __exit holder_exit(void)
{
	gabion_ftrace_direct_unregister(&ops, (unsigned long)holder_trampoline);
	/* Registration made the ops one that is not waited for: see compat.h. */
	synchronize_rcu_tasks_rude();
	synchronize_rcu_tasks();
	ftrace_free_filter(&ops);
}

module_init(holder_init);
module_exit(holder_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Holds a function's direct call, for Gabion's tests");
