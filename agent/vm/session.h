/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The host's end of a guest that runs a command (vmm/guest/protocol.h). The guest is not trusted:
 * it can end its own session, and nothing else.
 */
#ifndef GABION_VM_SESSION_H
#define GABION_VM_SESSION_H

#include "../common/error.h"
#include "keeper.h"
#include "machine.h"

/* Exit status of what was not the command: the machine did not start, or ended before it. */
#define GABION_VM_EXIT_FAILED 125

/*
 * Listen for the guest of @machine in @entry, where its jail is made: before it is started. The
 * descriptor, or -errno and @error.
 */
int gabion_vm_session_listen(const struct gabion_vm_machine *machine,
			     const struct gabion_vm_entry *entry, struct gabion_error *error);

/**
 * gabion_vm_session_run - give the guest its job, and serve it to its end
 * @machine:	what it is to do, and may have
 * @listener:	of gabion_vm_session_listen(), non-blocking; not closed
 * @keeper:	of the machine; its end ends the session
 * @error:	filled in where the status is not the command's
 *
 * Standard streams are the process's. When both stdin and stdout are terminals, the command gets
 * one, and ours is raw meanwhile. SIGINT, SIGTERM, SIGHUP and SIGQUIT go to the command; before it
 * runs, they end the session, as does a guest that has not started it in time.
 *
 * Return: the command's exit status; 128 + the signal that ended it; 126 and 127: it cannot be run;
 * GABION_VM_EXIT_FAILED.
 */
int gabion_vm_session_run(const struct gabion_vm_machine *machine, int listener,
			  const struct gabion_keeper *keeper, struct gabion_error *error);

#endif /* GABION_VM_SESSION_H */
