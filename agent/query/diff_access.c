// SPDX-License-Identifier: GPL-2.0
/* Permissions on files, endpoints and other domains, and which domains are entered. */
#include <string.h>

#include "../../core/decide.h"
#include "../policy/query.h"
#include "diff_parts.h"

static uint32_t effective(const struct diff_pair *d, int side, uint32_t klass, uint32_t label)
{
	return d->domain[side] == NOT_THERE
		       ? 0
		       : gabion_query_effective(d->views[side], klass, d->domain[side], label);
}

static const char *resources_of(const struct gabion_view *view, uint32_t klass, uint32_t label)
{
	const struct gabion_class_view *c = &view->classes[klass];

	return c->labels && label < c->nlabels ? gabion_view_string(view, c->labels[label].name)
					       : NULL;
}

static struct gabion_change change_of(const struct gabion_view *const views[2], uint32_t klass,
				      const struct gabion_name_pair *pair,
				      enum gabion_change_kind kind)
{
	return (struct gabion_change){
		.kind = kind,
		.klass = klass,
		.object = gabion_name_pair_format(pair, klass),
		.label = {pair->label[0], pair->label[1]},
		.resources = {resources_of(views[0], klass, pair->label[0]),
			      resources_of(views[1], klass, pair->label[1])},
	};
}

static void add_bits(const struct diff_pair *d, uint32_t klass, const struct gabion_name_pair *pair,
		     enum gabion_change_kind kind, uint32_t old, uint32_t new,
		     struct gabion_changes *changes)
{
	struct gabion_change change;

	if (old == new)
		return;
	change = change_of(d->views, klass, pair, kind);
	change.lost = old & ~new;
	change.gained = new & ~old;
	gabion_changes_add(changes, change);
}

/* The domain at @index of @view that is entered, or NULL. */
static const char *name_entered(const struct gabion_view *view, uint16_t index)
{
	return index == GABION_TRANSITION_NONE
		       ? NULL
		       : gabion_view_string(view, view->domains[index].name);
}

static const char *enters(const struct diff_pair *d, int side, uint32_t label)
{
	const struct gabion_class_view *c = &d->views[side]->classes[GABION_CLASS_FILE];

	if (!c->transition || label >= c->nlabels ||
	    !(effective(d, side, GABION_CLASS_FILE, label) & GABION_FILE_EXECUTE))
		return NULL;
	return name_entered(
		d->views[side],
		le16_to_cpu(c->transition[(size_t)d->domain[side] * c->nlabels + label]));
}

static const char *helper_enters(const struct diff_pair *d, int side, uint32_t label)
{
	const struct gabion_class_view *c = &d->views[side]->classes[GABION_CLASS_FILE];

	/* Only of the host, which every policy has, at index 0. */
	if (d->domain[side] || !c->helpers || label >= c->nlabels)
		return NULL;
	return name_entered(d->views[side], le16_to_cpu(c->helpers[label]));
}

static bool differ(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) : a != b;
}

static void add_words(const struct gabion_view *const views[2], uint32_t klass,
		      const struct gabion_name_pair *pair, enum gabion_change_kind kind,
		      const char *old, const char *new, struct gabion_changes *changes)
{
	struct gabion_change change;

	if (!differ(old, new))
		return;
	change = change_of(views, klass, pair, kind);
	change.word[0] = old ? gabion_xstrdup(old) : NULL;
	change.word[1] = new ? gabion_xstrdup(new) : NULL;
	gabion_changes_add(changes, change);
}

static uint32_t marked(const struct diff_pair *d, int side, uint32_t klass, uint32_t label,
		       bool audit)
{
	const struct gabion_class_view *c = &d->views[side]->classes[klass];
	uint32_t held = effective(d, side, klass, label);

	if (d->domain[side] == NOT_THERE || label >= c->nlabels)
		return 0;
	return audit ? gabion_matrix(c, c->audit, d->domain[side], label) & held
		     : gabion_matrix(c, c->quiet, d->domain[side], label) & ~held;
}

