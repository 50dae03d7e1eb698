/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The control group (v2) of a machine, below the top of the tree: "gabion-vmm." and its id.
 */
#ifndef GABION_VMM_JAIL_GROUP_H
#define GABION_VMM_JAIL_GROUP_H

#include "../../agent/common/error.h"

#define GABION_GROUP_NAME 80 /* characters, with the NUL */

/**
 * struct gabion_group - a group, or where it is to be
 * @top:	folder of the file system; -1: there is none. Owned.
 * @procs:	takes who joins the group; owned, -1 until it is made
 */
struct gabion_group {
	char name[GABION_GROUP_NAME];
	int top, procs;
};

#define GABION_GROUP_NONE                                                                          \
	{                                                                                          \
		.top = -1, .procs = -1                                                             \
	}

/* Find where it goes; -ENODEV where there is no cgroup v2. */
int gabion_group_find(struct gabion_group *group, const char *id, struct gabion_error *error);

/*
 * Make it, with @n @settings, "KEY=VALUE". One that an earlier run left behind, which nobody is
 * in, is made anew. -EBUSY: somebody is in it. After a failure there is none of ours.
 */
int gabion_group_make(struct gabion_group *group, const char *const *settings, unsigned int n,
		      struct gabion_error *error);

/* Put the calling process in. */
int gabion_group_join(const struct gabion_group *group, struct gabion_error *error);

/* Kill whoever is in it, and take it away. 0, also when there is none, or -errno. */
int gabion_group_remove(const struct gabion_group *group);

void gabion_group_close(struct gabion_group *group);

#endif /* GABION_VMM_JAIL_GROUP_H */
