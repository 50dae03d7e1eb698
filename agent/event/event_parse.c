// SPDX-License-Identifier: GPL-2.0
/*
 * Records from JSON, as `gabion monitor` gets them from gabiond.
 */
#include "event_json.h"

#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../common/cleanup.h"
#include "../common/protocol.h"
#include "../policy/commands.h"
#include "event_fields.h"
#include "event_words.h"

/* Numbers above which no token is looked for. */
#define TOKENS_END 64

static void json_cleanup(json_t **value)
{
	json_decref(*value);
}
#define cleanup_json_t __attribute__((cleanup(json_cleanup)))

static uint64_t parse_time(const char *text)
{
	struct tm tm = { 0 };
	const char *rest = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
	uint64_t ns = 0, scale = 100000000;

	if (!rest)
		return 0;
	if (*rest == '.')
		for (rest++; *rest >= '0' && *rest <= '9'; rest++, scale /= 10)
			ns += (uint64_t)(*rest - '0') * scale;
	return (uint64_t)timegm(&tm) * 1000000000 + ns;
}

static uint32_t parse_token(const json_t *value, const char *(*token_of)(uint32_t))
{
	if (json_is_integer(value))
		return (uint32_t)json_integer_value(value);
	return json_is_string(value) ?
		       gabion_event_number(token_of, TOKENS_END, json_string_value(value)) : 0;
}

static uint32_t parse_permissions(const json_t *words, uint32_t klass)
{
	bool mask = gabion_event_class_is_mask(klass);
	uint32_t i, value = 0, end = mask ? 32 : TOKENS_END;
	const char *word;
	char buffer[16];
	json_t *item;
	size_t n;

	json_array_foreach(words, n, item) {
		word = json_string_value(item);
		for (i = 0; word && i < end; i++)
			if (!strcmp(word, gabion_event_permission(klass, i, buffer,
								  sizeof(buffer))))
				value |= mask ? 1U << i : i;
	}
	return value;
}

static char *parse_resources(struct gabion_event *event, const json_t *names)
{
	cleanup_free char *text = NULL;
	size_t length, n;
	json_t *item;
	FILE *stream = open_memstream(&text, &length);

	if (!stream)
		return NULL;
	json_array_foreach(names, n, item)
		fprintf(stream, "%s%s", n ? "," : "",
			json_is_string(item) ? json_string_value(item) : "?");
	return fclose(stream) ? NULL : gabion_event_keep(event, text, length);
}

static void parse_net(struct gabion_net_key *net, json_t *value)
{
	const char *address = json_string_value(json_object_get(value, "address"));
	uint64_t port = (uint64_t)json_integer_value(json_object_get(value, "port"));
	json_t *protocol = json_object_get(value, "protocol");
	const struct gabion_protocol *named;

	net->protocol = (uint8_t)json_integer_value(protocol);
	named = json_is_string(protocol) ? gabion_protocol_named(json_string_value(protocol)) : NULL;
	if (named)
		net->protocol = named->number;
	if (address && inet_pton(AF_INET6, address, net->address) != 1 &&
	    inet_pton(AF_INET, address, net->address + 12) == 1)
		memset(net->address + 10, 0xff, 2);
	net->port[0] = (uint8_t)(port >> 8);
	net->port[1] = (uint8_t)port;
}

/* A token or its number; 0 where it is neither. */
static uint32_t parse_errno(const json_t *value)
{
	const char *name = json_string_value(value), *symbol;
	uint32_t i;

	for (i = 1; name && i <= GABION_ERRNO_MAX; i++) {
		symbol = strerrorname_np((int)i);
		if (symbol && !strcmp(symbol, name))
			return i;
	}
	return (uint32_t)json_integer_value(value);
}

static bool parse_register(uint64_t *number, const json_t *value)
{
	const char *text = json_string_value(value);

	if (text)
		*number = strtoull(text, NULL, 16);
	return text;
}

static void parse_syscall(struct gabion_event *event, json_t *value)
{
	json_t *arguments = json_object_get(value, "arguments");
	json_t *action = json_object_get(value, "action"), *item;
	uint32_t data;
	size_t n;

	event->abi = parse_token(json_object_get(value, "abi"), gabion_event_abi_token);
	/* The words say it too, but not the number of a call without a name here. */
	event->wanted = (uint32_t)json_integer_value(json_object_get(value, "number"));
	if (gabion_event_has(event, GABION_E_REFUSED))
		event->refused = event->wanted;
	if (json_array_size(arguments) == 6) {
		json_array_foreach(arguments, n, item)
			parse_register(&event->arguments[n], item);
		event->present |= 1ULL << GABION_E_ARGUMENTS;
	}
	if (action) {
		data = parse_errno(json_object_get(value, "errno")) |
		       (uint32_t)json_integer_value(json_object_get(value, "data"));
		event->outcome = GABION_OUTCOME(parse_token(action, gabion_event_action_token),
						data);
		event->present |= 1ULL << GABION_E_OUTCOME;
	}
	if (parse_register(&event->ip, json_object_get(value, "ip")))
		event->present |= 1ULL << GABION_E_IP;
}

