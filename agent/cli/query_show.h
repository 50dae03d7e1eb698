/* SPDX-License-Identifier: GPL-2.0 */
/* What `gabion query` finds out, and how it is told. */
#ifndef GABION_CLI_QUERY_SHOW_H
#define GABION_CLI_QUERY_SHOW_H

#include <stdio.h>

#include "../common/json.h"
#include "policy_input.h"

/*
 * query_answer.c: one answer, and why; @calls: what the sources say of syscalls, NULL: not known;
 * @about: what the answer is about, or NULL where that is plain.
 */
void gabion_answer_show_text(FILE *out, const struct gabion_view *view,
			     const struct gabion_call_rules *calls, const char *about,
			     const struct gabion_answer *answer);
/* @key: NULL in arrays and at the top; @question: domain, permission, object. */
void gabion_answer_show_json(struct gabion_json *json, const char *key,
			     const struct gabion_view *view, const struct gabion_call_rules *calls,
			     const char *const question[3], const struct gabion_answer *answer);

/* The rules of an answer, one a line behind @indent; as an array "rules". */
void gabion_rules_show_text(FILE *out, const struct gabion_view *view,
			    const struct gabion_answer *answer, const char *indent);
void gabion_rules_show_json(struct gabion_json *json, const struct gabion_view *view,
			    const struct gabion_answer *answer);

/* query_who.c: who may do @permission to @object? An exit status. */
int gabion_query_who(const struct gabion_policy_input *input, const char *permission,
		     const char *object, bool json, struct gabion_error *error);

/* query_list.c: what may @domain do? @why: with the rules. An exit status. */
int gabion_query_list(const struct gabion_view *view, const char *domain, bool why, bool json,
		      struct gabion_error *error);

#endif /* GABION_CLI_QUERY_SHOW_H */
