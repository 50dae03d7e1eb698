// SPDX-License-Identifier: GPL-2.0
#include "describe.h"

#include "../common/cleanup.h"
#include "../common/text.h"
#include "../policy/mem.h"
#include "../policy/names.h"

const char *gabion_flow_kind_name(enum gabion_flow_kind kind)
{
	static const char *const names[] = {
		[GABION_FLOW_DOMAIN] = "domain",  [GABION_FLOW_FILE] = "files",
		[GABION_FLOW_SOCKET] = "sockets", [GABION_FLOW_NET] = "network",
		[GABION_FLOW_MOVE] = "moved",	  [GABION_FLOW_BACK] = "moved",
		[GABION_FLOW_KERNEL] = "kernel",
	};

	return names[kind];
}

const char *gabion_flow_class_name(enum gabion_flow_class class)
{
	static const char *const names[] = {
		[GABION_FLOW_ORDER] = "order",
		[GABION_FLOW_UNCHECKED] = "unchecked",
		[GABION_FLOW_TRUSTED] = "trusted",
		[GABION_FLOW_ANY] = "any",
		[GABION_FLOW_UNMEDIATED] = "unmediated",
		[GABION_FLOW_POWER] = "power",
		[GABION_FLOW_MODE] = "mode",
		[GABION_FLOW_HOST] = "host",
		[GABION_FLOW_HINT] = "hint",
	};

	return names[class];
}

const char *gabion_flow_class_text(enum gabion_flow_class class)
{
	static const char *const texts[] = {
		[GABION_FLOW_ORDER] = "keeps to the order of levels",
		[GABION_FLOW_UNCHECKED] = "no check applies the order of levels to this",
		[GABION_FLOW_TRUSTED] = "an exception, by a trusted rule",
		[GABION_FLOW_ANY] = "the object is outside of the order (level any)",
		[GABION_FLOW_UNMEDIATED] = "not mediated",
		[GABION_FLOW_POWER] = "a power that the order of levels is not about",
		[GABION_FLOW_MODE] = "the mode of the domain: not held",
		[GABION_FLOW_HOST] = "the host is not held to the order",
		[GABION_FLOW_HINT] = "tells little: a name, an exit status",
	};

	return texts[class];
}

const char *gabion_flow_how_name(enum gabion_flow_how how)
{
	static const char *const names[] = {
		[GABION_FLOW_ACCESS] = "access", [GABION_FLOW_BOUND] = "bound",
		[GABION_FLOW_MOVED] = "moved",	 [GABION_FLOW_LINKED] = "linked",
		[GABION_FLOW_EXEC] = "exec",	 [GABION_FLOW_INHERIT] = "inherit",
		[GABION_FLOW_EXIT] = "exit",	 [GABION_FLOW_HELPER] = "helper",
		[GABION_FLOW_NAMES] = "names",	 [GABION_FLOW_SHARED] = "shared",
		[GABION_FLOW_UNHELD] = "unheld",
	};

	return names[how];
}

const char *gabion_flow_domain_name(const struct gabion_flow *flow, uint32_t domain)
{
	const struct gabion_view *view = gabion_flow_view(flow);

	return gabion_view_string(view, view->domains[domain].name);
}

const char *gabion_flow_level_name(const struct gabion_flow *flow, uint32_t node)
{
	const struct gabion_policy_level *level = gabion_flow_level(flow, node);

	return level ? gabion_view_string(gabion_flow_view(flow), level->name) : "";
}

/* As gabion_text_escape(), which may lack memory. */
static char *escaped(const char *text)
{
	char *copy = gabion_text_escape(text);

	return copy ? copy : gabion_xstrdup("?");
}

static char *label_text(const struct gabion_flow *flow, uint32_t klass, uint32_t label,
			const char *what)
{
	const struct gabion_view *view = gabion_flow_view(flow);
	const char *names = gabion_view_string(view, view->classes[klass].labels[label].name);
	cleanup_free char *shown = escaped(names);

	if (*names)
		return gabion_xasprintf("%s %s", what, shown);
	if (klass == GABION_CLASS_FILE && label == GABION_LABEL_UNREACHABLE)
		return gabion_xasprintf("%s without a name", what);
	return gabion_xasprintf("%s that no resource names", what);
}

static char *shared_text(uint32_t shared)
{
	uint32_t klass, number = gabion_flow_shared_number(shared, &klass);
	cleanup_free char *name = gabion_bits_format(klass, 1ULL << number);

	return gabion_xasprintf("%s %s",
				klass == GABION_CLASS_FAMILY ? "sockets of family"
							     : gabion_class_name(klass),
				name);
}

char *gabion_flow_node_text(const struct gabion_flow *flow, uint32_t node)
{
	uint32_t index;

	switch (gabion_flow_kind(flow, node, &index)) {
	case GABION_FLOW_DOMAIN:
		return escaped(gabion_flow_domain_name(flow, index));
	case GABION_FLOW_FILE:
		return label_text(flow, GABION_CLASS_FILE, index, "files");
	case GABION_FLOW_SOCKET:
		return label_text(flow, GABION_CLASS_FILE, index, "unix sockets");
	case GABION_FLOW_NET:
		return label_text(flow, GABION_CLASS_NET, index, "endpoints");
	case GABION_FLOW_MOVE:
		return gabion_xasprintf("names that %s gives",
					gabion_flow_domain_name(flow, index));
	case GABION_FLOW_BACK:
		return gabion_xasprintf("files that %s gave names",
					gabion_flow_domain_name(flow, index));
	case GABION_FLOW_KERNEL:
	default:
		return shared_text(index);
	}
}

