// SPDX-License-Identifier: GPL-2.0
#include "nats_name.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../event/event_words.h"

/* In the C locale, which gabiond never leaves. */
static bool is_token_byte(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_';
}

static size_t token_length(const char *text)
{
	size_t n = 0;

	while (is_token_byte(text[n]))
		n++;
	return n;
}

bool gabion_nats_is_token(const char *text)
{
	size_t n = token_length(text);

	return n && n <= GABION_NATS_TOKEN_MAX && !text[n];
}

bool gabion_nats_is_prefix(const char *text)
{
	size_t n;

	if (strlen(text) > GABION_NATS_PREFIX_MAX)
		return false;
	for (;; text += n + 1) {
		n = token_length(text);
		if (!n)
			return false;
		if (text[n] != '.')
			return !text[n];
	}
}

void gabion_nats_token(char token[GABION_NATS_TOKEN_MAX + 1], const char *name)
{
	size_t i;

	for (i = 0; i < GABION_NATS_TOKEN_MAX && name[i]; i++)
		token[i] = is_token_byte(name[i]) ? name[i] : '_';
	if (!i)
		token[i++] = '_';
	token[i] = '\0';
}

void gabion_nats_subject(char subject[GABION_NATS_SUBJECT_MAX + 1], const char *prefix,
			 const char *host, const struct gabion_record *record)
{
	const char *type = record->kind == GABION_RECORD_LOSS ? "loss" : "malformed";
	char number[16];

	if (record->kind == GABION_RECORD_EVENT) {
		type = gabion_event_type_token(record->event.type);
		snprintf(number, sizeof(number), "%u", record->event.type);
	}
	snprintf(subject, GABION_NATS_SUBJECT_MAX + 1, "%s.%s.%s", prefix, host, type ?: number);
}

static char *make_id(const char *host, const struct gabion_record *record)
{
	char *id = NULL;
	int n;

	switch (record->kind) {
	case GABION_RECORD_EVENT:
		n = asprintf(&id, "%s-%016" PRIx64 "-%" PRIu64, host, record->instance,
			     record->event.sequence);
		break;
	case GABION_RECORD_LOSS:
		/* Up to the same total there may have been one record, or two. */
		n = asprintf(&id, "%s-%016" PRIx64 "-loss-%s-%u-%" PRIu64 "-%" PRIu64, host,
			     record->instance, record->text ?: "", record->cpu, record->total,
			     record->count);
		break;
	default:
		/* Out of a spool that cannot be read, nothing tells it from others. */
		n = record->time ? asprintf(&id, "%s-%016" PRIx64 "-malformed-%" PRIu64, host,
					    record->instance, record->time) :
				   asprintf(&id, "%s", "");
	}
	return n < 0 ? NULL : id;
}

char *gabion_nats_id(const char *host, const struct gabion_record *record)
{
	char *id = make_id(host, record), *c;

	/* A line break would end the header. */
	for (c = id; c && *c; c++)
		if (!is_token_byte(*c))
			*c = '_';
	return id;
}
