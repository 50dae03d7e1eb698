// SPDX-License-Identifier: GPL-2.0
#include "loop.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int gabion_loop_create(struct gabion_loop *loop, struct gabion_error *error)
{
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll < 0)
		return gabion_error_set(error, -errno, "epoll_create1: %s", strerror(errno));
	pthread_mutex_init(&loop->lock, NULL);
	return 0;
}

void gabion_loop_destroy(struct gabion_loop *loop)
{
	close(loop->epoll);
	pthread_mutex_destroy(&loop->lock);
}

int gabion_loop_add(struct gabion_loop *loop, struct gabion_watch *watch, int fd, uint32_t events,
		    void (*call)(void *opaque, uint32_t events), void *opaque)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };

	if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event))
		return -errno;
	watch->fd = fd;
	watch->call = call;
	watch->opaque = opaque;
	return 0;
}

void gabion_loop_change(struct gabion_loop *loop, const struct gabion_watch *watch, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = (void *)watch };

	if (watch->fd >= 0)
		epoll_ctl(loop->epoll, EPOLL_CTL_MOD, watch->fd, &event);
}

void gabion_loop_remove(struct gabion_loop *loop, struct gabion_watch *watch)
{
	if (watch->fd >= 0)
		epoll_ctl(loop->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
	watch->fd = -1;
}

int gabion_loop_turn(struct gabion_loop *loop, int timeout)
{
	struct epoll_event event;
	struct gabion_watch *watch;
	/* One at a time: a handler may free the watch of another that is ready. */
	int n = epoll_wait(loop->epoll, &event, 1, timeout);

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	if (!n)
		return 0;
	watch = event.data.ptr;
	pthread_mutex_lock(&loop->lock);
	watch->call(watch->opaque, event.events);
	pthread_mutex_unlock(&loop->lock);
	return 1;
}
