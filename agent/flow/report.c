// SPDX-License-Identifier: GPL-2.0
#include "report.h"

#include "../../core/decide.h"
#include "../policy/mem.h"

static struct gabion_flow_exception exception_of(const struct gabion_view *view,
						 const struct gabion_policy_rule *rule)
{
	uint32_t klass = le16_to_cpu(rule->klass), object = le32_to_cpu(rule->object);
	const struct gabion_policy_domain *d = &view->domains[le32_to_cpu(rule->domain)];
	struct gabion_flow_exception e = {
		.rule = rule,
		.domain = &view->levels[le32_to_cpu(d->level)],
		.object = &view->levels[le32_to_cpu(klass == GABION_CLASS_DOMAIN
							    ? view->domains[object].level
							    : view->resources[object].level)],
	};

	e.permissions = le32_to_cpu(rule->permissions) & ~GABION_RULE_COMMANDS &
			~gabion_level_mask(e.domain, e.object, gabion_class_read_flow(klass),
					   gabion_class_write_flow(klass));
	return e;
}

static void find_exceptions(const struct gabion_view *view, struct gabion_flow_report *report)
{
	VEC(struct gabion_flow_exception) found = {};
	uint32_t i;

	for (i = 0; i < view->nrules; i++)
		if (le16_to_cpu(view->rules[i].kind) == GABION_RULE_TRUSTED)
			vec_push(&found, exception_of(view, &view->rules[i]));
	report->exceptions = found.v;
	report->nexceptions = found.n;
}

static bool has_class(const struct gabion_flow_chain *chain, enum gabion_flow_class class)
{
	size_t i;

	for (i = 0; i < chain->n; i++)
		if (chain->steps[i].class == class)
			return true;
	return false;
}

/* The flows that there are more if @class counts, too. */
static void find_uncounted(const struct gabion_flow *flow, uint32_t classes,
			   enum gabion_flow_class class, struct gabion_flow_uncounted *out)
{
	struct gabion_flow_violations more;
	struct gabion_flow_chain *best = NULL;
	size_t i;

	gabion_flow_violations(flow, classes | 1U << class, &more);
	for (i = 0; i < more.n; i++) {
		if (!has_class(&more.v[i], class))
			continue;
		out->n++;
		if (!best || more.v[i].n < best->n)
			best = &more.v[i];
	}
	if (best) {
		out->example = *best;
		*best = (struct gabion_flow_chain){};
	}
	gabion_flow_violations_free(&more);
}

void gabion_flow_report(const struct gabion_flow *flow, bool strict,
			struct gabion_flow_report *report)
{
	uint32_t class;

	*report = (struct gabion_flow_report){
		.classes = strict ? GABION_FLOW_STRICT : GABION_FLOW_PROOF,
	};
	gabion_flow_violations(flow, report->classes, &report->violations);
	find_exceptions(gabion_flow_view(flow), report);
	for (class = 0; class < GABION_FLOW_CLASSES; class ++)
		/* Through those whom nothing holds everything goes everywhere. */
		if (!(report->classes >> class & 1) && class != GABION_FLOW_MODE &&
		    class != GABION_FLOW_HOST)
			find_uncounted(flow, report->classes, class, &report->uncounted[class]);
}

void gabion_flow_report_free(struct gabion_flow_report *report)
{
	uint32_t class;

	gabion_flow_violations_free(&report->violations);
	free(report->exceptions);
	for (class = 0; class < GABION_FLOW_CLASSES; class ++)
		gabion_flow_chain_free(&report->uncounted[class].example);
	*report = (struct gabion_flow_report){};
}
