/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hook engine: puts a check before each security_* function of hooks.h, all or
 * none of them, and knows for each whether it still fires.
 */
#ifndef GABION_ENGINE_H
#define GABION_ENGINE_H

#include <linux/ftrace.h>
#include <linux/percpu.h>
#include <linux/syscalls.h>
#include "domain_count.h"
#include "hooks.h"

/**
 * enum gabion_method - how a hook is attached
 * @GABION_METHOD_NONE:		not attached
 * @GABION_METHOD_DIRECT:	ftrace direct call: the function's entry calls our trampoline
 * @GABION_METHOD_IPMODIFY:	somebody else holds the direct call; an ftrace handler diverts
 *				restricted tasks
 */
enum gabion_method {
	GABION_METHOD_NONE,
	GABION_METHOD_DIRECT,
	GABION_METHOD_IPMODIFY,
};

/**
 * struct gabion_hook - one mediated function
 * @name:	without "security_"
 * @function:	the kernel's, whole
 * @direct:	trampoline for a direct call (trampoline.S)
 * @resume:	trampoline for IPMODIFY
 * @resume_to:	where @resume continues: behind the ftrace site. Written before attaching.
 * @always:	no early exit for unrestricted tasks
 * @site:	address that ftrace patches; constant while attached
 * @method:	how it is attached; written by attach and detach under the module's init and exit
 * @broken:	the site no longer leads to us; set by gabion_engine_verify(), never cleared
 * @ops:	registration with ftrace
 */
struct gabion_hook {
	const char *name;
	const char *function;
	void *direct;
	void *resume;
	unsigned long *resume_to;
	bool always;
	unsigned long site;
	enum gabion_method method;
	bool broken;
	struct ftrace_ops ops;
};

extern struct gabion_hook gabion_hooks[GABION_NHOOKS];

/**
 * struct gabion_hook_count - calls of one hook's check on one CPU
 * @entered:	checks begun
 * @left:	checks ended; entered - left over all CPUs are running (or asleep) now
 * @refused:	checks that refused
 *
 * this_cpu operations only; a check may end on another CPU than it began on, so
 * only sums mean anything.
 */
struct gabion_hook_count {
	unsigned long entered;
	unsigned long left;
	unsigned long refused;
};

DECLARE_PER_CPU(struct gabion_hook_count[GABION_NHOOKS], gabion_hook_counts);

/**
 * gabion_engine_attach - attach every hook, or none
 * @force_ipmodify:	attach all by IPMODIFY (a test of the fallback)
 *
 * Context: may sleep; module init only.
 * Return: 0; -ENOENT: the kernel lacks a function; -EBUSY: a function is held by
 * somebody else both ways. The log names the function.
 */
int gabion_engine_attach(bool force_ipmodify);

/**
 * gabion_engine_detach - take all hooks away and wait until no task is in one
 *
 * After it no CPU runs, and no task sleeps, in a trampoline or a check.
 * Context: may sleep, long.
 */
void gabion_engine_detach(void);

/**
 * gabion_engine_verify - does every hook still fire?
 *
 * Looks at the first instruction of each function. A hook found dead is marked
 * broken, logged and recorded once.
 * Return: number of broken hooks.
 */
unsigned int gabion_engine_verify(void);

/* Sums over all CPUs. */
struct gabion_hook_count gabion_hook_sum(enum gabion_hook_id id);

const char *gabion_method_name(enum gabion_method method);

/* Does the kernel call it in interrupts, too? Those that leave early are of the current task. */
#define GABION_GATE_ANYWHERE_CONFINED	0
#define GABION_GATE_ANYWHERE_LOOKUP	0
#define GABION_GATE_ANYWHERE_LOW	0
#define GABION_GATE_ANYWHERE_PERSONALITY	0
#define GABION_GATE_ANYWHERE_PROTECTION	0
#define GABION_GATE_ANYWHERE_DENTRY	0
#define GABION_GATE_ANYWHERE_ALWAYS	1
#define GABION_GATE_ANYWHERE_PEER	1
#define GABION_GATE_ANYWHERE_OWNED	1
#define GABION_GATE_ANYWHERE_REPLACE	0
#define GABION_HOOK_ANYWHERE(hook, gate) GABION_ANYWHERE_##hook = GABION_GATE_ANYWHERE_##gate,
enum { GABION_HOOKS(GABION_HOOK_ANYWHERE) };
#undef GABION_HOOK_ANYWHERE

/*
 * GABION_CHECK<n>(name, type, arg, ...) { body } defines the check of hook
 * @name with @n arguments: counted entry and exit around a static body. The
 * counts are what detach waits for.
 */
#define GABION_CHECK_DEFINE(n, hook, ...)						\
	static int check_##hook(__MAP(n, __SC_DECL, __VA_ARGS__));			\
	int gabion_check_##hook(__MAP(n, __SC_DECL, __VA_ARGS__));			\
	int gabion_check_##hook(__MAP(n, __SC_DECL, __VA_ARGS__))			\
	{										\
		int err;								\
											\
		this_cpu_inc(gabion_hook_counts[GABION_HOOK_##hook].entered);		\
		gabion_count_check(GABION_ANYWHERE_##hook);				\
		err = check_##hook(__MAP(n, __SC_ARGS, __VA_ARGS__));			\
		if (err) {								\
			this_cpu_inc(gabion_hook_counts[GABION_HOOK_##hook].refused);	\
			gabion_count_refusal();						\
		}									\
		this_cpu_inc(gabion_hook_counts[GABION_HOOK_##hook].left);		\
		return err;								\
	}										\
	static int check_##hook(__MAP(n, __SC_DECL, __VA_ARGS__))

#define GABION_CHECK0(hook)						\
	static int check_##hook(void);					\
	int gabion_check_##hook(void);					\
	int gabion_check_##hook(void)					\
	{								\
		int err;						\
									\
		this_cpu_inc(gabion_hook_counts[GABION_HOOK_##hook].entered);		\
		gabion_count_check(GABION_ANYWHERE_##hook);				\
		err = check_##hook();					\
		if (err) {						\
			this_cpu_inc(gabion_hook_counts[GABION_HOOK_##hook].refused);	\
			gabion_count_refusal();						\
		}							\
		this_cpu_inc(gabion_hook_counts[GABION_HOOK_##hook].left);		\
		return err;						\
	}								\
	static int check_##hook(void)
#define GABION_CHECK1(hook, ...) GABION_CHECK_DEFINE(1, hook, __VA_ARGS__)
#define GABION_CHECK2(hook, ...) GABION_CHECK_DEFINE(2, hook, __VA_ARGS__)
#define GABION_CHECK3(hook, ...) GABION_CHECK_DEFINE(3, hook, __VA_ARGS__)
#define GABION_CHECK4(hook, ...) GABION_CHECK_DEFINE(4, hook, __VA_ARGS__)
#define GABION_CHECK5(hook, ...) GABION_CHECK_DEFINE(5, hook, __VA_ARGS__)

#endif /* GABION_ENGINE_H */
