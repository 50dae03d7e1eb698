// SPDX-License-Identifier: GPL-2.0
/* Revocation.  See revoke.h. */
#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/mm.h>
#include <linux/net.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched/coredump.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/static_call.h>
#include <linux/task_work.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include "compat.h"
#include "decision.h"
#include "descriptor.h"
#include "revoke.h"
#include "symbol.h"
#include "task_label.h"
#include "tracing.h"

/**
 * struct order - for one task to review what it has
 * @work:	task work that does it; first, the callback is given its address
 * @child:	order for a child that is born before that, or NULL: the place where
 *		it is handed over must not allocate. One is enough: a fork ends in a
 *		return to user mode, and so in the review.
 */
struct order {
	struct callback_head work;
	struct order *child;
};

/*
 * Tasks, by pid, that have a review ahead of them. A bit is set under owing_lock
 * together with the addition of the work.
 */
static DECLARE_BITMAP(owing, PID_MAX_LIMIT);
static DEFINE_RAW_SPINLOCK(owing_lock);

/* Reviews that were asked for and have not ended. */
static atomic_t outstanding = ATOMIC_INIT(0);
static DECLARE_WAIT_QUEUE_HEAD(all_done);

static struct callback_head *nothing_to_cancel(struct task_struct *task,
					       bool (*match)(struct callback_head *, void *),
					       void *data)
{
	return NULL;
}

/* task_work_cancel_match(), which is not exported. */
DEFINE_STATIC_CALL(gabion_task_work_cancel, nothing_to_cancel);

static void tell_init_again(struct work_struct *work);
static DECLARE_DELAYED_WORK(init_work, tell_init_again);

#define INIT_DELAY	(HZ / 10)

void gabion_revoke_failed(struct task_struct *task)
{
	/* The kernel drops what would kill it (sig_task_ignored()). */
	if (is_global_init(task))
		schedule_delayed_work(&init_work, INIT_DELAY);
	else
		send_sig(SIGKILL, task, 1);
}

static void tell_init_again(struct work_struct *work)
{
	struct task_struct *init, *thread;

	rcu_read_lock();
	init = pid_task(find_pid_ns(1, &init_pid_ns), PIDTYPE_TGID);
	if (init)
		for_each_thread(init, thread)
			if (gabion_task_label(thread) != GABION_HOST)
				gabion_revoke(thread);
	rcu_read_unlock();
}

/*
 * What a mapping of a file gives, or can be made to: code, what others have written, what they
 * see. A private one shows the file as it is now wherever the task has not written itself.
 */
static u32 mapping_permission(const struct vm_area_struct *vma)
{
	u32 wanted = 0;

	if (vma->vm_flags & VM_EXEC)
		wanted |= GABION_FILE_MAP;
	if (vma->vm_flags & VM_MAYREAD)
		wanted |= GABION_FILE_READ;
	if ((vma->vm_flags & VM_SHARED) && (vma->vm_flags & VM_MAYWRITE))
		wanted |= GABION_FILE_WRITE;
	return wanted;
}

/* Pages of its own where a file is mapped: a uprobe, which the administrator sets, makes some too. */
static bool was_written(const struct vm_area_struct *vma)
{
	return vma->anon_vma && !test_bit(MMF_HAS_UPROBES, &vma->vm_mm->flags);
}

/*
 * Code that the task wrote, or can write. Not the kernel's own (vdso), unless it was written to.
 * The stack too, where an ELF header asked for an executable one: any mapping can be made to look
 * like it.
 */
static bool is_written_code(const struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_EXEC))
		return false;
	if (!vma->vm_file)
		return !vma->vm_ops || was_written(vma);
	return (vma->vm_flags & VM_WRITE) || was_written(vma);
}

/* What the mapping goes on doing by itself: a packet socket fills its ring, descriptor or not. */
static int decide_behind(struct file *file)
{
	return sock_from_file(file) ? gabion_decide_descriptor(GABION_HOOK_mmap_file, file)
				    : gabion_decide_made(GABION_HOOK_mmap_file, file);
}

