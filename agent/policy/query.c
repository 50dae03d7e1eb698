// SPDX-License-Identifier: GPL-2.0
#include "query.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sys/socket.h>

#include "../../core/ioctl.h"
#include "../../core/rule.h"
#include "diag.h"
#include "endpoint.h"
#include "mem.h"
#include "names.h"
#include "query_call.h"
#include "query_ioctl.h"
#include "query_limit.h"
#include "syscall_names.h"

static int unknown(struct gabion_error *error, const char *what, const struct gabion_suggestion *s)
{
	if (s->nearest)
		return gabion_error_set(error, -EINVAL, "unknown %s \"%s\": did you mean `%s`?",
					what, s->name, s->nearest);
	return gabion_error_set(error, -EINVAL, "unknown %s \"%s\"", what, s->name);
}

int gabion_query_domain(const struct gabion_view *view, const char *name, uint32_t *domain,
			struct gabion_error *error)
{
	struct gabion_suggestion s = { .name = name };
	uint32_t i;

	for (i = 0; i < view->ndomains; i++) {
		const char *known = gabion_view_string(view, view->domains[i].name);

		if (!strcmp(known, name)) {
			*domain = i;
			return 0;
		}
		gabion_suggest_try(&s, known);
	}
	return unknown(error, "domain", &s);
}

static int find_number(uint32_t klass, const char *name, struct gabion_answer *answer,
		       struct gabion_error *error)
{
	struct gabion_suggestion s = { .name = name };
	int number = gabion_number_of(klass, name);

	if (number < 0) {
		gabion_suggest_names(&s, klass);
		return unknown(error, gabion_class_name(klass), &s);
	}
	answer->klass = klass;
	answer->label = number;
	answer->wanted = 1ULL << number;
	return 0;
}

/* A path as the kernel would write it; anything else names no object. */
static const char *check_path(const char *path)
{
	const char *p;

	for (p = path; *p; p++) {
		size_t dots = p[0] != '/' ? 0 : p[1] != '.' ? 0 : p[2] != '.' ? 1 : 2;

		if (p[0] == '/' && p[1] == '/')
			return "no name contains '//'";
		if (p[0] == '/' && !p[1] && p != path)
			return "no name ends in '/'";
		if (dots && (!p[1 + dots] || p[1 + dots] == '/'))
			return "no name has a component '.' or '..'";
	}
	return NULL;
}

static uint32_t label_in(const struct gabion_view *view, uint32_t klass, const void *name, size_t n)
{
	const struct gabion_class_view *c = &view->classes[klass];

	return c->has_dfa ? gabion_dfa_label(&c->dfa, name, n) : GABION_LABEL_NONE;
}

/* Class and label of the object. */
static int find_object(const struct gabion_view *view, const struct gabion_verb *verb,
		       const char *object, struct gabion_answer *a, struct gabion_error *error)
{
	struct gabion_net_key key;
	const char *wrong;

	if (object[0] == '/') {
		wrong = check_path(object);
		if (wrong)
			return gabion_error_set(error, -EINVAL, "\"%s\": %s", object, wrong);
		a->klass = GABION_CLASS_FILE;
		a->label = label_in(view, a->klass, object, strlen(object));
		return 0;
	}
	if (!strcmp(object, "unreachable")) {
		a->klass = GABION_CLASS_FILE;
		a->label = GABION_LABEL_UNREACHABLE;
		return 0;
	}
	if (gabion_net_key_is(object)) {
		wrong = gabion_net_key_parse(&key, object);
		if (wrong)
			return gabion_error_set(error, -EINVAL, "\"%s\": %s", object, wrong);
		a->klass = GABION_CLASS_NET;
		a->label = label_in(view, a->klass, &key, sizeof(key));
		return 0;
	}
	a->klass = GABION_CLASS_DOMAIN;
	if (!strncmp(object, "domain ", 7))
		object += 7;
	else if (verb->klass[GABION_CLASS_FILE].asked || verb->klass[GABION_CLASS_NET].asked)
		return gabion_error_set(
			error, -EINVAL,
			"\"%s\" is neither an absolute path nor PROTOCOL ADDRESS port N", object);
	if (!strcmp(object, "self")) {
		a->label = a->domain;
		return 0;
	}
	return gabion_query_domain(view, object, &a->label, error);
}

/* Is @rule about the class asked about? `socket netlink` is about its protocols, too. */
static bool is_of_class(const struct gabion_policy_rule *rule, const struct gabion_answer *a)
{
	if (a->klass == GABION_CLASS_NETLINK && le16_to_cpu(rule->klass) == GABION_CLASS_FAMILY)
		return le32_to_cpu(rule->object) == AF_NETLINK;
	return le16_to_cpu(rule->klass) == a->klass;
}

