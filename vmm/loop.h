/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one thread that serves the devices waits here, in epoll, and sleeps when
 * nothing happens.
 */
#ifndef GABION_VMM_LOOP_H
#define GABION_VMM_LOOP_H

#include <pthread.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "../agent/common/error.h"

/**
 * struct gabion_watch - one descriptor that is waited for; part of who waits
 * @fd:		not owned; -1 while not watched
 * @call:	called with the lock held; may add and remove watches, its own too
 * @opaque:	for @call
 */
struct gabion_watch {
	int fd;
	void (*call)(void *opaque, uint32_t events);
	void *opaque;
};

#define GABION_WATCH_NONE                                                                          \
	{                                                                                          \
		.fd = -1                                                                           \
	}

/**
 * struct gabion_loop - the descriptors waited for, and the lock of all devices
 * @epoll:	owned
 * @lock:	held while a device is called, be it from here or from a vCPU
 */
struct gabion_loop {
	int epoll;
	pthread_mutex_t lock;
};

/* Make one with nothing to wait for. */
int gabion_loop_create(struct gabion_loop *loop, struct gabion_error *error);
void gabion_loop_destroy(struct gabion_loop *loop);

/*
 * Wait for @events (EPOLLIN, ...) on @fd. 0 or -errno: -EPERM for a file that cannot
 * be waited for, such as a regular one.
 */
int gabion_loop_add(struct gabion_loop *loop, struct gabion_watch *watch, int fd, uint32_t events,
		    void (*call)(void *opaque, uint32_t events), void *opaque);

/* Wait for other events from now on; 0 for none but hang-up and error. */
void gabion_loop_change(struct gabion_loop *loop, const struct gabion_watch *watch,
			uint32_t events);

/* Wait no longer; harmless when it is not watched. To be called before its fd is closed. */
void gabion_loop_remove(struct gabion_loop *loop, struct gabion_watch *watch);

/*
 * Wait @timeout milliseconds (-1: for ever) for one event and handle it. 1 when there
 * was one, 0 when not, or -errno.
 */
int gabion_loop_turn(struct gabion_loop *loop, int timeout);

#endif /* GABION_VMM_LOOP_H */
