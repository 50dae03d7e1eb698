// SPDX-License-Identifier: GPL-2.0
/* Chains and reports for people. */
#include "print.h"

#include "../common/cleanup.h"
#include "../common/text.h"
#include "../policy/names.h"
#include "describe.h"

static const char *level_name(const struct gabion_flow *flow,
			      const struct gabion_policy_level *level)
{
	return gabion_view_string(gabion_flow_view(flow), level->name);
}

static void print_place(const struct gabion_flow *flow, const struct gabion_policy_rule *r,
			FILE *out)
{
	cleanup_free char *file =
		gabion_text_escape(gabion_view_string(gabion_flow_view(flow), r->file));

	fprintf(out, "%s:%u: ", file ? file : "?", le32_to_cpu(r->line));
}

static void print_step(const struct gabion_flow *flow, const struct gabion_flow_step *step,
		       const char *indent, FILE *out)
{
	cleanup_free char *to = gabion_flow_node_text(flow, step->to);
	cleanup_free char *what = gabion_flow_step_text(flow, step);
	const char *level = gabion_flow_level_name(flow, step->to);
	const struct gabion_policy_rule *rule;
	uint32_t next = 0;

	fprintf(out, "%s-> %s%s%s%s: %s", indent, to, *level ? " (level " : "", level,
		*level ? ")" : "", what);
	if (step->class != GABION_FLOW_ORDER)
		fprintf(out, " [%s]", gabion_flow_class_text(step->class));
	fputc('\n', out);
	while ((rule = gabion_flow_step_rule(flow, step, &next))) {
		cleanup_free char *text = gabion_flow_rule_text(flow, rule);

		fprintf(out, "%s     ", indent);
		print_place(flow, rule, out);
		fprintf(out, "%s\n", text);
	}
}

void gabion_flow_print_chain(const struct gabion_flow *flow, const struct gabion_flow_chain *chain,
			     const char *indent, FILE *out)
{
	cleanup_free char *from = gabion_flow_node_text(flow, chain->steps[0].from);
	size_t i;

	fprintf(out, "%s%s (level %s)\n", indent, from,
		gabion_flow_level_name(flow, chain->steps[0].from));
	for (i = 0; i < chain->n; i++)
		print_step(flow, &chain->steps[i], indent, out);
}

static void print_violation(const struct gabion_flow *flow, const struct gabion_flow_chain *chain,
			    FILE *out)
{
	uint32_t first = chain->steps[0].from, last = chain->steps[chain->n - 1].to;
	cleanup_free char *from = gabion_flow_node_text(flow, first);
	cleanup_free char *to = gabion_flow_node_text(flow, last);

	uint32_t index;
	bool domain = gabion_flow_kind(flow, first, &index) == GABION_FLOW_DOMAIN;

	fprintf(out,
		domain ? "\n%s can influence %s: level %s does not dominate level %s\n"
		       : "\nwhat %s held from the start can reach %s: level %s does not dominate level %s\n",
		from, to,
		gabion_flow_level_name(flow, last), gabion_flow_level_name(flow, first));
	gabion_flow_print_chain(flow, chain, "  ", out);
}

static bool is_same_place(const struct gabion_policy_rule *a, const struct gabion_policy_rule *b)
{
	return a->file == b->file && a->line == b->line && a->column == b->column &&
	       a->klass == b->klass && a->permissions == b->permissions;
}

/* A rule of an abstraction is one of each domain that uses it. */
static bool is_first(const struct gabion_flow_report *report, size_t i)
{
	size_t j;

	for (j = 0; j < i; j++)
		if (is_same_place(report->exceptions[j].rule, report->exceptions[i].rule))
			return false;
	return true;
}

static void print_domain_of(const struct gabion_flow *flow, const struct gabion_flow_exception *e,
			    FILE *out)
{
	cleanup_free char *bits = gabion_bits_format(le16_to_cpu(e->rule->klass), e->permissions);

	fprintf(out, "      %s (level %s)",
		gabion_flow_domain_name(flow, le32_to_cpu(e->rule->domain)),
		level_name(flow, e->domain));
	if (e->permissions)
		fprintf(out, ": against the order %s\n", bits);
	else
		fputs(": nothing that its level forbids\n", out);
}

static void print_exceptions(const struct gabion_flow *flow,
			     const struct gabion_flow_report *report, FILE *out)
{
	size_t i, j;

	if (report->nexceptions)
		fputs("\nexceptions to the order of levels:\n", out);
	for (i = 0; i < report->nexceptions; i++) {
		const struct gabion_flow_exception *e = &report->exceptions[i];
		cleanup_free char *rule = NULL;

		if (!is_first(report, i))
			continue;
		rule = gabion_flow_rule_text(flow, e->rule);
		fputs("  ", out);
		print_place(flow, e->rule, out);
		fprintf(out, "%s (level %s)\n", rule, level_name(flow, e->object));
		for (j = i; j < report->nexceptions; j++)
			if (is_same_place(report->exceptions[j].rule, e->rule))
				print_domain_of(flow, &report->exceptions[j], out);
	}
}

/* Those that no rule holds, and why. The host is the first, always. */
static void print_unheld(const struct gabion_flow *flow, FILE *out)
{
	const struct gabion_view *view = gabion_flow_view(flow);
	uint32_t d, klass, number;

	fputs("\nnot held:\n", out);
	for (d = 0; d < view->ndomains; d++) {
		uint32_t flags = le32_to_cpu(view->domains[d].flags);
		const char *name = gabion_flow_domain_name(flow, d);
		unsigned int next = 0;

		if (flags & GABION_DOMAIN_UNCONFINED)
			fprintf(out, "  %s: unconfined\n", name);
		if (gabion_flow_is_apart(flow, d))
			fprintf(out, "  %s: outside of the order of levels\n", name);
		if (flags & GABION_DOMAIN_COMPLAIN)
			fprintf(out, "  %s: complain mode\n", name);
		while (!(flags & GABION_DOMAIN_UNCONFINED) &&
		       gabion_flow_power(view, d, &klass, &number, &next)) {
			cleanup_free char *word = gabion_bits_format(klass, 1ULL << number);

			fprintf(out, "  %s: %s %s\n", name, gabion_class_name(klass), word);
		}
	}
}

static void print_uncounted(const struct gabion_flow *flow, const struct gabion_flow_report *report,
			    FILE *out)
{
	uint32_t class;

	for (class = 0; class < GABION_FLOW_CLASSES; class ++) {
		const struct gabion_flow_uncounted *u = &report->uncounted[class];

		if (!u->n)
			continue;
		fprintf(out, "\nagainst the order, but not counted (%s): %zu flow%s, such as\n",
			gabion_flow_class_text(class), u->n, u->n == 1 ? "" : "s");
		gabion_flow_print_chain(flow, &u->example, "  ", out);
	}
}

void gabion_flow_print_report(const struct gabion_flow *flow,
			      const struct gabion_flow_report *report, FILE *out)
{
	size_t n = report->violations.n, i;

	if (n)
		fprintf(out,
			"noninterference is VIOLATED: %zu flow%s against the order of levels\n", n,
			n == 1 ? "" : "s");
	else
		fputs("noninterference holds\n", out);
	for (i = 0; i < n; i++)
		print_violation(flow, &report->violations.v[i], out);
	print_exceptions(flow, report, out);
	print_unheld(flow, out);
	print_uncounted(flow, report, out);
}
