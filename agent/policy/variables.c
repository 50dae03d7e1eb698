// SPDX-License-Identifier: GPL-2.0
/* @{NAME} in globs: what is written for it, all of its values as alternatives. */
#include "variables.h"

#include "doubt.h"

/* Bounds of one glob; beyond them its braces would be too many anyway. */
#define EXPANSIONS_MAX 4096U
#define LENGTH_MAX     65536U

/* Variables that are being expanded: the way from the glob to where we are. */
struct chain {
	const struct gabion_ast_variable *variable;
	const struct chain *up;
};

/* A glob begins with one '/', which alternatives at its beginning have in common. */
enum beginning {
	INSIDE, /* what is expanded is not the beginning */
	WITH_SLASH,
	WITHOUT_SLASH, /* it was written before the alternatives */
};

struct expansion {
	struct gabion_model *m;
	const struct gabion_ast_name *glob; /* for messages */
	VEC(char) text;
	unsigned int count;
	bool failed;
};

static void expand(struct expansion *x, const char *text, bool alternative,
		   enum beginning beginning, const struct chain *chain);

void gabion_model_variables(struct gabion_model *m)
{
	const struct gabion_ast_variable *v;
	uint32_t known;

	for (v = m->ast.variables; v; v = v->next) {
		if (gabion_strmap_get(&m->variable_names, v->name.text, &known)) {
			if (model_error(m, &v->name.loc,
					"put the values together, or give it "
					"another name",
					"variable \"%s\" is there already", v->name.text))
				model_note(m, &m->variables.v[known]->name.loc, "the first \"%s\"",
					   v->name.text);
			continue;
		}
		gabion_strmap_add(&m->variable_names, v->name.text, m->variables.n);
		vec_push(&m->variables, v);
	}
}

/* Length of "@{NAME}" at @text, 0 if it is none. */
static size_t reference(const char *text)
{
	size_t n =
		strspn(text + 2, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789");

	return n && (text[2] < '0' || text[2] > '9') && text[2 + n] == '}' ? n + 3 : 0;
}

static bool is_reference(const char *text)
{
	return text[0] == '@' && text[1] == '{' && reference(text);
}

static void add(struct expansion *x, char c)
{
	if (x->text.n < LENGTH_MAX) {
		vec_push(&x->text, c);
		return;
	}
	x->failed = true;
	model_error(x->m, &x->glob->loc, "split it into several globs",
		    "the variables of the glob are too long: more than %u bytes", LENGTH_MAX);
}

static const char *chain_text(struct gabion_model *m, const struct chain *c,
			      const struct gabion_ast_variable *from)
{
	const char *text = from->name.text;

	for (; c; c = c->up) {
		text = gabion_arena_printf(&m->arena, "%s -> %s", c->variable->name.text, text);
		if (c->variable == from)
			break;
	}
	return text;
}

static void expand_values(struct expansion *x, const struct gabion_ast_variable *v,
			  enum beginning beginning, const struct chain *chain)
{
	const struct gabion_ast_name *value = v->values;

	if (!value->next) {
		expand(x, value->text, false, beginning, &(struct chain){v, chain});
		return;
	}
	if (beginning == WITH_SLASH) {
		add(x, '/');
		beginning = WITHOUT_SLASH;
	}
	add(x, '{');
	for (; value && !x->failed; value = value->next) {
		expand(x, value->text, true, beginning, &(struct chain){v, chain});
		if (value->next)
			add(x, ',');
	}
	add(x, '}');
}

static void expand_variable(struct expansion *x, const char *name, enum beginning beginning,
			    const struct chain *chain)
{
	const struct gabion_ast_variable *v;
	const struct chain *c;
	uint32_t number;

	if (!gabion_strmap_get(&x->m->variable_names, name, &number)) {
		x->failed = true;
		if (!gabion_doubt_has(&x->m->parser, name))
			model_error(x->m, &x->glob->loc,
				    gabion_model_suggest(x->m, &x->m->variable_names, name,
							 "declare it: @{NAME} = VALUE, ..."),
				    "unknown variable \"%s\"", name);
		return;
	}
	v = x->m->variables.v[number];
	for (c = chain; c; c = c->up) {
		if (c->variable != v)
			continue;
		x->failed = true;
		model_error(x->m, &v->name.loc, "take one of the uses away",
			    "variables use each other in a cycle: %s", chain_text(x->m, chain, v));
		return;
	}
	if (++x->count > EXPANSIONS_MAX) {
		x->failed = true;
		model_error(x->m, &x->glob->loc, "split it into several globs",
			    "the variables of the glob stand for too much: more than %u uses",
			    EXPANSIONS_MAX);
		return;
	}
	expand_values(x, v, beginning, chain);
}

/* Behind the slash that @text must begin with, where that was written. */
static const char *skip_slash(struct expansion *x, const char *text, enum beginning beginning)
{
	if (*text == '/')
		return beginning == WITHOUT_SLASH ? text + 1 : text;
	x->failed = true;
	model_error(
		x->m, &x->glob->loc, "begin each value with '/', or write it before the variable",
		"impossible glob: path is not absolute: the value \"%s\" is its beginning", text);
	return text;
}

/* Add @text; as an @alternative in braces it must not end them, or be two. */
static void expand(struct expansion *x, const char *text, bool alternative,
		   enum beginning beginning, const struct chain *chain)
{
	unsigned int depth = 0;

	if (beginning != INSIDE && !is_reference(text)) {
		text = skip_slash(x, text, beginning);
		beginning = INSIDE;
	}
	while (*text && !x->failed) {
		if (is_reference(text)) {
			size_t n = reference(text);

			expand_variable(x, gabion_arena_strndup(&x->m->arena, text + 2, n - 3),
					beginning, chain);
			beginning = INSIDE;
			text += n;
			continue;
		}
		if (*text == '\\' && text[1]) {
			add(x, *text++);
		} else if (*text == '{') {
			depth++;
		} else if (*text == '}' && depth) {
			depth--;
		} else if (alternative && !depth && (*text == ',' || *text == '}')) {
			add(x, '\\');
		}
		add(x, *text++);
	}
}

const char *gabion_variables_expand(struct gabion_model *m, const struct gabion_ast_name *glob)
{
	struct expansion x = {.m = m, .glob = glob};
	const char *text = NULL;

	if (!strstr(glob->text, "@{"))
		return glob->text;
	expand(&x, glob->text, false, WITH_SLASH, NULL);
	if (!x.failed)
		text = gabion_arena_strndup(&m->arena, x.text.v, x.text.n);
	free(x.text.v);
	return text;
}
