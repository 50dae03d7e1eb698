// SPDX-License-Identifier: GPL-2.0
/* Commands of ioctl(2) that only one of two policies grants, on the files of a pair of labels. */
#include <string.h>

#include "../../core/ioctl.h"
#include "../policy/commands.h"
#include "../policy/query.h"
#include "../policy/query_ioctl.h"
#include "diff_parts.h"

/* What one side grants: all, or some ranges, ascending. */
struct granted {
	bool all;
	VEC(struct gabion_command_range) ranges;
};

static void find_granted(const struct gabion_view *view, uint32_t domain, uint32_t label,
			 struct granted *granted)
{
	uint32_t i;

	if (domain == NOT_THERE)
		return;
	granted->all =
		gabion_query_effective(view, GABION_CLASS_FILE, domain, label) & GABION_FILE_IOCTL;
	if (granted->all)
		return;
	for (i = gabion_query_first_commands(view, domain, label); i < view->nioctls; i++) {
		const struct gabion_policy_ioctl *r = &view->ioctls[i];

		if (le32_to_cpu(r->domain) != domain || le32_to_cpu(r->label) != label ||
		    !gabion_ioctl_listed_for(view, domain, label, le32_to_cpu(r->first)))
			break;
		vec_push(&granted->ranges, (struct gabion_command_range){le32_to_cpu(r->first),
									 le32_to_cpu(r->last)});
	}
}

static char *append(char *text, const char *more)
{
	char *longer = text ? gabion_xasprintf("%s, %s", text, more) : gabion_xstrdup(more);

	free(text);
	return longer;
}

static char *format_command(uint32_t command)
{
	const char *name = gabion_command_name(command);

	return name ? gabion_xstrdup(name) : gabion_xasprintf("0x%x", command);
}

/* Add @range to the list @text, which is taken over. */
static char *append_range(char *text, struct gabion_command_range range)
{
	char *first = format_command(range.first), *last = format_command(range.last);
	char *both = gabion_xasprintf("%s..%s", first, last);

	/* One that needs no grant of ioctl is none. */
	if (range.first != range.last ||
	    gabion_ioctl_permission(range.first) == GABION_FILE_IOCTL)
		text = append(text, range.first == range.last ? first : both);
	free(first);
	free(last);
	free(both);
	return text;
}

/* What is in @a and not in @b, as text; NULL: nothing. */
static char *only_in(const struct granted *a, const struct granted *b)
{
	uint64_t at, end;
	char *text = NULL;
	size_t i, j;

	for (i = 0; i < a->ranges.n; i++) {
		at = a->ranges.v[i].first;
		end = (uint64_t)a->ranges.v[i].last + 1;
		for (j = 0; j < b->ranges.n && at < end; j++) {
			const struct gabion_command_range *other = &b->ranges.v[j];

			if (other->last < at || other->first >= end)
				continue;
			if (other->first > at)
				text = append_range(
					text, (struct gabion_command_range){at, other->first - 1});
			at = (uint64_t)other->last + 1;
		}
		if (at < end)
			text = append_range(text, (struct gabion_command_range){at, end - 1});
	}
	return text;
}

/* All but the few that the other side has, too; of none it is said by GABION_FILE_IOCTL. */
static char *all_but(const struct granted *few)
{
	static const struct granted none;
	char *list = only_in(few, &none), *text = NULL;

	if (list)
		text = gabion_xasprintf("all but %s", list);
	free(list);
	return text;
}

void gabion_diff_commands(const struct diff_pair *d, const struct gabion_name_pair *pair,
			  struct gabion_changes *changes)
{
	struct granted side[2] = {};
	char *word[2] = {};
	int i;

	for (i = 0; i < 2; i++)
		find_granted(d->views[i], d->domain[i], pair->label[i], &side[i]);
	for (i = 0; i < 2; i++) {
		if (side[i].all && !side[!i].all)
			word[i] = all_but(&side[!i]);
		else if (!side[!i].all)
			word[i] = only_in(&side[i], &side[!i]);
	}
	if (word[0] || word[1])
		gabion_changes_add(
			changes, (struct gabion_change){
					 .kind = GABION_CHANGE_COMMANDS,
					 .klass = GABION_CLASS_FILE,
					 .object = gabion_name_pair_format(pair, GABION_CLASS_FILE),
					 .word = {word[0], word[1]},
				 });
	free(side[0].ranges.v);
	free(side[1].ranges.v);
}
