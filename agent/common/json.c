// SPDX-License-Identifier: GPL-2.0
#include "json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

/* Room for @n more bytes and the NUL behind them. */
static bool grow(struct gabion_json *json, size_t n)
{
	size_t capacity = json->capacity ? json->capacity : 512;
	char *data;

	while (!json->failed && capacity - json->length <= n) {
		json->failed = capacity > SIZE_MAX / 2;
		capacity *= 2;
	}
	data = json->failed ? NULL : realloc(json->data, capacity);
	if (!data) {
		json->failed = true;
		return false;
	}
	json->data = data;
	json->capacity = capacity;
	return true;
}

/* Where @n more bytes can be written, before end(). NULL: out of memory. */
static inline char *room(struct gabion_json *json, size_t n)
{
	if (json->failed || (json->capacity - json->length <= n && !grow(json, n)))
		return NULL;
	return json->data + json->length;
}

/* What was written ends at @at. */
static inline void end(struct gabion_json *json, char *at)
{
	*at = '\0';
	json->length = (size_t)(at - json->data);
}

/*
 * What stands before a value: the comma, if it is not the first, and the key. Return: where
 * the value goes, of at most @n bytes; NULL: out of memory.
 */
static inline char *begin(struct gabion_json *json, const char *key, const char *suffix, size_t n)
{
	size_t length = key ? strlen(key) : 0, more = strlen(suffix);
	char last = json->length ? json->data[json->length - 1] : '{';
	char *at = room(json, 4 + length + more + n);

	if (!at)
		return NULL;
	if (last != '{' && last != '[')
		*at++ = ',';
	if (!key)
		return at;
	*at++ = '"';
	at = mempcpy(at, key, length);
	at = mempcpy(at, suffix, more);
	*at++ = '"';
	*at++ = ':';
	return at;
}

void gabion_json_open(struct gabion_json *json, const char *key, char bracket)
{
	char *at = begin(json, key, "", 1);

	if (!at)
		return;
	*at++ = bracket;
	end(json, at);
}

void gabion_json_close(struct gabion_json *json, char bracket)
{
	gabion_json_raw(json, &bracket, 1);
}

/* The digits of @value, by twos, so that they end before @behind. Return: the first of them. */
static char *put_decimal(char *behind, uint64_t value)
{
	static const char pairs[] = "0001020304050607080910111213141516171819"
				    "2021222324252627282930313233343536373839"
				    "4041424344454647484950515253545556575859"
				    "6061626364656667686970717273747576777879"
				    "8081828384858687888990919293949596979899";

	for (; value >= 100; value /= 100)
		behind = memcpy(behind - 2, pairs + 2 * (value % 100), 2);
	if (value >= 10)
		return memcpy(behind - 2, pairs + 2 * value, 2);
	*--behind = (char)('0' + value);
	return behind;
}

void gabion_json_unsigned(struct gabion_json *json, const char *key, uint64_t value)
{
	char digits[20], *behind = digits + sizeof(digits);
	const char *first = put_decimal(behind, value);
	char *at = begin(json, key, "", sizeof(digits));

	if (at)
		end(json, mempcpy(at, first, (size_t)(behind - first)));
}

void gabion_json_bool(struct gabion_json *json, const char *key, bool value)
{
	char *at = begin(json, key, "", 5);

	if (at)
		end(json, stpcpy(at, value ? "true" : "false"));
}

static char *put_hex(char *at, unsigned char byte)
{
	*at++ = "0123456789abcdef"[byte >> 4];
	*at++ = "0123456789abcdef"[byte & 15];
	return at;
}

void gabion_json_hex(struct gabion_json *json, const char *key, uint64_t value)
{
	char *at = begin(json, key, "", 18);
	int shift;

	if (!at)
		return;
	*at++ = '"';
	for (shift = 56; shift >= 0; shift -= 8)
		at = put_hex(at, (unsigned char)(value >> shift));
	*at++ = '"';
	end(json, at);
}

/* Most bytes that one byte of a string becomes. */
#define ESCAPED_MAX	6

static char *escape(char *at, unsigned char c)
{
	*at++ = '\\';
	switch (c) {
	case '"':
	case '\\':
		*at++ = (char)c;
		return at;
	case '\n':
		*at++ = 'n';
		return at;
	case '\t':
		*at++ = 't';
		return at;
	default:
		return put_hex(stpcpy(at, "u00"), c);
	}
}

/* One sequence at *@s, which is moved behind it, that is not plain ASCII; @n bytes are there. */
static char *quote_one(char *at, const unsigned char **s, size_t n, bool *exact)
{
	size_t length = gabion_utf8_sequence(*s, n);

	if (!length) {
		*exact = false;
		at = stpcpy(at, "\xef\xbf\xbd");
		length = 1;
	} else if (length == 1) {
		at = escape(at, **s);
	} else {
		at = mempcpy(at, *s, length);
	}
	*s += length;
	return at;
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

#define EACH(byte)	(0x0101010101010101ULL * (byte))
/* Is one of the eight bytes 0? */
#define HAS_ZERO(word)	(((word) - EACH(1)) & ~(word) & EACH(0x80))

/* Are all of the eight bytes plain? */
static bool are_plain(uint64_t word)
{
	uint64_t low = (word - EACH(0x20)) & ~word, high = word | (word + EACH(1));

	return !(((low | high) & EACH(0x80)) | HAS_ZERO(word ^ EACH('"')) |
		 HAS_ZERO(word ^ EACH('\\')));
}

/* What is plain at @s, at most @n bytes, to @at. Return: how much. */
static size_t copy_plain(char *at, const unsigned char *s, size_t n)
{
	uint64_t word;
	size_t i;

	for (i = 0; n - i >= sizeof(word); i += sizeof(word)) {
		memcpy(&word, s + i, sizeof(word));
		if (!are_plain(word))
			break;
		memcpy(at + i, &word, sizeof(word));
	}
	for (; i < n && is_plain(s[i]); i++)
		at[i] = (char)s[i];
	return i;
}

/* @n bytes at @s in quotes, to where there is room. *@exact: all of them are UTF-8. */
static char *quote(char *at, const unsigned char *s, size_t n, bool *exact)
{
	const unsigned char *behind = s + n;

	*exact = true;
	*at++ = '"';
	for (;;) {
		n = copy_plain(at, s, (size_t)(behind - s));
		at += n;
		s += n;
		if (s == behind)
			break;
		at = quote_one(at, &s, (size_t)(behind - s), exact);
	}
	*at++ = '"';
	return at;
}

void gabion_json_bytes(struct gabion_json *json, const char *key, const char *bytes, size_t length)
{
	char *at = begin(json, key, "", ESCAPED_MAX * length + 2);
	bool exact;
	size_t i;

	if (!at)
		return;
	end(json, quote(at, (const unsigned char *)bytes, length, &exact));
	if (exact || !key)
		return;
	at = begin(json, key, "_hex", 2 * length + 2);
	if (!at)
		return;
	*at++ = '"';
	for (i = 0; i < length; i++)
		at = put_hex(at, (unsigned char)bytes[i]);
	*at++ = '"';
	end(json, at);
}

void gabion_json_string(struct gabion_json *json, const char *key, const char *string)
{
	if (string)
		gabion_json_bytes(json, key, string, strlen(string));
}

void gabion_json_raw(struct gabion_json *json, const char *bytes, size_t length)
{
	char *at = room(json, length);

	if (at)
		end(json, mempcpy(at, bytes, length));
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