/* The exact bytes of KEY_hex, if the line has them, else the string. NULL: no memory. */
static char *parse_string(struct gabion_event *event, json_t *object, const char *key,
			  const json_t *value)
{
	char name[GABION_KEY_MAX], *bytes;
	const char *hex;
	unsigned int byte;
	size_t i, n;

	snprintf(name, sizeof(name), "%s_hex", key);
	hex = json_string_value(json_object_get(object, name));
	if (!hex)
		return gabion_event_keep(event, json_string_value(value),
					 json_string_length(value));
	n = strlen(hex) / 2;
	bytes = gabion_event_keep(event, hex, n);
	for (i = 0; bytes && i < n; i++) {
		if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
			byte = '\0';
		bytes[i] = (char)byte;
	}
	return bytes;
}

static int parse_ancestors(struct gabion_event *event, const json_t *list)
{
	struct gabion_ancestor *ancestor;
	json_t *item, *comm, *domain;
	size_t n;

	json_array_foreach(list, n, item) {
		ancestor = gabion_event_add_ancestor(event);
		if (!ancestor)
			return -ENOMEM;
		comm = json_object_get(item, "comm");
		domain = json_object_get(item, "domain");
		ancestor->pid = (uint32_t)json_integer_value(json_object_get(item, "pid"));
		ancestor->start = (uint64_t)json_integer_value(json_object_get(item, "start_ns"));
		if (json_is_string(comm))
			ancestor->comm = parse_string(event, item, "comm", comm);
		if (json_is_string(domain))
			ancestor->domain = parse_string(event, item, "domain", domain);
		if ((json_is_string(comm) && !ancestor->comm) ||
		    (json_is_string(domain) && !ancestor->domain))
			return -ENOMEM;
	}
	return 0;
}

static int parse_rules(struct gabion_event *event, const json_t *list)
{
	json_t *item;
	size_t n;

	json_array_foreach(list, n, item)
		if (json_is_string(item) &&
		    gabion_event_add_rule(event, json_string_value(item)))
			return -ENOMEM;
	return 0;
}

static uint32_t parse_mode(const json_t *value)
{
	static const uint32_t modes[] = { 0, GABION_DOMAIN_COMPLAIN, GABION_DOMAIN_UNCONFINED };
	const char *word = json_string_value(value);
	size_t i;

	for (i = 0; word && i < sizeof(modes) / sizeof(*modes); i++)
		if (!strcmp(word, gabion_event_mode_token(modes[i])))
			return modes[i];
	return 0;
}

static bool fits(const json_t *value, uint8_t kind)
{
	switch (kind) {
	case GABION_FIELD_U32:
	case GABION_FIELD_U64:
		return json_is_integer(value);
	case GABION_FIELD_STRING:
	case GABION_FIELD_TIME:
		return json_is_string(value);
	case GABION_FIELD_PERMISSIONS:
	case GABION_FIELD_RESOURCES:
	case GABION_FIELD_ANCESTORS:
	case GABION_FIELD_RULES:
		return json_is_array(value);
	case GABION_FIELD_NET:
	case GABION_FIELD_SYSCALL:
		return json_is_object(value);
	default:
		return json_is_string(value) || json_is_integer(value);
	}
}

