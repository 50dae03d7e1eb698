/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The life of a machine: what its configuration asks for is made when it is started,
 * and is gone when it is stopped.
 */
#ifndef GABION_VMM_VM_H
#define GABION_VMM_VM_H

#include "config.h"
#include "end.h"
#include "snapshot/snapshot.h"
#include "jail/filter.h"
#include "terminal.h"

struct gabion_machine;

/**
 * struct gabion_vm - a machine, started or not
 * @control:	of what is not the guest's: signals, API; not owned
 * @end:	watched by @control; not owned
 * @boot_timer:	have one
 * @filters:	hold its processors' threads, not owned; NULL: none do
 * @machine:	owned; NULL while there is none
 * @terminal:	that it was started on
 */
struct gabion_vm {
	struct gabion_loop *control;
	struct gabion_end *end;
	bool boot_timer;
	const struct gabion_filters *filters;
	struct gabion_machine *machine;
	struct gabion_terminal terminal;
};

enum gabion_vm_state { GABION_VM_NOT_STARTED, GABION_VM_RUNNING, GABION_VM_PAUSED };

enum gabion_vm_state gabion_vm_state(const struct gabion_vm *vm);

/* Make and start what @config asks for. On failure there is no machine, as before. */
int gabion_vm_start(struct gabion_vm *vm, const struct gabion_config *config,
		    struct gabion_error *error);

/*
 * Make the machine of a snapshot, paused, or running when @source says so. @config becomes what
 * it is made of. On failure there is no machine, and @config is as before.
 */
int gabion_vm_load(struct gabion_vm *vm, const struct gabion_snapshot_source *source,
		   struct gabion_config *config, struct gabion_error *error);

/* Wait for one thing to happen, and do it. 0 or -errno. */
int gabion_vm_turn(struct gabion_vm *vm);

/* Harmless when there is no machine. */
void gabion_vm_stop(struct gabion_vm *vm);

/**
 * struct gabion_vm_ops - what the API has a machine do; in tests, another's
 *
 * From the thread that turns. All but @state, @start and @load need a machine. @config is the one
 * with the change; @n counts its drives, or its network cards.
 *
 * @press_ctrl_alt_del: as gabion_i8042_ctrl_alt_del()
 * @update_drive: limits; with @reopen the file, too
 * @save:	as gabion_snapshot_save(), of a machine that is paused
 * @load:	as gabion_vm_load()
 * @resize_balloon, @poll_balloon: its size, and the interval of its statistics
 */
struct gabion_vm_ops {
	enum gabion_vm_state (*state)(const struct gabion_vm *vm);
	int (*start)(struct gabion_vm *vm, const struct gabion_config *config,
		     struct gabion_error *error);
	void (*pause)(struct gabion_vm *vm);
	void (*resume)(struct gabion_vm *vm);
	int (*press_ctrl_alt_del)(struct gabion_vm *vm);
	int (*update_drive)(struct gabion_vm *vm, const struct gabion_config *config,
			    unsigned int n, bool reopen, struct gabion_error *error);
	int (*update_net)(struct gabion_vm *vm, const struct gabion_config *config, unsigned int n,
			  struct gabion_error *error);
	void (*resize_balloon)(struct gabion_vm *vm, const struct gabion_config *config);
	void (*poll_balloon)(struct gabion_vm *vm, const struct gabion_config *config);
	void (*read_balloon)(struct gabion_vm *vm, struct gabion_balloon_stats *stats);
	int (*save)(struct gabion_vm *vm, const struct gabion_config *config,
		    const struct gabion_snapshot_target *target, struct gabion_error *error);
	int (*load)(struct gabion_vm *vm, const struct gabion_snapshot_source *source,
		    struct gabion_config *config, struct gabion_error *error);
};

extern const struct gabion_vm_ops gabion_vm_ops;

#endif /* GABION_VMM_VM_H */
