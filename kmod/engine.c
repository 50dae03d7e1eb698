// SPDX-License-Identifier: GPL-2.0
/*
 * Hook engine.  See engine.h for the contract and trampoline.S for the code
 * that runs at a hook.
 */
#define pr_fmt(fmt) "gabion: " fmt

#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/rcupdate.h>
#include <linux/static_call.h>
#include <linux/uaccess.h>
#include <asm/text-patching.h>
#include "audit.h"
#include "check_syscall.h"
#include "compat.h"
#include "engine.h"
#include "symbol.h"
#include "task_label.h"

const char *gabion_method_name(enum gabion_method method)
{
	switch (method) {
	case GABION_METHOD_DIRECT:
		return "direct";
	case GABION_METHOD_IPMODIFY:
		return "ipmodify";
	default:
		return "none";
	}
}

struct gabion_hook_count gabion_hook_sum(enum gabion_hook_id id)
{
	struct gabion_hook_count sum = {};
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct gabion_hook_count *c = &per_cpu(gabion_hook_counts, cpu)[id];

		sum.entered += READ_ONCE(c->entered);
		sum.left += READ_ONCE(c->left);
		sum.refused += READ_ONCE(c->refused);
	}
	return sum;
}

/*
 * IPMODIFY fallback.  Only sends the function to its resume trampoline, which
 * does the check in the context of the function's own caller. Calls nothing, so
 * it needs none of ftrace's protection against recursion, which would skip it.
 */
static void notrace divert(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
		   struct ftrace_regs *fregs)
{
	const struct gabion_hook *hook = container_of(ops, struct gabion_hook, ops);

	if (hook->always || gabion_task_label(current))
		gabion_ftrace_regs(fregs)->ip = (unsigned long)hook->resume;
}

/* Frees what ftrace_set_filter_ip() allocated; may be called again. */
static void forget_filter(struct gabion_hook *hook)
{
	ftrace_free_filter(&hook->ops);
	memset(&hook->ops, 0, sizeof(hook->ops));
}

static int attach_direct(struct gabion_hook *hook)
{
	int err;

	memset(&hook->ops, 0, sizeof(hook->ops));
	err = ftrace_set_filter_ip(&hook->ops, hook->site, 0, 1);
	if (err)
		return err;
	err = gabion_ftrace_direct_register(&hook->ops, (unsigned long)hook->direct);
	if (err)
		forget_filter(hook);
	else
		hook->method = GABION_METHOD_DIRECT;
	return err;
}

static int attach_ipmodify(struct gabion_hook *hook)
{
	int err;

	memset(&hook->ops, 0, sizeof(hook->ops));
	hook->ops.func = divert;
	hook->ops.flags = FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_IPMODIFY |
			  FTRACE_OPS_FL_PERMANENT;
	err = ftrace_set_filter_ip(&hook->ops, hook->site, 0, 1);
	if (err)
		return err;
	err = register_ftrace_function(&hook->ops);
	if (err)
		forget_filter(hook);
	else
		hook->method = GABION_METHOD_IPMODIFY;
	return err;
}

static unsigned long no_location(unsigned long ip)
{
	return 0;
}

/* ftrace_location(), which is not exported. */
DEFINE_STATIC_CALL(gabion_ftrace_location, no_location);

/* With kernel.ftrace_enabled=0 registration succeeds and patches nothing. */
static int check_ftrace(void)
{
	const int *enabled = (const int *)gabion_symbol_address("ftrace_enabled");
	unsigned long location = gabion_symbol_address("ftrace_location");

	if (!enabled || !location) {
		pr_err("this kernel has no dynamic ftrace: not loading\n");
		return -ENOENT;
	}
	if (!READ_ONCE(*enabled)) {
		pr_err("ftrace is off: sysctl kernel.ftrace_enabled=1 first; not loading\n");
		return -EBUSY;
	}
	static_call_update(gabion_ftrace_location, (unsigned long (*)(unsigned long))location);
	return 0;
}

static int attach(struct gabion_hook *hook, bool force_ipmodify)
{
	const char *symbol = hook->function;
	unsigned long address;
	int err = -EBUSY;

	address = gabion_symbol_address(symbol);
	if (!address) {
		pr_err("this kernel has no function %s: cannot mediate it, not loading\n", symbol);
		return -ENOENT;
	}
	hook->site = static_call(gabion_ftrace_location)(address);
	if (!hook->site) {
		pr_err("%s cannot be traced by ftrace (notrace, or CONFIG_DYNAMIC_FTRACE is off): not loading\n",
		       symbol);
		return -ENOENT;
	}
	*hook->resume_to = hook->site + MCOUNT_INSN_SIZE;
	if (!force_ipmodify)
		err = attach_direct(hook);
	if (err == -EBUSY)
		err = attach_ipmodify(hook);
	if (err == -EBUSY)
		pr_err("%s is held by another user of ftrace (a BPF fentry or fmod_ret program, a live patch, another module; see /sys/kernel/tracing/enabled_functions): not loading\n",
		       symbol);
	else if (err)
		pr_err("cannot attach to %s (%d): not loading\n", symbol, err);
	else if (hook->method == GABION_METHOD_IPMODIFY && !force_ipmodify)
		pr_notice("%s: direct call is taken, attached by IPMODIFY\n", symbol);
	return err;
}

