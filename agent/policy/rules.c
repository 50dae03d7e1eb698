// SPDX-License-Identifier: GPL-2.0
/* Statements of a domain to rules: which permissions on which object. */
#include <sys/socket.h>

#include "commands.h"
#include "doubt.h"
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
		[GABION_CLASS_NET] = "network endpoints",
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
	if (gabion_doubt_has(&m->parser, object->text))
		return -1;
	if (*klass == GABION_CLASS_DOMAIN) {
		mend = gabion_model_suggest(m, names, object->text, "declare it: domain NAME { }");
		model_error(m, &object->loc, mend, "unknown domain \"%s\"", object->text);
		return -1;
	}
	mend = gabion_model_suggest(m, names, object->text, NULL);
	/* The file of an abstraction that is not there might declare it. */
	if (!mend && m->domains.v[domain].lacks & GABION_RULES_MISSING)
		return -1;
	if (!mend)
		mend = "declare it: resource NAME file GLOB, or write the path here";
	if (gabion_strmap_get(&m->domain_names, object->text, &number))
		mend = gabion_arena_printf(&m->arena, "that is a domain: write `domain %s`",
					   object->text);
	model_error(m, &object->loc, mend, "unknown resource \"%s\"", object->text);
	return -1;
}

/* `ioctl(...)`: a rule of its own, as it says something else than the verbs beside it. */
static void commands_rule(struct gabion_model *m, const struct gabion_ast_rule *r,
			  struct gabion_ast_verb *v, struct gabion_rule rule)
{
	if (r->audit && r->effect != GABION_AST_DENY)
		model_error(m, &v->loc, "write `audit ioctl` for all commands, or drop `audit`",
			    "`audit` holds for the whole of `ioctl`, not for single commands");
	if (!v->resolved)
		v->resolved = gabion_commands_resolve(m, v->commands,
						      r->effect == GABION_AST_DENY);
	rule.commands = v->resolved;
	if (!rule.commands)
		return;
	rule.permissions = GABION_FILE_IOCTL;
	rule.explicit_bits = r->effect == GABION_AST_ALLOW ? GABION_FILE_IOCTL : 0;
	rule.named = GABION_FILE_IOCTL;
	rule.quiet = r->quiet ? GABION_FILE_IOCTL : 0;
	push_rule(m, rule);
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
	struct gabion_rule rule = {
		.kind = kinds[r->effect],
		.klass = klass,
		.domain = domain,
		.object = number,
		.knowing = r->knowing,
		.block = r->block,
		.to = GABION_NO_DOMAIN,
		/* The object says which of a list it is. */
		.loc = object->loc,
	};
	uint32_t grant = 0, marked = 0;
	struct gabion_ast_verb *v;

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
		if (v->commands) {
			commands_rule(m, r, v, rule);
			continue;
		}
		grant |= v->verb->klass[klass].grant;
		marked |= v->verb->klass[klass].deny;
	}
	if (!marked)
		return;
	rule.permissions = r->effect == GABION_AST_DENY ? marked : grant;
	rule.explicit_bits = r->effect == GABION_AST_ALLOW ? marked : 0;
	rule.named = marked;
	rule.audit = r->audit ? marked : 0;
	rule.quiet = r->quiet ? marked : 0;
	push_rule(m, rule);
	if (klass == GABION_CLASS_NET && r->effect != GABION_AST_DENY)
		m->domains.v[domain].granted.families |= 1ULL << AF_INET | 1ULL << AF_INET6;
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
	if (r->knowing && r->effect == GABION_AST_DENY)
		model_error(m, &r->loc, "drop `knowingly`",
			    "`knowingly` is about grants, and this rule denies");
	if (r->audit && r->effect == GABION_AST_DENY)
		model_error(m, &r->loc, "drop `audit`", "every refusal is recorded anyway");
	for (object = r->objects; object; object = object->next)
		access_object(m, domain, r, object, klass);
}

/* Add @number to a set of what @d may use, or may not. */
static void add_number(struct gabion_domain *d, uint32_t klass, bool deny, uint32_t number)
{
	struct gabion_number_sets *sets = deny ? &d->denied : &d->granted;

	switch (klass) {
	case GABION_CLASS_CAPABILITY:
		sets->capabilities |= 1ULL << number;
		break;
	case GABION_CLASS_CONTROL:
		sets->controls |= 1ULL << number;
		break;
	case GABION_CLASS_FAMILY:
		sets->families |= 1ULL << number;
		/* The family is all of its protocols. */
		if (number == AF_NETLINK)
			sets->netlink = UINT32_MAX;
		break;
	case GABION_CLASS_NETLINK:
		sets->netlink |= 1U << number;
		if (!deny)
			sets->families |= 1ULL << AF_NETLINK;
		break;
	}
}

