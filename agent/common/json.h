/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON writer.  Libraries refuse strings that are not UTF-8; names from the
 * kernel need not be, and none may be lost: a string with invalid bytes is
 * written with U+FFFD for each, and followed by NAME_hex with the exact bytes.
 */
#ifndef GABION_COMMON_JSON_H
#define GABION_COMMON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct gabion_json - text under construction; zero-initialise
 * @data:	owned; NUL-terminated once anything was written
 * @length:	bytes
 * @capacity:	bytes allocated
 * @failed:	out of memory at some point; everything after is ignored
 */
struct gabion_json {
	char *data;
	size_t length;
	size_t capacity;
	bool failed;
};

/* @key is NULL inside arrays and at the top; @bracket is '{' or '['. */
void gabion_json_open(struct gabion_json *json, const char *key, char bracket);
void gabion_json_close(struct gabion_json *json, char bracket);
void gabion_json_unsigned(struct gabion_json *json, const char *key, uint64_t value);
void gabion_json_bool(struct gabion_json *json, const char *key, bool value);
/* A @string of NULL writes nothing at all. */
void gabion_json_string(struct gabion_json *json, const char *key, const char *string);
/* Like gabion_json_string() for the first @length bytes. */
void gabion_json_bytes(struct gabion_json *json, const char *key, const char *bytes,
		       size_t length);
/* A 64-bit number in hexadecimal, as string: readers with doubles keep it whole. */
void gabion_json_hex(struct gabion_json *json, const char *key, uint64_t value);

/* Append @length bytes as they are: what ends a line, for one. */
void gabion_json_raw(struct gabion_json *json, const char *bytes, size_t length);

/* Write what was built and a newline to stdout. 0 or -errno. */
int gabion_json_print(const struct gabion_json *json);
/* Forget the text, keep the memory. */
void gabion_json_reset(struct gabion_json *json);
void gabion_json_free(struct gabion_json *json);
#define cleanup_json __attribute__((cleanup(gabion_json_free)))

#endif /* GABION_COMMON_JSON_H */
