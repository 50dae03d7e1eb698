// SPDX-License-Identifier: GPL-2.0
/*
 * System V message queues, shared memory and semaphores. An object belongs to
 * the domain of the task that made it; without an entry here, to the host:
 * made by it, or before we were loaded.
 */
#include <linux/ipc.h>
#include <linux/msg.h>
#include <linux/sem.h>
#include <linux/stat.h>
#include <uapi/linux/shm.h>
#include "decision.h"
#include "engine.h"
#include "ipc_label.h"
#include "label_table.h"

/* ipc/msg.c's: msgrcv() with MSG_COPY, which leaves the message where it is. */
#define SEARCH_NUMBER	5

static struct gabion_label_table labels;

/* An LSM after us may refuse the object, which then ends without security_*_free(): set, not add. */
static int remember(const struct kern_ipc_perm *object)
{
	return gabion_label_table_set(&labels, object, gabion_task_label(current));
}

static int forget(const struct kern_ipc_perm *object)
{
	gabion_label_table_forget(&labels, object);
	return 0;
}

static int decide(enum gabion_hook_id hook, u16 subject, const struct kern_ipc_perm *object,
		  u32 wanted)
{
	if (!wanted)
		return 0;
	return gabion_decide_domain(hook, subject, gabion_label_table_get(&labels, object), 0,
				    wanted, 0);
}

static int decide_current(enum gabion_hook_id hook, const struct kern_ipc_perm *object, u32 wanted)
{
	return decide(hook, gabion_task_label(current), object, wanted);
}

/* With the bits of the mode that the kernel asks for; none when a key is only looked up. */
GABION_CHECK2(ipc_permission, struct kern_ipc_perm *, object, short, flag)
{
	u32 wanted = 0;

	if (flag & 0444)
		wanted |= GABION_DOM_IPC_READ;
	if (flag & 0222)
		wanted |= GABION_DOM_IPC_WRITE;
	return decide_current(GABION_HOOK_ipc_permission, object, wanted);
}

/* Without an object: limits and usage of the whole namespace. */
static int decide_control(enum gabion_hook_id hook, const struct kern_ipc_perm *object, u32 wanted)
{
	return object ? decide_current(hook, object, wanted) : 0;
}

GABION_CHECK1(msg_queue_alloc, struct kern_ipc_perm *, queue)
{
	return remember(queue);
}

GABION_CHECK1(msg_queue_free, struct kern_ipc_perm *, queue)
{
	return forget(queue);
}

GABION_CHECK2(msg_queue_msgctl, struct kern_ipc_perm *, queue, int, cmd)
{
	return decide_control(GABION_HOOK_msg_queue_msgctl, queue,
			      cmd == IPC_RMID || cmd == IPC_SET ? GABION_DOM_IPC_WRITE
								: GABION_DOM_IPC_READ);
}

/*
 * Taking a message away is seen by whoever writes. Asked for the receiver,
 * sometimes by the sender on behalf of one that waits: atomic.
 */
GABION_CHECK5(msg_queue_msgrcv, struct kern_ipc_perm *, queue, struct msg_msg *, msg,
	      struct task_struct *, receiver, long, type, int, mode)
{
	u16 subject = gabion_task_label(receiver);

	if (subject == GABION_HOST)
		return 0;
	return decide(GABION_HOOK_msg_queue_msgrcv, subject, queue,
		      mode == SEARCH_NUMBER ? GABION_DOM_IPC_READ
					    : GABION_DOM_IPC_READ | GABION_DOM_IPC_WRITE);
}

GABION_CHECK1(shm_alloc, struct kern_ipc_perm *, segment)
{
	return remember(segment);
}

GABION_CHECK1(shm_free, struct kern_ipc_perm *, segment)
{
	return forget(segment);
}

GABION_CHECK2(shm_shmctl, struct kern_ipc_perm *, segment, int, cmd)
{
	u32 wanted = GABION_DOM_IPC_READ;

	if (cmd == IPC_RMID || cmd == IPC_SET || cmd == SHM_LOCK || cmd == SHM_UNLOCK)
		wanted = GABION_DOM_IPC_WRITE;
	return decide_control(GABION_HOOK_shm_shmctl, segment, wanted);
}

GABION_CHECK3(shm_shmat, struct kern_ipc_perm *, segment, char __user *, address, int, flags)
{
	u32 wanted = GABION_DOM_IPC_READ;

	if (!(flags & SHM_RDONLY))
		wanted |= GABION_DOM_IPC_WRITE;
	return decide_current(GABION_HOOK_shm_shmat, segment, wanted);
}

GABION_CHECK1(sem_alloc, struct kern_ipc_perm *, set)
{
	return remember(set);
}

GABION_CHECK1(sem_free, struct kern_ipc_perm *, set)
{
	return forget(set);
}

GABION_CHECK2(sem_semctl, struct kern_ipc_perm *, set, int, cmd)
{
	u32 wanted = GABION_DOM_IPC_READ;

	if (cmd == IPC_RMID || cmd == IPC_SET || cmd == SETVAL || cmd == SETALL)
		wanted = GABION_DOM_IPC_WRITE;
	return decide_control(GABION_HOOK_sem_semctl, set, wanted);
}

/* Each operation can wait, or fail for the value's sake, and so tells it. */
GABION_CHECK4(sem_semop, struct kern_ipc_perm *, set, struct sembuf *, operations,
	      unsigned int, n, int, alter)
{
	return decide_current(GABION_HOOK_sem_semop, set,
			      GABION_DOM_IPC_READ | (alter ? GABION_DOM_IPC_WRITE : 0));
}

int __init gabion_ipc_label_init(void)
{
	return gabion_label_table_init(&labels);
}

void gabion_ipc_label_exit(void)
{
	gabion_label_table_exit(&labels);
}
