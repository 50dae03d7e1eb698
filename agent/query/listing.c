// SPDX-License-Identifier: GPL-2.0
#include "listing.h"

#include "../policy/query.h"
#include "diff_parts.h"

/* Does @from enter @domain when it executes a file of @label? */
static bool enters(const struct gabion_view *view, uint32_t from, uint32_t domain, uint32_t label)
{
	const struct gabion_class_view *c = &view->classes[GABION_CLASS_FILE];

	return c->transition && label < c->nlabels && from != domain &&
	       le16_to_cpu(c->transition[(size_t)from * c->nlabels + label]) == domain &&
	       gabion_query_effective(view, GABION_CLASS_FILE, from, label) & GABION_FILE_EXECUTE;
}

static void add_entry(struct gabion_listing *listing, const struct gabion_view *view,
		      uint32_t from, bool helper, const struct gabion_name_pair *pair)
{
	vec_push(&listing->entries,
		 (struct gabion_entry){
			 .from = gabion_view_string(view, view->domains[from].name),
			 .helper = helper,
			 .object = gabion_name_pair_format(pair, GABION_CLASS_FILE),
		 });
}

static void find_entries(const struct gabion_view *view, uint32_t domain,
			 const struct gabion_name_pairs *files, struct gabion_listing *listing)
{
	const struct gabion_class_view *c = &view->classes[GABION_CLASS_FILE];
	uint32_t from;
	size_t i;

	for (i = 0; i < files->n; i++) {
		uint32_t label = files->v[i].label[1];

		for (from = 0; from < view->ndomains; from++)
			if (enters(view, from, domain, label))
				add_entry(listing, view, from, false, &files->v[i]);
		if (c->helpers && label < c->nlabels && le16_to_cpu(c->helpers[label]) == domain)
			add_entry(listing, view, 0, true, &files->v[i]);
	}
}

int gabion_listing_make(const struct gabion_view *view, uint32_t domain,
			struct gabion_listing *listing, struct gabion_error *error)
{
	const struct gabion_view *const views[2] = {view, view};
	struct gabion_name_pairs pairs[GABION_CLASS_TABLES_END] = {};
	/* No domain of before: each there is has no counterpart, and no peer is gone. */
	uint32_t *other = gabion_xcalloc(view->ndomains, sizeof(*other)), i;
	struct diff_pair d = {
		.views = views,
		.other = {other, other},
		.domain = {NOT_THERE, domain},
	};
	int err;

	*listing = (struct gabion_listing){0};
	for (i = 0; i < view->ndomains; i++)
		other[i] = i;
	err = gabion_product_pairs(views, GABION_CLASS_FILE, &pairs[GABION_CLASS_FILE], error);
	if (!err)
		err = gabion_product_pairs(views, GABION_CLASS_NET, &pairs[GABION_CLASS_NET],
					   error);
	if (!err)
		err = gabion_diff_one(&d, pairs, &listing->grants, error);
	if (!err)
		find_entries(view, domain, &pairs[GABION_CLASS_FILE], listing);
	gabion_name_pairs_free(&pairs[GABION_CLASS_FILE]);
	gabion_name_pairs_free(&pairs[GABION_CLASS_NET]);
	free(other);
	if (err)
		gabion_listing_free(listing);
	return err;
}

void gabion_listing_free(struct gabion_listing *listing)
{
	size_t i;

	gabion_changes_free(&listing->grants);
	for (i = 0; i < listing->entries.n; i++)
		free(listing->entries.v[i].object);
	free(listing->entries.v);
	*listing = (struct gabion_listing){0};
}
