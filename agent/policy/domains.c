// SPDX-License-Identifier: GPL-2.0
/* Domains: names, levels, modes, programs; then their rules one after another. */
#include "model.h"

static void add_domain(struct gabion_model *m, struct gabion_domain domain)
{
	domain.program = GABION_NFA_NONE;
	domain.helper = GABION_NFA_NONE;
	gabion_strmap_add(&m->domain_names, domain.name, m->domains.n);
	vec_push(&m->domains, domain);
}

static void declare(struct gabion_model *m, const struct gabion_ast_block *b)
{
	const char *name = b->name.text;
	uint32_t known;

	if (!strcmp(name, "self") || !strcmp(name, "host")) {
		model_error(m, &b->name.loc, "choose another name", "\"%s\" is the name of %s",
			    name,
			    name[0] == 's' ? "the domain that a rule stands in"
					   : "what runs outside of every domain");
		return;
	}
	if (strlen(name) >= GABION_NAME_MAX) {
		model_error(m, &b->name.loc, "choose a shorter one",
			    "the name of a domain has at most %u bytes", GABION_NAME_MAX - 1);
		return;
	}
	if (gabion_strmap_get(&m->domain_names, name, &known)) {
		if (model_error(m, &b->name.loc, "give it another name, or put the rules together",
				"domain \"%s\" is there already", name))
			model_note(m, &m->domains.v[known].loc, "the first \"%s\"", name);
		return;
	}
	if (m->domains.n == GABION_DOMAINS_MAX) {
		model_error(m, &b->name.loc, "put domains with the same rights together",
			    "more than %u domains", GABION_DOMAINS_MAX);
		return;
	}
	add_domain(m, (struct gabion_domain){ .name = name, .loc = b->name.loc, .block = b });
}

static void set_mode(struct gabion_model *m, struct gabion_domain *d,
		     const struct gabion_ast_name *mode)
{
	struct gabion_suggestion s = { .name = mode->text };

	if (!strcmp(mode->text, "enforce"))
		d->flags = 0;
	else if (!strcmp(mode->text, "complain"))
		d->flags = GABION_DOMAIN_COMPLAIN;
	else if (!strcmp(mode->text, "unconfined"))
		d->flags = GABION_DOMAIN_UNCONFINED;
	else {
		gabion_suggest_try(&s, "enforce");
		gabion_suggest_try(&s, "complain");
		gabion_suggest_try(&s, "unconfined");
		model_error(
			m, &mode->loc,
			s.nearest ? gabion_arena_printf(&m->arena, "did you mean `%s`?", s.nearest)
				  : "the modes are enforce, complain and unconfined",
			"unknown mode \"%s\"", mode->text);
	}
}

/* Lists of several statements become one: they are of one resource. */
static void join(struct gabion_ast_names *globs, struct gabion_ast_name *more)
{
	if (!globs->last)
		globs->last = &globs->first;
	*globs->last = more;
	while (*globs->last)
		globs->last = &(*globs->last)->next;
}

/* `enter` and `enter helper`, each a resource of its own. */
static void read_entries(struct gabion_model *m, struct gabion_domain *d)
{
	struct gabion_ast_names programs = {}, helpers = {};
	const struct gabion_ast_rule *r;

	for (r = d->block->rules; r; r = r->next) {
		if (r->kind != GABION_AST_ENTER)
			continue;
		if (r->objects)
			join(r->helper ? &helpers : &programs, r->objects);
		else if (!d->any_helper)
			d->any_helper = &r->loc;
	}
	if (programs.first)
		d->program = gabion_model_program(
			m, gabion_arena_printf(&m->arena, "%s_program", d->name), programs.first);
	if (helpers.first)
		d->helper = gabion_model_program(
			m, gabion_arena_printf(&m->arena, "%s_helper", d->name), helpers.first);
}

