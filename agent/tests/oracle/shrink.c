// SPDX-License-Identifier: GPL-2.0
#include "shrink.h"

#include <string.h>

#include "glob.h"

struct shrinker {
	struct oracle_policy *policy;
	struct oracle_request *request;
	bool (*differs)(void *arg);
	void *arg;
	bool smaller; /* something went in this round */
};

/* Set @flag to @to, for good if the difference stays. */
static void try_flag(struct shrinker *s, bool *flag, bool to)
{
	bool before = *flag;

	if (before == to)
		return;
	*flag = to;
	if (s->differs(s->arg))
		s->smaller = true;
	else
		*flag = before;
}

static void try_level(struct shrinker *s, struct oracle_level *level)
{
	struct oracle_level before = *level;
	size_t i;

	if (!level->written)
		return;
	memset(level, 0, sizeof(*level));
	if (s->differs(s->arg)) {
		s->smaller = true;
		return;
	}
	*level = before;
	for (i = 0; i < ORACLE_CATEGORIES; i++)
		try_flag(s, &level->categories[i], false);
}

static void try_rule(struct shrinker *s, struct oracle_rule *r)
{
	size_t i;

	try_flag(s, &r->gone, true);
	if (r->gone)
		return;
	for (i = 0; i < r->nobjects; i++) {
		try_flag(s, &r->objects[i].gone, true);
		try_flag(s, &r->objects[i].broken, false);
	}
	for (i = 0; i < r->nverbs; i++)
		try_flag(s, &r->verbs[i].gone, true);
	try_flag(s, &r->audit, false);
	try_flag(s, &r->quiet, false);
}

static void try_block(struct shrinker *s, struct oracle_block *b)
{
	enum oracle_mode mode = b->mode;
	size_t i;

	try_flag(s, &b->gone, true);
	if (b->gone)
		return;
	for (i = 0; i < b->nrules; i++)
		try_rule(s, &b->rules[i]);
	try_level(s, &b->level);
	b->mode = ORACLE_UNSAID;
	if (!s->differs(s->arg))
		b->mode = mode;
}

static void try_resource(struct shrinker *s, struct oracle_resource *r)
{
	size_t i;

	try_flag(s, &r->gone, true);
	if (r->gone)
		return;
	try_level(s, &r->level);
	try_flag(s, &r->addressed, false);
	for (i = 0; i < r->nports; i++)
		try_flag(s, &r->ports[i].gone, true);
}

static void try_glob(struct shrinker *s, struct oracle_glob *g)
{
	size_t i, j;

	try_flag(s, &g->gone, true);
	for (i = 0; i < g->n && !g->gone; i++) {
		try_flag(s, &g->pieces[i].gone, true);
		for (j = 0; g->pieces[i].kind == ORACLE_BRACKET && j < g->pieces[i].n; j++)
			try_flag(s, &g->pieces[i].ranges[j].gone, true);
	}
}

/* Each byte of the name that can go; the rest are made alike where they can. */
static void try_name(struct shrinker *s)
{
	struct oracle_request before;
	size_t i;

	for (i = 0; i < strlen(s->request->path);) {
		before = *s->request;
		memmove(s->request->path + i, s->request->path + i + 1,
			strlen(s->request->path + i));
		oracle_name_mend(s->request->path);
		if (strcmp(before.path, s->request->path) && s->differs(s->arg)) {
			s->smaller = true;
			continue;
		}
		*s->request = before;
		if (before.path[i] != '/' && before.path[i] != 'a') {
			s->request->path[i] = 'a';
			if (!s->differs(s->arg))
				*s->request = before;
		}
		i++;
	}
}

static void try_endpoint(struct shrinker *s)
{
	struct oracle_request before = *s->request;
	size_t i;

	s->request->port = 0;
	if (!s->differs(s->arg))
		*s->request = before;
	for (i = 0; i < sizeof(s->request->address); i++) {
		before = *s->request;
		s->request->address[i] = 0;
		if (!s->differs(s->arg))
			*s->request = before;
	}
}

void oracle_shrink(struct oracle_policy *policy, struct oracle_request *request,
		   bool (*differs)(void *arg), void *arg)
{
	struct shrinker s = {policy, request, differs, arg, true};
	size_t i;

	while (s.smaller) {
		s.smaller = false;
		for (i = 1; i < policy->nblocks; i++)
			try_block(&s, &policy->blocks[i]);
		for (i = 0; i < policy->nresources; i++)
			try_resource(&s, &policy->resources[i]);
		for (i = 0; i < policy->nglobs; i++)
			try_glob(&s, &policy->globs[i]);
		if (request->klass == ORACLE_FILE && !request->unreachable)
			try_name(&s);
		if (request->klass == ORACLE_NET)
			try_endpoint(&s);
	}
}
