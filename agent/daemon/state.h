/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state file: what each output had taken that the kernel had not been told
 * to forget when the daemon last ran.  It keeps records from coming twice after
 * a crash; without it they may, but none is lost.
 */
#ifndef GABION_DAEMON_STATE_H
#define GABION_DAEMON_STATE_H

#include "../stream/sink.h"

/**
 * struct gabion_state - where it is, and what its contents are about
 * @path:	borrowed
 * @boot_id:	of the running system
 * @instance:	load of the module: sequence numbers count within it
 */
struct gabion_state {
	const char *path;
	char boot_id[40];
	uint64_t instance;
};

/* Find out what boot this is. */
int gabion_state_init(struct gabion_state *state, const char *path, uint64_t instance,
		      struct gabion_error *error);
/*
 * Give the sinks the progress that the file holds for them, by name. A file of
 * another boot or instance, or none, is no error: all start from nothing. So
 * they do when it is damaged, which is -EBADMSG.
 */
int gabion_state_load(const struct gabion_state *state, struct gabion_sink **sinks,
		      size_t nsinks, struct gabion_error *error);
/* Replace the file. */
int gabion_state_save(const struct gabion_state *state, struct gabion_sink *const *sinks,
		      size_t nsinks, struct gabion_error *error);

#endif /* GABION_DAEMON_STATE_H */
