/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The jail of a machine: what the process that runs it is left with. One process stays outside
 * and waits; a second one, the keeper, takes away what was made, whoever of the others dies how.
 */
#ifndef GABION_VMM_JAIL_JAIL_H
#define GABION_VMM_JAIL_JAIL_H

#include <sys/types.h>

#include "../../agent/common/error.h"
#include "../../agent/seccomp/rlimits.h"

#define GABION_JAIL_CGROUPS 32 /* settings, at most */

/**
 * struct gabion_jail_options - what was asked for; nothing is owned
 * @root:	the folder that becomes the root; NULL: there is no jail
 * @id:		the machine's, names its control group and its host
 * @uid, @gid:	whom the machine runs as; -1: not said
 * @netns:	file of a network namespace, NULL for the one we are in
 * @domain:	of Gabion, NULL for the one we are in
 * @socket:	of the API, inside; NULL: there is none
 * @rlimits:	beside those that every jail has
 * @cgroups:	"KEY=VALUE", as files of a control group; without any there is no group
 */
struct gabion_jail_options {
	const char *root, *id;
	uid_t uid;
	gid_t gid;
	const char *netns, *domain, *socket;
	struct gabion_rlimits rlimits;
	const char *cgroups[GABION_JAIL_CGROUPS];
	unsigned int cgroup_count;
};

#define GABION_JAIL_OPTIONS_NONE                                                                   \
	{                                                                                          \
		.uid = (uid_t)-1, .gid = (gid_t)-1                                                 \
	}

/*
 * Take "--@name=@value": jail, uid, gid, netns, domain, rlimit or cgroup. -EINVAL; its words begin
 * with the option.
 */
int gabion_jail_parse(struct gabion_jail_options *options, const char *name, const char *value,
		      struct gabion_error *error);

/* Do they go together? All of them, but the id, need a root, and that needs a user. -EINVAL. */
int gabion_jail_check(const struct gabion_jail_options *options, struct gabion_error *error);

/*
 * Go in. Returns 0 in a new process, which is in the jail, and 1 in the calling one when that has
 * ended and nothing is left of it: with @status that it ended with, 128 + n for signal n. A
 * negative errno may come in both; in the calling one nothing is left then, either.
 *
 * Before any thread is started. What is to be read, or loaded, from outside has to have been.
 */
int gabion_jail_enter(const struct gabion_jail_options *options, int *status,
		      struct gabion_error *error);

#endif /* GABION_VMM_JAIL_JAIL_H */
