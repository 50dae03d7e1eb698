/* SPDX-License-Identifier: GPL-2.0 */
/* What of SCTP comes with other calls. */
#ifndef GABION_SCTP_H
#define GABION_SCTP_H

#include <linux/socket.h>
#include <net/sock.h>
#include "hooks.h"

/*
 * May the current domain send to the address that @cmsg, of SCTP, adds to that of @msg?
 * Context: may sleep. Return: 0, -EACCES, or -EINVAL.
 */
int gabion_decide_sctp_control(enum gabion_hook_id hook, const struct sock *sk,
			       const struct msghdr *msg, struct cmsghdr *cmsg);

#endif /* GABION_SCTP_H */
