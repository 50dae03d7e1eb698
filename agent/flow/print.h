/* SPDX-License-Identifier: GPL-2.0 */
/* Chains and reports: for people, as JSON, as a graph for graphviz's dot(1). */
#ifndef GABION_FLOW_PRINT_H
#define GABION_FLOW_PRINT_H

#include <stdio.h>

#include "../common/json.h"
#include "report.h"

/* A chain, one step and its rules after another, each line behind @indent. */
void gabion_flow_print_chain(const struct gabion_flow *flow, const struct gabion_flow_chain *chain,
			     const char *indent, FILE *out);

/* The verdict; every violation, every exception, and what was not counted. */
void gabion_flow_print_report(const struct gabion_flow *flow,
			      const struct gabion_flow_report *report, FILE *out);

/* The same as members of the object that is open; @key names that of a chain, NULL in a list. */
void gabion_flow_json_chain(const struct gabion_flow *flow, const struct gabion_flow_chain *chain,
			    struct gabion_json *json, const char *key);
void gabion_flow_json_report(const struct gabion_flow *flow,
			     const struct gabion_flow_report *report, struct gabion_json *json);

/*
 * What leads from one domain to another by steps of @classes, as a digraph: domains, and objects
 * that have a step in and a step out.  Steps of the violations are red.
 */
void gabion_flow_dot_report(const struct gabion_flow *flow, const struct gabion_flow_report *report,
			    uint32_t classes, FILE *out);
void gabion_flow_dot_chain(const struct gabion_flow *flow, const struct gabion_flow_chain *chain,
			   FILE *out);

#endif /* GABION_FLOW_PRINT_H */
