/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A machine in two files: its state (state.h), and its memory (pages.h).
 */
#ifndef GABION_VMM_SNAPSHOT_SNAPSHOT_H
#define GABION_VMM_SNAPSHOT_SNAPSHOT_H

#include "../config.h"
#include "state.h"

struct gabion_machine;

/**
 * struct gabion_snapshot_target - where to
 * @state, @memory: paths
 * @diff:	only the memory that changed since the last snapshot, or since it was loaded
 */
struct gabion_snapshot_target {
	const char *state, *memory;
	bool diff;
};

/**
 * struct gabion_snapshot_source - where from
 * @state, @memory: paths
 * @track:	note which memory changes from now on
 * @resume:	let the guest run
 * @nets:	array of objects with iface_id and host_dev_name, of cards that are on another
 *		tap here; NULL for none
 * @vsock:	path of its socket here; NULL for the same
 */
struct gabion_snapshot_source {
	const char *state, *memory;
	bool track, resume;
	const json_t *nets;
	const char *vsock;
};

/*
 * Save @machine, which is paused and was made of @config. Both files are there then, and what
 * changes is noted anew; or none is, and the machine is as it was.
 */
int gabion_snapshot_save(struct gabion_machine *machine, const struct gabion_config *config,
			 const struct gabion_snapshot_target *target, struct gabion_error *error);

/*
 * Take the state file apart as far as the configuration, which becomes @config, but for its
 * logger and metrics: these stay. @state is for gabion_snapshot_load(), and to be freed in
 * any case. Nothing of @config changes on failure.
 */
int gabion_snapshot_open(struct gabion_state *state, const struct gabion_snapshot_source *source,
			 struct gabion_config *config, struct gabion_error *error);

/* Load the rest into @machine, which was made of that configuration and has not started. */
int gabion_snapshot_load(struct gabion_machine *machine, struct gabion_state *state,
			 struct gabion_error *error);

#endif /* GABION_VMM_SNAPSHOT_SNAPSHOT_H */
