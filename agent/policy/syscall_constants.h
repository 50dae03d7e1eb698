/* SPDX-License-Identifier: GPL-2.0 */
/* Values of numbers and symbolic constants of a policy. */
#ifndef GABION_POLICY_SYSCALL_CONSTANTS_H
#define GABION_POLICY_SYSCALL_CONSTANTS_H

#include <stdbool.h>
#include <stdint.h>

#include "diag.h"

/* A number as written: its width is that of what it is compared with. */
struct gabion_value {
	uint64_t bits;
	bool negative;	/* then @bits are the two's complement */
};

/* Value of @text: decimal, 0x hexadecimal, 0o or 0 octal.  False: no number, or above 64 bits. */
bool gabion_number_parse(const char *text, uint64_t *value);

/* Value of the constant called @name in full. */
bool gabion_constant_find(const char *name, struct gabion_value *value);

/*
 * Value of @name with one of @prefixes (separated by spaces, NULL: none) before
 * it, in small letters or not: inet with AF_ is AF_INET.
 */
bool gabion_constant_find_short(const char *name, const char *prefixes,
				struct gabion_value *value);

/* What @name may be meant for, malloc'ed and written like it; NULL: nothing is near. */
char *gabion_constant_nearest(const char *name, const char *prefixes);

/* i-th constant in order of names, NULL past the last. */
const char *gabion_constant_at(uint32_t i);

/* Number of the error called @name, or 0.  Its name, or NULL. */
uint32_t gabion_errno_of(const char *name);
const char *gabion_errno_name(uint32_t number);
void gabion_suggest_errnos(struct gabion_suggestion *s);

#endif /* GABION_POLICY_SYSCALL_CONSTANTS_H */
