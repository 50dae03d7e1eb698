// SPDX-License-Identifier: GPL-2.0
/* Resource limits of domains. */
#include <errno.h>

#include "model.h"

/* Keep them ascending; of two for one resource the lower counts. */
static void add(struct gabion_model *m, struct gabion_limit limit)
{
	struct gabion_limit *v;
	size_t i;

	for (i = m->limits.n; i; i--) {
		v = &m->limits.v[i - 1];
		if (v->domain != limit.domain || v->resource < limit.resource)
			break;
		if (v->resource > limit.resource)
			continue;
		if (limit.most < v->most)
			v->most = limit.most;
		return;
	}
	vec_push(&m->limits, limit);
	v = m->limits.v;
	memmove(v + i + 1, v + i, (m->limits.n - 1 - i) * sizeof(*v));
	v[i] = limit;
}

/* Number of the resource, or -1 after a diagnostic. */
static int resource_of(struct gabion_model *m, const struct gabion_ast_name *name)
{
	int number = gabion_number_of(GABION_CLASS_LIMIT, name->text);
	struct gabion_suggestion s = { .name = name->text };

	if (number >= 0)
		return number;
	gabion_suggest_names(&s, GABION_CLASS_LIMIT);
	model_error(m, &name->loc,
		    s.nearest ? gabion_arena_printf(&m->arena, "did you mean `%s`?", s.nearest)
			      : "limits are named as in setrlimit(2) in small letters, without "
				"RLIMIT_; `cpu` is not among them",
		    "unknown limit \"%s\"", name->text);
	return -1;
}

/* False after a diagnostic. */
static bool parse_most(struct gabion_model *m, const struct gabion_ast_name *number, uint64_t *most)
{
	errno = 0;
	*most = strtoull(number->text, NULL, 10);
	if (!errno && *most < UINT64_MAX)
		return true;
	model_error(m, &number->loc, "leave the limit out, if there is to be none",
		    "%s is more than a limit can be", number->text);
	return false;
}

void gabion_model_add_limits(struct gabion_model *m, uint32_t domain,
			     const struct gabion_ast_rule *rule)
{
	const struct gabion_ast_name *name;
	uint64_t most;
	int resource;

	if (rule->audit || rule->quiet || rule->knowing || rule->effect != GABION_AST_ALLOW)
		model_error(m, &rule->loc, "drop it",
			    "`audit`, `quiet`, `knowingly`, `trusted` and `deny` do not apply to a "
			    "limit");
	for (name = rule->objects; name; name = name->next->next) {
		resource = resource_of(m, name);
		if (resource < 0 || !parse_most(m, name->next, &most))
			continue;
		add(m, (struct gabion_limit){ domain, resource, most });
		vec_push(&m->rules, (struct gabion_rule){
					    .kind = GABION_RULE_DENY,
					    .klass = GABION_CLASS_LIMIT,
					    .domain = domain,
					    .object = resource,
					    .to = GABION_NO_DOMAIN,
					    .block = rule->block,
					    .loc = name->loc,
				    });
	}
}
