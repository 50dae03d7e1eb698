/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GABION_SECCOMP_RLIMITS_H
#define GABION_SECCOMP_RLIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>

#include "../common/error.h"

/**
 * struct gabion_rlimits - limits to set, by RLIMIT_*
 * @given:	which of @limits are
 */
struct gabion_rlimits {
	bool given[RLIM_NLIMITS];
	struct rlimit limits[RLIM_NLIMITS];
};

/*
 * Add "NAME=SOFT[:HARD]": NAME as in setrlimit(2), in lower case without RLIMIT_; a limit is
 * a number in the units of setrlimit(2), with K, M or G for 2^10, 2^20, 2^30, or "unlimited".
 * Without HARD both are SOFT. -EINVAL.
 */
int gabion_rlimits_parse(struct gabion_rlimits *rlimits, const char *text,
			 struct gabion_error *error);

int gabion_rlimits_apply(const struct gabion_rlimits *rlimits, struct gabion_error *error);

#endif /* GABION_SECCOMP_RLIMITS_H */
