// SPDX-License-Identifier: GPL-2.0
/* The order of a comparison, and what of it belongs to no class of objects. */
#include <string.h>

#include "../../core/level.h"
#include "../policy/query.h"
#include "../policy/query_limit.h"
#include "../policy/strmap.h"
#include "diff_parts.h"

void gabion_changes_add(struct gabion_changes *changes, struct gabion_change change)
{
	vec_push(changes, change);
}

static void free_change(struct gabion_change *c)
{
	size_t i;

	free(c->object);
	free(c->word[0]);
	free(c->word[1]);
	for (i = 0; i < c->calls.n; i++)
		free(c->calls.v[i]);
	free(c->calls.v);
}

void gabion_changes_remove(struct gabion_changes *changes, size_t index)
{
	free_change(&changes->v[index]);
	changes->n--;
	memmove(&changes->v[index], &changes->v[index + 1],
		(changes->n - index) * sizeof(*changes->v));
}

void gabion_changes_free(struct gabion_changes *changes)
{
	size_t i;

	for (i = 0; i < changes->n; i++)
		free_change(&changes->v[i]);
	free(changes->v);
	*changes = (struct gabion_changes){0};
}

void gabion_diff_free(struct gabion_diff *diff)
{
	size_t i;

	gabion_changes_free(&diff->policy);
	for (i = 0; i < diff->ndomains; i++)
		gabion_changes_free(&diff->domains[i].changes);
	free(diff->domains);
	*diff = (struct gabion_diff){0};
}

bool gabion_diff_is_empty(const struct gabion_diff *diff)
{
	return !diff->policy.n && !diff->ndomains;
}

static const char *level_name(const struct gabion_view *view, uint32_t level)
{
	return gabion_view_string(view, view->levels[level].name);
}

static void add_fact(struct gabion_changes *changes, enum gabion_change_kind kind, bool gained,
		     char *what)
{
	gabion_changes_add(changes, (struct gabion_change){
					    .kind = kind,
					    .lost = !gained,
					    .gained = gained,
					    .object = what,
				    });
}

/* A level that both policies have. */
struct common_level {
	uint32_t index[2];
};

/* Levels that both policies have, and that are ordered in another way. */
static void diff_order(const struct gabion_view *const views[2], struct gabion_changes *changes)
{
	struct gabion_strmap old = {};
	VEC(struct common_level) common = {};
	uint32_t known;
	size_t i, j;
	bool was, is;

	for (i = 0; i < views[0]->nlevels; i++)
		if (!gabion_strmap_get(&old, level_name(views[0], i), &known))
			gabion_strmap_add(&old, level_name(views[0], i), i);
	for (i = 0; i < views[1]->nlevels; i++)
		if (gabion_strmap_get(&old, level_name(views[1], i), &known))
			vec_push(&common, (struct common_level){{known, i}});
	for (i = 0; i < common.n; i++)
		for (j = 0; j < common.n; j++) {
			was = gabion_level_dominates(&views[0]->levels[common.v[i].index[0]],
						     &views[0]->levels[common.v[j].index[0]]);
			is = gabion_level_dominates(&views[1]->levels[common.v[i].index[1]],
						    &views[1]->levels[common.v[j].index[1]]);
			if (was != is)
				add_fact(changes, GABION_CHANGE_ORDER, is,
					 gabion_xasprintf(
						 "%s dominates %s",
						 level_name(views[1], common.v[i].index[1]),
						 level_name(views[1], common.v[j].index[1])));
		}
	gabion_strmap_free(&old);
	free(common.v);
}

/* Those of @a that @b lacks. */
static void diff_expectations(const struct gabion_expectations *a,
			      const struct gabion_expectations *b, bool gained,
			      struct gabion_changes *changes)
{
	const struct gabion_expectations *both[2] = {b, a};
	struct gabion_strmap seen = {};
	VEC(char *) texts = {};
	uint32_t side, known;
	size_t i;

