// SPDX-License-Identifier: GPL-2.0
#include "nfa.h"

static uint32_t add_node(struct gabion_nfa *nfa, const struct gabion_token *token, uint32_t sibling,
			 uint32_t owner)
{
	vec_push(&nfa->nodes, (struct gabion_nfa_node){
				      .set = token->set,
				      .sibling = sibling,
				      .children = GABION_NFA_NONE,
				      .accepts = GABION_NFA_NONE,
				      .star = GABION_NFA_NONE,
				      .double_star = GABION_NFA_NONE,
				      .loop = token->loop,
			      });
	vec_push(&nfa->owners, owner);
	return nfa->nodes.n - 1;
}

void gabion_nfa_init(struct gabion_nfa *nfa, const struct gabion_sets *sets)
{
	memset(nfa, 0, sizeof(*nfa));
	nfa->sets = sets;
	add_node(nfa, &(struct gabion_token){ GABION_NFA_NONE, false }, GABION_NFA_NONE,
		 GABION_NFA_NONE);
}

void gabion_nfa_free(struct gabion_nfa *nfa)
{
	free(nfa->nodes.v);
	free(nfa->owners.v);
	free(nfa->accepts.v);
	memset(nfa, 0, sizeof(*nfa));
}

static uint32_t loop_child(struct gabion_nfa *nfa, uint32_t node, const struct gabion_token *token,
			   uint32_t owner)
{
	bool any = token->set == GABION_SET_ANY;
	uint32_t child = any ? nfa->nodes.v[node].double_star : nfa->nodes.v[node].star;

	if (child != GABION_NFA_NONE)
		return child;
	child = add_node(nfa, token, GABION_NFA_NONE, owner);
	if (any)
		nfa->nodes.v[node].double_star = child;
	else
		nfa->nodes.v[node].star = child;
	return child;
}

static uint32_t byte_child(struct gabion_nfa *nfa, uint32_t node, const struct gabion_token *token,
			   uint32_t owner)
{
	uint32_t first = nfa->nodes.v[node].children, child;

	for (child = first; child != GABION_NFA_NONE; child = nfa->nodes.v[child].sibling)
		if (nfa->nodes.v[child].set == token->set)
			return child;
	child = add_node(nfa, token, first, owner);
	nfa->nodes.v[node].children = child;
	return child;
}

void gabion_nfa_add(struct gabion_nfa *nfa, const gabion_pattern *pattern, uint32_t resource,
		    bool except)
{
	uint32_t node = 0, a;
	size_t i;

	for (i = 0; i < pattern->n; i++) {
		const struct gabion_token *t = &pattern->v[i];

		node = t->loop ? loop_child(nfa, node, t, resource)
			       : byte_child(nfa, node, t, resource);
	}
	for (a = nfa->nodes.v[node].accepts; a != GABION_NFA_NONE; a = nfa->accepts.v[a].next)
		if (nfa->accepts.v[a].resource == resource && nfa->accepts.v[a].except == except)
			return;
	vec_push(&nfa->accepts,
		 (struct gabion_nfa_accept){ resource, nfa->nodes.v[node].accepts, except });
	nfa->nodes.v[node].accepts = nfa->accepts.n - 1;
}
