// SPDX-License-Identifier: GPL-2.0
#include "attr.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static int check(struct nlattr *a, const struct gabion_attr_rule *rule, struct gabion_error *error)
{
	int length = nla_len(a), exact = -1;

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
		if (length < 1 || memchr(nla_data(a), '\0', (size_t)length) !=
					  (char *)nla_data(a) + length - 1)
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

int gabion_attr_parse(struct nlattr **table, int max, struct nlattr *head, int length,
		      const struct gabion_attr_rule *rules, struct gabion_error *error)
{
	struct nlattr *a;
	int type, err;

	memset(table, 0, sizeof(*table) * (size_t)(max + 1));
	for (a = head; nla_ok(a, length); a = nla_next(a, &length)) {
		type = nla_type(a);
		if (type > max || rules[type].kind == GABION_ATTR_IGNORED)
			continue;
		if (table[type] && !may_repeat(&rules[type]))
			return gabion_error_set(error, -EBADMSG, "attribute %s comes twice",
						rules[type].name);
		err = check(a, &rules[type], error);
		if (err)
			return err;
		if (!table[type])
			table[type] = a;
	}
	/* nla_next() takes the padding of the last attribute off as well. */
	if (length > 0)
		return gabion_error_set(error, -EBADMSG, "%d bytes left over after the attributes",
					length);
	return 0;
}
