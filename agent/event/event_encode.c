// SPDX-License-Identifier: GPL-2.0
/*
 * Records to JSON.
 */
#include "event_json.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../common/cleanup.h"
#include "../common/protocol.h"
#include "../policy/commands.h"
#include "../policy/syscall_names.h"
#include "../policy/syscall_params.h"
#include "event_fields.h"
#include "event_words.h"

/* @value in @n digits, the first of them '0' where it is small; what stands behind them. */
static char *put_digits(char *at, uint64_t value, int n)
{
	int i;

	for (i = n - 1; i >= 0; i--, value /= 10)
		at[i] = (char)('0' + value % 10);
	return at + n;
}

static void encode_time(struct gabion_json *json, const char *key, uint64_t ns)
{
	time_t seconds = (time_t)(ns / 1000000000);
	char text[32], *at = text;
	struct tm tm;

	gmtime_r(&seconds, &tm);
	at = put_digits(at, (uint64_t)tm.tm_year + 1900, 4);
	*at++ = '-';
	at = put_digits(at, (uint64_t)tm.tm_mon + 1, 2);
	*at++ = '-';
	at = put_digits(at, (uint64_t)tm.tm_mday, 2);
	*at++ = 'T';
	at = put_digits(at, (uint64_t)tm.tm_hour, 2);
	*at++ = ':';
	at = put_digits(at, (uint64_t)tm.tm_min, 2);
	*at++ = ':';
	at = put_digits(at, (uint64_t)tm.tm_sec, 2);
	*at++ = '.';
	at = put_digits(at, ns % 1000000000, 9);
	*at++ = 'Z';
	gabion_json_bytes(json, key, text, (size_t)(at - text));
}

/* A number without a name is not hidden: it is written as it is. */
static void encode_token(struct gabion_json *json, const char *key,
			 const char *(*token_of)(uint32_t), uint32_t number)
{
	const char *token = token_of(number);

	if (token)
		gabion_json_string(json, key, token);
	else
		gabion_json_unsigned(json, key, number);
}

static void encode_permissions(struct gabion_json *json, const char *key,
			       const struct gabion_event *event, uint32_t value)
{
	uint32_t bit, klass = event->klass;
	char buffer[16];

	gabion_json_open(json, key, '[');
	if (klass == GABION_CLASS_SYSCALL) {
		cleanup_free char *call = gabion_event_call(event);

		/* REFUSED has no number of its own. */
		gabion_json_string(json, NULL, call);
	} else if (!gabion_event_class_is_mask(klass))
		gabion_json_string(json, NULL,
				   gabion_event_permission(klass, value, buffer, sizeof(buffer)));
	else
		for (bit = 0; bit < 32; bit++)
			if (value & (1U << bit))
				gabion_json_string(json, NULL,
						   gabion_event_permission(klass, bit, buffer,
									   sizeof(buffer)));
	gabion_json_close(json, ']');
}

static void encode_resources(struct gabion_json *json, const char *key, const char *names)
{
	size_t n;

	gabion_json_open(json, key, '[');
	for (; *names; names += n + (names[n] == ',')) {
		n = strcspn(names, ",");
		gabion_json_bytes(json, NULL, names, n);
	}
	gabion_json_close(json, ']');
}

static void encode_net(struct gabion_json *json, const char *key, const struct gabion_net_key *net)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	const struct gabion_protocol *protocol = gabion_protocol_numbered(net->protocol);
	char address[INET6_ADDRSTRLEN];

	if (!memcmp(net->address, mapped, sizeof(mapped)))
		inet_ntop(AF_INET, net->address + 12, address, sizeof(address));
	else
		inet_ntop(AF_INET6, net->address, address, sizeof(address));
	gabion_json_open(json, key, '{');
	if (protocol)
		gabion_json_string(json, "protocol", protocol->name);
	else
		gabion_json_unsigned(json, "protocol", net->protocol);
	gabion_json_string(json, "address", address);
	gabion_json_unsigned(json, "port", (uint64_t)net->port[0] << 8 | net->port[1]);
	gabion_json_close(json, '}');
}

/* "0x2a": numbers of 64 bits that people read in hexadecimal, whole for readers with doubles. */
static void encode_register(struct gabion_json *json, const char *key, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%" PRIx64, value);
	gabion_json_string(json, key, text);
}

