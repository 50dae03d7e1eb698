/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a record is called in NATS: its subject, which readers select by, and its Nats-Msg-Id,
 * by which a stream knows what it has already. docs/events.md says the same.
 */
#ifndef GABION_DAEMON_NATS_NAME_H
#define GABION_DAEMON_NATS_NAME_H

#include "../event/event_json.h"

/* Longest token that a host may have, and longest prefix, both without the NUL. */
#define GABION_NATS_TOKEN_MAX	64
#define GABION_NATS_PREFIX_MAX	128

#define GABION_NATS_SUBJECT_MAX (GABION_NATS_PREFIX_MAX + GABION_NATS_TOKEN_MAX + 32)

/* Letters, digits, "-" and "_", at least one and at most GABION_NATS_TOKEN_MAX of them? */
bool gabion_nats_is_token(const char *text);
/* Such tokens with "." between them, at most GABION_NATS_PREFIX_MAX bytes? */
bool gabion_nats_is_prefix(const char *text);

/*
 * Make a token of @name: each other byte becomes "_", what is too long is cut, and nothing
 * becomes "_".
 */
void gabion_nats_token(char token[GABION_NATS_TOKEN_MAX + 1], const char *name);

/* PREFIX.HOST.TYPE */
void gabion_nats_subject(char subject[GABION_NATS_SUBJECT_MAX + 1], const char *prefix,
			 const char *host, const struct gabion_record *record);

/*
 * HOST-INSTANCE-SEQUENCE, for what has no sequence number something else that only it has;
 * malloc'ed. Empty: nothing tells it from others. NULL: no memory.
 */
char *gabion_nats_id(const char *host, const struct gabion_record *record);

#endif /* GABION_DAEMON_NATS_NAME_H */
