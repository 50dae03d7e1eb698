// SPDX-License-Identifier: GPL-2.0
#include "check.h"

#include <errno.h>

#include "../common/cleanup.h"
#include "../policy/mem.h"
#include "../policy/names.h"
#include "describe.h"
#include "graph.h"

/* The step that made the chain one against the order: that no check applies the order to. */
static const struct gabion_flow_step *culprit(const struct gabion_flow_chain *chain)
{
	size_t i;

	for (i = 0; i < chain->n; i++)
		if (chain->steps[i].class == GABION_FLOW_UNCHECKED)
			return &chain->steps[i];
	return &chain->steps[0];
}

/* The permission that would be an exception if a `trusted` rule granted it. */
static uint32_t deciding(const struct gabion_flow_step *s)
{
	if (s->how == GABION_FLOW_EXEC)
		return GABION_FILE_EXECUTE;
	if (s->how != GABION_FLOW_BOUND)
		return GABION_FILE_RELABEL;
	return s->klass == GABION_CLASS_NET ? GABION_NET_BIND : GABION_FILE_CREATE;
}

static const struct gabion_policy_rule *first_rule(const struct gabion_flow *flow,
						   const struct gabion_flow_step *step)
{
	uint32_t next = 0;

	return gabion_flow_step_rule(flow, step, &next);
}

/* The rule to change. */
static const struct gabion_policy_rule *wrong_rule(const struct gabion_flow *flow,
						   const struct gabion_flow_chain *chain)
{
	struct gabion_flow_step step = *culprit(chain);

	step.permissions &= deciding(&step);
	return first_rule(flow, &step);
}

static char *mend(const struct gabion_flow *flow, const struct gabion_flow_step *s,
		  const struct gabion_policy_rule *rule)
{
	const struct gabion_view *view = gabion_flow_view(flow);
	cleanup_free char *word = gabion_bits_format(s->klass, deciding(s));
	const char *object = "RESOURCE";
	uint32_t index;

	if (s->how == GABION_FLOW_EXEC) {
		gabion_flow_kind(flow, s->to, &index);
		return gabion_xasprintf(
			"change a level, or make it an exception: trusted ipc_write domain %s",
			gabion_flow_domain_name(flow, index));
	}
	if (rule)
		object = gabion_view_string(view, view->resources[le32_to_cpu(rule->object)].name);
	return gabion_xasprintf("change a level, or make it an exception: trusted %s %s", word,
				object);
}

static void add(const struct gabion_flow *flow, struct gabion_diagnostics *diagnostics,
		enum gabion_severity severity, const struct gabion_policy_rule *rule, char *message,
		char *mend)
{
	const char *file = rule ? gabion_view_string(gabion_flow_view(flow), rule->file) : "";

	gabion_diagnostics_add(diagnostics, (struct gabion_diagnostic){
						    .severity = severity,
						    .file = *file ? gabion_xstrdup(file) : NULL,
						    .line = rule ? le32_to_cpu(rule->line) : 0,
						    .column = rule ? le32_to_cpu(rule->column) : 0,
						    .length = 1,
						    .message = message,
						    .mend = mend,
					    });
}

/* "app" (level secret) can influence "web" (level public), which its level forbids */
static char *summary(const struct gabion_flow *flow, const struct gabion_flow_chain *chain)
{
	uint32_t first = chain->steps[0].from, last = chain->steps[chain->n - 1].to;
	cleanup_free char *from = gabion_flow_node_text(flow, first);
	cleanup_free char *to = gabion_flow_node_text(flow, last);
	uint32_t index;

	if (gabion_flow_kind(flow, first, &index) != GABION_FLOW_DOMAIN)
		return gabion_xasprintf("what %s (level %s) held from the start can reach \"%s\" "
					"(level %s), which may not have it",
					from, gabion_flow_level_name(flow, first), to,
					gabion_flow_level_name(flow, last));
	return gabion_xasprintf("domain \"%s\" (level %s) can influence \"%s\" (level %s), which "
				"may not have what it knows",
				from, gabion_flow_level_name(flow, first), to,
				gabion_flow_level_name(flow, last));
}

static void report(const struct gabion_flow *flow, const struct gabion_flow_chain *chain,
		   struct gabion_diagnostics *diagnostics)
{
	const struct gabion_flow_step *wrong = culprit(chain);
	const struct gabion_policy_rule *rule = wrong_rule(flow, chain);
	size_t i;

	add(flow, diagnostics, GABION_SEVERITY_ERROR, rule, summary(flow, chain),
	    mend(flow, wrong, rule));
	for (i = 0; i < chain->n; i++) {
		cleanup_free char *to = gabion_flow_node_text(flow, chain->steps[i].to);
		cleanup_free char *what = gabion_flow_step_text(flow, &chain->steps[i]);
		const char *level = gabion_flow_level_name(flow, chain->steps[i].to);

		add(flow, diagnostics, GABION_SEVERITY_NOTE, first_rule(flow, &chain->steps[i]),
		    gabion_xasprintf("to %s%s%s%s: %s", to, *level ? " (level " : "", level,
				     *level ? ")" : "", what),
		    NULL);
	}
}

static void summarise(const struct gabion_flow *flow, const struct gabion_flow_violations *v,
		      struct gabion_error *error)
{
	const struct gabion_policy_rule *rule = wrong_rule(flow, &v->v[0]);
	cleanup_free char *first = summary(flow, &v->v[0]);
	cleanup_free char *place =
		rule ? gabion_xasprintf(", by %.200s:%u",
					gabion_view_string(gabion_flow_view(flow), rule->file),
					le32_to_cpu(rule->line))
		     : gabion_xstrdup("");

	gabion_error_set(error, -EINVAL,
			 "the policy violates its own levels (%zu flow%s): %s%s; `gabion flow` "
			 "shows the steps, and `trusted` makes exceptions",
			 v->n, v->n == 1 ? "" : "s", first, place);
}

/* Is there anything that some domain may not have? */
static bool has_kept(const struct gabion_view *view)
{
	const struct gabion_class_view *files = &view->classes[GABION_CLASS_FILE];
	cleanup_free uint8_t *asked = gabion_xcalloc(view->nlevels, sizeof(*asked));
	uint32_t i, level;

	if (gabion_flow_has_order(view))
		return true;
	for (i = 0; i < files->nlabels; i++) {
		level = le32_to_cpu(files->labels[i].level);
		if (!asked[level] && gabion_flow_is_kept(view, level))
			return true;
		asked[level] = true;
	}
	return false;
}

int gabion_flow_check(const struct gabion_view *view, struct gabion_diagnostics *diagnostics,
		      struct gabion_error *error)
{
	struct gabion_flow_violations violations;
	struct gabion_flow *flow;
	int err = 0;
	size_t i;

	if (!has_kept(view))
		return 0;
	flow = gabion_flow_new(view, GABION_FLOW_PROOF);
	gabion_flow_violations(flow, GABION_FLOW_PROOF, &violations);
	for (i = 0; diagnostics && i < violations.n; i++)
		report(flow, &violations.v[i], diagnostics);
	if (violations.n) {
		summarise(flow, &violations, error);
		err = -EINVAL;
	}
	gabion_flow_violations_free(&violations);
	gabion_flow_free(flow);
	return err;
}
