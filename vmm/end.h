/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a guest ends, which is also the exit status of the program.
 */
#ifndef GABION_VMM_END_H
#define GABION_VMM_END_H

#include <stdatomic.h>

#include "loop.h"

/* Documented in gabion-vmm(8). GABION_END_SIGNAL + n: signal n. */
enum gabion_end_how {
	GABION_END_GUEST = 0, /* it powered off or reset */
	GABION_END_SETUP = 1, /* it was not started */
	GABION_END_USAGE = 2,
	GABION_END_FAULT = 3, /* triple fault, or KVM cannot go on */
	GABION_END_SIGNAL = 128,
};

/**
 * struct gabion_end - the first reason to end, from whichever thread
 * @how:	an exit status, or -1 while there is none
 * @eventfd:	readable from then on; owned
 * @signals:	tells of SIGTERM, SIGINT and SIGHUP; owned
 * @end_watch, @signal_watch: wake the loop
 */
struct gabion_end {
	atomic_int how;
	int eventfd, signals;
	struct gabion_watch end_watch, signal_watch;
};

/*
 * From now on SIGTERM, SIGINT and SIGHUP are reasons to end, which come when @loop looks,
 * and wake it, as every reason does. Before any thread is started.
 */
int gabion_end_create(struct gabion_end *end, struct gabion_loop *loop, struct gabion_error *error);

/* Close the descriptors, those of one that gabion_end_create() failed on, too. */
void gabion_end_destroy(struct gabion_end *end);

/* Ask the program to end. Only the first reason counts. From any thread. */
void gabion_end_request(struct gabion_end *end, int how);

#endif /* GABION_VMM_END_H */
