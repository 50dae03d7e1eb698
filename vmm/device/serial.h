/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A 16550A serial port: what the guest writes goes to one descriptor, what comes from
 * another is read by it.
 */
#ifndef GABION_VMM_DEVICE_SERIAL_H
#define GABION_VMM_DEVICE_SERIAL_H

#include <stdbool.h>

#include "../bus.h"
#include "../irq.h"
#include "../loop.h"
#include "../snapshot/state.h"

#define GABION_SERIAL_FIFO   64	   /* bytes read ahead of the guest */
#define GABION_SERIAL_BUFFER 16384 /* bytes written, while nobody takes them */

/**
 * struct gabion_serial - one port; gabion_serial_init(), then gabion_serial_start()
 * @irq:	its line; not owned
 * @loop:	not owned; its lock guards all the rest
 * @input, @output: waiting for descriptors, which are not owned
 * @in:		where it reads, -1 at its end; @in_file when epoll cannot wait for it
 * @out:	where it writes
 * @fifo:	bytes that the guest has not read, oldest first, @fifo_count of them
 * @buffer:	bytes that @out has not taken
 */
struct gabion_serial {
	const struct gabion_irq *irq;
	struct gabion_loop *loop;
	struct gabion_watch input, output;
	int in, out;
	bool in_file;
	unsigned char ier, lcr, mcr, scratch, divisor[2];
	bool fifo_enabled, thr_pending;
	unsigned char fifo[GABION_SERIAL_FIFO];
	unsigned int fifo_count;
	char buffer[GABION_SERIAL_BUFFER];
	unsigned int buffered;
};

/* Eight registers, a byte each. */
extern const struct gabion_bus_ops gabion_serial_ops;

/* As after a reset. */
void gabion_serial_init(struct gabion_serial *serial);

/*
 * Save what the guest set and has not read, or load it before the start. What was written is
 * not part of it: the one who wrote it passes it on.
 */
void gabion_serial_transfer(struct gabion_serial *serial, struct gabion_state *state);

/* All of a snapshot is loaded: raise the interrupt that the guest may wait for. */
void gabion_serial_wake(const struct gabion_serial *serial);

/* Begin to read @in and to write @out. */
int gabion_serial_start(struct gabion_serial *serial, struct gabion_loop *loop,
			const struct gabion_irq *irq, int in, int out, struct gabion_error *error);

/* Write what is still buffered, as far as @out takes it at once; wait for nothing more. */
void gabion_serial_stop(struct gabion_serial *serial);

#endif /* GABION_VMM_DEVICE_SERIAL_H */
