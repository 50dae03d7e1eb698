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
	struct gabion_domain *host = &m->domains.v[GABION_HOST];
	uint32_t known;

	if (!strcmp(name, "self")) {
		model_error(m, &b->name.loc, "choose another name",
			    "\"self\" is the name of the domain that a rule stands in");
		return;
	}
	if (!strcmp(name, host->name) && !host->block) {
		host->block = b;
		host->loc = b->name.loc;
		host->flags = 0;
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
		;
	else if (!strcmp(mode->text, "complain"))
		d->flags |= GABION_DOMAIN_COMPLAIN;
	else if (!strcmp(mode->text, "unconfined"))
		d->flags |= GABION_DOMAIN_UNCONFINED;
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

/* What becomes of an operation whose event has no room. */
static void set_required(struct gabion_model *m, struct gabion_domain *d,
			 const struct gabion_ast_name *how)
{
	if (!strcmp(how->text, "wait"))
		d->flags |= GABION_DOMAIN_AUDIT_WAIT;
	else if (!strcmp(how->text, "refuse"))
		d->flags |= GABION_DOMAIN_AUDIT_REFUSE;
	else
		model_error(m, &how->loc, "write `audit required wait` or `audit required refuse`",
			    "unknown word \"%s\" behind `audit required`", how->text);
}

/* Who reads the events, and who may end the waiting, must not wait. */
static void check_required(struct gabion_model *m, uint32_t number,
			   const struct gabion_ast_rule *required)
{
	if (number == GABION_HOST)
		model_error(m, &required->loc, "write it in the domains whose record must be complete",
			    "the host's domain, where gabiond and the administrator are, would "
			    "wait for itself");
	else if (m->domains.v[number].flags & GABION_DOMAIN_UNCONFINED)
		model_error(m, &required->loc, "drop it, or the mode",
			    "nothing that an unconfined domain does is recorded");
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
static void read_entries(struct gabion_model *m, uint32_t number)
{
	struct gabion_domain *d = &m->domains.v[number];
	struct gabion_ast_names programs = {}, helpers = {};
	const struct gabion_ast_rule *r;

	for (r = d->block->rules; r; r = r->next) {
		if (r->kind != GABION_AST_ENTER)
			continue;
		if (number == GABION_HOST && !r->helper) {
			model_error(m, &r->loc, "drop it, or write `enter helper`",
				    "the host's domain is not entered by a program: it has what no "
				    "other domain has");
			continue;
		}
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
static void read_own_rules(struct gabion_model *m, uint32_t number)
{
	struct gabion_domain *d = &m->domains.v[number];
	const struct gabion_ast_rule *r, *level = NULL, *mode = NULL, *required = NULL;

	read_entries(m, number);
	for (r = d->block->rules; r; r = r->next) {
		const struct gabion_ast_rule **slot = NULL;

		if (r->kind == GABION_AST_LEVEL) {
			slot = &level;
			d->level = gabion_model_level(m, &r->level, false);
		} else if (r->kind == GABION_AST_MODE) {
			slot = &mode;
			set_mode(m, d, r->objects);
		} else if (r->kind == GABION_AST_REQUIRED) {
			slot = &required;
			set_required(m, d, r->objects);
		}
		if (slot && *slot) {
			model_error(m, &r->loc, "keep one of them", "domain \"%s\" says this twice",
				    d->name);
			model_note(m, &(*slot)->loc, "said here first");
		}
		if (slot)
			*slot = r;
	}
	if (required)
		check_required(m, number, required);
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

static void add_entry_rule(struct gabion_model *m, uint32_t number, uint32_t program,
			   uint32_t permissions)
{
	if (program == GABION_NFA_NONE)
		return;
	vec_push(&m->rules, (struct gabion_rule){
				    .kind = GABION_RULE_EXEC,
				    .klass = GABION_CLASS_FILE,
				    .domain = number,
				    .object = program,
				    .permissions = permissions,
				    .to = GABION_NO_DOMAIN,
				    .block = m->domains.v[number].block,
				    .loc = m->resources.v[program].loc,
			    });
}

/*
 * A domain may read, map and execute what it is entered by, and the host execute what others
 * are; it may signal, inspect and schedule itself, and use the System V IPC objects that it made.
 */
static void add_implied_rules(struct gabion_model *m, uint32_t number)
{
	const uint32_t all =
		GABION_FILE_READ | GABION_FILE_MAP | GABION_FILE_STAT | GABION_FILE_EXECUTE;
	struct gabion_domain *d = &m->domains.v[number];
	uint32_t other;

	add_entry_rule(m, number, d->program, all);
	add_entry_rule(m, number, d->helper, all);
	for (other = 1; number == GABION_HOST && other < m->domains.n; other++)
		add_entry_rule(m, number, m->domains.v[other].program, GABION_FILE_EXECUTE);
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
		m->limits.n = 0;
	}
}

void gabion_model_domains(struct gabion_model *m)
{
	const struct gabion_ast_block *b;
	uint32_t number, first;

	m->any_level = gabion_model_level(
		m, &(struct gabion_ast_level){ .name.text = "any" }, true);
	add_domain(m, (struct gabion_domain){
			      .name = "host",
			      .level = m->any_level,
			      .flags = GABION_DOMAIN_UNCONFINED,
		      });
	for (b = m->ast.blocks; b; b = b->next)
		if (!b->abstraction)
			declare(m, b);
	/* Nothing is said of a host that no block holds. */
	first = m->domains.v[GABION_HOST].block ? GABION_HOST : GABION_HOST + 1;
	for (number = first; number < m->domains.n; number++)
		read_own_rules(m, number);
	for (number = first; number < m->domains.n; number++) {
		struct gabion_domain *d = &m->domains.v[number];

		d->lacks = gabion_model_each_rule(m, d->block, pass_rule, NULL);
		d->first_rule = m->rules.n;
		add_implied_rules(m, number);
		gabion_model_each_rule(m, d->block, visit_rule, &number);
		d->last_rule = m->rules.n;
	}
	if (m->domains.n == 1 && first != GABION_HOST)
		check_abstractions(m);
}
