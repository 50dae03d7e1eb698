/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The decision: object name -> label -> sigma[domain][label] under the level
 * order.  The kernel precomputes gabion_effective() into one matrix at load;
 * the agent calls it for each query.  Same code, same answer.
 */
#ifndef GABION_CORE_DECIDE_H
#define GABION_CORE_DECIDE_H

#include "level.h"
#include "view.h"

/* State after reading @n bytes of @name from @state. */
static inline u32 gabion_dfa_walk(const struct gabion_dfa *dfa, u32 state, const u8 *name, size_t n)
{
	while (n--) {
		const struct gabion_policy_cell *cell =
			&dfa->cells[le32_to_cpu(dfa->base[state]) + dfa->classmap[*name++]];

		state = le32_to_cpu(cell->check) == state ? le32_to_cpu(cell->next)
							  : le32_to_cpu(dfa->fallback[state]);
	}
	return state;
}

/* Label of the object called @name in a class that has a DFA. */
static inline u32 gabion_dfa_label(const struct gabion_dfa *dfa, const void *name, size_t n)
{
	return le32_to_cpu(dfa->accept[gabion_dfa_walk(dfa, dfa->start, name, n)]);
}

/* Entry of an optional matrix. */
static inline u32 gabion_matrix(const struct gabion_class_view *c, const __le32 *matrix,
				u32 domain, u32 label)
{
	return matrix ? le32_to_cpu(matrix[(size_t)domain * c->nlabels + label]) : 0;
}

/* Level of label @label of class @klass. */
static inline const struct gabion_policy_level *
gabion_label_level(const struct gabion_view *view, u32 klass, u32 label)
{
	if (klass == GABION_CLASS_DOMAIN)
		return &view->levels[le32_to_cpu(view->domains[label].level)];
	return &view->levels[le32_to_cpu(view->classes[klass].labels[label].level)];
}

/*
 * What @domain may do to an object of label @label: what the rules grant,
 * masked by the level order, trusted exceptions apart.
 */
static inline u32 gabion_effective(const struct gabion_view *view, u32 klass, u32 domain, u32 label)
{
	const struct gabion_class_view *c = &view->classes[klass];
	const struct gabion_policy_domain *d = &view->domains[domain];
	u32 mask;

	if (le32_to_cpu(d->flags) & GABION_DOMAIN_UNCONFINED)
		return gabion_class_permissions(klass);
	mask = gabion_level_mask(&view->levels[le32_to_cpu(d->level)],
				 gabion_label_level(view, klass, label),
				 gabion_class_read_flow(klass), gabion_class_write_flow(klass));
	return gabion_matrix(c, c->allow, domain, label) &
	       (mask | gabion_matrix(c, c->trusted, domain, label));
}

#endif /* GABION_CORE_DECIDE_H */
