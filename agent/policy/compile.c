// SPDX-License-Identifier: GPL-2.0
/*
 * The order of a compilation: read and parse, resolve names, build automata,
 * check, fill the matrices, write, verify what was written.
 */
#include <errno.h>

#include "../common/cleanup.h"
#include "doubt.h"
#include "model.h"
#include "policy.h"
#include "variables.h"

const char *gabion_model_suggest(struct gabion_model *m, const struct gabion_strmap *names,
				 const char *name, const char *otherwise)
{
	struct gabion_suggestion s = { .name = name };
	size_t i;

	for (i = 0; i < names->entries.n; i++)
		if (names->entries.v[i].name[0] != '/' && names->entries.v[i].name[0] != '@')
			gabion_suggest_try(&s, names->entries.v[i].name);
	return s.nearest ? gabion_arena_printf(&m->arena, "did you mean `%s`?", s.nearest)
			 : otherwise;
}

static void model_init(struct gabion_model *m, struct gabion_compiled *out)
{
	memset(m, 0, sizeof(*m));
	m->diags = &out->diagnostics;
	m->call_rules = &out->call_rules;
	gabion_sets_init(&m->sets);
	gabion_nfa_init(&m->classes[GABION_CLASS_FILE].nfa, &m->sets);
	gabion_nfa_init(&m->classes[GABION_CLASS_NET].nfa, &m->sets);
	gabion_parser_init(&m->parser, &m->arena, &m->sources, m->diags, &m->ast);
}

void gabion_model_free(struct gabion_model *m)
{
	uint32_t klass;

	for (klass = 0; klass < GABION_CLASS_TABLES_END; klass++) {
		struct gabion_class_model *c = &m->classes[klass];
		struct gabion_tables *t = &m->tables[klass];

		gabion_nfa_free(&c->nfa);
		gabion_automaton_free(&c->dfa);
		gabion_labels_free(&c->labels);
		gabion_comb_free(&c->comb);
		free(c->label_levels);
		free(c->of_first);
		free(c->of);
		free(t->allow);
		free(t->trusted);
		free(t->deny);
		free(t->audit);
		free(t->quiet);
		free(t->transition);
		free(t->helpers);
	}
	gabion_parser_fini(&m->parser);
	gabion_sources_free(&m->sources);
	gabion_sets_free(&m->sets);
	gabion_strmap_free(&m->level_ranks);
	gabion_strmap_free(&m->category_bits);
	gabion_strmap_free(&m->resource_names);
	gabion_strmap_free(&m->domain_names);
	gabion_strmap_free(&m->abstraction_names);
	gabion_strmap_free(&m->call_set_names);
	gabion_strmap_free(&m->missing);
	gabion_strmap_free(&m->variable_names);
	free(m->variables.v);
	gabion_filters_free(&m->filters);
	free(m->ioctls.v);
	free(m->limits.v);
	free(m->call_sets.v);
	free(m->levels.v);
	free(m->resources.v);
	free(m->domains.v);
	free(m->rules.v);
	free(m->abstractions.v);
	gabion_arena_free(&m->arena);
}

static void read_include(struct gabion_model *m, const struct gabion_include *include)
{
	cleanup_free char *dir = gabion_path_dir(m->sources.files.v[include->loc.file].name);
	cleanup_free char *path = include->path[0] == '/'
					  ? gabion_xstrdup(include->path)
					  : gabion_xasprintf("%s/%s", dir, include->path);
	struct gabion_error error;

	if (gabion_sources_add_file(&m->sources, path, &error) < 0) {
		model_error(m, &include->loc, "the name is relative to the file it stands in", "%s",
			    error.text);
		m->parser.lost = true;
	}
}

/* Files, then what they include, then what these include ... */
static void parse_all(struct gabion_model *m)
{
	size_t file = 0, include = 0;

	for (; file < m->sources.files.n; file++) {
		gabion_parse(&m->parser, file);
		for (; include < m->parser.includes.n; include++)
			read_include(m, &m->parser.includes.v[include]);
	}
	gabion_model_load_abstractions(m);
	gabion_model_load_call_sets(m);
}

static void copy_expectations(const struct gabion_model *m, struct gabion_expectations *out)
{
	const struct gabion_ast_expect *e;

	for (e = m->ast.expects; e; e = e->next) {
		if (out->n == out->room)
			out->items = gabion_vec_grow(out->items, &out->room, out->n + 1,
						     sizeof(*out->items));
		out->items[out->n++] = (struct gabion_expectation){
			.file = gabion_xstrdup(m->sources.files.v[e->loc.file].name),
			.line = e->loc.line,
			.column = e->loc.column,
			.domain = gabion_xstrdup(e->domain.text),
			.allow = e->allow,
			.verb = gabion_xstrdup(e->verb.text),
			.object = gabion_xstrdup(e->object.text),
			.enters = e->as.text ? gabion_xstrdup(e->as.text) : NULL,
		};
	}
}

static void check_domain(struct gabion_model *m, const struct gabion_ast_name *name)
{
	uint32_t known;

	if (!gabion_strmap_get(&m->domain_names, name->text, &known) &&
	    !gabion_doubt_has(&m->parser, name->text))
		model_error(m, &name->loc,
			    gabion_model_suggest(m, &m->domain_names, name->text,
						 "declare it: domain NAME { }"),
			    "unknown domain \"%s\"", name->text);
}

/* What can be said of expectations while there is no policy to ask. */
static void check_subjects(struct gabion_model *m)
{
	const struct gabion_ast_expect *e;

	for (e = m->ast.expects; e; e = e->next) {
		check_domain(m, &e->domain);
		if (e->as.text)
			check_domain(m, &e->as);
	}
}

