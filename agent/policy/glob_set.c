// SPDX-License-Identifier: GPL-2.0
#include "glob_set.h"

#include <errno.h>

#include "dfa.h"
#include "glob.h"

/**
 * struct gabion_glob_set - the globs so far
 * @sets:	of bytes, in @nfa
 * @nfa:	patterns of all globs
 * @labels:	of @dfa: one beside the empty one
 * @dfa:	made of @nfa anew for each glob; without states: there is none yet
 */
struct gabion_glob_set {
	struct gabion_sets sets;
	struct gabion_nfa nfa;
	struct gabion_labels labels;
	struct gabion_automaton dfa;
};

struct gabion_glob_set *gabion_glob_set_new(void)
{
	struct gabion_glob_set *set = gabion_xcalloc(1, sizeof(*set));

	gabion_sets_init(&set->sets);
	gabion_nfa_init(&set->nfa, &set->sets);
	gabion_labels_init(&set->labels);
	return set;
}

void gabion_glob_set_free(struct gabion_glob_set *set)
{
	if (!set)
		return;
	gabion_automaton_free(&set->dfa);
	gabion_labels_free(&set->labels);
	gabion_nfa_free(&set->nfa);
	gabion_sets_free(&set->sets);
	free(set);
}

static int add_pattern(void *arg, const gabion_pattern *pattern)
{
	gabion_nfa_add(arg, pattern, 0, false);
	return 0;
}

int gabion_glob_set_add(struct gabion_glob_set *set, const char *glob,
			struct gabion_error *error)
{
	struct gabion_glob_error wrong;
	uint32_t culprit;

	if (gabion_glob_compile(&set->sets, glob, add_pattern, &set->nfa, &wrong))
		return gabion_error_set(error, -EINVAL, "impossible glob '%s': %s at byte %zu; %s",
					glob, wrong.message, wrong.offset + 1, wrong.mend);
	gabion_automaton_free(&set->dfa);
	if (gabion_dfa_construct(&set->dfa, &set->nfa, &set->labels, &culprit))
		return gabion_error_set(error, -EFBIG, "glob '%s': the automaton grows beyond its "
					"bounds; use fewer '*' and '**' in the middle", glob);
	return 0;
}

bool gabion_glob_set_matches(const struct gabion_glob_set *set, const char *name)
{
	uint32_t state = set->dfa.start;

	if (!set->dfa.nstates)
		return false;
	for (; *name; name++)
		state = gabion_automaton_next(&set->dfa, state, (unsigned char)*name);
	return set->dfa.accept[state];
}