static int parse_field(struct gabion_event *event, const struct gabion_field *field,
		       json_t *object, json_t *value)
{
	void *member = (char *)event + field->offset;
	uint32_t number = (uint32_t)json_integer_value(value);
	uint64_t wide = (uint64_t)json_integer_value(value);
	char *string = NULL;

	switch (field->kind) {
	case GABION_FIELD_STRING:
		string = parse_string(event, object, field->key, value);
		break;
	case GABION_FIELD_RESOURCES:
		string = parse_resources(event, value);
		break;
	case GABION_FIELD_NET:
		parse_net(member, value);
		event->present |= 1ULL << field->attribute;
		return 0;
	case GABION_FIELD_SYSCALL:
		parse_syscall(event, value);
		event->present |= 1ULL << field->attribute;
		return 0;
	case GABION_FIELD_ANCESTORS:
		return parse_ancestors(event, value);
	case GABION_FIELD_RULES:
		return parse_rules(event, value);
	case GABION_FIELD_TIME:
		wide = parse_time(json_string_value(value));
		/* fall through */
	case GABION_FIELD_U64:
		memcpy(member, &wide, sizeof(wide));
		event->present |= 1ULL << field->attribute;
		return 0;
	case GABION_FIELD_VERDICT:
		number = parse_token(value, gabion_event_verdict_token);
		break;
	case GABION_FIELD_MODE:
		number = parse_mode(value);
		break;
	case GABION_FIELD_ERRNO:
		number = parse_errno(value);
		break;
	case GABION_FIELD_REASON:
		number = parse_token(value, gabion_event_reason_token);
		break;
	case GABION_FIELD_CLASS:
		number = parse_token(value, gabion_event_class_token);
		break;
	case GABION_FIELD_COMMAND:
		if (json_is_string(value) &&
		    !gabion_command_parse(json_string_value(value), &number))
			number = 0;
		break;
	case GABION_FIELD_PERMISSIONS:
		number = parse_permissions(value, event->klass);
		break;
	}
	if (field->kind == GABION_FIELD_STRING || field->kind == GABION_FIELD_RESOURCES) {
		if (!string)
			return -ENOMEM;
		*(char **)member = string;
	} else {
		memcpy(member, &number, sizeof(number));
	}
	event->present |= 1ULL << field->attribute;
	return 0;
}

static int parse_event(struct gabion_event *event, json_t *object, struct gabion_error *error)
{
	const struct gabion_field *field;
	char truncated[GABION_KEY_MAX];
	json_t *value;
	size_t i;

	for (i = 0; i < gabion_event_nfields; i++) {
		field = &gabion_event_fields[i];
		snprintf(truncated, sizeof(truncated), "%s" GABION_KEY_TRUNCATED, field->key);
		if (json_is_true(json_object_get(object, truncated)))
			event->truncated |= 1ULL << field->attribute;
		value = json_object_get(object, field->key);
		if (!value)
			continue;
		if (!fits(value, field->kind))
			return gabion_error_set(error, -EBADMSG, "member \"%s\" has the wrong type",
						field->key);
		if (parse_field(event, field, object, value))
			return gabion_error_set(error, -ENOMEM, "out of memory");
	}
	event->present |= 1ULL << GABION_E_TYPE;
	return 0;
}

static int parse_other(struct gabion_record *record, json_t *object, const char *type,
		       struct gabion_error *error)
{
	const char *text;

	if (!strcmp(type, "loss"))
		record->kind = GABION_RECORD_LOSS;
	else if (!strcmp(type, "missed"))
		record->kind = GABION_RECORD_MISSED;
	else if (!strcmp(type, "malformed"))
		record->kind = GABION_RECORD_MALFORMED;
	else
		return gabion_error_set(error, -EBADMSG, "a record is of unknown type \"%s\"",
						type);
	text = json_string_value(json_object_get(
		object, record->kind == GABION_RECORD_LOSS ? "domain" : "error"));
	record->time = parse_time(json_string_value(json_object_get(object, "time")));
	record->cpu = (uint32_t)json_integer_value(json_object_get(object, "cpu"));
	record->count = (uint64_t)json_integer_value(json_object_get(object, "count"));
	record->total = (uint64_t)json_integer_value(json_object_get(object, "total"));
	if (text) {
		record->text = strdup(text);
		if (!record->text)
			return gabion_error_set(error, -ENOMEM, "out of memory");
	}
	return 0;
}

int gabion_record_parse(struct gabion_record *record, const char *line, size_t length,
			struct gabion_error *error)
{
	cleanup_json_t json_t *object = NULL;
	const char *type, *instance;
	json_error_t why;
	json_int_t version;
	int err;

	object = json_loadb(line, length, JSON_REJECT_DUPLICATES, &why);
	if (!json_is_object(object))
		return gabion_error_set(error, -EBADMSG, "not a JSON object: %s", why.text);
	version = json_integer_value(json_object_get(object, "version"));
	if (version != GABION_RECORD_VERSION)
		return gabion_error_set(error, -EPROTONOSUPPORT,
					"a record is of version %lld, this program reads %d",
					(long long)version, GABION_RECORD_VERSION);
	type = json_string_value(json_object_get(object, "type"));
	if (!type)
		return gabion_error_set(error, -EBADMSG, "a record has no type");
	instance = json_string_value(json_object_get(object, "instance"));
	record->instance = instance ? strtoull(instance, NULL, 16) : 0;
	record->event.type = gabion_event_number(gabion_event_type_token, TOKENS_END, type);
	if (!record->event.type) {
		err = parse_other(record, object, type, error);
	} else {
		record->kind = GABION_RECORD_EVENT;
		err = parse_event(&record->event, object, error);
		record->time = record->event.realtime;
	}
	if (err)
		gabion_record_free(record);
	return err;
}