static const char *how_text(const struct gabion_flow_step *s, bool reads)
{
	switch (s->how) {
	case GABION_FLOW_ACCESS:
		return reads ? "may learn from it by" : "may act on it by";
	case GABION_FLOW_BOUND:
		return reads ? "has what is sent there, by" : "answers from there, by";
	case GABION_FLOW_MOVED:
		return reads ? "may give it another name, unread, by" : "may put it there by";
	case GABION_FLOW_LINKED:
		return reads ? "puts files there by" : "which are these, too, by";
	case GABION_FLOW_EXEC:
		return "gives it arguments and environment, by";
	case GABION_FLOW_INHERIT:
		return "writes to what it inherited from it";
	case GABION_FLOW_EXIT:
		return "tells it an exit status";
	case GABION_FLOW_HELPER:
		return "makes the kernel execute it: a core dump, a module's name";
	case GABION_FLOW_NAMES:
		return "makes and takes away names in it";
	case GABION_FLOW_SHARED:
		return "shares it by";
	case GABION_FLOW_UNHELD:
	default:
		return s->klass ? "may do anything by" : "is not held to any rule";
	}
}

char *gabion_flow_step_text(const struct gabion_flow *flow, const struct gabion_flow_step *s)
{
	uint32_t to = gabion_flow_node(flow, GABION_FLOW_DOMAIN, s->actor);
	bool reads = s->how == GABION_FLOW_MOVED || s->how == GABION_FLOW_LINKED
			     ? gabion_flow_level(flow, s->from) != NULL
			     : s->to == to;
	cleanup_free char *words = NULL, *actor = escaped(gabion_flow_domain_name(flow, s->actor));

	if (!s->klass)
		return gabion_xasprintf("%s %s", actor, how_text(s, reads));
	words = s->klass < GABION_CLASS_TABLES_END
			? gabion_bits_format(s->klass, s->permissions)
			: gabion_bits_format(s->klass, 1ULL << s->object);
	return gabion_xasprintf("%s %s %s%s%s", actor, how_text(s, reads),
				s->klass < GABION_CLASS_TABLES_END ? ""
								   : gabion_class_name(s->klass),
				s->klass < GABION_CLASS_TABLES_END ? "" : " ", words);
}

static bool label_has(const struct gabion_class_view *c, uint32_t label, uint32_t resource)
{
	uint32_t first = le32_to_cpu(c->labels[label].member), i;

	for (i = 0; i < le32_to_cpu(c->labels[label].nmembers); i++)
		if (le32_to_cpu(c->members[first + i]) == resource)
			return true;
	return false;
}

static bool is_about(const struct gabion_view *view, const struct gabion_policy_rule *r,
		     const struct gabion_flow_step *s)
{
	uint32_t object = le32_to_cpu(r->object);

	if (le32_to_cpu(r->domain) != s->actor || le16_to_cpu(r->klass) != s->klass ||
	    le16_to_cpu(r->kind) == GABION_RULE_DENY)
		return false;
	if (s->how == GABION_FLOW_EXEC && le16_to_cpu(r->kind) != GABION_RULE_EXEC)
		return false;
	if (s->klass < GABION_CLASS_TABLES_END && !(le32_to_cpu(r->permissions) & s->permissions))
		return false;
	if (s->klass >= GABION_CLASS_DOMAIN)
		return object == s->object;
	return label_has(&view->classes[s->klass], s->object, object);
}

const struct gabion_policy_rule *gabion_flow_step_rule(const struct gabion_flow *flow,
						       const struct gabion_flow_step *step,
						       uint32_t *next)
{
	const struct gabion_view *view = gabion_flow_view(flow);

	while (step->klass && *next < view->nrules) {
		const struct gabion_policy_rule *r = &view->rules[(*next)++];

		if (is_about(view, r, step))
			return r;
	}
	return NULL;
}

char *gabion_flow_rule_text(const struct gabion_flow *flow, const struct gabion_policy_rule *r)
{
	const struct gabion_view *view = gabion_flow_view(flow);
	uint32_t klass = le16_to_cpu(r->klass), object = le32_to_cpu(r->object);
	uint32_t bits = le32_to_cpu(r->permissions);
	bool commands = bits & GABION_RULE_COMMANDS;
	cleanup_free char *words = NULL, *shown = NULL;

	if (klass >= GABION_CLASS_TABLES_END) {
		words = gabion_bits_format(klass, 1ULL << object);
		return gabion_xasprintf("%s %s %s", gabion_rule_kind_name(le16_to_cpu(r->kind)),
					gabion_class_name(klass), words);
	}
	words = gabion_bits_format(klass, bits & ~GABION_RULE_COMMANDS);
	shown = escaped(gabion_view_string(view, klass == GABION_CLASS_DOMAIN
							 ? view->domains[object].name
							 : view->resources[object].name));
	return gabion_xasprintf("%s %s%s %s%s", gabion_rule_kind_name(le16_to_cpu(r->kind)), words,
				commands ? "(...)" : "",
				klass == GABION_CLASS_DOMAIN ? "domain " : "", shown);
}
