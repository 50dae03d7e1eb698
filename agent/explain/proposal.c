// SPDX-License-Identifier: GPL-2.0
#include "proposal.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "../common/cleanup.h"
#include "../event/event_words.h"
#include "../policy/commands.h"
#include "../policy/endpoint.h"

/* Of the resources that an object belongs to so many are tried. */
#define RESOURCES_MAX 8U

/* What the proposals of one event have in common. */
struct maker {
	const struct gabion_compiled *policy;
	const struct gabion_event *event;
	const struct gabion_answer *answer;
	const struct gabion_place *place;
	struct gabion_edits base; /* of every proposal: deny rules, narrowed */
	struct gabion_proposals *out;
	struct gabion_error *error;
};

void gabion_proposals_free(struct gabion_proposals *proposals)
{
	size_t i;

	for (i = 0; i < proposals->n; i++)
		gabion_edits_free(&proposals->v[i].edits);
	free(proposals->v);
	*proposals = (struct gabion_proposals){0};
}

static const struct gabion_view *view_of(const struct maker *m)
{
	return &m->policy->view;
}

/* "PREFIX WORDS OBJECT" in the domain, and @resource, if any, at the end of its file. */
static int propose(struct maker *m, const char *prefix, const char *words, const char *object,
		   const char *resource, bool exact)
{
	cleanup_free char *rule = gabion_xasprintf("%s%s %s", prefix, words, object);
	struct gabion_proposal p = {.exact = exact && !m->base.n, .trusted = *prefix};
	int err = gabion_edit_in_block(&p.edits, m->place, rule, m->error);

	if (!err && resource)
		err = gabion_edit_at_end(&p.edits, m->place->file, resource, m->error);
	gabion_edits_add(&p.edits, &m->base);
	vec_push(m->out, p);
	return err;
}

/* Does another of @bits grant bit @i, too? */
static bool is_implied(uint32_t klass, uint32_t bits, uint32_t i)
{
	uint32_t j;

	for (j = 0; j < 32; j++) {
		const char *name = bits >> j & 1 && j != i ? gabion_name_of(klass, j) : NULL;
		const struct gabion_verb *verb = name ? gabion_verb_find(name) : NULL;

		if (verb && verb->klass[klass].grant >> i & 1)
			return true;
	}
	return false;
}

/* "write, ioctl(TIOCSTI)": the fewest words that grant what was refused; malloc'ed. */
static char *words_for(const struct gabion_event *e)
{
	uint32_t bits = e->refused ? e->refused : e->wanted, i;
	char *text = gabion_xstrdup(""), *longer;

	for (i = 0; i < 32; i++) {
		const char *name = bits >> i & 1 ? gabion_name_of(e->klass, i) : NULL;
		cleanup_free char *command = NULL;

		if (!name || is_implied(e->klass, bits, i))
			continue;
		if (e->klass == GABION_CLASS_FILE && 1U << i == GABION_FILE_IOCTL &&
		    gabion_event_has(e, GABION_E_COMMAND)) {
			const char *known = gabion_command_name(e->command);

			command = known ? gabion_xasprintf("ioctl(%s)", known)
					: gabion_xasprintf("ioctl(0x%x)", e->command);
		}
		longer = gabion_xasprintf("%s%s%s", text, *text ? ", " : "",
					  command ? command : name);
		free(text);
		text = longer;
	}
	return text;
}

/* The glob that matches @path alone, in quotes where it needs them; malloc'ed. */
static char *glob_of(const char *path)
{
	char *glob = gabion_xcalloc(2 * strlen(path) + 1, 1), *p = glob, *quoted;

	for (; *path; path++) {
		if (strchr("*?[]{}\\\"@", *path))
			*p++ = '\\';
		*p++ = *path;
	}
	if (!strpbrk(glob, " ,;\"'#\\"))
		return glob;
	quoted = gabion_xasprintf("\"%s\"", glob);
	free(glob);
	return quoted;
}

static bool has_resource(const struct gabion_view *view, const char *name)
{
	uint32_t i;

	for (i = 0; i < view->nresources; i++)
		if (!strcmp(gabion_view_string(view, view->resources[i].name), name))
			return true;
	return false;
}

/* A name that no resource has: "nginx_shadow"; malloc'ed. */
static char *resource_name(const struct maker *m, const char *object)
{
	const char *slash = strrchr(object, '/');
	cleanup_free char *stem = gabion_xasprintf("%s_%s", m->event->domain,
						   slash ? slash + 1 : object);
	char *name = gabion_xstrdup(stem), *p;
	unsigned int i;

	for (p = stem; *p; p++)
		if (!isalnum((unsigned char)*p) || (unsigned char)*p > 127)
			*p = '_';
	for (i = 1; i == 1 || has_resource(view_of(m), name); i++) {
		free(name);
		name = i == 1 ? gabion_xstrdup(stem) : gabion_xasprintf("%s_%u", stem, i);
	}
	return name;
}

static const char *domain_level(const struct maker *m)
{
	const struct gabion_view *view = view_of(m);
	uint32_t level = le32_to_cpu(view->domains[m->answer->domain].level);

	return gabion_view_string(view, view->levels[level].name);
}

