/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A terminal on stdin is the guest's while it runs: it gets every key.
 */
#ifndef GABION_VMM_TERMINAL_H
#define GABION_VMM_TERMINAL_H

#include <stdbool.h>
#include <termios.h>

struct gabion_terminal {
	bool changed;
	struct termios before;
};

/* Pass keys on at once and as they are. Nothing happens when stdin is no terminal. */
void gabion_terminal_set(struct gabion_terminal *terminal);

/* As it was. Harmless on one that was not set. */
void gabion_terminal_restore(struct gabion_terminal *terminal);

#endif /* GABION_VMM_TERMINAL_H */
