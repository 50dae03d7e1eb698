// SPDX-License-Identifier: GPL-2.0
/* Statements of a domain to rules: which permissions on which object. */
#include <sys/socket.h>

#include "model.h"

static void push_rule(struct gabion_model *m, struct gabion_rule rule)
{
	vec_push(&m->rules, rule);
}

/* Classes that @verb applies to, for a message: "file, net". */
static const char *applies_to(struct gabion_model *m, const struct gabion_verb *verb)
{
	static const char *const kinds[] = {
		[GABION_CLASS_FILE] = "files",
		[GABION_CLASS_NET] = "tcp and udp",
		[GABION_CLASS_DOMAIN] = "domains",
	};
	const char *text = "";
	uint32_t klass;

	for (klass = GABION_CLASS_FILE; klass < GABION_CLASS_TABLES_END; klass++)
		if (verb->klass[klass].asked)
			text = gabion_arena_printf(&m->arena, "%s%s%s", text, *text ? " and " : "",
						   kinds[klass]);
	return text;
}

/* Resource or domain number, or -1 after a diagnostic; the class goes to *klass. */
static int64_t resolve_object(struct gabion_model *m, uint32_t domain,
			      const struct gabion_ast_name *object, uint32_t *klass)
{
	const struct gabion_strmap *names =
		*klass == GABION_CLASS_DOMAIN ? &m->domain_names : &m->resource_names;
	const char *mend;
	uint32_t number;

	if (object->path && *klass == GABION_CLASS_DOMAIN) {
		model_error(m, &object->loc, "name a domain", "a path is not a domain");
		return -1;
	}
	if (object->path) {
		*klass = GABION_CLASS_FILE;
		return gabion_model_glob_resource(m, object);
	}
	if (*klass == GABION_CLASS_DOMAIN && !strcmp(object->text, "self"))
		return domain;
	if (gabion_strmap_get(names, object->text, &number)) {
		if (*klass != GABION_CLASS_DOMAIN)
			*klass = m->resources.v[number].klass;
		return number;
	}
	if (m->syntax_errors)
		return -1;
	if (*klass == GABION_CLASS_DOMAIN) {
		mend = gabion_model_suggest(m, names, object->text, "declare it: domain NAME { }");
		model_error(m, &object->loc, mend, "unknown domain \"%s\"", object->text);
		return -1;
	}
	mend = gabion_model_suggest(m, names, object->text,
				    "declare it: resource NAME file GLOB, or write the path here");
	if (gabion_strmap_get(&m->domain_names, object->text, &number))
		mend = gabion_arena_printf(&m->arena, "that is a domain: write `domain %s`",
					   object->text);
	model_error(m, &object->loc, mend, "unknown resource \"%s\"", object->text);
	return -1;
}

static void access_object(struct gabion_model *m, uint32_t domain, const struct gabion_ast_rule *r,
			  const struct gabion_ast_name *object, uint32_t klass)
{
	static const uint16_t kinds[] = {
		[GABION_AST_ALLOW] = GABION_RULE_ALLOW,
		[GABION_AST_DENY] = GABION_RULE_DENY,
		[GABION_AST_TRUSTED] = GABION_RULE_TRUSTED,
	};
	int64_t number = resolve_object(m, domain, object, &klass);
	uint32_t grant = 0, marked = 0;
	const struct gabion_ast_verb *v;

	if (number < 0)
		return;
	for (v = r->verbs; v; v = v->next) {
		if (!v->verb->klass[klass].asked) {
			model_error(m, &v->loc,
				    gabion_arena_printf(&m->arena, "it is for %s",
							applies_to(m, v->verb)),
				    "`%s` does not apply to \"%s\"", v->verb->name, object->text);
			continue;
		}
		grant |= v->verb->klass[klass].grant;
		marked |= v->verb->klass[klass].deny;
	}
	push_rule(m, (struct gabion_rule){
			     .kind = kinds[r->effect],
			     .klass = klass,
			     .domain = domain,
			     .object = number,
			     .permissions = r->effect == GABION_AST_DENY ? marked : grant,
			     .explicit_bits = r->effect == GABION_AST_ALLOW ? marked : 0,
			     .audit = r->audit ? marked : 0,
			     .quiet = r->quiet ? marked : 0,
			     .to = GABION_NO_DOMAIN,
			     /* The object says which of a list it is. */
			     .loc = object->loc,
		     });
	if (klass == GABION_CLASS_NET && r->effect != GABION_AST_DENY)
		m->domains.v[domain].families |= 1ULL << AF_INET | 1ULL << AF_INET6;
}

static bool has_class(const struct gabion_verb *verb, uint32_t klass)
{
	return verb->klass[klass].asked;
}

