// SPDX-License-Identifier: GPL-2.0
/* See uring.h. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "uring.h"

/* More than the rings of 16 entries take. */
#define MAP_SIZE 4096

static void *map(int fd, off_t offset)
{
	void *p = mmap(NULL, MAP_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd,
		       offset);

	return p == MAP_FAILED ? NULL : p;
}

static void unmap(void *p)
{
	if (p)
		munmap(p, MAP_SIZE);
}

void uring_close(struct uring *ring)
{
	unmap(ring->sq);
	unmap(ring->cq);
	unmap(ring->sqes);
	close(ring->fd);
}

int uring_setup_sized(struct uring *ring, unsigned int flags, unsigned int entries)
{
	memset(ring, 0, sizeof(*ring));
	ring->flags = flags;
	ring->params = (struct io_uring_params){ .flags = flags, .sq_thread_idle = 1000 };
	ring->fd = syscall(SYS_io_uring_setup, entries, &ring->params);
	if (ring->fd < 0)
		return -errno;
	ring->sq = map(ring->fd, IORING_OFF_SQ_RING);
	ring->cq = map(ring->fd, IORING_OFF_CQ_RING);
	ring->sqes = map(ring->fd, IORING_OFF_SQES);
	if (ring->sq && ring->cq && ring->sqes)
		return 0;
	uring_close(ring);
	return -ENOMEM;
}

int uring_setup(struct uring *ring, unsigned int flags)
{
	return uring_setup_sized(ring, flags, 1);
}

int uring_run(struct uring *ring, const struct io_uring_sqe *sqe)
{
	unsigned int *tail = (unsigned int *)(ring->sq + ring->params.sq_off.tail);
	unsigned int *head = (unsigned int *)(ring->cq + ring->params.cq_off.head);
	unsigned int mask = *(unsigned int *)(ring->cq + ring->params.cq_off.ring_mask);
	struct io_uring_cqe *completions = (void *)(ring->cq + ring->params.cq_off.cqes);
	unsigned int enter = IORING_ENTER_GETEVENTS;
	int result;

	ring->sqes[0] = *sqe;
	((unsigned int *)(ring->sq + ring->params.sq_off.array))[0] = 0;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (ring->flags & IORING_SETUP_SQPOLL)
		enter |= IORING_ENTER_SQ_WAKEUP;
	if (syscall(SYS_io_uring_enter, ring->fd, 1, 1, enter, NULL, 0) < 0)
		return -errno;
	result = completions[*head & mask].res;
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return result;
}

int uring_do(const struct io_uring_sqe *sqe, unsigned int flags)
{
	struct uring ring;
	int result = uring_setup(&ring, flags);

	if (result)
		return result;
	result = uring_run(&ring, sqe);
	uring_close(&ring);
	return result;
}