/* May the domain have it still? Under mmap_lock, which one may sleep with. */
static int decide_mapping(const struct vm_area_struct *vma)
{
	const struct file *file = vma->vm_file;
	u32 wanted = file ? mapping_permission(vma) : 0;
	int err = file ? decide_behind(vma->vm_file) : 0;

	if (err)
		return err;
	if (is_written_code(vma))
		return file ? gabion_decide_jit(GABION_HOOK_mmap_file, file, wanted, GFP_KERNEL)
			    : gabion_decide_control(GABION_HOOK_mmap_file, GABION_CONTROL_JIT);
	return wanted ? gabion_decide_path(GABION_HOOK_mmap_file, gabion_file_path(file), wanted,
					   GFP_KERNEL) : 0;
}

/*
 * First mapping from @address on that the domain may not have. Return: 1: it is between *@start and
 * *@end; 0: there is none; -ENOMEM.
 */
static int find_mapping(struct mm_struct *mm, unsigned long address, unsigned long *start,
			unsigned long *end)
{
	struct vm_area_struct *vma;
	int err = 0;

	mmap_read_lock(mm);
	for (vma = find_vma(mm, address); vma && !err; vma = find_vma(mm, vma->vm_end)) {
		err = decide_mapping(vma);
		*start = vma->vm_start;
		*end = vma->vm_end;
		cond_resched();
	}
	mmap_read_unlock(mm);
	return err == -ENOMEM ? err : !!err;
}

/* How often others may move mappings (mremap) from before the search to behind it. */
#define PASSES_MAX	16

/*
 * Until a pass from the start finds nothing: that one held the memory's lock from end
 * to end. What cannot be taken away, or decided, the task cannot go on with.
 */
static void review_mappings(struct mm_struct *mm)
{
	unsigned long address = 0, start, end;
	int found, passes = 0;
	bool failed = false;

	while (!failed && ((found = find_mapping(mm, address, &start, &end)) || address)) {
		failed = found < 0 ||
			 (found ? vm_munmap(start, end - start) : ++passes == PASSES_MAX);
		address = found ? end : 0;
		cond_resched();
	}
	if (failed)
		gabion_revoke_failed(current);
}

static void order_free(struct order *order)
{
	if (order)
		kfree(order->child);
	kfree(order);
}

static void end_review(struct callback_head *work)
{
	order_free(container_of(work, struct order, work));
	if (atomic_dec_and_test(&outstanding))
		wake_up(&all_done);
}

/*
 * A ring may be registered with the task and have no descriptor, or never have had one: what is in
 * it, files and requests, cannot be looked at. An execution has taken it away.
 */
static void review_uring(void)
{
	if (gabion_task_has_uring(current) &&
	    gabion_decide_control(GABION_HOOK_file_receive, GABION_CONTROL_IO_URING))
		gabion_revoke_failed(current);
}

#ifdef CONFIG_X86_IOPL_IOPERM
static void nothing_to_leave(struct task_struct *task)
{
}

/* io_bitmap_exit(), which is not exported. */
DEFINE_STATIC_CALL(gabion_io_bitmap_exit, nothing_to_leave);

/* What ioperm(2) and iopl(2) gave stays over an execution. */
static void review_ports(void)
{
	struct thread_struct *t = &current->thread;

	if ((!t->io_bitmap && t->iopl_emul != 3) ||
	    !gabion_decide_control(GABION_HOOK_locked_down, GABION_CONTROL_HARDWARE))
		return;
	/* First: it looks at this, too. */
	t->iopl_emul = 0;
	static_call(gabion_io_bitmap_exit)(current);
}

static int __init ports_init(void)
{
	unsigned long leave = gabion_symbol_address("io_bitmap_exit");

	if (!leave)
		return -ENOENT;
	static_call_update(gabion_io_bitmap_exit, (void (*)(struct task_struct *))leave);
	return 0;
}
#else
static void review_ports(void)
{
}

static int __init ports_init(void)
{
	return 0;
}
#endif

static void review(struct callback_head *work)
{
	clear_bit(current->pid, owing);
	smp_mb__after_atomic();	/* before the label and policy are read: a later change sets it again */
	if (!(current->flags & PF_EXITING) && gabion_task_label(current) != GABION_HOST) {
		gabion_tracees_review();
		review_uring();
		review_ports();
		gabion_descriptors_review(GABION_HOOK_file_receive);
		if (current->mm)
			review_mappings(current->mm);
	}
	end_review(work);
}

static bool is_kernels(const struct task_struct *task)
{
	return task->flags & (PF_KTHREAD | PF_IO_WORKER | GABION_PF_USER_WORKER);
}

