/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Path globs to patterns.
 *
 *	*	any bytes but '/', also none
 *	**	any bytes, also none
 *	?	one byte, not '/'
 *	[a-z]	one byte of the set; [^a-z] one that is neither in it nor '/'
 *	{a,b}	either; may be nested and empty
 *	\c	the character c itself
 *
 * Names are what the kernel's d_path makes of an object: absolute, no "//", no
 * "." or ".." component, no trailing slash.  A glob that can match no such name
 * is an error.
 */
#ifndef GABION_POLICY_GLOB_H
#define GABION_POLICY_GLOB_H

#include "pattern.h"

/* Most alternatives that the braces of one glob may multiply to. */
#define GABION_GLOB_EXPANSIONS 4096U

/* Most braces in one glob. */
#define GABION_GLOB_BRACES 64U

/* Where and why a glob is refused. */
struct gabion_glob_error {
	size_t offset;		/* bytes from the start of the glob */
	const char *message;	/* constant text */
	const char *mend;	/* constant text */
};

/*
 * Call @emit for each of the patterns that @glob stands for.  Return: 0; or
 * -EINVAL and @error; or what @emit returned if not 0.
 */
int gabion_glob_compile(struct gabion_sets *sets, const char *glob,
			int (*emit)(void *arg, const gabion_pattern *pattern), void *arg,
			struct gabion_glob_error *error);

/*
 * Take the escapes out of a glob that has no wildcard: the name it stands for,
 * malloc'ed; NULL if it has a wildcard.
 */
char *gabion_glob_literal(const char *glob);

#endif /* GABION_POLICY_GLOB_H */