static void encode_errno(struct gabion_json *json, const char *key, uint32_t number)
{
	const char *symbol = strerrorname_np((int)number);

	if (symbol)
		gabion_json_string(json, key, symbol);
	else
		gabion_json_unsigned(json, key, number);
}

static void encode_outcome(struct gabion_json *json, uint32_t outcome)
{
	uint32_t action = GABION_OUTCOME_ACTION(outcome), data = GABION_OUTCOME_DATA(outcome);

	encode_token(json, "action", gabion_event_action_token, action);
	if (action == GABION_ACTION_ERRNO)
		encode_errno(json, "errno", data);
	else if (action == GABION_ACTION_TRAP || action == GABION_ACTION_TRACE)
		gabion_json_unsigned(json, "data", data);
}

/*
 * The arguments by name, as wide as the kernel looks at them. Not of i386, where calls of the
 * same name take them in another order, or in memory (clone, mmap, select).
 */
static void encode_parameters(struct gabion_json *json, const char *key,
			      const struct gabion_event *event, const char *call)
{
	const struct gabion_call_parameters *known;
	int i;

	known = call && event->abi != GABION_ABI_I386 ? gabion_parameters_of(call) : NULL;
	if (!known)
		return;
	gabion_json_open(json, key, '{');
	for (i = 0; i < GABION_PARAMETERS && known->parameters[i].name; i++) {
		const struct gabion_parameter *p = &known->parameters[i];

		encode_register(json, p->name, event->arguments[i] & (~0ULL >> (64 - p->bits)));
	}
	gabion_json_close(json, '}');
}

static void encode_syscall(struct gabion_json *json, const char *key,
			   const struct gabion_event *event)
{
	const char *name = event->abi < GABION_ABI_END ?
				   gabion_call_name(event->abi, event->wanted) : NULL;
	int i;

	gabion_json_open(json, key, '{');
	encode_token(json, "abi", gabion_event_abi_token, event->abi);
	gabion_json_unsigned(json, "number", event->wanted);
	gabion_json_string(json, "name", name);
	if (gabion_event_has(event, GABION_E_ARGUMENTS)) {
		gabion_json_open(json, "arguments", '[');
		for (i = 0; i < 6; i++)
			encode_register(json, NULL, event->arguments[i]);
		gabion_json_close(json, ']');
		encode_parameters(json, "parameters", event, name);
	}
	if (gabion_event_has(event, GABION_E_OUTCOME))
		encode_outcome(json, event->outcome);
	if (gabion_event_has(event, GABION_E_IP))
		encode_register(json, "ip", event->ip);
	gabion_json_close(json, '}');
}

static void encode_ancestors(struct gabion_json *json, const char *key,
			     const struct gabion_event *event)
{
	size_t i;

	gabion_json_open(json, key, '[');
	for (i = 0; i < event->nancestors; i++) {
		const struct gabion_ancestor *a = &event->ancestors[i];

		gabion_json_open(json, NULL, '{');
		gabion_json_unsigned(json, "pid", a->pid);
		gabion_json_unsigned(json, "start_ns", a->start);
		gabion_json_string(json, "comm", a->comm);
		gabion_json_string(json, "domain", a->domain);
		gabion_json_close(json, '}');
	}
	gabion_json_close(json, ']');
}

static void encode_rules(struct gabion_json *json, const char *key,
			 const struct gabion_event *event)
{
	size_t i;

	gabion_json_open(json, key, '[');
	for (i = 0; i < event->nrules; i++)
		gabion_json_string(json, NULL, event->rules[i]);
	gabion_json_close(json, ']');
}

