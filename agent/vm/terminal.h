/* SPDX-License-Identifier: GPL-2.0 */
/* The user's terminal while a guest has it. */
#ifndef GABION_VM_TERMINAL_H
#define GABION_VM_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

/* struct gabion_vm_terminal - zero-initialise; @before is what to go back to if @changed */
struct gabion_vm_terminal {
	struct termios before;
	bool changed;
};

/* Pass every key on, as it is typed. No effect where stdin is no terminal. */
void gabion_vm_terminal_set(struct gabion_vm_terminal *terminal);
void gabion_vm_terminal_restore(struct gabion_vm_terminal *terminal);
#define cleanup_terminal __attribute__((cleanup(gabion_vm_terminal_restore)))

/* Size of the terminal that stdout is; 0, 0: it has none. */
void gabion_vm_terminal_size(uint16_t *rows, uint16_t *columns);

#endif /* GABION_VM_TERMINAL_H */
