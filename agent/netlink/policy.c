// SPDX-License-Identifier: GPL-2.0
/*
 * The policy transaction and the commands that change what is in force.
 */
#include <errno.h>

#include "../common/cleanup.h"
#include "request.h"

static int run_plain(struct gabion_netlink *client, struct nl_msg *msg, struct gabion_error *error)
{
	return gabion_request_run(client, msg, NULL, NULL, error);
}

static int simple(struct gabion_netlink *client, uint8_t command, struct gabion_error *error)
{
	cleanup_msg struct nl_msg *msg = gabion_request_new(client, command, 0, error);

	return msg ? run_plain(client, msg, error) : -ENOMEM;
}

static int no_room(struct gabion_error *error)
{
	return gabion_error_set(error, -EMSGSIZE, "a netlink message is too small for its content");
}

static int begin(struct gabion_netlink *client, uint32_t size, struct gabion_error *error)
{
	cleanup_msg struct nl_msg *msg =
		gabion_request_new(client, GABION_CMD_POLICY_BEGIN, 0, error);

	if (!msg)
		return -ENOMEM;
	if (nla_put_u32(msg, GABION_A_SIZE, size))
		return no_room(error);
	return run_plain(client, msg, error);
}

static int chunk(struct gabion_netlink *client, const char *image, uint32_t offset, uint32_t length,
		 struct gabion_error *error)
{
	cleanup_msg struct nl_msg *msg =
		gabion_request_new(client, GABION_CMD_POLICY_CHUNK, 0, error);

	if (!msg)
		return -ENOMEM;
	if (nla_put_u32(msg, GABION_A_OFFSET, offset) ||
	    nla_put(msg, GABION_A_DATA, (int)length, image + offset))
		return no_room(error);
	return run_plain(client, msg, error);
}

static int transfer(struct gabion_netlink *client, const char *image, uint32_t size,
		    struct gabion_error *error)
{
	uint32_t offset = 0, length;
	int err = 0;

	for (; offset < size && !err; offset += length) {
		length = size - offset < GABION_CHUNK_MAX ? size - offset : GABION_CHUNK_MAX;
		err = chunk(client, image, offset, length, error);
	}
	return err ? err : simple(client, GABION_CMD_POLICY_COMMIT, error);
}

int gabion_netlink_policy_load(struct gabion_netlink *client, const void *image, size_t size,
			       struct gabion_error *error)
{
	int err;

	if (!size || size > GABION_POLICY_SIZE_MAX)
		return gabion_error_set(error, -EFBIG,
					"a policy image of %zu bytes cannot be loaded: at most %u",
					size, GABION_POLICY_SIZE_MAX);
	err = begin(client, (uint32_t)size, error);
	if (!err) {
		err = transfer(client, image, (uint32_t)size, error);
		/* After a failed commit it is gone already; harmless, and certain. */
		if (err)
			simple(client, GABION_CMD_POLICY_ABORT, NULL);
	}
	if (err)
		gabion_error_prefix(error, "the policy was not loaded");
	return err;
}

int gabion_netlink_policy_unload(struct gabion_netlink *client, struct gabion_error *error)
{
	return simple(client, GABION_CMD_POLICY_UNLOAD, error);
}

int gabion_netlink_lock(struct gabion_netlink *client, struct gabion_error *error)
{
	return simple(client, GABION_CMD_LOCK, error);
}

int gabion_netlink_task_assign(struct gabion_netlink *client, uint32_t pid, const char *domain,
			       struct gabion_error *error)
{
	cleanup_msg struct nl_msg *msg =
		gabion_request_new(client, GABION_CMD_TASK_ASSIGN, 0, error);

	if (!msg)
		return -ENOMEM;
	if (nla_put_u32(msg, GABION_A_PID, pid) || nla_put_string(msg, GABION_A_DOMAIN, domain))
		return no_room(error);
	return run_plain(client, msg, error);
}

int gabion_netlink_task_exec(struct gabion_netlink *client, const char *domain,
			     struct gabion_error *error)
{
	cleanup_msg struct nl_msg *msg = gabion_request_new(client, GABION_CMD_TASK_EXEC, 0, error);

	if (!msg)
		return -ENOMEM;
	if (nla_put_string(msg, GABION_A_DOMAIN, domain))
		return no_room(error);
	return run_plain(client, msg, error);
}