/* What a domain says of itself must be said in its own block, once. */
static void read_own_rules(struct gabion_model *m, struct gabion_domain *d)
{
	const struct gabion_ast_rule *r, *level = NULL, *mode = NULL;

	read_entries(m, d);
	for (r = d->block->rules; r; r = r->next) {
		const struct gabion_ast_rule **slot = NULL;

		if (r->kind == GABION_AST_LEVEL) {
			slot = &level;
			d->level = gabion_model_level(m, &r->level, false);
		} else if (r->kind == GABION_AST_MODE) {
			slot = &mode;
			set_mode(m, d, r->objects);
		}
		if (slot && *slot) {
			model_error(m, &r->loc, "keep one of them", "domain \"%s\" says this twice",
				    d->name);
			model_note(m, &(*slot)->loc, "said here first");
		}
		if (slot)
			*slot = r;
	}
}

static void visit_rule(struct gabion_model *m, const struct gabion_ast_rule *rule, void *arg)
{
	gabion_model_add_rule(m, *(uint32_t *)arg, rule);
}

static void pass_rule(struct gabion_model *m, const struct gabion_ast_rule *rule, void *arg)
{
	(void)m;
	(void)rule;
	(void)arg;
}

static void add_entry_rule(struct gabion_model *m, uint32_t number, uint32_t program)
{
	if (program == GABION_NFA_NONE)
		return;
	vec_push(&m->rules, (struct gabion_rule){
				    .kind = GABION_RULE_EXEC,
				    .klass = GABION_CLASS_FILE,
				    .domain = number,
				    .object = program,
				    .permissions = GABION_FILE_READ | GABION_FILE_MAP |
						   GABION_FILE_STAT | GABION_FILE_EXECUTE,
				    .to = GABION_NO_DOMAIN,
				    .block = m->domains.v[number].block,
				    .loc = m->resources.v[program].loc,
			    });
}

/*
 * A domain may read, map and execute what is entered by; signal, inspect and
 * schedule itself, and use the System V IPC objects that it made.
 */
static void add_implied_rules(struct gabion_model *m, uint32_t number)
{
	struct gabion_domain *d = &m->domains.v[number];

	add_entry_rule(m, number, d->program);
	add_entry_rule(m, number, d->helper);
	vec_push(&m->rules, (struct gabion_rule){
				    .kind = GABION_RULE_ALLOW,
				    .klass = GABION_CLASS_DOMAIN,
				    .domain = number,
				    .object = number,
				    .permissions = GABION_DOM_SIGNAL | GABION_DOM_INSPECT |
						   GABION_DOM_SCHEDULE | GABION_DOM_IPC_READ |
						   GABION_DOM_IPC_WRITE,
				    .to = GABION_NO_DOMAIN,
				    .block = m->domains.v[number].block,
				    .loc = d->loc,
			    });
}

/*
 * Files of abstractions alone are checked as if a domain used each of them.
 * Where there are domains, what none of them uses must leave no trace.
 */
static void check_abstractions(struct gabion_model *m)
{
	static const struct gabion_ast_block none;
	uint32_t number = m->domains.n;
	size_t i;

	for (i = 0; i < m->abstractions.n; i++) {
		const struct gabion_ast_block *b = m->abstractions.v[i];

		vec_push(&m->domains, (struct gabion_domain){
					      .name = b->name.text,
					      .loc = b->name.loc,
					      .block = &none,
				      });
		gabion_model_each_rule(m, b, visit_rule, &number);
		m->domains.n = number;
		m->rules.n = 0;
	}
}

void gabion_model_domains(struct gabion_model *m)
{
	const struct gabion_ast_block *b;
	uint32_t number;

	add_domain(m, (struct gabion_domain){
			      .name = "host",
			      .level = gabion_model_level(
				      m, &(struct gabion_ast_level){ .name.text = "any" }, true),
			      .flags = GABION_DOMAIN_UNCONFINED,
		      });
	for (b = m->ast.blocks; b; b = b->next)
		if (!b->abstraction)
			declare(m, b);
	for (number = 1; number < m->domains.n; number++)
		read_own_rules(m, &m->domains.v[number]);
	for (number = 1; number < m->domains.n; number++) {
		struct gabion_domain *d = &m->domains.v[number];

		d->lacks = gabion_model_each_rule(m, d->block, pass_rule, NULL);
		d->first_rule = m->rules.n;
		add_implied_rules(m, number);
		gabion_model_each_rule(m, d->block, visit_rule, &number);
		d->last_rule = m->rules.n;
	}
	if (m->domains.n == 1)
		check_abstractions(m);
}
