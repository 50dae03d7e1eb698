/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Datagrams to a logging daemon, without waiting for it: a daemon that stands
 * still must not make us stand still. sd_journal_sendv(3) and syslog(3) wait.
 */
#ifndef GABION_DAEMON_DATAGRAM_H
#define GABION_DAEMON_DATAGRAM_H

#include <stddef.h>
#include <sys/uio.h>

/* A socket to send from, or -errno. The caller owns it. */
int gabion_datagram_socket(void);

/*
 * Send @iov as one datagram to the socket that is at @path now.
 * Return: 0; -EAGAIN: its reader does not read; -EMSGSIZE: too long; -errno of sendmsg(2).
 */
int gabion_datagram_send(int fd, const char *path, const struct iovec *iov, size_t n);

/*
 * The same for any length, to a reader that takes a sealed memory file instead of
 * the bytes, as journald does.
 */
int gabion_datagram_send_any(int fd, const char *path, const struct iovec *iov, size_t n);

/* What -errno of the above means, for people. */
const char *gabion_datagram_reason(int err);

#endif /* GABION_DAEMON_DATAGRAM_H */