static void access_rule(struct gabion_model *m, uint32_t domain, const struct gabion_ast_rule *r)
{
	const struct gabion_ast_name *object;
	const struct gabion_ast_verb *v;
	uint32_t klass = r->klass;

	/* `signal NAME`: the word itself says that NAME is a domain. */
	for (v = r->verbs; !klass && v; v = v->next)
		if (!has_class(v->verb, GABION_CLASS_FILE) && !has_class(v->verb, GABION_CLASS_NET))
			klass = GABION_CLASS_DOMAIN;
	if (r->quiet && r->effect != GABION_AST_DENY)
		model_error(m, &r->loc, "write `quiet deny`",
			    "`quiet` is about refusals, and this rule grants");
	if (r->audit && r->effect == GABION_AST_DENY)
		model_error(m, &r->loc, "drop `audit`", "every refusal is recorded anyway");
	for (object = r->objects; object; object = object->next)
		access_object(m, domain, r, object, klass);
}

static void numbers_rule(struct gabion_model *m, uint32_t domain, const struct gabion_ast_rule *r)
{
	static const struct {
		const char *one, *known;
	} words[] = {
		{ "capability", "capabilities are named as in capabilities(7), without CAP_" },
		{ "socket family", "families are named as in address_families(7), without AF_" },
		{ "control point", "see gabion-policy(5) for the control points" },
	};
	struct gabion_domain *d = &m->domains.v[domain];
	uint64_t *granted[] = { &d->capabilities, &d->families, &d->controls };
	uint64_t *denied[] = { &d->denied_capabilities, &d->denied_families, &d->denied_controls };
	uint32_t which = r->klass - GABION_CLASS_CAPABILITY;
	const struct gabion_ast_name *n;

	if (r->audit || r->quiet || r->effect == GABION_AST_TRUSTED)
		model_error(m, &r->loc, "drop it",
			    "`audit`, `quiet` and `trusted` do not apply to a %s",
			    words[which].one);
	for (n = r->objects; n; n = n->next) {
		int number = gabion_number_of(r->klass, n->text);
		struct gabion_suggestion s = { .name = n->text };

		if (number < 0) {
			gabion_suggest_names(&s, r->klass);
			model_error(m, &n->loc,
				    s.nearest ? gabion_arena_printf(&m->arena, "did you mean `%s`?",
								    s.nearest)
					      : words[which].known,
				    "unknown %s \"%s\"", words[which].one, n->text);
			continue;
		}
		*(r->effect == GABION_AST_DENY ? denied : granted)[which] |= 1ULL << number;
		push_rule(m, (struct gabion_rule){
				     .kind = r->effect == GABION_AST_DENY ? GABION_RULE_DENY
									  : GABION_RULE_ALLOW,
				     .klass = r->klass,
				     .domain = domain,
				     .object = number,
				     .to = GABION_NO_DOMAIN,
				     .loc = n->loc,
			     });
	}
}

static void exec_rule(struct gabion_model *m, uint32_t domain, const struct gabion_ast_rule *r)
{
	uint32_t klass = 0, to = GABION_NO_DOMAIN;
	int64_t number = resolve_object(m, domain, r->objects, &klass);

	if (r->as.text && !gabion_strmap_get(&m->domain_names, r->as.text, &to) &&
	    !m->syntax_errors)
		model_error(m, &r->as.loc,
			    gabion_model_suggest(m, &m->domain_names, r->as.text,
						 "declare it: domain NAME { }"),
			    "unknown domain \"%s\"", r->as.text);
	if (number < 0)
		return;
	if (klass != GABION_CLASS_FILE) {
		model_error(m, &r->objects->loc, "name a file resource, or write the path",
			    "\"%s\" cannot be executed", r->objects->text);
		return;
	}
	push_rule(m, (struct gabion_rule){
			     .kind = GABION_RULE_EXEC,
			     .klass = GABION_CLASS_FILE,
			     .domain = domain,
			     .object = number,
			     .permissions =
				     gabion_verb_find("execute")->klass[GABION_CLASS_FILE].grant,
			     .explicit_bits = GABION_FILE_EXECUTE,
			     .to = to,
			     .loc = r->objects->loc,
		     });
}

void gabion_model_add_rule(struct gabion_model *m, uint32_t domain, const struct gabion_ast_rule *r)
{
	const struct gabion_ast_rule *own = m->domains.v[domain].block->rules;

	switch (r->kind) {
	case GABION_AST_ENTER:
	case GABION_AST_LEVEL:
	case GABION_AST_MODE:
		/* Those of the domain itself are read in domains.c. */
		while (own && own != r)
			own = own->next;
		if (!own)
			model_error(m, &r->loc, "write it in the domain",
				    "an abstraction cannot say `enter`, `level` or `mode`");
		break;
	case GABION_AST_ABI:
	case GABION_AST_DEFAULT:
	case GABION_AST_STRICT:
		while (own && own != r)
			own = own->next;
		if (!own)
			model_error(m, &r->loc, "write it in the domain",
				    "an abstraction cannot say `abi`, `syscalls default` or "
				    "`syscalls strict`");
		break;
	case GABION_AST_USE:
	case GABION_AST_SYSCALLS:	/* filters.c */
		break;
	case GABION_AST_ACCESS:
		access_rule(m, domain, r);
		break;
	case GABION_AST_NUMBERS:
		numbers_rule(m, domain, r);
		break;
	case GABION_AST_EXEC:
		exec_rule(m, domain, r);
		break;
	}
}
