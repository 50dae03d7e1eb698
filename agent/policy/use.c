// SPDX-License-Identifier: GPL-2.0
/* Abstractions: found by name, spread into the domains that use them. */
#include <unistd.h>

#include "../common/cleanup.h"
#include "doubt.h"
#include "model.h"

static bool is_declared(const struct gabion_model *m, const char *name)
{
	const struct gabion_ast_block *b;

	for (b = m->ast.blocks; b; b = b->next)
		if (b->abstraction && !strcmp(b->name.text, name))
			return true;
	return false;
}

struct folders {
	VEC(const char *) paths;	/* in the arena */
};

/* Read DIR/NAME.gabion, if it is there. */
static bool try_load(struct gabion_model *m, const char *dir, const char *name,
		     const struct gabion_loc *loc)
{
	cleanup_free char *path = gabion_xasprintf("%s/%s.gabion", dir, name);
	struct gabion_error error;
	int err;

	if (access(path, F_OK))
		return false;
	err = gabion_sources_add_file(&m->sources, path, &error);
	if (err < 0)
		model_error(m, loc, NULL, "%s", error.text);
	else if (err)
		gabion_parse(&m->parser, m->sources.files.n - 1);
	return true;
}

/* Where a file called by name is looked for, in this order. */
static void list_folders(struct gabion_model *m, const char *here, const char *folder,
			 struct folders *folders)
{
	struct gabion_arena *arena = &m->arena;
	size_t i;

	vec_push(&folders->paths, gabion_arena_printf(arena, "%s/%s", here, folder));
	for (i = 0; i < m->sources.dirs.n; i++)
		vec_push(&folders->paths,
			 gabion_arena_printf(arena, "%s/%s", m->sources.dirs.v[i], folder));
	/* What one abstraction or set uses lies beside it, or in the folder beside that of it. */
	vec_push(&folders->paths, gabion_arena_strndup(arena, here, strlen(here)));
	vec_push(&folders->paths, gabion_arena_printf(arena, "%s/../%s", here, folder));
	if (m->sources.library)
		vec_push(&folders->paths,
			 gabion_arena_printf(arena, "%s/%s", m->sources.library, folder));
}

static void unknown_name(struct gabion_model *m, const struct gabion_ast_name *use,
			 const struct folders *folders, const char *folder, const char *what)
{
	struct gabion_suggestion s = { .name = use->text };
	const char *mend;
	size_t i;

	for (i = 0; i < folders->paths.n; i++) {
		const char *path = folders->paths.v[i], *name = strrchr(path, '/');

		/* Beside a policy lie other policies. */
		if (name && !strcmp(name + 1, folder))
			gabion_sources_suggest(path, &m->arena, &s);
	}
	if (s.nearest)
		mend = gabion_arena_printf(&m->arena, "did you mean `%s`?", s.nearest);
	else if (m->sources.library)
		mend = gabion_arena_printf(&m->arena, "it would be in %s/%s.gabion, or in %s/%s",
					   folders->paths.v[0], use->text, m->sources.library,
					   folder);
	else
		mend = gabion_arena_printf(&m->arena, "it would be in %s/%s.gabion",
					   folders->paths.v[0], use->text);
	model_error(m, &use->loc, mend, "unknown %s \"%s\"", what, use->text);
}

bool gabion_model_load_named(struct gabion_model *m, const struct gabion_ast_name *use,
			     const char *folder, const char *what)
{
	cleanup_free char *here = gabion_path_dir(m->sources.files.v[use->loc.file].name);
	struct folders folders = {};
	bool there = false;
	size_t i;

	list_folders(m, here, folder, &folders);
	for (i = 0; i < folders.paths.n && !there; i++)
		there = try_load(m, folders.paths.v[i], use->text, &use->loc);
	if (!there && !gabion_doubt_has(&m->parser, use->text))
		unknown_name(m, use, &folders, folder, what);
	if (!there)
		gabion_strmap_add(&m->missing,
				  gabion_arena_printf(&m->arena, "%s/%s", folder, use->text), 0);
	free(folders.paths.v);
	return there;
}

bool gabion_model_is_missing(const struct gabion_model *m, const char *folder, const char *name)
{
	cleanup_free char *path = gabion_xasprintf("%s/%s", folder, name);
	uint32_t known;

	return gabion_doubt_has(&m->parser, name) || gabion_strmap_get(&m->missing, path, &known);
}

