// SPDX-License-Identifier: GPL-2.0
/*
 * Rules about single commands of ioctl(2) to the ranges of the image.  Deny
 * outranks allow: what it takes out of a grant of all commands makes a grant of
 * the others of it.
 */
#include "commands.h"
#include "model.h"

/* What one rule says of one label. */
struct statement {
	struct gabion_ioctl range;
	bool deny;
};

struct statements {
	VEC(struct statement) list;
};

/* Ranges of one kind: merged ones ascending, not adjacent. */
struct union_of_ranges {
	struct gabion_command_range *v;
	size_t n;
};

static bool has_labels(const struct gabion_rule *rule)
{
	return rule->commands && rule->klass == GABION_CLASS_FILE;
}

/* Bytes that they would have in the image at most; before anything is allocated for them. */
static uint64_t estimate(const struct gabion_model *m)
{
	const struct gabion_class_model *c = &m->classes[GABION_CLASS_FILE];
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < m->rules.n; i++) {
		const struct gabion_rule *rule = &m->rules.v[i];

		if (has_labels(rule))
			/* A denied range leaves one before itself, and the last one behind, too. */
			n += (c->of_first[rule->object + 1] - c->of_first[rule->object]) *
			     (rule->commands->n + 1ULL);
	}
	return n * sizeof(struct gabion_policy_ioctl);
}

static void collect(const struct gabion_model *m, struct statements *all)
{
	const struct gabion_class_model *c = &m->classes[GABION_CLASS_FILE];
	size_t i, j, k;

	for (i = 0; i < m->rules.n; i++) {
		const struct gabion_rule *rule = &m->rules.v[i];

		if (!has_labels(rule))
			continue;
		for (j = c->of_first[rule->object]; j < c->of_first[rule->object + 1]; j++)
			for (k = 0; k < rule->commands->n; k++)
				vec_push(&all->list,
					 (struct statement){
						 .range = { rule->domain, c->of[j],
							    rule->commands->ranges[k].first,
							    rule->commands->ranges[k].last },
						 .deny = rule->kind == GABION_RULE_DENY,
					 });
	}
}

static int by_place(const void *left, const void *right)
{
	const struct statement *a = left, *b = right;

	if (a->range.domain != b->range.domain)
		return a->range.domain < b->range.domain ? -1 : 1;
	if (a->range.label != b->range.label)
		return a->range.label < b->range.label ? -1 : 1;
	if (a->deny != b->deny)
		return a->deny < b->deny ? -1 : 1;
	if (a->range.first != b->range.first)
		return a->range.first < b->range.first ? -1 : 1;
	return 0;
}

/* Add the statements [@n] of one kind to @u, in order. */
static void unite(struct union_of_ranges *u, const struct statement *s, size_t n)
{
	for (; n--; s++) {
		struct gabion_command_range *last = u->n ? &u->v[u->n - 1] : NULL;

		if (last && s->range.first <= (uint64_t)last->last + 1) {
			if (s->range.last > last->last)
				last->last = s->range.last;
		} else {
			u->v[u->n++] = (struct gabion_command_range){ s->range.first,
								      s->range.last };
		}
	}
}

static void push(struct gabion_model *m, const struct gabion_ioctl *place, uint32_t first,
		 uint32_t last)
{
	vec_push(&m->ioctls, (struct gabion_ioctl){ place->domain, place->label, first, last });
}

/* @granted without @denied. */
static void push_difference(struct gabion_model *m, const struct gabion_ioctl *place,
			    const struct union_of_ranges *granted,
			    const struct union_of_ranges *denied)
{
	size_t i, j = 0, k;

	for (i = 0; i < granted->n; i++) {
		uint64_t next = granted->v[i].first, last = granted->v[i].last;

		while (j < denied->n && denied->v[j].last < next)
			j++;
		for (k = j; k < denied->n && denied->v[k].first <= last; k++) {
			if (denied->v[k].first > next)
				push(m, place, next, denied->v[k].first - 1);
			next = (uint64_t)denied->v[k].last + 1;
		}
		if (next <= last)
			push(m, place, next, last);
	}
}

/* All statements [@n] of one domain on one label, grants first. */
static void conclude(struct gabion_model *m, struct union_of_ranges *granted,
		     struct union_of_ranges *denied, const struct statement *s, size_t n)
{
	struct gabion_tables *t = &m->tables[GABION_CLASS_FILE];
	const struct gabion_ioctl *place = &s->range;
	uint32_t *allow = gabion_tables_row(m, t, &t->allow, place->domain) + place->label;
	size_t ngrants = 0;

	if (t->deny && (t->deny[(size_t)place->domain * t->nlabels + place->label] &
			GABION_FILE_IOCTL))
		return;
	while (ngrants < n && !s[ngrants].deny)
		ngrants++;
	granted->n = denied->n = 0;
	unite(denied, s + ngrants, n - ngrants);
	if (*allow & GABION_FILE_IOCTL) {
		if (!denied->n)
			return;
		granted->v[granted->n++] = (struct gabion_command_range){ 0, UINT32_MAX };
		/* What is refused from now on is refused by a deny rule: that is the reason. */
		*allow &= ~GABION_FILE_IOCTL;
		gabion_tables_row(m, t, &t->deny, place->domain)[place->label] |= GABION_FILE_IOCTL;
	} else {
		unite(granted, s, ngrants);
	}
	push_difference(m, place, granted, denied);
}

bool gabion_model_ioctls(struct gabion_model *m)
{
	struct union_of_ranges granted = {}, denied = {};
	struct statements all = {};
	uint64_t bytes = estimate(m);
	size_t first, end;

	if (bytes > GABION_POLICY_SIZE_MAX) {
		model_error(m, NULL, "ranges instead of single commands, or plain `ioctl`",
			    "commands times files of `ioctl(...)` would take %llu bytes; at most "
			    "%u are allowed",
			    (unsigned long long)bytes, GABION_POLICY_SIZE_MAX);
		return false;
	}
	collect(m, &all);
	if (all.list.n)
		qsort(all.list.v, all.list.n, sizeof(*all.list.v), by_place);
	granted.v = gabion_xcalloc(all.list.n + 1, sizeof(*granted.v));
	denied.v = gabion_xcalloc(all.list.n + 1, sizeof(*denied.v));
	for (first = 0; first < all.list.n; first = end) {
		const struct gabion_ioctl *a = &all.list.v[first].range;

		for (end = first + 1; end < all.list.n; end++)
			if (all.list.v[end].range.domain != a->domain ||
			    all.list.v[end].range.label != a->label)
				break;
		conclude(m, &granted, &denied, &all.list.v[first], end - first);
	}
	free(granted.v);
	free(denied.v);
	free(all.list.v);
	return true;
}
