// SPDX-License-Identifier: GPL-2.0
#include "call_rules.h"

#include "filter_table.h"

static char *text_of(const struct gabion_ast_call *c)
{
	return gabion_xasprintf("%s%s%s%s%s%s", c->negated ? "-" : "", c->set ? "@" : "",
				c->abi.text ? c->abi.text : "", c->abi.text ? ":" : "",
				c->name.text, c->condition ? "(...)" : "");
}

/* Number of @item, kept when it is first seen: abstractions give one to many domains. */
static uint32_t keep(struct gabion_call_rules *rules, const struct gabion_model *m,
		     const struct gabion_item *item)
{
	const struct gabion_ast_call *ast = item->ast;
	bool fresh;
	uint32_t number = gabion_pair_index_add(&rules->known, (uintptr_t)ast, &fresh);

	if (fresh)
		vec_push(
			&rules->items,
			(struct gabion_call_item){
				.file = gabion_xstrdup(m->sources.files.v[ast->name.loc.file].name),
				.line = ast->name.loc.line,
				.column = ast->name.loc.column,
				.text = text_of(ast),
				.conditional = item->condition,
				.calls = item->calls,
			});
	return number;
}

void gabion_call_rules_add(struct gabion_call_rules *rules, const struct gabion_model *m,
			   const struct gabion_filter_spec *spec)
{
	size_t i;

	for (i = 0; !spec->strict && i < spec->items.n; i++)
		vec_push(&rules->rules, (struct gabion_call_rule){
						.domain = spec->domain,
						.abis = spec->abis,
						.item = keep(rules, m, spec->items.v[i].item),
						.outcome = spec->items.v[i].outcome,
					});
}

/* Behind a multiplexer of i386, whose arguments say which call is meant. */
static bool is_multiplexed(const struct gabion_call_set *calls, uint32_t abi, uint32_t number)
{
	uint32_t i;

	for (i = 0; abi == GABION_ABI_I386 && i < GABION_MULTIPLEXERS; i++)
		if (gabion_multiplexers[i].number == number && calls->multiplexed[i])
			return true;
	return false;
}

const struct gabion_call_rule *gabion_call_rules_next(const struct gabion_call_rules *rules,
						      uint32_t domain, uint32_t abi,
						      uint32_t number, size_t *at)
{
	while (number < GABION_CALLS_MAX && *at < rules->rules.n) {
		const struct gabion_call_rule *rule = &rules->rules.v[(*at)++];
		const struct gabion_call_item *item = &rules->items.v[rule->item];
		bool direct = gabion_call_set_has(&item->calls, abi, number);

		if (rule->domain != domain || !(rule->abis >> abi & 1) ||
		    !(direct || is_multiplexed(&item->calls, abi, number)))
			continue;
		if (direct && !item->conditional)
			*at = rules->rules.n;
		return rule;
	}
	return NULL;
}

void gabion_call_rules_free(struct gabion_call_rules *rules)
{
	size_t i;

	for (i = 0; i < rules->items.n; i++) {
		free(rules->items.v[i].file);
		free(rules->items.v[i].text);
	}
	free(rules->items.v);
	free(rules->rules.v);
	gabion_pair_index_free(&rules->known);
	*rules = (struct gabion_call_rules){0};
}
