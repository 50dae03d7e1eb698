// SPDX-License-Identifier: GPL-2.0
#include "json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static void append(struct gabion_json *json, const void *bytes, size_t n)
{
	size_t capacity = json->capacity ? json->capacity : 512;
	char *data;

	if (json->failed)
		return;
	while (capacity - json->length <= n) {
		if (capacity > SIZE_MAX / 2) {
			json->failed = true;
			return;
		}
		capacity *= 2;
	}
	if (capacity != json->capacity) {
		data = realloc(json->data, capacity);
		if (!data) {
			json->failed = true;
			return;
		}
		json->data = data;
		json->capacity = capacity;
	}
	memcpy(json->data + json->length, bytes, n);
	json->length += n;
	json->data[json->length] = '\0';
}

/* What stands before a value: the comma, if it is not the first, and the key. */
static void begin(struct gabion_json *json, const char *key, const char *suffix)
{
	char last = json->length ? json->data[json->length - 1] : '{';

	if (last != '{' && last != '[')
		append(json, ",", 1);
	if (!key)
		return;
	append(json, "\"", 1);
	append(json, key, strlen(key));
	append(json, suffix, strlen(suffix));
	append(json, "\":", 2);
}

void gabion_json_open(struct gabion_json *json, const char *key, char bracket)
{
	begin(json, key, "");
	append(json, &bracket, 1);
}

void gabion_json_close(struct gabion_json *json, char bracket)
{
	append(json, &bracket, 1);
}

void gabion_json_unsigned(struct gabion_json *json, const char *key, uint64_t value)
{
	char text[24];

	begin(json, key, "");
	append(json, text, (size_t)snprintf(text, sizeof(text), "%" PRIu64, value));
}

void gabion_json_bool(struct gabion_json *json, const char *key, bool value)
{
	begin(json, key, "");
	append(json, value ? "true" : "false", value ? 4 : 5);
}

void gabion_json_hex(struct gabion_json *json, const char *key, uint64_t value)
{
	char text[24];

	begin(json, key, "");
	append(json, text, (size_t)snprintf(text, sizeof(text), "\"%016" PRIx64 "\"", value));
}

static void escape(struct gabion_json *json, unsigned char c)
{
	char text[8];

	switch (c) {
	case '"':
	case '\\':
		text[0] = '\\';
		text[1] = (char)c;
		append(json, text, 2);
		break;
	case '\n':
		append(json, "\\n", 2);
		break;
	case '\t':
		append(json, "\\t", 2);
		break;
	default:
		append(json, text, (size_t)snprintf(text, sizeof(text), "\\u%04x", c));
	}
}

/* Returns whether all of it was UTF-8. */
static bool quote(struct gabion_json *json, const unsigned char *s, size_t n)
{
	bool exact = true;
	size_t length;

	append(json, "\"", 1);
	for (; n; s += length, n -= length) {
		length = gabion_utf8_sequence(s, n);
		if (!length) {
			exact = false;
			length = 1;
			append(json, "\xef\xbf\xbd", 3);
		} else if (*s < 0x20 || *s == 0x7f || *s == '"' || *s == '\\') {
			escape(json, *s);
		} else {
			append(json, s, length);
		}
	}
	append(json, "\"", 1);
	return exact;
}

void gabion_json_bytes(struct gabion_json *json, const char *key, const char *bytes, size_t length)
{
	char text[4];
	size_t i;

	begin(json, key, "");
	if (quote(json, (const unsigned char *)bytes, length) || !key)
		return;
	begin(json, key, "_hex");
	append(json, "\"", 1);
	for (i = 0; i < length; i++) {
		snprintf(text, sizeof(text), "%02x", (unsigned char)bytes[i]);
		append(json, text, 2);
	}
	append(json, "\"", 1);
}

void gabion_json_string(struct gabion_json *json, const char *key, const char *string)
{
	if (string)
		gabion_json_bytes(json, key, string, strlen(string));
}

void gabion_json_raw(struct gabion_json *json, const char *bytes, size_t length)
{
	append(json, bytes, length);
}

int gabion_json_print(const struct gabion_json *json)
{
	if (json->failed)
		return -ENOMEM;
	if (json->length)
		fwrite(json->data, 1, json->length, stdout);
	putchar('\n');
	return fflush(stdout) ? -errno : 0;
}

void gabion_json_reset(struct gabion_json *json)
{
	json->length = 0;
	json->failed = false;
	if (json->data)
		json->data[0] = '\0';
}

void gabion_json_free(struct gabion_json *json)
{
	free(json->data);
	*json = (struct gabion_json){ 0 };
}
