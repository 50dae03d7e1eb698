// SPDX-License-Identifier: GPL-2.0
/* Rules by (domain, class, object).  See rule_index.h. */
#include <linux/sched.h>
#include <linux/slab.h>
#include "core/rule.h"
#include "rule_index.h"

/* Numbers of classes, and of what these classes number. */
#define NCLASSES	32U
#define NNUMBERS	64U

static u32 key_of(const struct gabion_policy_rule *rule, int column)
{
	switch (column) {
	case 0:
		return le32_to_cpu(rule->object);
	case 1:
		return le16_to_cpu(rule->klass);
	default:
		return le32_to_cpu(rule->domain);
	}
}

/* One pass of a radix sort: stable, linear. @count has @nkeys entries. */
static void sort_by(const struct gabion_view *view, int column, const u32 *from, u32 *to,
		    u32 *count, u32 nkeys)
{
	u32 i, sum = 0, n;

	memset(count, 0, nkeys * sizeof(*count));
	for (i = 0; i < view->nrules; i++)
		count[key_of(&view->rules[i], column)]++;
	cond_resched();
	for (i = 0; i < nkeys; i++) {
		n = count[i];
		count[i] = sum;
		sum += n;
	}
	for (i = 0; i < view->nrules; i++) {
		to[count[key_of(&view->rules[from[i]], column)]++] = from[i];
		if (!(i % 4096))
			cond_resched();
	}
}

int gabion_rule_index_build(struct gabion_policy *policy)
{
	const struct gabion_view *view = &policy->view;
	u32 nobjects = max3(view->nresources, view->ndomains, NNUMBERS), i;
	u32 *count, *other;
	int err = -ENOMEM;

	static_assert(GABION_CLASS_NETLINK < NCLASSES);
	policy->rule_order = kvmalloc_array(view->nrules + 1, sizeof(u32), GFP_KERNEL);
	other = kvmalloc_array(view->nrules + 1, sizeof(u32), GFP_KERNEL);
	count = kvmalloc_array(max(nobjects, NCLASSES), sizeof(u32), GFP_KERNEL);
	if (!policy->rule_order || !other || !count)
		goto out;
	for (i = 0; i < view->nrules; i++)
		other[i] = i;
	sort_by(view, 0, other, policy->rule_order, count, nobjects);
	sort_by(view, 1, policy->rule_order, other, count, NCLASSES);
	sort_by(view, 2, other, policy->rule_order, count, view->ndomains);
	err = 0;
out:
	kvfree(other);
	kvfree(count);
	return err;
}

static int compare(const struct gabion_policy_rule *rule,
		   const struct gabion_rule_question *q, u32 object)
{
	const u32 want[] = { object, q->klass, q->domain };
	int column;

	for (column = 2; column >= 0; column--)
		if (key_of(rule, column) != want[column])
			return key_of(rule, column) < want[column] ? -1 : 1;
	return 0;
}

/* One place may have made several rules: it is named once. */
static bool same_place(const struct gabion_policy_rule *a, const struct gabion_policy_rule *b)
{
	return a->file == b->file && a->line == b->line;
}

static bool has_place(const struct gabion_view *view, const u32 *found, unsigned int n,
		      const struct gabion_policy_rule *rule)
{
	while (n--)
		if (same_place(&view->rules[found[n]], rule))
			return true;
	return false;
}

/* Rules about @object, behind the @n that were found. Return: how many there are then. */
static unsigned int find_about(const struct gabion_policy *policy,
			       const struct gabion_rule_question *q, u32 object, u32 *found,
			       unsigned int n, bool *cut)
{
	const struct gabion_view *view = &policy->view;
	u32 low = 0, high = view->nrules, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (compare(&view->rules[policy->rule_order[middle]], q, object) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < view->nrules; low++) {
		const struct gabion_policy_rule *rule = &view->rules[policy->rule_order[low]];

		if (compare(rule, q, object))
			break;
		/* What the compiler added has no line. */
		if (!rule->line || !gabion_rule_says(rule, q->deny, q->wanted, q->command) ||
		    has_place(view, found, n, rule))
			continue;
		if (n == GABION_RULES_FOUND_MAX) {
			*cut = true;
			break;
		}
		found[n++] = policy->rule_order[low];
	}
	return n;
}

unsigned int gabion_rules_find(const struct gabion_policy *policy,
			       const struct gabion_rule_question *q, u32 *found, bool *cut)
{
	const struct gabion_class_view *c;
	unsigned int n = 0;
	u32 i, first;

	*cut = false;
	if (q->klass != GABION_CLASS_FILE && q->klass != GABION_CLASS_NET)
		return find_about(policy, q, q->object, found, 0, cut);
	c = &policy->view.classes[q->klass];
	if (!c->labels || q->object >= c->nlabels)
		return 0;
	first = le32_to_cpu(c->labels[q->object].member);
	for (i = 0; i < le32_to_cpu(c->labels[q->object].nmembers) && !*cut; i++)
		n = find_about(policy, q, le32_to_cpu(c->members[first + i]), found, n, cut);
	return n;
}
