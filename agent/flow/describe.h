/* SPDX-License-Identifier: GPL-2.0 */
/* Nodes, steps and rules of the flow graph in words. */
#ifndef GABION_FLOW_DESCRIBE_H
#define GABION_FLOW_DESCRIBE_H

#include "flow.h"

/* "domain", "files", "sockets", "network", "moved", "kernel": the kind of a node. */
const char *gabion_flow_kind_name(enum gabion_flow_kind kind);
/* "order", "unchecked", "trusted", "any", "unmediated", "power", "mode", "host", "hint". */
const char *gabion_flow_class_name(enum gabion_flow_class class);
/* What a class means to a reader, in a few words. */
const char *gabion_flow_class_text(enum gabion_flow_class class);
/* "access", "bound", "moved", ... */
const char *gabion_flow_how_name(enum gabion_flow_how how);

/* Names in the image of a domain and of a level; "" for a node without level. */
const char *gabion_flow_domain_name(const struct gabion_flow *flow, uint32_t domain);
const char *gabion_flow_level_name(const struct gabion_flow *flow, uint32_t node);

/* What a node is called, for people, control characters escaped; malloc'ed. */
char *gabion_flow_node_text(const struct gabion_flow *flow, uint32_t node);

/* What the actor does in a step: "reads it (read,stat)"; malloc'ed. */
char *gabion_flow_step_text(const struct gabion_flow *flow, const struct gabion_flow_step *step);

/* Next rule, from index *next on, that makes the step possible; NULL: no more. */
const struct gabion_policy_rule *gabion_flow_step_rule(const struct gabion_flow *flow,
						       const struct gabion_flow_step *step,
						       uint32_t *next);

/* "trusted read,stat keys": a rule without its place, escaped; malloc'ed. */
char *gabion_flow_rule_text(const struct gabion_flow *flow, const struct gabion_policy_rule *rule);

#endif /* GABION_FLOW_DESCRIBE_H */
