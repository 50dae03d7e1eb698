// SPDX-License-Identifier: GPL-2.0
/* Policy transactions: begin, chunks, commit. */
#include <linux/mutex.h>
#include <linux/vmalloc.h>
#include "audit.h"
#include "netlink.h"
#include "policy.h"
#include "task_enter.h"
#include "task_label.h"

/**
 * struct transaction - the one that is open
 * @portid:	socket it belongs to, 0: none is open
 * @image:	vmalloc'ed
 * @size:	bytes announced
 * @received:	bytes so far, from the start without a gap
 */
static struct transaction {
	u32 portid;
	void *image;
	u32 size;
	u32 received;
} transaction;	/* transaction_mutex */

/* Held alone. */
static DEFINE_MUTEX(transaction_mutex);

static void transaction_drop(void)
{
	lockdep_assert_held(&transaction_mutex);
	vfree(transaction.image);
	memset(&transaction, 0, sizeof(transaction));
}

void gabion_nl_policy_socket_closed(u32 portid)
{
	mutex_lock(&transaction_mutex);
	/* 0: the module goes, whoever it belongs to. */
	if (!portid || transaction.portid == portid)
		transaction_drop();
	mutex_unlock(&transaction_mutex);
}

int gabion_nl_policy_begin(struct sk_buff *skb, struct genl_info *info)
{
	u32 size = nla_get_u32(info->attrs[GABION_A_SIZE]);
	int err = 0;

	if (!size || size > GABION_POLICY_SIZE_MAX) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[GABION_A_SIZE],
				    "size must be 1 to 256 MiB");
		return -EFBIG;
	}
	mutex_lock(&transaction_mutex);
	if (transaction.portid && transaction.portid != info->snd_portid) {
		NL_SET_ERR_MSG(info->extack, "another policy transaction is open");
		err = -EBUSY;
		goto out;
	}
	transaction_drop();
	transaction.image = vmalloc(size);
	if (!transaction.image) {
		err = -ENOMEM;
		goto out;
	}
	transaction.portid = info->snd_portid;
	transaction.size = size;
out:
	mutex_unlock(&transaction_mutex);
	return err;
}

static int check_mine(struct genl_info *info)
{
	if (transaction.portid == info->snd_portid)
		return 0;
	NL_SET_ERR_MSG(info->extack, "this socket has no open policy transaction: begin one");
	return -ENOENT;
}

int gabion_nl_policy_chunk(struct sk_buff *skb, struct genl_info *info)
{
	u32 offset = nla_get_u32(info->attrs[GABION_A_OFFSET]);
	u32 length = nla_len(info->attrs[GABION_A_DATA]);
	int err;

	mutex_lock(&transaction_mutex);
	err = check_mine(info);
	if (err)
		goto out;
	err = -EINVAL;
	if (offset != transaction.received) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[GABION_A_OFFSET],
				    "chunk does not follow the one before");
		goto out;
	}
	if (!length || length > transaction.size - offset) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[GABION_A_DATA],
				    "no data, or more than the size announced");
		goto out;
	}
	memcpy((u8 *)transaction.image + offset, nla_data(info->attrs[GABION_A_DATA]), length);
	transaction.received += length;
	err = 0;
out:
	mutex_unlock(&transaction_mutex);
	return err;
}

/* Take the complete image out of the transaction, which is over either way. */
static void *transaction_take(struct genl_info *info, u32 *size)
{
	void *image;
	int err;

	mutex_lock(&transaction_mutex);
	err = check_mine(info);
	if (err) {
		image = ERR_PTR(err);
	} else if (transaction.received != transaction.size) {
		NL_SET_ERR_MSG(info->extack, "fewer bytes than announced: truncated");
		transaction_drop();
		image = ERR_PTR(-EINVAL);
	} else {
		image = transaction.image;
		*size = transaction.size;
		transaction.image = NULL;
		transaction_drop();
	}
	mutex_unlock(&transaction_mutex);
	return image;
}

/* On -EBUSY the error cannot carry the pid: the agent finds it with TASKS. */
int gabion_nl_policy_commit(struct sk_buff *skb, struct genl_info *info)
{
	u32 size = 0;
	void *image = transaction_take(info, &size);
	bool free = gabion_task_label(current) == GABION_HOST;
	pid_t pid;
	int err;

	err = IS_ERR(image) ? PTR_ERR(image)
			    : gabion_policy_load(image, size, info->extack, &pid);
	if (err < 0)
		gabion_audit_policy_refused(-err, info->extack ? info->extack->_msg : NULL);
	/* The agent goes on as what it would be if it were started now. */
	else if (free && gabion_task_label(current) == GABION_HOST_HELD)
		gabion_task_enter_self();
	return err < 0 ? err : 0;
}

int gabion_nl_policy_abort(struct sk_buff *skb, struct genl_info *info)
{
	int err;

	mutex_lock(&transaction_mutex);
	err = check_mine(info);
	if (!err)
		transaction_drop();
	mutex_unlock(&transaction_mutex);
	return err;
}

int gabion_nl_policy_unload(struct sk_buff *skb, struct genl_info *info)
{
	int err = gabion_policy_unload(info->extack);

	if (err)
		gabion_audit_policy_refused(-err, info->extack ? info->extack->_msg : NULL);
	return err;
}

int gabion_nl_lock(struct sk_buff *skb, struct genl_info *info)
{
	int err = gabion_policy_lock();

	if (err)
		NL_SET_ERR_MSG(info->extack, "no policy is in force: load one first");
	return err;
}
