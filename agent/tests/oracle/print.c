// SPDX-License-Identifier: GPL-2.0
#include "print.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "glob.h"
#include "words.h"

struct printer {
	struct oracle_policy *policy;
	FILE *out;
	uint32_t line;
};

static void put(struct printer *p, const char *format, ...)
{
	char text[2 * ORACLE_GLOB_TEXT];
	const char *s;
	va_list ap;

	va_start(ap, format);
	if (vsnprintf(text, sizeof(text), format, ap) >= (int)sizeof(text))
		abort();
	va_end(ap);
	for (s = text; *s; s++)
		p->line += *s == '\n';
	fputs(text, p->out);
}

void oracle_block_name(const struct oracle_policy *policy, size_t block, char name[ORACLE_NAME])
{
	if (!block)
		strcpy(name, "host");
	else
		snprintf(name, ORACLE_NAME, "%c%zu", policy->blocks[block].abstraction ? 'a' : 'd',
			 block);
}

void oracle_resource_name(const struct oracle_policy *policy, size_t resource,
			  char name[ORACLE_NAME])
{
	static const char kinds[ORACLE_TABLES] = {[ORACLE_FILE] = 'f', [ORACLE_NET] = 'n'};

	snprintf(name, ORACLE_NAME, "%c%zu", kinds[policy->resources[resource].klass], resource);
}

static void put_glob(struct printer *p, size_t index)
{
	char text[ORACLE_GLOB_TEXT];

	oracle_glob_text(p->policy, &p->policy->globs[index], text);
	p->policy->globs[index].line = p->line;
	put(p, oracle_glob_needs_quotes(text) ? "\"%s\"" : "%s", text);
}

static void put_globs(struct printer *p, const char *before, const uint8_t *globs, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (p->policy->globs[globs[i]].gone)
			continue;
		put(p, "%s", before);
		put_glob(p, globs[i]);
		before = ", ";
	}
}

static void put_level(struct printer *p, const struct oracle_level *level)
{
	const char *separator = ":";
	size_t i;

	if (!level->written)
		return;
	if (level->any || level->none) {
		put(p, level->any ? " level any" : " level none");
		return;
	}
	if (p->policy->nranks)
		put(p, " level l%u", level->rank);
	else
		put(p, " level default");
	for (i = 0; i < p->policy->ncategories; i++) {
		if (!level->categories[i])
			continue;
		put(p, "%sc%zu", separator, i);
		separator = ",";
	}
}

static void put_endpoint(struct printer *p, const struct oracle_resource *r)
{
	char text[INET6_ADDRSTRLEN];
	const char *before = " port ";
	size_t i;

	put(p, " %s", oracle_protocols[r->protocol].name);
	if (r->addressed) {
		inet_ntop(r->v4 ? AF_INET : AF_INET6, r->address + (r->v4 ? 12 : 0), text,
			  sizeof(text));
		put(p, " %s", text);
		if (r->prefix < 128)
			put(p, "/%u", r->prefix - (r->v4 ? 96 : 0));
	}
	for (i = 0; i < r->nports; i++) {
		if (r->ports[i].gone)
			continue;
		put(p, "%s%u", before, r->ports[i].from);
		if (r->ports[i].to != r->ports[i].from)
			put(p, "-%u", r->ports[i].to);
		before = ", ";
	}
}

static void put_resources(struct printer *p)
{
	size_t i;

	for (i = 0; i < p->policy->nresources; i++) {
		const struct oracle_resource *r = &p->policy->resources[i];
		char name[ORACLE_NAME];

		if (r->gone)
			continue;
		oracle_resource_name(p->policy, i, name);
		put(p, "resource %s", name);
		if (r->klass == ORACLE_NET) {
			put_endpoint(p, r);
		} else if (!r->nglobs) {
			put(p, " file unreachable");
		} else {
			put_globs(p, " file ", r->globs, r->nglobs);
			put_globs(p, " except ", r->except, r->nexcept);
		}
		put_level(p, &r->level);
		put(p, "\n");
	}
}

static void put_object(struct printer *p, const struct oracle_rule *rule, struct oracle_object *o)
{
	const struct oracle_name *number;
	char name[ORACLE_NAME];

	o->line = p->line;
	switch (o->kind) {
	case ORACLE_RESOURCE:
		oracle_resource_name(p->policy, o->index, name);
		put(p, "%s", name);
		break;
	case ORACLE_GLOB:
		put_glob(p, o->index);
		break;
	case ORACLE_BLOCK:
		oracle_block_name(p->policy, o->index, name);
		put(p, "%s", name);
		break;
	case ORACLE_SELF:
		put(p, "self");
		break;
	case ORACLE_NUMBER:
		number = &oracle_names[rule->klass][o->index];
		put(p, "%s", number->name[o->broken && number->name[1]]);
		if (rule->klass == ORACLE_LIMIT)
			put(p, " %u", o->most);
	}
}

static bool has_objects(const struct oracle_rule *rule)
{
	size_t i;

	for (i = 0; i < rule->nobjects; i++)
		if (!rule->objects[i].gone)
			return true;
	return false;
}