static void numbers_rule(struct gabion_model *m, uint32_t domain, const struct gabion_ast_rule *r)
{
	static const struct {
		const char *one, *known;
	} words[] = {
		[GABION_CLASS_CAPABILITY] = {
			"capability",
			"capabilities are named as in capabilities(7), without CAP_",
		},
		[GABION_CLASS_FAMILY] = {
			"socket family",
			"families are named as in address_families(7), without AF_",
		},
		[GABION_CLASS_CONTROL] = {
			"control point",
			"see gabion-policy(5) for the control points",
		},
		[GABION_CLASS_NETLINK] = {
			"netlink protocol",
			"protocols are named as in netlink(7) in small letters, without NETLINK_, "
			"or by their number, 0 to 31",
		},
	};
	const struct gabion_ast_name *n;

	if (r->audit || r->quiet || r->knowing || r->effect == GABION_AST_TRUSTED)
		model_error(m, &r->loc, "drop it",
			    "`audit`, `quiet`, `knowingly` and `trusted` do not apply to a %s",
			    words[r->klass].one);
	for (n = r->objects; n; n = n->next) {
		int number = gabion_number_of(r->klass, n->text);
		struct gabion_suggestion s = { .name = n->text };

		if (number < 0) {
			gabion_suggest_names(&s, r->klass);
			model_error(m, &n->loc,
				    s.nearest ? gabion_arena_printf(&m->arena, "did you mean `%s`?",
								    s.nearest)
					      : words[r->klass].known,
				    "unknown %s \"%s\"", words[r->klass].one, n->text);
			continue;
		}
		add_number(&m->domains.v[domain], r->klass, r->effect == GABION_AST_DENY, number);
		push_rule(m, (struct gabion_rule){
				     .kind = r->effect == GABION_AST_DENY ? GABION_RULE_DENY
									  : GABION_RULE_ALLOW,
				     .klass = r->klass,
				     .domain = domain,
				     .object = number,
				     .to = GABION_NO_DOMAIN,
				     .block = r->block,
				     .loc = n->loc,
			     });
	}
}

/* Domain that `as` names, GABION_NO_DOMAIN after a diagnostic. */
static uint32_t named_domain(struct gabion_model *m, const struct gabion_ast_name *name)
{
	uint32_t number;

	if (!gabion_strmap_get(&m->domain_names, name->text, &number)) {
		if (!gabion_doubt_has(&m->parser, name->text))
			model_error(m, &name->loc,
				    gabion_model_suggest(m, &m->domain_names, name->text,
							 "declare it: domain NAME { }"),
				    "unknown domain \"%s\"", name->text);
		return GABION_NO_DOMAIN;
	}
	if (number != GABION_HOST || m->domains.v[GABION_HOST].block)
		return number;
	model_error(m, &name->loc, "write `exec OBJECT unconfined`",
		    "`as host` would let the program go unconfined without saying so");
	return GABION_NO_DOMAIN;
}

static void exec_rule(struct gabion_model *m, uint32_t domain, const struct gabion_ast_rule *r)
{
	uint32_t klass = 0, to = GABION_NO_DOMAIN;
	int64_t number = resolve_object(m, domain, r->objects, &klass);

	if (r->way == GABION_AST_AS)
		to = named_domain(m, &r->as);
	else if (r->way == GABION_AST_INHERIT)
		to = domain;
	else if (r->way == GABION_AST_UNCONFINED)
		to = GABION_HOST;
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
			     .named = GABION_FILE_EXECUTE,
			     .to = to,
			     .block = r->block,
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
	case GABION_AST_REQUIRED:
		/* Those of the domain itself are read in domains.c. */
		while (own && own != r)
			own = own->next;
		if (!own)
			model_error(m, &r->loc, "write it in the domain",
				    "an abstraction cannot say `enter`, `level`, `mode` or "
				    "`audit required`");
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
	case GABION_AST_LIMIT:
		gabion_model_add_limits(m, domain, r);
		break;
	case GABION_AST_EXEC:
		exec_rule(m, domain, r);
		break;
	}
}