static bool label_has(const struct gabion_view *view, const struct gabion_answer *a,
		      const struct gabion_policy_rule *rule)
{
	const struct gabion_class_view *c;
	uint32_t i, first, object = le32_to_cpu(rule->object);

	if (le16_to_cpu(rule->klass) != a->klass)
		return true;
	if (a->klass != GABION_CLASS_FILE && a->klass != GABION_CLASS_NET)
		return object == a->label;
	c = &view->classes[a->klass];
	if (!c->labels)
		return false;
	first = le32_to_cpu(c->labels[a->label].member);
	for (i = 0; i < le32_to_cpu(c->labels[a->label].nmembers); i++)
		if (le32_to_cpu(c->members[first + i]) == object)
			return true;
	return false;
}

void gabion_query_rules(const struct gabion_view *view, struct gabion_answer *a, bool deny)
{
	VEC(uint32_t) found = {};
	uint32_t i;

	for (i = 0; i < view->nrules; i++) {
		const struct gabion_policy_rule *r = &view->rules[i];

		if (le32_to_cpu(r->domain) != a->domain || !is_of_class(r, a) ||
		    !gabion_rule_says(r, deny, (u32)a->wanted, a->has_command) ||
		    !label_has(view, a, r))
			continue;
		vec_push(&found, i);
	}
	a->rules = found.v;
	a->nrules = found.n;
}

uint64_t gabion_query_numbers(const struct gabion_view *view, uint32_t klass, uint32_t domain)
{
	const struct gabion_policy_domain *d = &view->domains[domain];

	if (le32_to_cpu(d->flags) & GABION_DOMAIN_UNCONFINED)
		return UINT64_MAX;
	switch (klass) {
	case GABION_CLASS_CAPABILITY:
		return le64_to_cpu(d->capabilities);
	case GABION_CLASS_FAMILY:
		return le64_to_cpu(d->families);
	case GABION_CLASS_CONTROL:
		return le64_to_cpu(d->controls);
	default:
		return le64_to_cpu(d->families) >> AF_NETLINK & 1 ? le32_to_cpu(d->netlink) : 0;
	}
}

static void decide_number(const struct gabion_view *view, struct gabion_answer *a)
{
	a->refused = a->wanted & ~gabion_query_numbers(view, a->klass, a->domain);
	if (!a->refused)
		return;
	gabion_query_rules(view, a, true);
	a->reason = a->nrules ? GABION_ANSWER_DENIED : GABION_ANSWER_NO_RULE;
}

uint32_t gabion_query_effective(const struct gabion_view *view, uint32_t klass, uint32_t domain,
				uint32_t label)
{
	const struct gabion_class_view *c = &view->classes[klass];

	if (c->allow && label < c->nlabels)
		return gabion_effective(view, klass, domain, label);
	return le32_to_cpu(view->domains[domain].flags) & GABION_DOMAIN_UNCONFINED
		       ? gabion_class_permissions(klass)
		       : 0;
}

static void decide(const struct gabion_view *view, struct gabion_answer *a)
{
	const struct gabion_class_view *c = &view->classes[a->klass];
	uint32_t effective = gabion_query_effective(view, a->klass, a->domain, a->label);

	/* A policy may have nothing of a class; then nothing of it is granted. */
	if (c->allow)
		a->object_level = gabion_label_level(view, a->klass, a->label);
	a->refused = a->wanted & ~effective;
	if (a->has_command && gabion_ioctl_granted(view, a->domain, a->label, a->command))
		a->refused = 0;
	a->audit = gabion_matrix(c, c->audit, a->domain, a->label) & a->wanted;
	a->quiet = gabion_matrix(c, c->quiet, a->domain, a->label) & a->refused;
	if (a->klass == GABION_CLASS_FILE && c->transition)
		a->transition =
			le16_to_cpu(c->transition[(size_t)a->domain * c->nlabels + a->label]);
	if (a->klass == GABION_CLASS_FILE && c->helpers && !a->domain)
		a->helper = le16_to_cpu(c->helpers[a->label]);
	if (!a->refused)
		return;
	if (gabion_matrix(c, c->deny, a->domain, a->label) & a->refused)
		a->reason = GABION_ANSWER_DENIED;
	else if ((gabion_matrix(c, c->allow, a->domain, a->label) & a->refused) ||
		 (a->has_command && a->wanted == GABION_FILE_IOCTL &&
		  gabion_ioctl_listed(view, a->domain, a->label, a->command)))
		a->reason = GABION_ANSWER_LEVEL;
	else
		a->reason = GABION_ANSWER_NO_RULE;
}