/* That a domain which is new, or gone, has what needs no rule is no change of permissions. */
static uint32_t told_of(const struct diff_pair *d, uint32_t klass)
{
	bool both = d->domain[0] != NOT_THERE && d->domain[1] != NOT_THERE;

	if (both)
		return ~0U;
	return klass == GABION_CLASS_FILE ? ~GABION_FILE_IMPLIED : ~GABION_NET_IMPLIED;
}

void gabion_diff_names(const struct diff_pair *d, uint32_t klass,
		       const struct gabion_name_pairs *pairs, struct gabion_changes *changes)
{
	bool confined = !diff_is_unconfined(d, 0) && !diff_is_unconfined(d, 1);
	size_t i;

	for (i = 0; i < pairs->n; i++) {
		const struct gabion_name_pair *p = &pairs->v[i];
		uint32_t a = p->label[0], b = p->label[1];

		if (confined) {
			add_bits(d, klass, p, GABION_CHANGE_ACCESS,
				 effective(d, 0, klass, a) & told_of(d, klass),
				 effective(d, 1, klass, b) & told_of(d, klass), changes);
			add_bits(d, klass, p, GABION_CHANGE_AUDIT, marked(d, 0, klass, a, true),
				 marked(d, 1, klass, b, true), changes);
			add_bits(d, klass, p, GABION_CHANGE_QUIET, marked(d, 0, klass, a, false),
				 marked(d, 1, klass, b, false), changes);
		}
		if (klass != GABION_CLASS_FILE)
			continue;
		if (confined)
			gabion_diff_commands(d, p, changes);
		add_words(d->views, klass, p, GABION_CHANGE_ENTERS, enters(d, 0, a),
			  enters(d, 1, b), changes);
		add_words(d->views, klass, p, GABION_CHANGE_HELPER, helper_enters(d, 0, a),
			  helper_enters(d, 1, b), changes);
	}
}

static const char *level_of(const struct gabion_view *view, uint32_t klass, uint32_t label)
{
	const struct gabion_class_view *c = &view->classes[klass];

	return c->labels && label < c->nlabels
		       ? gabion_view_string(view, gabion_label_level(view, klass, label)->name)
		       : NULL;
}

void gabion_diff_objects(const struct gabion_view *const views[2], uint32_t klass,
			 const struct gabion_name_pairs *pairs, struct gabion_changes *changes)
{
	size_t i;

	for (i = 0; i < pairs->n; i++)
		add_words(views, klass, &pairs->v[i], GABION_CHANGE_LEVEL,
			  level_of(views[0], klass, pairs->v[i].label[0]),
			  level_of(views[1], klass, pairs->v[i].label[1]), changes);
}

static void diff_peer(const struct diff_pair *d, const char *name, const uint32_t peer[2],
		      struct gabion_changes *changes)
{
	uint32_t held[2];
	int side;

	for (side = 0; side < 2; side++)
		held[side] = peer[side] == NOT_THERE
				     ? 0
				     : effective(d, side, GABION_CLASS_DOMAIN, peer[side]);
	if (held[0] == held[1])
		return;
	gabion_changes_add(changes, (struct gabion_change){
					    .kind = GABION_CHANGE_ACCESS,
					    .klass = GABION_CLASS_DOMAIN,
					    .lost = held[0] & ~held[1],
					    .gained = held[1] & ~held[0],
					    .object = gabion_xasprintf("domain %s", name),
					    .label = {peer[0], peer[1]},
				    });
}

void gabion_diff_peers(const struct diff_pair *d, struct gabion_changes *changes)
{
	uint32_t i, peer[2];

	for (i = 0; i < d->views[1]->ndomains; i++) {
		peer[0] = d->other[1][i];
		peer[1] = i;
		diff_peer(d, diff_domain_name(d, 1, i), peer, changes);
	}
	for (i = 0; i < d->views[0]->ndomains; i++) {
		peer[0] = i;
		peer[1] = NOT_THERE;
		if (d->other[0][i] == NOT_THERE)
			diff_peer(d, diff_domain_name(d, 0, i), peer, changes);
	}
}
