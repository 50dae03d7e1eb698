/* SPDX-License-Identifier: GPL-2.0 */
/* Operations through io_uring, one at a time. */
#ifndef GABION_SELFTESTS_URING_H
#define GABION_SELFTESTS_URING_H

#include <linux/io_uring.h>

/**
 * struct uring - a ring
 * @fd:		of the ring
 * @flags:	that it was set up with
 */
struct uring {
	int fd;
	unsigned int flags;
	char *sq;
	char *cq;
	struct io_uring_sqe *sqes;
	struct io_uring_params params;
};

/* Set one up with one entry. @flags: of io_uring_setup(2), e.g. IORING_SETUP_SQPOLL. Return: 0 or -errno. */
int uring_setup(struct uring *ring, unsigned int flags);

/* The same with @entries, 16 at most. */
int uring_setup_sized(struct uring *ring, unsigned int flags, unsigned int entries);
void uring_close(struct uring *ring);

/* Submit @sqe and wait. Return: the operation's result, -errno when it or the ring failed. */
int uring_run(struct uring *ring, const struct io_uring_sqe *sqe);

/* All three: one operation on a ring of its own. */
int uring_do(const struct io_uring_sqe *sqe, unsigned int flags);

#endif /* GABION_SELFTESTS_URING_H */
