// SPDX-License-Identifier: GPL-2.0
#include "attr.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static int check(struct nlattr *a, const struct gabion_attr_rule *rule, struct gabion_error *error)
{
	int length = gabion_attr_length(a), exact = -1;

	switch (rule->kind) {
	case GABION_ATTR_U8:
		exact = 1;
		break;
	case GABION_ATTR_U32:
		exact = 4;
		break;
	case GABION_ATTR_U64:
		exact = 8;
		break;
	case GABION_ATTR_BINARY:
		exact = rule->length;
		break;
	case GABION_ATTR_BITS:
		if (length > rule->length)
			return gabion_error_set(error, -EBADMSG, "attribute %s is too long: %d bytes",
						rule->name, length);
		return 0;
	case GABION_ATTR_STRING:
	case GABION_ATTR_STRINGS:
		if (length < 1 || memchr(gabion_attr_data(a), '\0', (size_t)length) !=
					  (char *)gabion_attr_data(a) + length - 1)
			return gabion_error_set(error, -EBADMSG,
						"attribute %s is not one NUL-terminated string",
						rule->name);
		if (rule->length && length > rule->length)
			return gabion_error_set(error, -EBADMSG, "attribute %s is too long: %d bytes",
						rule->name, length);
		return 0;
	default:
		return 0;
	}
	if (length != exact)
		return gabion_error_set(error, -EBADMSG, "attribute %s has %d bytes instead of %d",
					rule->name, length, exact);
	return 0;
}

static bool may_repeat(const struct gabion_attr_rule *rule)
{
	return rule->kind == GABION_ATTR_NESTS || rule->kind == GABION_ATTR_STRINGS;
}

int gabion_attr_twice(const struct gabion_attr_rule *rule, struct gabion_error *error)
{
	return gabion_error_set(error, -EBADMSG, "attribute %s comes twice", rule->name);
}

/* Does an attribute begin at @a, of which all is there? */
static bool is_whole(const struct nlattr *a, int length)
{
	return length >= (int)sizeof(*a) && a->nla_len >= sizeof(*a) && a->nla_len <= length;
}

int gabion_attr_walk(struct nlattr *head, int length, int max, const struct gabion_attr_rule *rules,
		     gabion_attr_fn take, void *data, struct gabion_error *error)
{
	struct nlattr *a = head;
	int type, err, size;

	for (; is_whole(a, length); a = (struct nlattr *)((char *)a + size), length -= size) {
		size = NLA_ALIGN(a->nla_len);
		type = gabion_attr_type(a);
		if (type > max || rules[type].kind == GABION_ATTR_IGNORED)
			continue;
		err = check(a, &rules[type], error) ?: take(a, &rules[type], data, error);
		if (err)
			return err;
	}
	/* The padding of the last attribute need not be there. */
	if (length > 0)
		return gabion_error_set(error, -EBADMSG, "%d bytes left over after the attributes",
					length);
	return 0;
}

static int put_into_table(struct nlattr *a, const struct gabion_attr_rule *rule, void *data,
			  struct gabion_error *error)
{
	struct nlattr **place = (struct nlattr **)data + gabion_attr_type(a);

	if (*place)
		return may_repeat(rule) ? 0 : gabion_attr_twice(rule, error);
	*place = a;
	return 0;
}

int gabion_attr_parse(struct nlattr **table, int max, struct nlattr *head, int length,
		      const struct gabion_attr_rule *rules, struct gabion_error *error)
{
	memset(table, 0, sizeof(*table) * (size_t)(max + 1));
	return gabion_attr_walk(head, length, max, rules, put_into_table, table, error);
}
