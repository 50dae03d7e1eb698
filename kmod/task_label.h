/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which domain each task is in.
 *
 * The label belongs to the task, never to the credentials in effect (overlayfs
 * and io_uring override those).  It is indexed by the kernel-wide pid, so that
 * the trampoline's early exit is one load and one compare.  The table is flat
 * and static (2 bytes for each possible pid, 8 MiB of the module): nothing is allocated when a task is born, so nothing can
 * fail there.
 *
 * Writers: task_newtask (the child copies its parent's label, whatever it is,
 * so a reused pid never keeps an old one), exec commit (a task writes its own),
 * assignment by the administrator.  Readers need no lock.
 */
#ifndef GABION_TASK_LABEL_H
#define GABION_TASK_LABEL_H

#include <linux/atomic.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/threads.h>

/*
 * The domain `host` has two numbers. The first is of tasks without restrictions, which
 * the trampoline lets by: kernel threads and what the kernel executes, always; and all
 * that no other domain has, unless the policy in force holds the host to rules. Then
 * these tasks have the second (gabion_task_label_hosts()). In a policy both are the
 * domain at index 0.
 */
#define GABION_HOST		0
#define GABION_HOST_HELD	1

static inline bool gabion_is_host(u16 number)
{
	return number <= GABION_HOST_HELD;
}

/* The same domain of a policy? */
static inline bool gabion_is_same(u16 a, u16 b)
{
	return a == b || (gabion_is_host(a) && gabion_is_host(b));
}

extern u16 gabion_task_labels[PID_MAX_LIMIT];

static inline u16 gabion_task_label(const struct task_struct *task)
{
	return READ_ONCE(gabion_task_labels[task->pid]);
}

/* No domain's number: what a task that is just being born has, or is gone. Nothing is granted on it. */
#define GABION_UNKNOWN	U16_MAX

/*
 * Label of a task that is acted on.  A task gets its pid, and can be found by
 * it, before task_newtask writes its label; until then the table says what the
 * last task of that pid was. It is TASK_NEW until wake_up_new_task(), which
 * comes later still. One that is dead has given its pid away, perhaps to a child
 * of who asks, while its memory may be held still (mm_access()): __change_pid()
 * takes thread_pid away before the number is free, so who has it after the label
 * was read had it then.
 */
static inline u16 gabion_target_label(const struct task_struct *task)
{
	u16 label;

	if (READ_ONCE(task->__state) == TASK_NEW)
		return GABION_UNKNOWN;
	smp_rmb();	/* the state before the label */
	label = gabion_task_label(task);
	smp_rmb();	/* the label before the look at whose the number is */
	return pid_alive(task) ? label : GABION_UNKNOWN;
}

static inline void gabion_task_set_label(const struct task_struct *task, u16 domain)
{
	WRITE_ONCE(gabion_task_labels[task->pid], domain);
}

/*
 * How often a task that was there already got another domain, or a name (audit_repeat.c): counted
 * after the one, and before the other.
 */
extern atomic64_t gabion_task_changes;

/* The domain of a task that others may descend from. */
static inline void gabion_task_relabel(const struct task_struct *task, u16 domain)
{
	gabion_task_set_label(task, domain);
	smp_mb__before_atomic();	/* pairs with the acquire in audit_repeat.c */
	atomic64_inc(&gabion_task_changes);
}

/* Has @task used an io_uring of its own since its last exec? Its requests may be under way. */
static inline bool gabion_task_has_uring(const struct task_struct *task)
{
#ifdef CONFIG_IO_URING
	return READ_ONCE(task->io_uring);
#else
	return false;
#endif
}

/* Follow clones from now on. Context: may sleep; module init and exit. */
int gabion_task_label_init(void);
void gabion_task_label_exit(void);

/**
 * gabion_task_move - move a whole process into a domain
 * @leader:	thread-group leader, referenced
 * @domain:	domain number
 * @wait:	for a second, until nobody shares its memory or descriptors any more
 *
 * Repeats until a pass over the threads finds nothing to change, so that a
 * thread born meanwhile is moved too.
 * Caller holds gabion_domain_rwsem for reading. Context: may sleep.
 * Return: 0; -EINVAL: not a leader, or a kernel thread; -EBUSY: a thread has an io_uring that
 * the domain's filter, or its want of `control io_uring`, would not let it have; -EMLINK: a
 * process outside of @domain goes on sharing its memory or descriptors; -EOWNERDEAD: that began in this moment, and it was killed;
 * -EDEADLK: it is the agent, and the domain has `audit required`.
 */
int gabion_task_move(struct task_struct *leader, u16 domain, bool wait);

/* The same, by pid in the initial pid namespace, with waiting. -ESRCH, too. */
int gabion_task_assign(pid_t pid, u16 domain);

/* Task of that pid in the initial pid namespace, with a reference, or NULL. */
struct task_struct *gabion_task_get(pid_t pid);

/**
 * gabion_task_label_hosts - every user task of the host's gets the number @to
 * @to:	GABION_HOST_HELD, or GABION_HOST: there is no policy, or it does not hold the host
 *
 * The policy that says so is in force already.  Until its turn comes a task that is to be
 * held goes on as before, and one that is let go has nothing refused to it.  Kernel threads
 * are left alone, and usermode helpers until they execute their program.  A task that got
 * an io_uring that it may not have since the policy was checked is killed.
 * Caller holds gabion_domain_rwsem for writing. Context: may sleep.
 */
void gabion_task_label_hosts(u16 to);

/* Does @task act for the kernel: a thread of it, or a usermode helper before its exec? */
bool gabion_task_is_kernels(const struct task_struct *task);

/* Number of threads in a domain other than the host's; @any gets one of their pids. */
unsigned int gabion_task_count_confined(pid_t *any);

#endif /* GABION_TASK_LABEL_H */