/* Labels without a resource have no entry of their own. */
static uint32_t members_of(const struct maker *m, uint32_t *first)
{
	const struct gabion_class_view *c = &view_of(m)->classes[m->answer->klass];

	if (!c->labels || m->answer->label >= c->nlabels)
		return 0;
	*first = le32_to_cpu(c->labels[m->answer->label].member);
	return le32_to_cpu(c->labels[m->answer->label].nmembers);
}

/* By the resources that the object belongs to. */
static int propose_members(struct maker *m, const char *prefix, const char *words)
{
	const struct gabion_class_view *c = &view_of(m)->classes[m->answer->klass];
	uint32_t first = 0, n = members_of(m, &first), i;
	int err = 0;

	for (i = 0; !err && i < n && i < RESOURCES_MAX; i++) {
		cleanup_free char *object = gabion_rule_object(
			view_of(m), m->answer->klass, le32_to_cpu(c->members[first + i]));

		err = propose(m, prefix, words, object, NULL, false);
	}
	return err;
}

/* By a resource of its own, @what ("file /etc/shadow"), of one level after another. */
static int propose_resource(struct maker *m, const char *prefix, const char *words,
			    const char *what, const char *name, bool exact)
{
	uint32_t first;
	const char *level = members_of(m, &first) ? "none" : domain_level(m);
	cleanup_free char *plain = gabion_xasprintf("resource %s %s", name, what);
	cleanup_free char *levelled = gabion_xasprintf("%s level %s", plain, level);
	int err = propose(m, prefix, words, name, plain, exact);

	return err ? err : propose(m, prefix, words, name, levelled, exact);
}

static int propose_file(struct maker *m, const char *prefix, const char *words)
{
	bool unreachable = m->answer->label == GABION_LABEL_UNREACHABLE;
	cleanup_free char *glob = glob_of(unreachable || !m->event->object ? "/"
									   : m->event->object);
	cleanup_free char *name = resource_name(m, unreachable ? "unreachable" : m->event->object);
	cleanup_free char *what = gabion_xasprintf("file %s", unreachable ? "unreachable" : glob);
	int err = propose_members(m, prefix, words);

	if (!err && !unreachable)
		err = propose(m, prefix, words, glob, NULL, true);
	return err ? err : propose_resource(m, prefix, words, what, name, !unreachable);
}

static int propose_net(struct maker *m, const char *prefix, const char *words)
{
	cleanup_free char *key = gabion_net_key_format(&m->event->net);
	const struct gabion_protocol *p = gabion_protocol_numbered(m->event->net.protocol);
	cleanup_free char *name = resource_name(m, p ? p->name : "net");
	int err = propose_members(m, prefix, words);

	if (err || !p)
		return err;
	return propose_resource(m, prefix, words, p->addresses ? key : p->name, name, true);
}

static int propose_peer(struct maker *m, const char *prefix, const char *words)
{
	cleanup_free char *object =
		!strcmp(m->event->target, m->event->domain)
			? gabion_xstrdup("self")
			: gabion_xasprintf("domain %s", m->event->target);

	return propose(m, prefix, words, object, NULL, true);
}

/* Plainly, and as an exception to the order of levels. */
static int propose_masks(struct maker *m)
{
	int (*make)(struct maker *m, const char *prefix, const char *words) =
		m->event->klass == GABION_CLASS_FILE  ? propose_file
		: m->event->klass == GABION_CLASS_NET ? propose_net
						      : propose_peer;
	cleanup_free char *words = words_for(m->event);

	return make(m, "", words) ?: make(m, "trusted ", words);
}

static int propose_number(struct maker *m, const struct gabion_explain_question *question)
{
	return propose(m, "", question->verb, question->object, NULL, true);
}

static int propose_all(struct maker *m, const struct gabion_questions *questions)
{
	struct gabion_proposal narrowed = {0};
	int err;

	if (m->event->klass == GABION_CLASS_SYSCALL)
		return gabion_propose_call(m->policy, m->place, m->event, m->answer, m->out,
					   m->error);
	if (m->answer->reason == GABION_ANSWER_DENIED) {
		err = gabion_propose_deny(m->policy, m->answer, m->event->refused, &m->base,
					  m->error);
		if (err)
			return err == -ENOENT ? 0 : err;
		gabion_edits_add(&narrowed.edits, &m->base);
		vec_push(m->out, narrowed);
	}
	return gabion_event_class_is_mask(m->event->klass)
		       ? propose_masks(m)
		       : propose_number(m, &questions->v[0]);
}

int gabion_proposals_make(const struct gabion_compiled *policy, const struct gabion_event *event,
			  const struct gabion_questions *questions,
			  const struct gabion_answer *answer, struct gabion_proposals *out,
			  struct gabion_error *error)
{
	struct maker m = {
		.policy = policy,
		.event = event,
		.answer = answer,
		.place = gabion_places_find(&policy->places, event->domain),
		.out = out,
		.error = error,
	};
	int err = m.place ? propose_all(&m, questions) : 0;

	gabion_edits_free(&m.base);
	return err;
}
