// SPDX-License-Identifier: GPL-2.0
/* The graph in the language of graphviz's dot(1). */
#include "../common/cleanup.h"
#include "../policy/mem.h"
#include "../policy/names.h"
#include "describe.h"
#include "print.h"

/* Inside double quotes, where a backslash has a meaning of its own. */
static void print_quoted(const char *text, FILE *out)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
}

static void dot_node(const struct gabion_flow *flow, uint32_t node, FILE *out)
{
	cleanup_free char *text = gabion_flow_node_text(flow, node);
	const char *level = gabion_flow_level_name(flow, node);
	uint32_t index;
	bool domain = gabion_flow_kind(flow, node, &index) == GABION_FLOW_DOMAIN;

	fprintf(out, "\tn%u [shape=%s, label=\"", node, domain ? "box, style=bold" : "ellipse");
	print_quoted(text, out);
	if (*level)
		fputs("\\n", out);
	print_quoted(level, out);
	fputs("\"];\n", out);
}

static void dot_step(const struct gabion_flow *flow, const struct gabion_flow_step *s, bool wrong,
		     FILE *out)
{
	cleanup_free char *words = s->klass && s->klass < GABION_CLASS_TABLES_END
					   ? gabion_bits_format(s->klass, s->permissions)
					   : gabion_xstrdup(gabion_flow_how_name(s->how));
	cleanup_free char *text = gabion_flow_step_text(flow, s);

	fprintf(out, "\tn%u -> n%u [label=\"", s->from, s->to);
	print_quoted(words, out);
	fputs("\", tooltip=\"", out);
	print_quoted(text, out);
	fprintf(out, "\", %s%s];\n",
		s->class == GABION_FLOW_ORDER  ? "style=solid"
		: s->class == GABION_FLOW_HINT ? "style=dotted"
					       : "style=dashed",
		wrong				  ? ", color=red, penwidth=2"
		: s->class == GABION_FLOW_TRUSTED ? ", color=orange"
						  : "");
}

static void dot_begin(FILE *out)
{
	fputs("digraph flow {\n\trankdir=LR;\n\tnode [fontname=\"sans-serif\"];\n"
	      "\tedge [fontname=\"sans-serif\", fontsize=10];\n",
	      out);
}

void gabion_flow_dot_chain(const struct gabion_flow *flow, const struct gabion_flow_chain *chain,
			   FILE *out)
{
	size_t i;

	dot_begin(out);
	dot_node(flow, chain->steps[0].from, out);
	for (i = 0; i < chain->n; i++) {
		dot_node(flow, chain->steps[i].to, out);
		dot_step(flow, &chain->steps[i], false, out);
	}
	fputs("}\n", out);
}

static bool in_violation(const struct gabion_flow_report *report, uint32_t from, uint32_t to)
{
	size_t i, j;

	for (i = 0; i < report->violations.n; i++)
		for (j = 0; j < report->violations.v[i].n; j++)
			if (report->violations.v[i].steps[j].from == from &&
			    report->violations.v[i].steps[j].to == to)
				return true;
	return false;
}

struct drawing {
	const struct gabion_flow *flow;
	const struct gabion_flow_report *report;
	uint32_t classes;
	bool *drawn; /* [nodes] */
	FILE *out;
};

static bool step(const struct drawing *d, uint32_t from, uint32_t to, struct gabion_flow_step *s)
{
	return d->drawn[from] && d->drawn[to] && gabion_flow_step(d->flow, from, to, d->classes, s);
}

/* Nodes next to an object are from *first up to the end that is returned. */
static uint32_t neighbours(const struct gabion_flow *flow, uint32_t node, bool movers,
			   uint32_t *first)
{
	uint32_t index, kind = gabion_flow_kind(flow, node, &index);

	if (kind == GABION_FLOW_MOVE || kind == GABION_FLOW_BACK) {
		*first = gabion_flow_node(flow, GABION_FLOW_FILE, 0);
		return movers ? gabion_flow_node(flow, GABION_FLOW_SOCKET, 0) : *first;
	}
	*first = movers ? gabion_flow_node(flow, GABION_FLOW_MOVE, 0) : 0;
	return movers ? gabion_flow_node(flow, GABION_FLOW_KERNEL, 0)
		      : gabion_flow_view(flow)->ndomains;
}

/* Does the object lead from one node to another? */
static bool leads_on(const struct drawing *d, uint32_t node)
{
	uint32_t sources = 0, targets = 0, source = 0, target = 0, i, end;
	struct gabion_flow_step s;
	int movers;

	for (movers = 0; movers < 2; movers++) {
		end = neighbours(d->flow, node, movers, &i);
		for (; i < end; i++) {
			if (step(d, i, node, &s)) {
				sources++;
				source = i;
			}
			if (step(d, node, i, &s)) {
				targets++;
				target = i;
			}
		}
	}
	return sources && targets && !(sources == 1 && targets == 1 && source == target);
}

static void draw_steps(const struct drawing *d, uint32_t node)
{
	struct gabion_flow_step s;
	uint32_t i, end;
	int movers;

	for (movers = 0; movers < 2; movers++) {
		end = neighbours(d->flow, node, movers, &i);
		for (; i < end; i++) {
			if (step(d, i, node, &s))
				dot_step(d->flow, &s, in_violation(d->report, i, node), d->out);
			/* Between domains once; a mover's steps are drawn from the files. */
			if (node >= gabion_flow_view(d->flow)->ndomains && step(d, node, i, &s))
				dot_step(d->flow, &s, in_violation(d->report, node, i), d->out);
		}
	}
}

void gabion_flow_dot_report(const struct gabion_flow *flow, const struct gabion_flow_report *report,
			    uint32_t classes, FILE *out)
{
	uint32_t n = gabion_flow_nodes(flow), nd = gabion_flow_view(flow)->ndomains, i, index, kind;
	struct drawing d = {
		.flow = flow,
		.report = report,
		.classes = classes | report->classes,
		.drawn = gabion_xcalloc(n, sizeof(*d.drawn)),
		.out = out,
	};

	/* The host may do everything: it is not drawn. */
	for (i = 1; i < n; i++)
		d.drawn[i] = true;
	for (i = nd; i < n; i++)
		d.drawn[i] = leads_on(&d, i);
	/* What only led on to what is not drawn. */
	for (i = nd; i < n; i++)
		d.drawn[i] = d.drawn[i] && leads_on(&d, i);
	dot_begin(out);
	for (i = 1; i < n; i++)
		if (d.drawn[i])
			dot_node(flow, i, out);
	for (i = 1; i < n; i++) {
		kind = gabion_flow_kind(flow, i, &index);
		if (d.drawn[i] && kind != GABION_FLOW_MOVE && kind != GABION_FLOW_BACK)
			draw_steps(&d, i);
	}
	fputs("}\n", out);
	free(d.drawn);
}