/* Does the site call our trampoline, not ftrace's own for several? */
static bool calls_us(const struct gabion_hook *hook)
{
	u8 insn[CALL_INSN_SIZE];
	s32 distance;

	if (copy_from_kernel_nofault(insn, (void *)hook->site, sizeof(insn)) ||
	    insn[0] != CALL_INSN_OPCODE)
		return false;
	memcpy(&distance, insn + 1, sizeof(distance));
	return hook->site + CALL_INSN_SIZE + distance == (unsigned long)hook->direct;
}

/* Return: was there nothing to do, or is it done? */
static bool detach(struct gabion_hook *hook)
{
	int err = 0;

	switch (hook->method) {
	case GABION_METHOD_DIRECT:
		/*
		 * Somebody else traces it, too: a CPU may be in ftrace's list, before our ops,
		 * of which unregistering frees and clears what is looked at there. Let it wait.
		 */
		if (!calls_us(hook))
			hook->ops.flags |= FTRACE_OPS_FL_DYNAMIC;
		err = gabion_ftrace_direct_unregister(&hook->ops, (unsigned long)hook->direct);
		break;
	case GABION_METHOD_IPMODIFY:
		err = unregister_ftrace_function(&hook->ops);
		break;
	case GABION_METHOD_NONE:
		return true;
	}
	if (err) {
		pr_emerg("cannot detach from %s (%d)\n", hook->function, err);
		return false;
	}
	hook->method = GABION_METHOD_NONE;
	return true;
}

static bool check_running(void)
{
	int id;

	for (id = 0; id < GABION_NHOOKS; id++) {
		struct gabion_hook_count sum = gabion_hook_sum(id);

		if (id == GABION_HOOK___secure_computing ? gabion_syscall_running()
							 : sum.entered != sum.left)
			return true;
	}
	return false;
}

/*
 * Wait until nobody executes our code or looks at our ops.  The rude kind covers
 * ftrace's own handlers, which run with preemption off and even where RCU does
 * not watch. RCU-tasks covers a task that was
 * preempted in a trampoline (it has not scheduled voluntarily), the counters
 * cover one that sleeps in a check; between the two counters a task may only
 * be preempted, so RCU-tasks once more covers the way out.
 */
static void drain(void)
{
	synchronize_rcu_tasks_rude();
	synchronize_rcu_tasks();
	while (check_running())
		msleep(20);
	synchronize_rcu_tasks();
}

int gabion_engine_attach(bool force_ipmodify)
{
	int id, err = check_ftrace();

	if (err)
		return err;
	for (id = 0; id < GABION_NHOOKS; id++) {
		err = attach(&gabion_hooks[id], force_ipmodify);
		if (err) {
			gabion_engine_detach();
			return err;
		}
	}
	return 0;
}

void gabion_engine_detach(void)
{
	bool gone = true;
	int id;

	for (id = GABION_NHOOKS - 1; id >= 0; id--)
		gone &= detach(&gabion_hooks[id]);
	/* The kernel still calls us (ftrace has given itself up): the text must not go away. */
	if (!gone)
		pr_emerg("the module cannot go: reboot\n");
	while (!gone)
		schedule_timeout_idle(MAX_SCHEDULE_TIMEOUT);
	drain();
	/* Nobody walks ftrace's list over our ops any more. */
	for (id = 0; id < GABION_NHOOKS; id++)
		forget_filter(&gabion_hooks[id]);
}

/*
 * An armed site is a call: to our trampoline, or to ftrace's own when somebody
 * else traces the function too; a disarmed one is a nop. While text_poke_bp()
 * changes one into the other it is a breakpoint: look again.
 */
static bool armed(const struct gabion_hook *hook)
{
	u8 insn = 0;
	int look;

	for (look = 0; look < 10; look++) {
		if (copy_from_kernel_nofault(&insn, (void *)hook->site, sizeof(insn)))
			return false;
		if (insn != INT3_INSN_OPCODE)
			break;
		msleep(20);
	}
	return insn == CALL_INSN_OPCODE && (hook->ops.flags & FTRACE_OPS_FL_ENABLED);
}

unsigned int gabion_engine_verify(void)
{
	unsigned int broken = 0;
	int id;

	for (id = 0; id < GABION_NHOOKS; id++) {
		struct gabion_hook *hook = &gabion_hooks[id];

		if (!hook->broken && !armed(hook)) {
			WRITE_ONCE(hook->broken, true);
			pr_alert("hook %s no longer fires: enforcement has a hole, reboot\n",
				 hook->name);
			gabion_audit_hook(id);
		}
		broken += hook->broken;
	}
	return broken;
}
