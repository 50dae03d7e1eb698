/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attributes from the kernel, taken apart strictly: lengths must be exact,
 * strings end with their only NUL, nothing comes twice unless it may, no bytes
 * are left over.  Attributes that the agent does not know are skipped, so an
 * older agent works with a newer module.
 */
#ifndef GABION_NETLINK_ATTR_H
#define GABION_NETLINK_ATTR_H

#include <stdint.h>
#include <netlink/attr.h>

#include "../common/error.h"

enum gabion_attr_kind {
	GABION_ATTR_IGNORED,	/* not expected here, skipped */
	GABION_ATTR_U8,
	GABION_ATTR_U32,
	GABION_ATTR_U64,
	GABION_ATTR_STRING,
	GABION_ATTR_BINARY,	/* exactly @length bytes */
	GABION_ATTR_BITS,	/* at most @length bytes */
	GABION_ATTR_NESTS,	/* may be repeated; the table keeps the first */
	GABION_ATTR_STRINGS,	/* likewise; each is as STRING */
};

/**
 * struct gabion_attr_rule - what an attribute must look like
 * @kind:	enum gabion_attr_kind
 * @length:	BINARY: bytes; BITS: most bytes; STRING: most bytes, NUL included, 0 = any
 * @name:	for messages
 */
struct gabion_attr_rule {
	uint8_t kind;
	uint16_t length;
	const char *name;
};

/* What to do with attribute @a, which is as @rule says. Return: 0 or -errno, which ends the walk. */
typedef int (*gabion_attr_fn)(struct nlattr *a, const struct gabion_attr_rule *rule, void *data,
			      struct gabion_error *error);

/*
 * Give each attribute of the @length bytes at @head to @take. @rules has @max + 1 entries. That
 * nothing comes twice is for @take to see.
 * Return: 0, -EBADMSG, or what @take returned.
 */
int gabion_attr_walk(struct nlattr *head, int length, int max, const struct gabion_attr_rule *rules,
		     gabion_attr_fn take, void *data, struct gabion_error *error);

/* An attribute came twice that may not: -EBADMSG. */
int gabion_attr_twice(const struct gabion_attr_rule *rule, struct gabion_error *error);

/*
 * Fill @table[0..@max] from the @length bytes at @head. @rules has @max + 1 entries.
 * Return: 0 or -EBADMSG.
 */
int gabion_attr_parse(struct nlattr **table, int max, struct nlattr *head, int length,
		      const struct gabion_attr_rule *rules, struct gabion_error *error);

/* As of libnl, which has no inline ones; of attributes that were walked over. */
static inline int gabion_attr_type(const struct nlattr *a)
{
	return a->nla_type & NLA_TYPE_MASK;
}

static inline int gabion_attr_length(const struct nlattr *a)
{
	return a->nla_len - NLA_HDRLEN;
}

static inline void *gabion_attr_data(struct nlattr *a)
{
	return (char *)a + NLA_HDRLEN;
}

/* Values of attributes that gabion_attr_parse() accepted; 0 or NULL when absent. */
static inline uint32_t gabion_attr_u32(struct nlattr *a)
{
	return a ? nla_get_u32(a) : 0;
}

static inline uint64_t gabion_attr_u64(struct nlattr *a)
{
	return a ? nla_get_u64(a) : 0;
}

static inline const char *gabion_attr_string(struct nlattr *a)
{
	return a ? nla_get_string(a) : NULL;
}

#endif /* GABION_NETLINK_ATTR_H */
