// SPDX-License-Identifier: GPL-2.0
/*
 * For the tests of syscall filters: a probe of sys_enter that changes calls, as
 * any tracing module may.  One number becomes another.  With silent=1 there is
 * no such probe; either way the parameter "probes" says how many are there.
 */
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/tracepoint.h>
#include <asm/syscall.h>

static int from = 600;
module_param(from, int, 0444);
static int to = 110;	/* getppid */
module_param(to, int, 0444);
static bool silent;
module_param(silent, bool, 0444);

static struct tracepoint *sys_enter;

static int get_probes(char *buffer, const struct kernel_param *kp)
{
	const struct tracepoint_func *f;
	int n = 0;

	rcu_read_lock_sched();
	f = rcu_dereference_sched(sys_enter->funcs);
	while (f && f[n].func)
		n++;
	rcu_read_unlock_sched();
	return sysfs_emit(buffer, "%d\n", n);
}

static const struct kernel_param_ops probes_ops = { .get = get_probes };
module_param_cb(probes, &probes_ops, NULL, 0444);

static void change(void *data, struct pt_regs *regs, long number)
{
	if (number == from)
		regs->orig_ax = to;
}

static void find(struct tracepoint *tp, void *data)
{
	if (!strcmp(tp->name, "sys_enter"))
		sys_enter = tp;
}

static int __init tracer_init(void)
{
	for_each_kernel_tracepoint(find, NULL);
	if (!sys_enter)
		return -ENOENT;
	return silent ? 0 : tracepoint_probe_register(sys_enter, change, NULL);
}

static void __exit tracer_exit(void)
{
	if (!silent)
		tracepoint_probe_unregister(sys_enter, change, NULL);
	tracepoint_synchronize_unregister();
}

module_init(tracer_init);
module_exit(tracer_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Changes syscalls at sys_enter, for Gabion's tests");
