// SPDX-License-Identifier: GPL-2.0
#include "request.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/netlink.h>

#include "../common/cleanup.h"

/*
 * The kernel answers inside sendmsg(2), so this only ever expires when
 * something is broken; a large policy is verified within it by far.
 */
#define REPLY_TIMEOUT_MS	30000

#define RECEIVE_BUFFER		(1 << 20)	/* socket: replies of a dump and notices */
#define SEND_BUFFER		(4 * (int)GABION_CHUNK_MAX)
#define MESSAGE_BUFFER		(64 << 10)	/* lets the kernel fill 32 KiB per dump message */

/**
 * struct exchange - a request under way
 * @seq:	its sequence number; replies to others are stale and skipped
 * @done:	the verdict came
 * @result:	the verdict, or the first error of @reply
 * @reply:	gets each answer but the verdict; NULL: there is none
 * @data:	for it
 * @error:	what @result is about, in words
 */
struct exchange {
	uint32_t seq;
	bool done;
	int result;
	gabion_reply_fn reply;
	void *data;
	struct gabion_error *error;
};

void gabion_netlink_close(struct gabion_netlink *client)
{
	if (!client)
		return;
	if (client->sock)
		nl_socket_free(client->sock);
	free(client);
}

int gabion_netlink_fd(const struct gabion_netlink *client)
{
	return nl_socket_get_fd(client->sock);
}

int gabion_request_failed(struct gabion_error *error, int err, const char *what)
{
	int code = -EIO;

	switch (err < 0 ? -err : err) {
	case NLE_NOMEM:
		code = -ENOBUFS;
		break;
	case NLE_PERM:
	case NLE_NOACCESS:
		code = -EPERM;
		break;
	case NLE_AGAIN:
		code = -EAGAIN;
		break;
	case NLE_INTR:
		code = -EINTR;
		break;
	case NLE_AF_NOSUPPORT:
		code = -EAFNOSUPPORT;
		break;
	case NLE_OBJ_NOTFOUND:
		code = -ENOENT;
		break;
	case NLE_NOADDR:
		code = -ECONNREFUSED;
		break;
	}
	return gabion_error_set(error, code, "%s: %s", what, nl_geterror(err));
}

int gabion_netlink_setup(struct gabion_netlink *client, struct gabion_error *error)
{
	int fd = nl_socket_get_fd(client->sock), one = 1, err;

	err = nl_socket_set_buffer_size(client->sock, RECEIVE_BUFFER, SEND_BUFFER);
	if (!err)
		err = nl_socket_set_msg_buf_size(client->sock, MESSAGE_BUFFER);
	if (!err)
		err = nl_socket_set_nonblocking(client->sock);
	if (err)
		return gabion_request_failed(error, err, "cannot set up the netlink socket");
	/* Words of the kernel with its errors, and not our 32 KiB back with them. */
	if (setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one)))
		return gabion_error_set(error, -errno, "cannot set up the netlink socket: %s",
					strerror(errno));
	return 0;
}

struct nl_msg *gabion_request_new(const struct gabion_netlink *client, uint8_t command, int flags,
				  struct gabion_error *error)
{
	struct nl_msg *msg = nlmsg_alloc_size(GABION_CHUNK_MAX + 256);

	if (msg && !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, client->family, 0, flags, command,
				GABION_GENL_VERSION)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	if (!msg)
		gabion_error_set(error, -ENOMEM, "out of memory");
	return msg;
}

/* What a bare errno means here; the kernel's own words, where it has some, are better. */
static const char *explain(int code)
{
	switch (code) {
	case -EPERM:
	case -EACCES:
		return "not permitted: this needs CAP_MAC_ADMIN in the host's user namespace, and "
		       "a domain that may administer Gabion";
	case -EOPNOTSUPP:
		return "the loaded module does not know this command: module and agent are of "
		       "different versions";
	case -ENOENT:
		return "not found";
	default:
		return strerror(-code);
	}
}

/*
 * Take the extended acknowledgement apart: attributes from @offset on in @nlh.
 * The text is the kernel's, yet bounded and terminated by us.
 */
static void refused(struct exchange *x, const struct nlmsghdr *nlh, size_t offset, int code)
{
	struct nlattr *a, *head = (struct nlattr *)((char *)(uintptr_t)nlh + offset);
	int length = (int)(nlh->nlmsg_len - offset);

	x->result = gabion_error_set(x->error, code, "%s", explain(code));
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) || nlh->nlmsg_len < offset)
		return;
	for (a = head; nla_ok(a, length); a = nla_next(a, &length))
		if (nla_type(a) == NLMSGERR_ATTR_MSG && nla_len(a) > 0)
			gabion_error_set(x->error, code, "%.*s", nla_len(a), (char *)nla_data(a));
}

