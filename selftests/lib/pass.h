/* SPDX-License-Identifier: GPL-2.0 */
/* Descriptors in messages over unix sockets. */
#ifndef GABION_SELFTESTS_PASS_H
#define GABION_SELFTESTS_PASS_H

#include <stdbool.h>

#define PASS_MAX 2

/* Send the @n descriptors @fds with one byte. Return: 0 or an errno. */
int pass_send(int socket, const int *fds, unsigned int n);

/**
 * pass_receive - take @n descriptors out of the next message
 * @flags:	of recvmsg(2)
 * @uring:	by an io_uring
 * @fds:	those that came, @n at most; the caller closes them
 *
 * Return: 0 when all came along, EACCES when one was left out by the kernel, EIO when one
 * was never in the message, else an errno.
 */
int pass_receive(int socket, int flags, bool uring, int *fds, unsigned int n);

#endif /* GABION_SELFTESTS_PASS_H */
