/* SPDX-License-Identifier: GPL-2.0 */
/* Globs of a policy's tree: matched by trying, written out, and names that they match. */
#ifndef GABION_TESTS_ORACLE_GLOB_H
#define GABION_TESTS_ORACLE_GLOB_H

#include <stdio.h>

#include "tree.h"

#define ORACLE_GLOB_TEXT 512

/* Does @glob match the whole of @name? Time exponential in its stars. */
bool oracle_glob_matches(const struct oracle_policy *policy, const struct oracle_glob *glob,
			 const char *name);

/* The glob as the policy spells it, without quotes, in @text of ORACLE_GLOB_TEXT bytes. */
void oracle_glob_text(const struct oracle_policy *policy, const struct oracle_glob *glob,
		      char *text);

/* Does the text need quotes in a policy? */
bool oracle_glob_needs_quotes(const char *text);

/* A name that @glob matches, unless it has to be mended or cut for being none of the kernel's. */
void oracle_glob_sample(const struct oracle_policy *policy, const struct oracle_glob *glob,
			uint64_t *random, char name[ORACLE_PATH]);

/* Some byte of a name; '/' only if @slash. */
uint8_t oracle_glob_byte(uint64_t *random, bool slash);

/* Make @name one that the kernel could give: no "//", ".", "..", last '/'. */
void oracle_name_mend(char name[ORACLE_PATH]);

#endif /* GABION_TESTS_ORACLE_GLOB_H */