	for (side = 0; side < 2; side++)
		for (i = 0; i < both[side]->n; i++) {
			const struct gabion_expectation *e = &both[side]->items[i];
			char *text =
				gabion_xasprintf("%s %s %s %s", e->domain,
						 e->allow ? "allow" : "deny", e->verb, e->object);

			vec_push(&texts, text);
			if (gabion_strmap_get(&seen, text, &known))
				continue;
			gabion_strmap_add(&seen, text, 0);
			if (side)
				add_fact(changes, GABION_CHANGE_EXPECTATION, gained,
					 gabion_xstrdup(text));
		}
	gabion_strmap_free(&seen);
	for (i = 0; i < texts.n; i++)
		free(texts.v[i]);
	free(texts.v);
}

static const char *mode_of(const struct gabion_policy_domain *d)
{
	uint32_t flags = le32_to_cpu(d->flags);

	return flags & GABION_DOMAIN_UNCONFINED ? "unconfined"
	       : flags & GABION_DOMAIN_COMPLAIN ? "complain"
						: "enforce";
}

/* What `audit required` says; NULL: it is not required. */
static const char *required_of(const struct gabion_policy_domain *d)
{
	uint32_t flags = le32_to_cpu(d->flags);

	return flags & GABION_DOMAIN_AUDIT_WAIT	    ? "wait"
	       : flags & GABION_DOMAIN_AUDIT_REFUSE ? "refuse"
						    : NULL;
}

static void diff_words(struct gabion_changes *changes, enum gabion_change_kind kind,
		       const char *const word[2])
{
	if (word[0] && word[1] ? !strcmp(word[0], word[1]) : word[0] == word[1])
		return;
	gabion_changes_add(changes, (struct gabion_change){
					    .kind = kind,
					    .word = {word[0] ? gabion_xstrdup(word[0]) : NULL,
						     word[1] ? gabion_xstrdup(word[1]) : NULL},
				    });
}

/* What a domain says of itself. */
static void diff_self(const struct diff_pair *d, struct gabion_changes *changes)
{
	const char *level[2] = {}, *mode[2] = {}, *required[2] = {};
	int side;

	for (side = 0; side < 2; side++) {
		const struct gabion_policy_domain *domain;

		if (d->domain[side] == NOT_THERE)
			continue;
		domain = &d->views[side]->domains[d->domain[side]];
		level[side] = level_name(d->views[side], le32_to_cpu(domain->level));
		mode[side] = mode_of(domain);
		required[side] = required_of(domain);
	}
	diff_words(changes, GABION_CHANGE_LEVEL, level);
	diff_words(changes, GABION_CHANGE_MODE, mode);
	diff_words(changes, GABION_CHANGE_REQUIRED, required);
}

static void diff_numbers(const struct diff_pair *d, struct gabion_changes *changes)
{
	static const uint32_t classes[] = {GABION_CLASS_CAPABILITY, GABION_CLASS_FAMILY,
					   GABION_CLASS_NETLINK, GABION_CLASS_CONTROL};
	uint64_t held[2];
	size_t i;
	int side;

	for (i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		for (side = 0; side < 2; side++)
			held[side] = d->domain[side] == NOT_THERE
					     ? 0
					     : gabion_query_numbers(d->views[side], classes[i],
								    d->domain[side]);
		if (held[0] != held[1])
			gabion_changes_add(changes, (struct gabion_change){
							    .kind = GABION_CHANGE_NUMBERS,
							    .klass = classes[i],
							    .lost = held[0] & ~held[1],
							    .gained = held[1] & ~held[0],
						    });
	}
}

static void diff_limits(const struct diff_pair *d, struct gabion_changes *changes)
{
	char *limits[2] = {};
	int side;

	for (side = 0; side < 2; side++)
		if (d->domain[side] != NOT_THERE)
			limits[side] = gabion_query_limits(d->views[side], d->domain[side]);
	if (limits[0] || limits[1])
		diff_words(changes, GABION_CHANGE_LIMITS, (const char *const *)limits);
	free(limits[0]);
	free(limits[1]);
}

int gabion_diff_one(const struct diff_pair *d,
		    const struct gabion_name_pairs pairs[GABION_CLASS_TABLES_END],
		    struct gabion_changes *changes, struct gabion_error *error)
{
	diff_self(d, changes);
	gabion_diff_names(d, GABION_CLASS_FILE, &pairs[GABION_CLASS_FILE], changes);
	gabion_diff_names(d, GABION_CLASS_NET, &pairs[GABION_CLASS_NET], changes);
	if (diff_is_unconfined(d, 0) || diff_is_unconfined(d, 1))
		return 0;
	gabion_diff_peers(d, changes);
	diff_numbers(d, changes);
	diff_limits(d, changes);
	return gabion_diff_calls(d, changes, error);
}

