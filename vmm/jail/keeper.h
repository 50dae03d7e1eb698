/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A process that does nothing but take away what a jail was made of, when the one that made it,
 * and the machine with it, has ended: it need not be able to do that itself any more.
 */
#ifndef GABION_VMM_JAIL_KEEPER_H
#define GABION_VMM_JAIL_KEEPER_H

#include "filter.h"
#include "group.h"
#include "root.h"

#define GABION_KEEPER_NONE                                                                         \
	{                                                                                          \
		.pipe = -1                                                                         \
	}

/**
 * struct gabion_keeper - the process
 * @pid:	0: there is none
 * @pipe:	it waits for the end of this; owned, and nobody else's
 */
struct gabion_keeper {
	pid_t pid;
	int pipe;
};

/**
 * struct gabion_kept - what is to be taken away
 * @has_group:	@group was made, and not by another machine
 * @socket:	inside of @root; NULL: none
 */
struct gabion_kept {
	bool has_group;
	struct gabion_group group;
	struct gabion_root root;
	const char *socket;
};

/* Take it away. 0 or -errno, when there are still processes in the group. */
int gabion_kept_clean(const struct gabion_kept *kept);

/* Start it, held by a filter of @filters. It has its own @kept, as it is now. */
int gabion_keeper_start(struct gabion_keeper *keeper, const struct gabion_kept *kept,
			const struct gabion_filters *filters, struct gabion_error *error);

/* The group was made: without this word it is another's. 0 or -errno. */
int gabion_keeper_tell_group(const struct gabion_keeper *keeper);

/*
 * The machine has ended: have it take away everything, and wait for that. Harmless when there is
 * none. False: it did not, or could not.
 */
bool gabion_keeper_end(struct gabion_keeper *keeper);

#endif /* GABION_VMM_JAIL_KEEPER_H */
