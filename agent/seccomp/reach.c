// SPDX-License-Identifier: GPL-2.0
#include "reach.h"

#include "../policy/test_walk.h"

static void add_action(u32 outcome, void *data)
{
	u32 *actions = data;

	*actions |= GABION_REACH(GABION_OUTCOME_ACTION(outcome));
}

u32 gabion_reach(const struct gabion_view *view, u32 outcome)
{
	u32 actions = 0;
	struct gabion_walk walk = {.tests = view->tests, .visit = add_action, .data = &actions};

	return gabion_walk_outcomes(&walk, outcome) ? actions : GABION_REACH_ALL;
}
