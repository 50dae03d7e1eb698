// SPDX-License-Identifier: GPL-2.0
/*
 * Subscribing to, waiting for and reading events.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "../common/cleanup.h"
#include "event_decode.h"
#include "request.h"

int gabion_netlink_subscribe(struct gabion_netlink *client, struct gabion_error *error)
{
	cleanup_msg struct nl_msg *msg =
		gabion_request_new(client, GABION_CMD_EVENT_SUBSCRIBE, 0, error);

	return msg ? gabion_request_run(client, msg, NULL, NULL, error) : -ENOMEM;
}

int gabion_netlink_wait(struct gabion_netlink *client, int timeout_ms, struct gabion_error *error)
{
	struct pollfd pfd = { .fd = gabion_netlink_fd(client), .events = POLLIN };
	int err;

	if (!client->noticed && poll(&pfd, 1, timeout_ms) < 0 && errno != EINTR)
		return gabion_error_set(error, -errno, "poll: %s", strerror(errno));
	err = gabion_request_drain(client, error);
	if (err)
		return err;
	return gabion_netlink_noticed(client);
}

bool gabion_netlink_noticed(struct gabion_netlink *client)
{
	bool noticed = client->noticed;

	client->noticed = false;
	return noticed;
}

static int on_events(struct nlattr *head, int length, void *data, struct gabion_error *error)
{
	return gabion_batch_add(data, head, length, error);
}

int gabion_netlink_read(struct gabion_netlink *client, uint64_t ack, struct gabion_batch *batch,
			struct gabion_error *error)
{
	cleanup_msg struct nl_msg *msg =
		gabion_request_new(client, GABION_CMD_EVENT_READ, NLM_F_DUMP, error);
	int err;

	if (!msg)
		return -ENOMEM;
	if (ack && nla_put_u64(msg, GABION_A_EVENT_ACK, ack))
		return gabion_error_set(error, -EMSGSIZE, "no room for the acknowledgement");
	err = gabion_request_run(client, msg, on_events, batch, error);
	if (err) {
		gabion_batch_free(batch);
		return err;
	}
	gabion_batch_finish(batch);
	return 0;
}