/* An expectation that asks nothing sensible is a mistake in the policy text. */
static void check_expectations(struct gabion_model *m, const struct gabion_view *view)
{
	const struct gabion_ast_expect *e;
	struct gabion_answer answer;
	struct gabion_error error;

	for (e = m->ast.expects; e; e = e->next) {
		if (gabion_query(view, e->domain.text, e->verb.text, e->object.text, &answer,
				 &error))
			model_error(m, &e->object.loc, NULL, "%s", error.text);
		else
			gabion_answer_free(&answer);
	}
}

static struct gabion_class_stats class_stats(const struct gabion_class_model *c)
{
	return (struct gabion_class_stats){
		.labels = c->labels.sets.n,
		.states = c->dfa.nstates,
		.states_before = c->states_before,
		.byte_classes = c->comb.nclasses,
		.cells = c->comb.ncells,
	};
}

static void write_image(struct gabion_model *m, struct gabion_compiled *out)
{
	const char *why;
	int err;

	gabion_comb_pack(&m->classes[GABION_CLASS_FILE].comb, &m->classes[GABION_CLASS_FILE].dfa);
	gabion_comb_pack(&m->classes[GABION_CLASS_NET].comb, &m->classes[GABION_CLASS_NET].dfa);
	out->image = gabion_model_emit(m, &out->size);
	if (!out->image)
		return;
	out->stats = (struct gabion_policy_stats){
		.files = m->sources.files.n,
		.levels = m->levels.n,
		.domains = m->domains.n,
		.resources = m->resources.n,
		.rules = m->rules.n,
		.filters = m->filters.list.n,
		.calls = m->filters.calls.n,
		.tests = m->filters.tests.nodes.n,
		.ioctls = m->ioctls.n,
		.file = class_stats(&m->classes[GABION_CLASS_FILE]),
		.net = class_stats(&m->classes[GABION_CLASS_NET]),
	};
	err = gabion_view_open_own(&out->view, out->image, out->size, &why);
	if (err)
		model_error(m, NULL, "please report this: it is a fault of the compiler",
			    "the compiled policy does not verify: %s", why);
	else
		check_expectations(m, &out->view);
	if (!err)
		gabion_model_check_administration(m, &out->view);
	if (!err)
		gabion_model_warn(m, &out->view);
}

/* Each step runs if what it builds on is there, so that one run shows many mistakes. */
static void compile(struct gabion_model *m, struct gabion_compiled *out)
{
	parse_all(m);
	gabion_model_levels(m);
	gabion_model_variables(m);
	gabion_model_resources(m);
	gabion_model_domains(m);
	check_subjects(m);
	copy_expectations(m, &out->expectations);
	gabion_places_add(&out->places, &m->sources, m->ast.blocks);
	gabion_model_filters(m);
	if (!gabion_model_automata(m))
		return;
	gabion_model_check_order(m);
	if (!gabion_model_tables(m) || !gabion_model_ioctls(m))
		return;
	gabion_model_transitions(m);
	if (!m->diags->nerrors)
		write_image(m, out);
}

static int finish(struct gabion_model *m, struct gabion_compiled *out, struct gabion_error *error)
{
	size_t n = m->diags->nerrors;

	gabion_model_free(m);
	gabion_diagnostics_sort(&out->diagnostics);
	if (!n)
		return 0;
	free(out->image);
	out->image = NULL;
	out->size = 0;
	memset(&out->view, 0, sizeof(out->view));
	return gabion_error_set(error, -EINVAL, "the policy has %zu error%s", n, n == 1 ? "" : "s");
}

int gabion_policy_compile_with(struct gabion_compiled *out,
			       const struct gabion_compile_options *options,
			       const char *const *paths, size_t npaths, struct gabion_error *error)
{
	struct gabion_model m;
	size_t i;
	int err = 0;

	memset(out, 0, sizeof(*out));
	model_init(&m, out);
	m.parser.facts = &options->facts;
	m.sources.library = options->library ? gabion_xstrdup(options->library) : NULL;
	m.sources.changes = options->changes;
	m.sources.nchanges = options->nchanges;
	for (i = 0; !err && i < npaths; i++)
		err = gabion_sources_add_path(&m.sources, paths[i], error);
	if (err) {
		gabion_model_free(&m);
		return err;
	}
	compile(&m, out);
	return finish(&m, out, error);
}

int gabion_policy_compile_in(struct gabion_compiled *out, const char *library,
			     const char *const *paths, size_t npaths, struct gabion_error *error)
{
	const struct gabion_compile_options options = { .library = library };

	return gabion_policy_compile_with(out, &options, paths, npaths, error);
}

int gabion_policy_compile(struct gabion_compiled *out, const char *const *paths, size_t npaths,
			  struct gabion_error *error)
{
	return gabion_policy_compile_in(out, NULL, paths, npaths, error);
}

int gabion_policy_compile_text(struct gabion_compiled *out, const char *name, const char *text,
			       size_t size, struct gabion_error *error)
{
	static const struct gabion_facts of_the_host;
	struct gabion_model m;

	memset(out, 0, sizeof(*out));
	model_init(&m, out);
	m.parser.facts = &of_the_host;
	gabion_sources_add_text(&m.sources, name, text, size);
	compile(&m, out);
	return finish(&m, out, error);
}

void gabion_compiled_free(struct gabion_compiled *compiled)
{
	free(compiled->image);
	gabion_diagnostics_free(&compiled->diagnostics);
	gabion_expectations_free(&compiled->expectations);
	gabion_call_rules_free(&compiled->call_rules);
	gabion_places_free(&compiled->places);
	memset(compiled, 0, sizeof(*compiled));
}
