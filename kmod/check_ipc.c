// SPDX-License-Identifier: GPL-2.0
/*
 * System V message queues, shared memory and semaphores. An object belongs to
 * the domain of the task that made it; without an entry here, to the host:
 * made by it, or before we were loaded.
 */
#include <linux/ipc.h>
#include <linux/msg.h>
#include <linux/rhashtable.h>
#include <linux/sem.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <uapi/linux/shm.h>
#include "decision.h"
#include "engine.h"
#include "ipc_label.h"

/* ipc/msg.c's: msgrcv() with MSG_COPY, which leaves the message where it is. */
#define SEARCH_NUMBER	5

/**
 * struct ipc_label - who made an object
 * @node:	in the table
 * @object:	compared only
 * @domain:	domain number, not the host's
 * @rcu:	freed after a grace period
 */
struct ipc_label {
	struct rhash_head node;
	const struct kern_ipc_perm *object;
	u16 domain;
	struct rcu_head rcu;
};

static const struct rhashtable_params params = {
	.key_len = sizeof(const struct kern_ipc_perm *),
	.key_offset = offsetof(struct ipc_label, object),
	.head_offset = offsetof(struct ipc_label, node),
	.automatic_shrinking = true,
};

static struct rhashtable labels;

static u16 label_of(const struct kern_ipc_perm *object)
{
	const struct ipc_label *label;
	u16 domain;

	rcu_read_lock();
	label = rhashtable_lookup(&labels, &object, params);
	domain = label ? label->domain : GABION_HOST;
	rcu_read_unlock();
	return domain;
}

static void forget(const struct kern_ipc_perm *object)
{
	struct ipc_label *label;

	rcu_read_lock();
	label = rhashtable_lookup(&labels, &object, params);
	if (label && !rhashtable_remove_fast(&labels, &label->node, params))
		kfree_rcu(label, rcu);
	rcu_read_unlock();
}

/* An LSM after us may refuse the object, which then ends without security_*_free(). */
static int remember(const struct kern_ipc_perm *object)
{
	u16 domain = gabion_task_label(current);
	struct ipc_label *label;
	int err;

	forget(object);
	if (domain == GABION_HOST)
		return 0;
	label = kmalloc(sizeof(*label), GFP_KERNEL);
	if (!label)
		return -ENOMEM;
	label->object = object;
	label->domain = domain;
	err = rhashtable_insert_fast(&labels, &label->node, params);
	if (err)
		kfree(label);
	return err;
}

static int decide(enum gabion_hook_id hook, u16 subject, const struct kern_ipc_perm *object,
		  u32 wanted)
{
	if (!wanted)
		return 0;
	return gabion_decide_domain(hook, subject, label_of(object), 0, wanted, 0);
}

static int decide_current(enum gabion_hook_id hook, const struct kern_ipc_perm *object, u32 wanted)
{
	return decide(hook, gabion_task_label(current), object, wanted);
}

/* With the bits of the mode that the kernel asks for; none when a key is only looked up. */
GABION_CHECK2(ipc_permission, struct kern_ipc_perm *, object, short, flag)
{
	u32 wanted = 0;

	if (flag & S_IRUGO)
		wanted |= GABION_DOM_IPC_READ;
	if (flag & S_IWUGO)
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
	forget(queue);
	return 0;
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
	forget(segment);
	return 0;
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
	forget(set);
	return 0;
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
	return rhashtable_init(&labels, &params);
}

static void free_label(void *label, void *unused)
{
	kfree(label);
}

void gabion_ipc_label_exit(void)
{
	rhashtable_free_and_destroy(&labels, free_label, NULL);
}
