// SPDX-License-Identifier: GPL-2.0
/*
 * For the lifecycle test: takes the direct call of one function, as a BPF
 * fentry program or another module would.
 */
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/version.h>

static char *function = "security_path_mkdir";
module_param(function, charp, 0444);

void holder_trampoline(void);
asm(".pushsection .text, \"ax\", @progbits\n"
    ".p2align 4\n"
    ".type holder_trampoline, @function\n"
    ".globl holder_trampoline\n"
    "holder_trampoline:\n"
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
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return register_ftrace_direct(&ops, (unsigned long)holder_trampoline);
#else
	return register_ftrace_direct_multi(&ops, (unsigned long)holder_trampoline);
#endif
}

static void __exit holder_exit(void)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	unregister_ftrace_direct(&ops, (unsigned long)holder_trampoline, true);
#else
	unregister_ftrace_direct_multi(&ops, (unsigned long)holder_trampoline);
#endif
}

module_init(holder_init);
module_exit(holder_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Holds a function's direct call, for Gabion's tests");