static void put_rule(struct printer *p, struct oracle_rule *rule)
{
	static const char *const numbers[ORACLE_CLASSES] = {
		[ORACLE_CAPABILITY] = "capability",
		[ORACLE_SOCKET] = "socket",
		[ORACLE_CONTROL] = "control",
		[ORACLE_NETLINK] = "netlink",
		[ORACLE_LIMIT] = "limit",
	};
	static const char *const words[] = {
		[ORACLE_EXEC] = "exec",
		[ORACLE_USE] = "use",
		[ORACLE_ENTER] = "enter",
		[ORACLE_HELPER] = "enter helper",
	};
	const char *before = "";
	char name[ORACLE_NAME];
	size_t i;

	if (rule->gone || (rule->nobjects && !has_objects(rule)))
		return;
	put(p, "\t");
	if (rule->kind == ORACLE_ACCESS || rule->kind == ORACLE_NUMBERS)
		put(p, "%s%s%s", rule->audit ? "audit " : "", rule->quiet ? "quiet " : "",
		    rule->effect == ORACLE_DENY	     ? "deny "
		    : rule->effect == ORACLE_TRUSTED ? "trusted "
						     : "");
	for (i = 0; i < rule->nverbs; i++) {
		if (rule->verbs[i].gone)
			continue;
		put(p, "%s%s", before, oracle_words[rule->verbs[i].word].name);
		before = ", ";
	}
	if (rule->kind == ORACLE_NUMBERS)
		put(p, "%s", numbers[rule->klass]);
	else if (rule->kind != ORACLE_ACCESS)
		put(p, "%s", words[rule->kind]);
	if (rule->domain_word)
		put(p, " domain");
	before = " ";
	for (i = 0; i < rule->nobjects; i++) {
		struct oracle_object *o = &rule->objects[i];

		if (o->gone)
			continue;
		put(p, *before == ',' && o->broken ? ",\n\t\t" : "%s", before);
		put_object(p, rule, o);
		before = ", ";
	}
	if (rule->as) {
		oracle_block_name(p->policy, rule->as, name);
		put(p, " as %s", name);
	}
	put(p, "\n");
}

static void put_block(struct printer *p, size_t number)
{
	static const char *const modes[] = {
		[ORACLE_ENFORCE] = "enforce",
		[ORACLE_COMPLAIN] = "complain",
		[ORACLE_UNCONFINED] = "unconfined",
	};
	struct oracle_block *b = &p->policy->blocks[number];
	char name[ORACLE_NAME];
	size_t i;

	oracle_block_name(p->policy, number, name);
	b->line = p->line;
	put(p, "%s %s {\n", b->abstraction ? "abstraction" : "domain", name);
	if (b->level.written) {
		put(p, "\t");
		put_level(p, &b->level);
		put(p, "\n");
	}
	if (b->mode)
		put(p, "\tmode %s\n", modes[b->mode]);
	if (b->required)
		put(p, "\taudit required %s\n", b->required == ORACLE_WAIT ? "wait" : "refuse");
	for (i = 0; i < b->nrules; i++)
		put_rule(p, &b->rules[i]);
	put(p, "}\n");
}

char *oracle_print(struct oracle_policy *policy)
{
	struct printer p = {.policy = policy, .line = 1};
	char *text = NULL;
	size_t size, i;

	p.out = open_memstream(&text, &size);
	if (!p.out)
		abort();
	for (i = 0; i < policy->nranks; i++)
		put(&p, "%sl%zu", i ? " < " : "level ", i);
	put(&p, policy->nranks ? "\n" : "");
	for (i = 0; i < policy->ncategories; i++)
		put(&p, "%sc%zu", i ? ", " : "category ", i);
	put(&p, policy->ncategories ? "\n" : "");
	if (!policy->last)
		put_resources(&p);
	for (i = policy->blocks[0].mode == ORACLE_UNCONFINED; i < policy->nblocks; i++)
		if (!policy->blocks[i].gone)
			put_block(&p, i);
	if (policy->last)
		put_resources(&p);
	if (fclose(p.out))
		abort();
	return text;
}

void oracle_question(const struct oracle_policy *policy, const struct oracle_request *r,
		     struct oracle_question *q)
{
	static const char *const classes[ORACLE_CLASSES] = {
		[ORACLE_CAPABILITY] = "capability",
		[ORACLE_SOCKET] = "socket",
		[ORACLE_CONTROL] = "control",
		[ORACLE_NETLINK] = "netlink",
		[ORACLE_LIMIT] = "limit",
	};
	char text[INET6_ADDRSTRLEN], name[ORACLE_NAME];

	strcpy(q->verb, r->klass < ORACLE_TABLES ? oracle_words[r->word].name : classes[r->klass]);
	switch (r->klass) {
	case ORACLE_FILE:
		strcpy(q->object, r->unreachable ? "unreachable" : r->path);
		break;
	case ORACLE_NET:
		inet_ntop(AF_INET6, r->address, text, sizeof(text));
		snprintf(q->object, sizeof(q->object),
			 oracle_protocols[r->protocol].ports ? "%s %s port %u" : "%s %s",
			 oracle_protocols[r->protocol].name, text, r->port);
		break;
	case ORACLE_DOMAIN:
		oracle_block_name(policy, r->target, name);
		snprintf(q->object, sizeof(q->object), "domain %s", name);
		break;
	case ORACLE_LIMIT:
		snprintf(q->object, sizeof(q->object), "%s %u",
			 oracle_names[r->klass][r->word].name[0], r->amount);
		break;
	default:
		strcpy(q->object, oracle_names[r->klass][r->word].name[0]);
	}
}
