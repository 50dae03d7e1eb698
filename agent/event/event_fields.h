/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Members of struct gabion_event that are plain numbers or strings in JSON, in
 * their order.  Encoder and parser walk the same table.
 */
#ifndef GABION_EVENT_EVENT_FIELDS_H
#define GABION_EVENT_EVENT_FIELDS_H

#include <stddef.h>

#include "event.h"

enum gabion_field_kind {
	GABION_FIELD_U32,
	GABION_FIELD_U64,
	GABION_FIELD_STRING,
	GABION_FIELD_TIME,		/* u64 ns, as RFC 3339 */
	GABION_FIELD_VERDICT,		/* u32, as token */
	GABION_FIELD_REASON,
	GABION_FIELD_CLASS,
	GABION_FIELD_PERMISSIONS,	/* u32, as array of words */
	GABION_FIELD_RESOURCES,		/* string "a,b", as array */
	GABION_FIELD_COMMAND,		/* u32, as name or number */
	GABION_FIELD_NET,		/* struct gabion_net_key, as object */
	GABION_FIELD_SYSCALL,		/* what only the syscall class has, as object */
	GABION_FIELD_ANCESTORS,		/* array of objects */
	GABION_FIELD_RULES,		/* array of strings */
	GABION_FIELD_MODE,		/* u32, GABION_DOMAIN_*, as word */
	GABION_FIELD_ERRNO,		/* u32, as symbol or number */
};

/**
 * struct gabion_field - one member
 * @key:	in JSON
 * @attribute:	enum gabion_event_attr
 * @kind:	enum gabion_field_kind
 * @offset:	in struct gabion_event
 */
struct gabion_field {
	const char *key;
	uint8_t attribute;
	uint8_t kind;
	uint16_t offset;
};

/* Appended to the key of a member of which there is more than the record says: true. */
#define GABION_KEY_TRUNCATED	"_truncated"
/* Longest key with what may be appended to it, NUL included. */
#define GABION_KEY_MAX		64

extern const struct gabion_field gabion_event_fields[];
extern const size_t gabion_event_nfields;

#endif /* GABION_EVENT_EVENT_FIELDS_H */