static void encode_field(struct gabion_json *json, const struct gabion_event *event,
			 const struct gabion_field *field)
{
	const void *member = (const char *)event + field->offset;
	uint32_t number;
	uint64_t wide;

	/* memcpy: the compiler need not believe what the table says about types. */
	memcpy(&number, member, sizeof(number));
	switch (field->kind) {
	case GABION_FIELD_U32:
		gabion_json_unsigned(json, field->key, number);
		break;
	case GABION_FIELD_U64:
		memcpy(&wide, member, sizeof(wide));
		gabion_json_unsigned(json, field->key, wide);
		break;
	case GABION_FIELD_TIME:
		memcpy(&wide, member, sizeof(wide));
		encode_time(json, field->key, wide);
		break;
	case GABION_FIELD_STRING:
		gabion_json_string(json, field->key, *(char *const *)member);
		break;
	case GABION_FIELD_VERDICT:
		encode_token(json, field->key, gabion_event_verdict_token, number);
		break;
	case GABION_FIELD_REASON:
		encode_token(json, field->key, gabion_event_reason_token, number);
		break;
	case GABION_FIELD_CLASS:
		encode_token(json, field->key, gabion_event_class_token, number);
		break;
	case GABION_FIELD_COMMAND:
		encode_token(json, field->key, gabion_command_name, number);
		break;
	case GABION_FIELD_PERMISSIONS:
		encode_permissions(json, field->key, event, number);
		break;
	case GABION_FIELD_RESOURCES:
		encode_resources(json, field->key, *(char *const *)member);
		break;
	case GABION_FIELD_NET:
		encode_net(json, field->key, member);
		break;
	case GABION_FIELD_SYSCALL:
		encode_syscall(json, field->key, event);
		break;
	case GABION_FIELD_ANCESTORS:
		encode_ancestors(json, field->key, event);
		break;
	case GABION_FIELD_MODE:
		gabion_json_string(json, field->key, gabion_event_mode_token(number));
		break;
	case GABION_FIELD_ERRNO:
		encode_errno(json, field->key, number);
		break;
	case GABION_FIELD_RULES:
		encode_rules(json, field->key, event);
		break;
	}
}

static void begin(struct gabion_json *json, const char *type, uint64_t instance)
{
	gabion_json_open(json, NULL, '{');
	gabion_json_unsigned(json, "version", GABION_RECORD_VERSION);
	gabion_json_string(json, "type", type);
	gabion_json_hex(json, "instance", instance);
}

/* The kernel fills these in for every event; only decisions about an access have them. */
static bool applies(const struct gabion_event *event, const struct gabion_field *field)
{
	bool access = event->type == GABION_EVENT_ACCESS;

	switch (field->attribute) {
	case GABION_E_CLASS:
	case GABION_E_WANTED:
	case GABION_E_REFUSED:
		return access;
	case GABION_E_LABEL:
		return access && gabion_event_class_is_mask(event->klass);
	case GABION_E_VERDICT:
		return access || event->type == GABION_EVENT_TRANSITION ||
		       event->type == GABION_EVENT_POLICY;
	case GABION_E_REASON:
		return access || event->type == GABION_EVENT_TRANSITION;
	default:
		return true;
	}
}

void gabion_event_encode(struct gabion_json *json, const struct gabion_event *event,
			 uint64_t instance)
{
	const char *type = gabion_event_type_token(event->type);
	const struct gabion_field *field = gabion_event_fields;
	const struct gabion_field *behind = field + gabion_event_nfields;
	uint64_t said = event->present | event->truncated;
	char truncated[GABION_KEY_MAX];

	begin(json, type ? type : "unknown", instance);
	for (; field < behind; field++) {
		if (!(said >> field->attribute & 1))
			continue;
		if (gabion_event_has(event, field->attribute) && applies(event, field))
			encode_field(json, event, field);
		if (gabion_event_truncated(event, field->attribute)) {
			snprintf(truncated, sizeof(truncated), "%s" GABION_KEY_TRUNCATED,
				 field->key);
			gabion_json_bool(json, truncated, true);
		}
	}
	gabion_json_close(json, '}');
}

void gabion_record_encode(struct gabion_json *json, const struct gabion_record *record)
{
	static const char *const types[] = {
		[GABION_RECORD_LOSS] = "loss",
		[GABION_RECORD_MALFORMED] = "malformed",
		[GABION_RECORD_MISSED] = "missed",
	};

	if (record->kind == GABION_RECORD_EVENT) {
		gabion_event_encode(json, &record->event, record->instance);
		return;
	}
	begin(json, types[record->kind], record->instance);
	encode_time(json, "time", record->time);
	if (record->kind == GABION_RECORD_LOSS) {
		gabion_json_string(json, "domain", record->text);
		gabion_json_unsigned(json, "cpu", record->cpu);
	}
	gabion_json_unsigned(json, "count", record->count);
	if (record->kind == GABION_RECORD_LOSS)
		gabion_json_unsigned(json, "total", record->total);
	else
		gabion_json_string(json, "error", record->text);
	gabion_json_close(json, '}');
}

void gabion_record_free(struct gabion_record *record)
{
	gabion_event_free(&record->event);
	free(record->text);
	*record = (struct gabion_record){ 0 };
}
