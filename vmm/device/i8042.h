/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The keyboard controller of a PC: its reset line, and a keyboard on which only
 * Ctrl+Alt+Del is ever pressed.
 */
#ifndef GABION_VMM_DEVICE_I8042_H
#define GABION_VMM_DEVICE_I8042_H

#include <stdbool.h>

#include "../bus.h"
#include "../end.h"
#include "../irq.h"
#include "../snapshot/state.h"

#define GABION_I8042_QUEUE 16

/**
 * struct gabion_i8042 - the controller; gabion_i8042_init() before use
 * @end:	told of a reset; not owned
 * @irq:	its line; not owned
 * @control:	the command byte
 * @command:	that waits for its byte on the data port, or 0
 * @parameter:	the keyboard's last command waits for its byte
 * @scanning:	the guest has told the keyboard to send keys
 * @queue:	@count bytes for the data port, oldest first
 */
struct gabion_i8042 {
	struct gabion_end *end;
	const struct gabion_irq *irq;
	unsigned char control, command;
	bool parameter, scanning;
	unsigned char queue[GABION_I8042_QUEUE];
	unsigned int count;
};

void gabion_i8042_init(struct gabion_i8042 *i8042, struct gabion_end *end,
		       const struct gabion_irq *irq);

/* Ports 0x60 to 0x64; the device is a struct gabion_i8042. */
extern const struct gabion_bus_ops gabion_i8042_ops;

/* Save or load all of it. */
void gabion_i8042_transfer(struct gabion_i8042 *i8042, struct gabion_state *state);

/* All of a snapshot is loaded: raise the interrupt that the guest may wait for. */
void gabion_i8042_wake(const struct gabion_i8042 *i8042);

/*
 * Press and release the three keys. -ENODEV when the guest does not listen to its keyboard,
 * -EBUSY when it has not taken what was sent before. With the lock of the devices.
 */
int gabion_i8042_ctrl_alt_del(struct gabion_i8042 *i8042);

#endif /* GABION_VMM_DEVICE_I8042_H */