static struct order *order_new(void)
{
	struct order *order = kzalloc(sizeof(*order), GFP_ATOMIC);

	if (order)
		order->child = kzalloc(sizeof(*order->child), GFP_ATOMIC);
	if (order && !order->child) {
		kfree(order);
		order = NULL;
	}
	return order;
}

/* Under owing_lock. Return: @order, if it was not needed. */
static struct order *hand_over(struct task_struct *task, struct order *order)
{
	/* Once: a leader that is dead changes pids with the thread that executes. */
	const pid_t pid = READ_ONCE(task->pid);

	lockdep_assert_held(&owing_lock);
	if (test_and_set_bit(pid, owing))
		return order;
	init_task_work(&order->work, review);
	atomic_inc(&outstanding);
	if (!task_work_add(task, &order->work, TWA_SIGNAL))
		return NULL;
	/* It is exiting, and has given all up. */
	clear_bit(pid, owing);
	atomic_dec(&outstanding);
	return order;
}

void gabion_revoke(struct task_struct *task)
{
	unsigned long flags;
	struct order *order;

	if (is_kernels(task))
		return;
	order = order_new();
	if (!order) {
		gabion_revoke_failed(task);
		return;
	}
	raw_spin_lock_irqsave(&owing_lock, flags);
	order = hand_over(task, order);
	raw_spin_unlock_irqrestore(&owing_lock, flags);
	order_free(order);
}

static bool is_ours(struct callback_head *work, void *unused)
{
	return work->func == review;
}

/* The order that @parent has for its child; nothing is left to @parent. */
static struct order *take_childs(struct task_struct *parent)
{
	struct callback_head *work = static_call(gabion_task_work_cancel)(parent, is_ours, NULL);
	struct order *own, *childs;

	if (!work)
		return NULL;
	own = container_of(work, struct order, work);
	childs = own->child;
	own->child = NULL;
	task_work_add(parent, work, TWA_SIGNAL);
	return childs;
}

void gabion_revoke_inherit(struct task_struct *child)
{
	struct order *order, *unused = NULL;
	unsigned long flags;

	/* What the last task of this pid left. */
	clear_bit(child->pid, owing);
	if (!test_bit(current->pid, owing) || is_kernels(child))
		return;
	raw_spin_lock_irqsave(&owing_lock, flags);
	/* Somebody else may have told it meanwhile: the parent's is then for its next child. */
	if (test_bit(child->pid, owing)) {
		raw_spin_unlock_irqrestore(&owing_lock, flags);
		return;
	}
	order = take_childs(current);
	if (order)
		unused = hand_over(child, order);
	raw_spin_unlock_irqrestore(&owing_lock, flags);
	if (WARN_ON_ONCE(!order))
		send_sig(SIGKILL, child, 1);
	order_free(unused);
}

void gabion_revoke_confined(void)
{
	struct task_struct *process, *thread;

	rcu_read_lock();
	for_each_process_thread(process, thread)
		if (gabion_task_label(thread) != GABION_HOST)
			gabion_revoke(thread);
	rcu_read_unlock();
}

static void cancel_all(void)
{
	struct task_struct *process, *thread;
	struct callback_head *work;

	rcu_read_lock();
	for_each_process_thread(process, thread) {
		work = static_call(gabion_task_work_cancel)(thread, is_ours, NULL);
		if (work)
			end_review(work);
	}
	rcu_read_unlock();
}

int __init gabion_revoke_init(void)
{
	unsigned long cancel = gabion_symbol_address("task_work_cancel_match");

	if (!cancel)
		return -ENOENT;
	static_call_update(gabion_task_work_cancel,
			   (struct callback_head *(*)(struct task_struct *,
						      bool (*)(struct callback_head *, void *),
						      void *))cancel);
	return ports_init();
}

void gabion_revoke_exit(void)
{
	cancel_delayed_work_sync(&init_work);
	/* A stopped task would keep its own for ever. */
	while (atomic_read(&outstanding)) {
		cancel_all();
		wait_event_timeout(all_done, !atomic_read(&outstanding), HZ);
	}
	/* Of a review that was under way; nobody has a domain that it would find. */
	cancel_delayed_work_sync(&init_work);
	/* The last instructions of end_review(). */
	synchronize_rcu_tasks();
}
