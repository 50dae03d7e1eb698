// SPDX-License-Identifier: GPL-2.0
/* Resources: named sets of objects, entered into the automaton of their class. */
#include <errno.h>

#include "endpoint.h"
#include "glob.h"
#include "model.h"
#include "variables.h"

/* Where the patterns of a glob or an endpoint go. */
struct target {
	struct gabion_nfa *nfa;
	uint32_t resource;
	bool except;
};

static int add_pattern(void *arg, const gabion_pattern *pattern)
{
	struct target *t = arg;

	gabion_nfa_add(t->nfa, pattern, t->resource, t->except);
	return 0;
}

static uint32_t add_resource(struct gabion_model *m, struct gabion_resource resource)
{
	vec_push(&m->resources, resource);
	return m->resources.n - 1;
}

static void add_globs(struct gabion_model *m, uint32_t resource,
		      const struct gabion_ast_name *globs, bool except)
{
	struct target t = { &m->classes[GABION_CLASS_FILE].nfa, resource, except };
	const struct gabion_ast_name *g;

	for (g = globs; g; g = g->next) {
		struct gabion_glob_error wrong;
		struct gabion_loc loc = g->loc;
		const char *text = gabion_variables_expand(m, g);

		if (!text || !gabion_glob_compile(&m->sets, text, add_pattern, &t, &wrong))
			continue;
		if (text != g->text) {
			model_error(m, &loc, wrong.mend, "impossible glob: %s in %s", wrong.message,
				    text);
			continue;
		}
		loc.column += wrong.offset;
		loc.length = wrong.offset < loc.length ? loc.length - wrong.offset : 1;
		model_error(m, &loc, wrong.mend, "impossible glob: %s", wrong.message);
	}
}

static void add_endpoint(struct gabion_model *m, uint32_t resource,
			 const struct gabion_ast_resource *r)
{
	struct target t = { &m->classes[GABION_CLASS_NET].nfa, resource, false };
	struct gabion_endpoint e = { .protocol = r->protocol->number };
	VEC(struct gabion_port_range) ports = {};
	const struct gabion_ast_ports *p;
	const char *wrong;

	if (r->address.text) {
		wrong = gabion_endpoint_parse_address(&e, r->address.text);
		if (wrong) {
			model_error(
				m, &r->address.loc,
				"an address is written 127.0.0.1, 10.0.0.0/8, ::1 or 2001:db8::/32",
				"\"%s\": %s", r->address.text, wrong);
			return;
		}
	}
	if (r->address.text && !r->protocol->addresses)
		model_error(m, &r->address.loc, "leave the address out",
			    "packets of a %s socket say themselves where they go",
			    r->protocol->name);
	if (r->ports && !r->protocol->ports)
		model_error(m, &r->name.loc, "leave `port` out", "%s has no ports",
			    r->protocol->name);
	for (p = r->ports; p; p = p->next)
		vec_push(&ports, (struct gabion_port_range){ p->from, p->to });
	e.ports = ports.v;
	e.nports = ports.n;
	gabion_endpoint_compile(&m->sets, &e, add_pattern, &t);
	free(ports.v);
}

static bool is_unlevelled(const struct gabion_ast_level *level)
{
	return level->name.text && !strcmp(level->name.text, "none");
}

/* Is @level only what an unknown one is taken for? */
static bool is_unsure(const struct gabion_model *m, const struct gabion_ast_level *level,
		      uint32_t number)
{
	return level->name.text && strcmp(level->name.text, "any") && !is_unlevelled(level) &&
	       m->levels.v[number].rank == GABION_RANK_ANY;
}

static void declare(struct gabion_model *m, const struct gabion_ast_resource *r)
{
	uint32_t known, number, level;

	if (gabion_strmap_get(&m->resource_names, r->name.text, &known)) {
		if (model_error(m, &r->name.loc, "give it another name",
				"resource \"%s\" is there already", r->name.text))
			model_note(m, &m->resources.v[known].loc, "the first \"%s\"", r->name.text);
		return;
	}
	level = gabion_model_level(m, &r->level, true);
	number = add_resource(m, (struct gabion_resource){
					 .name = r->name.text,
					 .klass = r->klass,
					 .level = level,
					 .unreachable = r->unreachable,
					 .unsure = is_unsure(m, &r->level, level),
					 .lowest = !r->level.name.text,
					 .unlevelled = is_unlevelled(&r->level),
					 .loc = r->name.loc,
				 });
	gabion_strmap_add(&m->resource_names, r->name.text, number);
	if (r->klass == GABION_CLASS_NET)
		add_endpoint(m, number, r);
	add_globs(m, number, r->globs, false);
	add_globs(m, number, r->except, true);
}

void gabion_model_resources(struct gabion_model *m)
{
	const struct gabion_ast_resource *r;

	for (r = m->ast.resources; r; r = r->next)
		declare(m, r);
}

uint32_t gabion_model_glob_resource(struct gabion_model *m, const struct gabion_ast_name *glob)
{
	struct gabion_ast_name alone = *glob;
	uint32_t number, *known;

	/* No name of a resource begins with '/', so the globs can share the map. */
	if (!gabion_strmap_find(&m->resource_names, glob->text, &known))
		return *known;
	number = *known = add_resource(m, (struct gabion_resource){
					 .name = glob->text,
					 .klass = GABION_CLASS_FILE,
					 .loc = glob->loc,
				 });
	alone.next = NULL;
	add_globs(m, number, &alone, false);
	return number;
}

uint32_t gabion_model_program(struct gabion_model *m, const char *name,
			      const struct gabion_ast_name *globs)
{
	uint32_t number = add_resource(
		m, (struct gabion_resource){
			   .name = name,
			   .klass = GABION_CLASS_FILE,
			   .program = true,
			   .loc = globs->loc,
		   });

	add_globs(m, number, globs, false);
	return number;
}
