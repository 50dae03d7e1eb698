/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside of the client: one request, its replies, its verdict.
 */
#ifndef GABION_NETLINK_REQUEST_H
#define GABION_NETLINK_REQUEST_H

#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#include "attr.h"
#include "client.h"

/**
 * struct gabion_netlink - a connection
 * @sock:	owned; its peer port is the kernel's (0), other senders are ignored
 * @family:	number of the family, as resolved
 * @noticed:	an EVENT_READY came while something else was waited for
 */
struct gabion_netlink {
	struct nl_sock *sock;
	uint16_t family;
	bool noticed;
};

/* Settings of the socket that every connection needs, after it is connected. */
int gabion_netlink_setup(struct gabion_netlink *client, struct gabion_error *error);

static inline void gabion_cleanup_msg_(struct nl_msg **msg)
{
	nlmsg_free(*msg);
}
#define cleanup_msg __attribute__((cleanup(gabion_cleanup_msg_)))

/* A message for @command, NLM_F_DUMP or 0 in @flags; NULL with @error set. */
struct nl_msg *gabion_request_new(const struct gabion_netlink *client, uint8_t command, int flags,
				  struct gabion_error *error);

/* One reply: @length bytes of attributes at @head. 0 or -errno. */
typedef int (*gabion_reply_fn)(struct nlattr *head, int length, void *data,
			       struct gabion_error *error);

/*
 * Send @msg, hand each reply to @reply (NULL: none is expected), wait for the
 * kernel's verdict and return it. An error of @reply wins, but all replies are
 * taken off the socket first.
 */
int gabion_request_run(struct gabion_netlink *client, struct nl_msg *msg, gabion_reply_fn reply,
		       void *data, struct gabion_error *error);

/* Text for libnl's error number @err, as errno. */
int gabion_request_failed(struct gabion_error *error, int err, const char *what);

/* Take what is queued off the socket, notices only; sets noticed. */
int gabion_request_drain(struct gabion_netlink *client, struct gabion_error *error);

#endif /* GABION_NETLINK_REQUEST_H */
