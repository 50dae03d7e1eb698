// SPDX-License-Identifier: GPL-2.0
/* Chains and reports as JSON. */
#include "../common/cleanup.h"
#include "../policy/names.h"
#include "describe.h"
#include "print.h"

static void json_rule(const struct gabion_flow *flow, const struct gabion_policy_rule *r,
		      struct gabion_json *json)
{
	cleanup_free char *text = gabion_flow_rule_text(flow, r);

	gabion_json_string(json, "rule", text);
	gabion_json_string(json, "file", gabion_view_string(gabion_flow_view(flow), r->file));
	gabion_json_unsigned(json, "line", le32_to_cpu(r->line));
	gabion_json_unsigned(json, "column", le32_to_cpu(r->column));
}

static void json_node(const struct gabion_flow *flow, uint32_t node, struct gabion_json *json,
		      const char *key)
{
	cleanup_free char *text = gabion_flow_node_text(flow, node);
	const char *level = gabion_flow_level_name(flow, node);
	uint32_t index;

	gabion_json_open(json, key, '{');
	gabion_json_string(json, "kind",
			   gabion_flow_kind_name(gabion_flow_kind(flow, node, &index)));
	gabion_json_string(json, "name", text);
	gabion_json_string(json, "level", *level ? level : NULL);
	gabion_json_close(json, '}');
}

static void json_step(const struct gabion_flow *flow, const struct gabion_flow_step *step,
		      struct gabion_json *json)
{
	cleanup_free char *bits = step->klass && step->klass < GABION_CLASS_TABLES_END
					  ? gabion_bits_format(step->klass, step->permissions)
					  : NULL;
	const struct gabion_policy_rule *rule;
	uint32_t next = 0;

	gabion_json_open(json, NULL, '{');
	json_node(flow, step->from, json, "from");
	json_node(flow, step->to, json, "to");
	gabion_json_string(json, "actor", gabion_flow_domain_name(flow, step->actor));
	gabion_json_string(json, "how", gabion_flow_how_name(step->how));
	gabion_json_string(json, "class", gabion_flow_class_name(step->class));
	gabion_json_string(json, "permissions", bits);
	gabion_json_open(json, "rules", '[');
	while ((rule = gabion_flow_step_rule(flow, step, &next))) {
		gabion_json_open(json, NULL, '{');
		json_rule(flow, rule, json);
		gabion_json_close(json, '}');
	}
	gabion_json_close(json, ']');
	gabion_json_close(json, '}');
}

void gabion_flow_json_chain(const struct gabion_flow *flow, const struct gabion_flow_chain *chain,
			    struct gabion_json *json, const char *key)
{
	size_t i;

	gabion_json_open(json, key, '{');
	json_node(flow, chain->steps[0].from, json, "from");
	json_node(flow, chain->steps[chain->n - 1].to, json, "to");
	gabion_json_open(json, "steps", '[');
	for (i = 0; i < chain->n; i++)
		json_step(flow, &chain->steps[i], json);
	gabion_json_close(json, ']');
	gabion_json_close(json, '}');
}

static void json_exception(const struct gabion_flow *flow, const struct gabion_flow_exception *e,
			   struct gabion_json *json)
{
	const struct gabion_view *view = gabion_flow_view(flow);
	cleanup_free char *bits = gabion_bits_format(le16_to_cpu(e->rule->klass), e->permissions);

	gabion_json_open(json, NULL, '{');
	gabion_json_string(json, "domain",
			   gabion_flow_domain_name(flow, le32_to_cpu(e->rule->domain)));
	gabion_json_string(json, "domain_level", gabion_view_string(view, e->domain->name));
	gabion_json_string(json, "object_level", gabion_view_string(view, e->object->name));
	gabion_json_string(json, "against_order", bits);
	json_rule(flow, e->rule, json);
	gabion_json_close(json, '}');
}

static void json_unheld(const struct gabion_flow *flow, struct gabion_json *json, uint32_t domain)
{
	const struct gabion_view *view = gabion_flow_view(flow);
	uint32_t flags = le32_to_cpu(view->domains[domain].flags), klass, number;
	bool unconfined = flags & GABION_DOMAIN_UNCONFINED;
	bool apart = gabion_flow_is_apart(flow, domain);
	unsigned int next = 0, first = 0;

	if (!(flags & (GABION_DOMAIN_UNCONFINED | GABION_DOMAIN_COMPLAIN)) && !apart &&
	    !gabion_flow_power(view, domain, &klass, &number, &first))
		return;
	gabion_json_open(json, NULL, '{');
	gabion_json_string(json, "domain", gabion_flow_domain_name(flow, domain));
	gabion_json_bool(json, "unconfined", unconfined);
	gabion_json_bool(json, "complain", flags & GABION_DOMAIN_COMPLAIN);
	gabion_json_bool(json, "outside_order", apart);
	gabion_json_open(json, "powers", '[');
	while (!unconfined && gabion_flow_power(view, domain, &klass, &number, &next)) {
		cleanup_free char *word = gabion_bits_format(klass, 1ULL << number);

		gabion_json_string(json, NULL, word);
	}
	gabion_json_close(json, ']');
	gabion_json_close(json, '}');
}

void gabion_flow_json_report(const struct gabion_flow *flow,
			     const struct gabion_flow_report *report, struct gabion_json *json)
{
	uint32_t i;

	gabion_json_bool(json, "holds", !report->violations.n);
	gabion_json_open(json, "violations", '[');
	for (i = 0; i < report->violations.n; i++)
		gabion_flow_json_chain(flow, &report->violations.v[i], json, NULL);
	gabion_json_close(json, ']');
	gabion_json_open(json, "exceptions", '[');
	for (i = 0; i < report->nexceptions; i++)
		json_exception(flow, &report->exceptions[i], json);
	gabion_json_close(json, ']');
	gabion_json_open(json, "not_held", '[');
	for (i = 0; i < gabion_flow_view(flow)->ndomains; i++)
		json_unheld(flow, json, i);
	gabion_json_close(json, ']');
	gabion_json_open(json, "not_counted", '[');
	for (i = 0; i < GABION_FLOW_CLASSES; i++) {
		if (!report->uncounted[i].n)
			continue;
		gabion_json_open(json, NULL, '{');
		gabion_json_string(json, "class", gabion_flow_class_name(i));
		gabion_json_unsigned(json, "flows", report->uncounted[i].n);
		gabion_flow_json_chain(flow, &report->uncounted[i].example, json, "example");
		gabion_json_close(json, '}');
	}
	gabion_json_close(json, ']');
}