static void verdict(struct exchange *x, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = nlmsg_data(nlh);
	size_t offset = NLMSG_HDRLEN + sizeof(*e);

	x->done = true;
	if (nlmsg_datalen(nlh) < (int)sizeof(*e)) {
		if (!x->result)
			x->result = gabion_error_set(x->error, -EBADMSG,
						     "the kernel's verdict is cut short");
		return;
	}
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED) && e->msg.nlmsg_len >= NLMSG_HDRLEN)
		offset += NLMSG_ALIGN(e->msg.nlmsg_len - NLMSG_HDRLEN);
	if (e->error && !x->result)
		refused(x, nlh, offset, e->error < 0 ? e->error : -EIO);
}

/* The end of a dump carries its error, if any, in the first word. */
static void finish(struct exchange *x, const struct nlmsghdr *nlh)
{
	const int *code = nlmsg_data(nlh);

	x->done = true;
	if (nlmsg_datalen(nlh) >= (int)sizeof(*code) && *code < 0 && !x->result)
		refused(x, nlh, NLMSG_HDRLEN + sizeof(*code), *code);
}

static bool is_notice(const struct gabion_netlink *client, struct nlmsghdr *nlh)
{
	return nlh->nlmsg_type == client->family && genlmsg_valid_hdr(nlh, 0) &&
	       genlmsg_hdr(nlh)->cmd == GABION_CMD_EVENT_READY;
}

static void handle(struct gabion_netlink *client, struct exchange *x, struct nlmsghdr *nlh)
{
	if (is_notice(client, nlh)) {
		client->noticed = true;
		return;
	}
	if (!x || nlh->nlmsg_seq != x->seq || x->done)
		return;
	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
		verdict(x, nlh);
		return;
	case NLMSG_DONE:
		finish(x, nlh);
		return;
	}
	if (nlh->nlmsg_type != client->family || x->result)
		return;
	if (!genlmsg_valid_hdr(nlh, 0))
		x->result = gabion_error_set(x->error, -EBADMSG, "a reply has no netlink header");
	else if (x->reply)
		x->result = x->reply(genlmsg_attrdata(genlmsg_hdr(nlh), 0),
				     genlmsg_attrlen(genlmsg_hdr(nlh), 0), x->data, x->error);
}

/*
 * Receive one datagram and handle its messages.
 * Return: 0, -EAGAIN: nothing there, or -errno.
 */
static int receive(struct gabion_netlink *client, struct exchange *x, struct gabion_error *error)
{
	cleanup_free unsigned char *buffer = NULL;
	struct sockaddr_nl source = { 0 };
	struct nlmsghdr *nlh;
	int n;

	n = nl_recv(client->sock, &source, &buffer, NULL);
	if (n == 0 || n == -NLE_AGAIN)
		return -EAGAIN;
	if (n < 0)
		return gabion_request_failed(error, n, "cannot receive from the kernel");
	/* Any process with CAP_NET_ADMIN can send to our port: it is not the kernel. */
	if (source.nl_pid != nl_socket_get_peer_port(client->sock))
		return 0;
	for (nlh = (struct nlmsghdr *)buffer; nlmsg_ok(nlh, n); nlh = nlmsg_next(nlh, &n))
		handle(client, x, nlh);
	return 0;
}

int gabion_request_drain(struct gabion_netlink *client, struct gabion_error *error)
{
	int err;

	do {
		err = receive(client, NULL, error);
		if (err == -ENOBUFS) {
			/* Notices were dropped: there is something to read all the more. */
			client->noticed = true;
			err = 0;
		}
	} while (!err);
	return err == -EAGAIN ? 0 : err;
}

int gabion_request_run(struct gabion_netlink *client, struct nl_msg *msg, gabion_reply_fn reply,
		       void *data, struct gabion_error *error)
{
	struct exchange x = { .reply = reply, .data = data, .error = error };
	struct pollfd pfd = { .fd = gabion_netlink_fd(client), .events = POLLIN };
	int err;

	/* A verdict lost to a socket full of notices would be waited for in vain. */
	err = gabion_request_drain(client, error);
	if (err)
		return err;
	nl_complete_msg(client->sock, msg);
	x.seq = nlmsg_hdr(msg)->nlmsg_seq;
	err = nl_send(client->sock, msg);
	if (err < 0)
		return gabion_request_failed(error, err, "cannot send to the kernel");
	while (!x.done) {
		err = receive(client, &x, error);
		if (err && err != -EAGAIN)
			return err;
		if (!err)
			continue;
		err = poll(&pfd, 1, REPLY_TIMEOUT_MS);
		if (err < 0 && errno != EINTR)
			return gabion_error_set(error, -errno, "poll: %s", strerror(errno));
		if (!err)
			return gabion_error_set(error, -ETIMEDOUT, "the kernel does not answer");
	}
	return x.result;
}