void gabion_model_load_abstractions(struct gabion_model *m)
{
	const struct gabion_ast_block *b;
	const struct gabion_ast_rule *r;
	const struct gabion_ast_name *n;
	struct gabion_strmap tried = {};
	uint32_t known;

	/* The list grows at its end as files are read. */
	for (b = m->ast.blocks; b; b = b->next) {
		for (r = b->rules; r; r = r->next) {
			for (n = r->kind == GABION_AST_USE ? r->objects : NULL; n; n = n->next) {
				if (gabion_strmap_get(&tried, n->text, &known) ||
				    is_declared(m, n->text))
					continue;
				gabion_strmap_add(&tried, n->text, 0);
				gabion_model_load_named(m, n, "abstractions", "abstraction");
			}
		}
	}
	gabion_strmap_free(&tried);
	for (b = m->ast.blocks; b; b = b->next) {
		if (!b->abstraction)
			continue;
		if (gabion_strmap_get(&m->abstraction_names, b->name.text, &known)) {
			if (model_error(m, &b->name.loc, "give it another name",
					"abstraction \"%s\" is there already", b->name.text))
				model_note(m, &m->abstractions.v[known]->name.loc,
					   "the first \"%s\"", b->name.text);
			continue;
		}
		gabion_strmap_add(&m->abstraction_names, b->name.text, m->abstractions.n);
		vec_push(&m->abstractions, b);
	}
}

/* Blocks that are being spread: the way from the domain to where we are. */
struct chain {
	const struct gabion_ast_block *block;
	const struct gabion_ast_name *use;
	const struct chain *up;
};

static const char *chain_text(struct gabion_model *m, const struct chain *c,
			      const struct gabion_ast_block *from)
{
	const char *text = from->name.text;

	for (; c; c = c->up) {
		text = gabion_arena_printf(&m->arena, "%s -> %s", c->block->name.text, text);
		if (c->block == from)
			break;
	}
	return text;
}

struct spreading {
	void (*visit)(struct gabion_model *m, const struct gabion_ast_rule *rule, void *arg);
	void *arg;
	unsigned int lacks;	/* GABION_RULES_* */
	VEC(const struct gabion_ast_block *) done;
};

static void spread(struct gabion_model *m, struct spreading *s, const struct chain *chain);

static void spread_use(struct gabion_model *m, struct spreading *s, const struct chain *chain,
		       const struct gabion_ast_name *use)
{
	const struct gabion_ast_block *block;
	const struct chain *c;
	uint32_t number;
	size_t i;

	if (!gabion_strmap_get(&m->abstraction_names, use->text, &number)) {
		s->lacks |= GABION_RULES_MISSING;
		if (!gabion_model_is_missing(m, "abstractions", use->text))
			model_error(m, &use->loc,
				    gabion_arena_printf(&m->arena, "write it: abstraction %s { }",
							use->text),
				    "the file of abstraction \"%s\" does not define it", use->text);
		return;
	}
	block = m->abstractions.v[number];
	for (c = chain; c; c = c->up) {
		if (c->block == block) {
			model_error(m, &use->loc, "take one `use` of the cycle away",
				    "abstractions use each other in a cycle: %s",
				    chain_text(m, chain, block));
			return;
		}
	}
	/* What is used on two ways is granted once. */
	for (i = 0; i < s->done.n; i++)
		if (s->done.v[i] == block)
			return;
	spread(m, s, &(struct chain){ block, use, chain });
	vec_push(&s->done, block);
}

static void spread(struct gabion_model *m, struct spreading *s, const struct chain *chain)
{
	const struct gabion_ast_rule *r;
	const struct gabion_ast_name *n;

	if (chain->block->broken)
		s->lacks |= GABION_RULES_BROKEN;
	for (r = chain->block->rules; r; r = r->next) {
		if (r->kind != GABION_AST_USE) {
			s->visit(m, r, s->arg);
			continue;
		}
		for (n = r->objects; n; n = n->next)
			spread_use(m, s, chain, n);
	}
}

unsigned int gabion_model_each_rule(struct gabion_model *m, const struct gabion_ast_block *block,
				    void (*visit)(struct gabion_model *m,
						  const struct gabion_ast_rule *rule,
						  void *arg),
				    void *arg)
{
	struct spreading s = { .visit = visit, .arg = arg };

	spread(m, &s, &(struct chain){ block, NULL, NULL });
	free(s.done.v);
	return s.lacks;
}
