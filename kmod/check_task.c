// SPDX-License-Identifier: GPL-2.0
/* What a task does to other tasks: signals, tracing. All hooks here are atomic. */
#include <linux/ptrace.h>
#include <linux/sched.h>
#include "decision.h"
#include "engine.h"

GABION_CHECK4(task_kill, struct task_struct *, p, struct kernel_siginfo *, info, int, sig,
	      const struct cred *, cred)
{
	/* USB's completion of a request, with credentials of its own: not the task it interrupts. */
	if (!in_task())
		return 0;
	return gabion_decide_domain(GABION_HOOK_task_kill, gabion_task_label(current),
				    gabion_target_label(p), p->tgid, GABION_DOM_SIGNAL, sig);
}

/* Also /proc/PID, process_vm_readv, pidfd_getfd, ...: whatever asks ptrace_may_access(). */
GABION_CHECK2(ptrace_access_check, struct task_struct *, child, unsigned int, mode)
{
	u32 wanted = mode & PTRACE_MODE_ATTACH ? GABION_DOM_TRACE : GABION_DOM_INSPECT;

	return gabion_decide_domain(GABION_HOOK_ptrace_access_check, gabion_task_label(current),
				    gabion_target_label(child), child->tgid, wanted, 0);
}

/* The parent becomes the tracer: it is the one that is judged, whoever asks. */
GABION_CHECK1(ptrace_traceme, struct task_struct *, parent)
{
	u16 tracer = gabion_task_label(parent);

	if (tracer == GABION_HOST)
		return 0;
	return gabion_decide_domain(GABION_HOOK_ptrace_traceme, tracer, gabion_task_label(current),
				    current->tgid, GABION_DOM_TRACE, 0);
}
