// SPDX-License-Identifier: GPL-2.0
#include "userns.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "../policy/syscall_names.h"
#include "reach.h"
#include "rules.h"

/* @flags: in the first argument; clone3(2) has them in memory, where no filter sees them */
static const struct {
	const char *name;
	bool flags;
} makers[] = {
	{"clone", true},
	{"unshare", true},
	{"clone3", false},
};

/* May it run with CLONE_NEWUSER in its first argument? */
static bool passes_flag(const struct gabion_view *view, u32 abi, u32 outcome)
{
	static const struct gabion_cube newuser = {CLONE_NEWUSER, CLONE_NEWUSER};
	cleanup_rules struct gabion_rules rules = {0};
	struct gabion_error error;
	struct gabion_cube both;
	size_t i;

	/* A fallback that refuses, so that all that runs has rules. */
	if (gabion_rules_build(&rules, view, abi, outcome, GABION_OUTCOME(GABION_ACTION_KILL, 0),
			       &error))
		return true;
	for (i = 0; i < rules.n; i++)
		if (GABION_REACH(GABION_OUTCOME_ACTION(rules.rules[i].outcome)) &
			    GABION_REACH_MAY_RUN &&
		    gabion_cube_meet(rules.rules[i].argument[0], newuser, &both))
			return true;
	return false;
}

char *gabion_userns_calls(const struct gabion_view *view, const struct gabion_policy_filter *filter)
{
	char *text = NULL;
	const char *separator = "";
	size_t size, i;
	FILE *out = open_memstream(&text, &size);
	u32 abi, outcome;

	if (!out)
		return NULL;
	for (abi = 0; abi < GABION_ABI_END; abi++)
		for (i = 0; i < sizeof(makers) / sizeof(*makers); i++) {
			int number = gabion_call_number(abi, makers[i].name);

			if (number < 0)
				continue;
			outcome = gabion_filter_entry(view, filter, abi, (u32)number);
			if (!(gabion_reach(view, outcome) & GABION_REACH_MAY_RUN) ||
			    (makers[i].flags && !passes_flag(view, abi, outcome)))
				continue;
			fprintf(out, "%s%s%s%s", separator,
				abi == GABION_ABI_X86_64 ? "" : gabion_abi_name(abi),
				abi == GABION_ABI_X86_64 ? "" : " ", makers[i].name);
			separator = ", ";
		}
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