static int parse(const struct gabion_view *view, const char *domain, const char *word,
		 const char *object, struct gabion_answer *a, struct gabion_error *error)
{
	const struct gabion_verb *verb = gabion_verb_find(word);
	struct gabion_suggestion s = { .name = word };
	unsigned int i;
	int err;

	err = gabion_query_domain(view, domain, &a->domain, error);
	if (err)
		return err;
	if (!strcmp(word, "capability"))
		return find_number(GABION_CLASS_CAPABILITY, object, a, error);
	if (!strcmp(word, "socket"))
		return find_number(GABION_CLASS_FAMILY, object, a, error);
	if (!strcmp(word, "control"))
		return find_number(GABION_CLASS_CONTROL, object, a, error);
	if (!strcmp(word, "netlink"))
		return find_number(GABION_CLASS_NETLINK, object, a, error);
	if (!strcmp(word, "limit"))
		return gabion_query_limit_parse(object, a, error);
	if (!strcmp(word, "syscall"))
		return gabion_query_call(view, object, a, error);
	if (!verb) {
		for (i = 0; gabion_verb_at(i); i++)
			gabion_suggest_try(&s, gabion_verb_at(i)->name);
		return unknown(error, "permission", &s);
	}
	err = verb->klass[GABION_CLASS_FILE].asked == GABION_FILE_IOCTL
		      ? gabion_query_command(&object, a, error) : 0;
	if (!err)
		err = find_object(view, verb, object, a, error);
	if (err)
		return err;
	a->wanted = verb->klass[a->klass].asked;
	if (a->has_command && !a->free_command && a->wanted)
		a->wanted = gabion_ioctl_permission(a->command);
	if (!a->wanted)
		return gabion_error_set(error, -EINVAL, "`%s` does not apply to \"%s\" (class %s)",
					word, object, gabion_class_name(a->klass));
	return 0;
}

int gabion_query(const struct gabion_view *view, const char *domain, const char *verb,
		 const char *object, struct gabion_answer *answer, struct gabion_error *error)
{
	const struct gabion_policy_domain *d;
	int err;

	memset(answer, 0, sizeof(*answer));
	answer->transition = GABION_TRANSITION_NONE;
	answer->helper = GABION_TRANSITION_NONE;
	err = parse(view, domain, verb, object, answer, error);
	if (err)
		return err;
	if (answer->klass == GABION_CLASS_SYSCALL)
		return 0;
	d = &view->domains[answer->domain];
	answer->unconfined = le32_to_cpu(d->flags) & GABION_DOMAIN_UNCONFINED;
	answer->complain = le32_to_cpu(d->flags) & GABION_DOMAIN_COMPLAIN;
	answer->subject_level = &view->levels[le32_to_cpu(d->level)];
	if (answer->klass < GABION_CLASS_TABLES_END)
		decide(view, answer);
	else if (answer->klass == GABION_CLASS_LIMIT)
		gabion_query_limit(view, answer);
	else
		decide_number(view, answer);
	answer->allowed = !answer->refused;
	answer->denied = answer->refused;
	if (!answer->rules && !answer->unconfined && !answer->free_command &&
	    answer->reason != GABION_ANSWER_NO_RULE)
		gabion_query_rules(view, answer, answer->reason == GABION_ANSWER_DENIED);
	return 0;
}

void gabion_answer_free(struct gabion_answer *answer)
{
	free(answer->rules);
	free(answer->missing);
	answer->rules = NULL;
	answer->missing = NULL;
	answer->nrules = 0;
}

const char *gabion_answer_reason_name(enum gabion_answer_reason reason)
{
	switch (reason) {
	case GABION_ANSWER_ALLOWED:
		return "allowed";
	case GABION_ANSWER_NO_RULE:
		return "no-rule";
	case GABION_ANSWER_DENIED:
		return "deny-rule";
	case GABION_ANSWER_LEVEL:
		return "level";
	case GABION_ANSWER_SYSCALL:
		return "syscall";
	case GABION_ANSWER_ARGUMENTS:
		return "arguments";
	}
	return "unknown";
}

const char *gabion_answer_resources(const struct gabion_view *view,
				    const struct gabion_answer *answer)
{
	const struct gabion_class_view *c;

	if (answer->klass == GABION_CLASS_DOMAIN)
		return gabion_view_string(view, view->domains[answer->label].name);
	if (answer->klass == GABION_CLASS_SYSCALL) {
		const char *name = gabion_call_name(answer->abi, answer->label);

		return name ? name : "";
	}
	if (answer->klass >= GABION_CLASS_TABLES_END) {
		const char *name = gabion_name_of(answer->klass, answer->label);

		return name ? name : "";
	}
	c = &view->classes[answer->klass];
	return c->labels ? gabion_view_string(view, c->labels[answer->label].name) : "";
}

const char *gabion_answer_enters(const struct gabion_view *view,
				 const struct gabion_answer *answer)
{
	uint32_t to = answer->transition == GABION_TRANSITION_NONE ? answer->domain
								   : answer->transition;

	return gabion_view_string(view, view->domains[to].name);
}
