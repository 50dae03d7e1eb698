/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Warnings: what a policy says and hardly means.  Exact by labels: what is said of a
 * rule holds for every name that it is about.
 */
#ifndef GABION_POLICY_WARN_H
#define GABION_POLICY_WARN_H

#include "model.h"

/* Labels of @rule's objects: of @class_model's resource, or for the domain class @alone. */
struct gabion_warn_labels {
	const uint32_t *v;
	uint32_t n;
	uint32_t alone;
};

static inline void gabion_warn_labels_of(const struct gabion_model *m,
					 const struct gabion_rule *rule,
					 struct gabion_warn_labels *labels)
{
	const struct gabion_class_model *c = &m->classes[rule->klass];

	if (rule->klass == GABION_CLASS_DOMAIN) {
		labels->alone = rule->object;
		labels->v = &labels->alone;
		labels->n = 1;
		return;
	}
	labels->v = c->of + c->of_first[rule->object];
	labels->n = c->of_first[rule->object + 1] - c->of_first[rule->object];
}

/* Does the domain say it itself, not an abstraction that it uses? */
static inline bool gabion_warn_is_own(const struct gabion_model *m, const struct gabion_rule *rule)
{
	return rule->block == m->domains.v[rule->domain].block;
}

/* What the level order leaves of the permissions of @rule's domain on @label. */
uint32_t gabion_warn_level_mask(const struct gabion_view *view, const struct gabion_rule *rule,
				uint32_t label);

/* warn_rules.c: rules that change nothing. */
void gabion_warn_rules(struct gabion_model *m, const struct gabion_view *view);

/* warn_objects.c: grants on everything, and programs that their domain may write. */
void gabion_warn_objects(struct gabion_model *m, const struct gabion_view *view);

#endif /* GABION_POLICY_WARN_H */