static int diff_domain(const struct diff_pair *d, const struct gabion_name_pairs *pairs,
		       struct gabion_diff *diff, struct gabion_error *error)
{
	int in_new = d->domain[1] != NOT_THERE, err;
	struct gabion_domain_diff out = {
		.name = diff_domain_name(d, in_new, d->domain[in_new]),
		.there = {d->domain[0] != NOT_THERE, in_new},
		.unlike = diff_is_unconfined(d, 0) != diff_is_unconfined(d, 1),
	};

	err = gabion_diff_one(d, pairs, &out.changes, error);
	if (!out.changes.n) {
		gabion_changes_free(&out.changes);
		return err;
	}
	if (diff->ndomains == diff->room)
		diff->domains = gabion_vec_grow(diff->domains, &diff->room, diff->ndomains + 1,
						sizeof(*diff->domains));
	diff->domains[diff->ndomains++] = out;
	return err ? gabion_error_prefix(error, "domain %s", out.name) : 0;
}

/* Where the domains of each policy are in the other. */
static void find_others(struct diff_pair *d)
{
	struct gabion_strmap names[2] = {};
	uint32_t i;
	int side;

	for (side = 0; side < 2; side++)
		for (i = 0; i < d->views[side]->ndomains; i++)
			gabion_strmap_add(&names[side], diff_domain_name(d, side, i), i);
	for (side = 0; side < 2; side++) {
		d->other[side] = gabion_xcalloc(d->views[side]->ndomains, sizeof(**d->other));
		for (i = 0; i < d->views[side]->ndomains; i++)
			if (!gabion_strmap_get(&names[!side], diff_domain_name(d, side, i),
					       &d->other[side][i]))
				d->other[side][i] = NOT_THERE;
	}
	gabion_strmap_free(&names[0]);
	gabion_strmap_free(&names[1]);
}

static int diff_domains(const struct gabion_view *const views[2],
			const struct gabion_name_pairs *pairs, struct gabion_diff *diff,
			struct gabion_error *error)
{
	struct diff_pair d = {.views = views};
	uint32_t i;
	int err = 0;

	find_others(&d);
	for (i = 0; !err && i < views[1]->ndomains; i++) {
		d.domain[0] = d.other[1][i];
		d.domain[1] = i;
		err = diff_domain(&d, pairs, diff, error);
	}
	for (i = 0; !err && i < views[0]->ndomains; i++) {
		d.domain[0] = i;
		d.domain[1] = NOT_THERE;
		if (d.other[0][i] == NOT_THERE)
			err = diff_domain(&d, pairs, diff, error);
	}
	free(d.other[0]);
	free(d.other[1]);
	return err;
}

int gabion_diff_make(const struct gabion_view *const views[2],
		     const struct gabion_expectations *const expectations[2],
		     struct gabion_diff *diff, struct gabion_error *error)
{
	struct gabion_name_pairs pairs[GABION_CLASS_TABLES_END] = {};
	uint32_t klass;
	int err = 0;

	*diff = (struct gabion_diff){0};
	diff_order(views, &diff->policy);
	for (klass = GABION_CLASS_FILE; !err && klass <= GABION_CLASS_NET; klass++) {
		err = gabion_product_pairs(views, klass, &pairs[klass], error);
		if (!err)
			gabion_diff_objects(views, klass, &pairs[klass], &diff->policy);
	}
	if (!err)
		err = diff_domains(views, pairs, diff, error);
	if (expectations[0] && expectations[1]) {
		diff_expectations(expectations[0], expectations[1], false, &diff->policy);
		diff_expectations(expectations[1], expectations[0], true, &diff->policy);
	}
	for (klass = GABION_CLASS_FILE; klass <= GABION_CLASS_NET; klass++)
		gabion_name_pairs_free(&pairs[klass]);
	if (err)
		gabion_diff_free(diff);
	return err;
}
