// SPDX-License-Identifier: GPL-2.0
#include "grant.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/decide.h"

#define READS (GABION_FILE_READ | GABION_FILE_STAT | GABION_FILE_SEARCH)
#define WRITES                                                                                     \
	(READS | GABION_FILE_WRITE | GABION_FILE_APPEND | GABION_FILE_CREATE |                     \
	 GABION_FILE_DELETE | GABION_FILE_SETATTR)

#define NETWORK (GABION_NET_CONNECT | GABION_NET_RECEIVE)

/* Where in a path a name may end: not behind a slash, and not in a component "." or "..". */
enum place { SLASH, DOT, DOTS, NAME, PLACES };

/**
 * struct search - every file whose name goes on from a state
 * @seen:	by state and place; owned
 * @todo:	those of @seen that are still to be gone on from; owned
 * @granted:	what is granted on all labels so far
 * @label, @labels: the last label, and whether there was another
 */
struct search {
	const struct gabion_vm_domain *domain;
	const struct gabion_dfa *dfa;
	bool *seen;
	size_t nseen;
	uint32_t *todo;
	size_t ntodo, capacity;
	uint32_t granted;
	uint32_t label, labels;
};

int gabion_vm_domain_find(struct gabion_vm_domain *domain, const struct gabion_view *view,
			  const char *name, struct gabion_error *error)
{
	uint32_t i, flags;

	for (i = 0; i < view->ndomains; i++) {
		if (strcmp(gabion_view_string(view, view->domains[i].name), name))
			continue;
		flags = le32_to_cpu(view->domains[i].flags);
		*domain = (struct gabion_vm_domain){
			view, i, flags & (GABION_DOMAIN_UNCONFINED | GABION_DOMAIN_COMPLAIN)};
		return 0;
	}
	return gabion_error_set(error, -ENOENT, "the policy has no domain '%s'", name);
}

static void meet(struct search *s, uint32_t label)
{
	if (!s->labels || s->label != label)
		s->labels++;
	s->label = label;
	s->granted &= gabion_effective(s->domain->view, GABION_CLASS_FILE, s->domain->index, label);
}

/* Come to @state at @place. 0 or -ENOMEM. */
static int come(struct search *s, uint32_t state, enum place place)
{
	size_t at = (size_t)state * PLACES + place, n;
	void *more;

	if (at >= s->nseen) {
		n = 2 * (at + PLACES);
		more = realloc(s->seen, n * sizeof(*s->seen));
		if (!more)
			return -ENOMEM;
		s->seen = more;
		memset(s->seen + s->nseen, 0, (n - s->nseen) * sizeof(*s->seen));
		s->nseen = n;
	}
	if (s->seen[at])
		return 0;
	s->seen[at] = true;
	if (s->ntodo == s->capacity) {
		n = s->capacity ? 2 * s->capacity : 256;
		more = realloc(s->todo, n * sizeof(*s->todo));
		if (!more)
			return -ENOMEM;
		s->todo = more;
		s->capacity = n;
	}
	s->todo[s->ntodo++] = (uint32_t)at;
	return 0;
}

static enum place next_place(enum place place, unsigned char byte)
{
	if (byte == '/')
		return SLASH;
	if (byte != '.' || place == DOTS || place == NAME)
		return NAME;
	return place == SLASH ? DOT : DOTS;
}

/* Follow every path that can come after what was come to. */
static int follow_paths(struct search *s)
{
	uint32_t at, state;
	enum place place;
	int err = 0, byte;
	u8 name;

	while (s->ntodo && !err) {
		at = s->todo[--s->ntodo];
		state = at / PLACES;
		place = at % PLACES;
		if (place == NAME)
			meet(s, le32_to_cpu(s->dfa->accept[state]));
		for (byte = 1; byte < 256 && !err; byte++) {
			/* "a//b", "a/./b" and "a/../b" are not the names of anything. */
			if (byte == '/' && place != NAME)
				continue;
			name = (u8)byte;
			err = come(s, gabion_dfa_walk(s->dfa, state, &name, 1),
				   next_place(place, name));
		}
	}
	return err;
}

static void free_search(struct search *s)
{
	free(s->seen);
	free(s->todo);
}

int gabion_vm_grant_folder(const struct gabion_vm_domain *domain, const char *path,
			   enum gabion_vm_access *access)
{
	const struct gabion_class_view *c = &domain->view->classes[GABION_CLASS_FILE];
	__attribute__((cleanup(free_search))) struct search s = {
		.domain = domain, .dfa = &c->dfa, .granted = GABION_FILE_ALL};
	size_t n = strcmp(path, "/") ? strlen(path) : 0;
	uint32_t state, writes;
	int err;

	*access = domain->free ? GABION_VM_WRITE : GABION_VM_NOTHING;
	if (domain->free || !c->allow || !c->has_dfa)
		return 0;
	meet(&s, gabion_dfa_label(&c->dfa, n ? path : "/", n ? n : 1));
	state = gabion_dfa_walk(&c->dfa, c->dfa.start, (const u8 *)path, n);
	err = come(&s, gabion_dfa_walk(&c->dfa, state, (const u8 *)"/", 1), SLASH);
	err = err ? err : follow_paths(&s);
	writes = WRITES | (s.labels > 1 ? GABION_FILE_RELABEL : 0);
	if (!err && (s.granted & READS) == READS)
		*access = (s.granted & writes) == writes ? GABION_VM_WRITE : GABION_VM_READ;
	return err;
}

bool gabion_vm_grant_file(const struct gabion_vm_domain *domain, const char *path)
{
	const struct gabion_class_view *c = &domain->view->classes[GABION_CLASS_FILE];
	uint32_t label;

	if (domain->free || !c->allow || !c->has_dfa)
		return domain->free;
	label = gabion_dfa_label(&c->dfa, path, strlen(path));
	return (gabion_effective(domain->view, GABION_CLASS_FILE, domain->index, label) & READS) ==
	       READS;
}

bool gabion_vm_grant_network(const struct gabion_vm_domain *domain)
{
	const struct gabion_class_view *c = &domain->view->classes[GABION_CLASS_NET];
	/* Raw packets have neither address nor port, and a name of that kind. */
	const struct gabion_net_key key = {.protocol = IPPROTO_RAW};
	uint32_t label;

	if (domain->free || !c->allow || !c->has_dfa)
		return domain->free;
	label = gabion_dfa_label(&c->dfa, &key, sizeof(key));
	return (gabion_effective(domain->view, GABION_CLASS_NET, domain->index, label) & NETWORK) ==
	       NETWORK;
}
