/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The process between `gabion vm run` and gabion-vmm: whichever of the three is killed, the machine
 * ends and its files go. It also keeps the last output of the machine's serial port, and serves
 * `gabion vm console` and `stop`.
 *
 * Protocol of its socket, GABION_VM_FILE_CONTROL: the client sends GABION_KEEPER_CONSOLE and gets
 * what is kept and what comes, and sends what is typed; or it sends GABION_KEEPER_STOP and 2 bytes,
 * little-endian, seconds to wait, and the connection closes when the machine has ended.
 */
#ifndef GABION_VM_KEEPER_H
#define GABION_VM_KEEPER_H

#include <sys/types.h>

#include "machine.h"

#define GABION_KEEPER_CONSOLE 'C'
#define GABION_KEEPER_STOP    'S'

/* Bytes of the serial port's output that are kept. */
#define GABION_CONSOLE_SIZE 65536

/**
 * struct gabion_console - shared by keeper and starter
 * @total:	bytes that ever came; the last GABION_CONSOLE_SIZE of them are in @bytes, as a ring
 */
struct gabion_console {
	size_t total;
	char bytes[GABION_CONSOLE_SIZE];
};

/* Copy the last bytes that are kept, at most @size, in order; how many. */
size_t gabion_console_tail(const struct gabion_console *console, char *bytes, size_t size);
void gabion_console_add(struct gabion_console *console, const char *bytes, size_t n);

/**
 * struct gabion_keeper - as its starter sees it
 * @pid:	of the keeper, a child
 * @life:	it ends the machine when this is closed; owned
 * @console:	shared memory; owned
 */
struct gabion_keeper {
	pid_t pid;
	int life;
	struct gabion_console *console;
};

/*
 * Start the keeper of @entry, whose lock goes over to it. It removes the entry in the end. It
 * starts gabion-vmm for @machine, as that is now, when gabion_keeper_go() is called. 0 or -errno.
 */
int gabion_keeper_start(struct gabion_keeper *keeper, struct gabion_vm_entry *entry,
			const struct gabion_vm_machine *machine, struct gabion_error *error);

/* All that gabion-vmm needs is there. 0 or -errno. */
int gabion_keeper_go(const struct gabion_keeper *keeper);

/*
 * Let go: the machine ends if it runs, and its files are gone. Return: gabion-vmm's exit status, or
 * 128 + the signal that ended it.
 */
int gabion_keeper_end(struct gabion_keeper *keeper);

#endif /* GABION_VM_KEEPER_H */
