/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Words of the policy language and the numbers they stand for; shared by the
 * compiler (word to bits) and the commands (bits to words).
 */
#ifndef GABION_POLICY_NAMES_H
#define GABION_POLICY_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "../../include/uapi/gabion/policy.h"
#include "diag.h"

/**
 * struct gabion_verb - a permission word in the tables of one class
 * @asked:	the one permission that the word names in a query; 0: does not apply
 * @grant:	what a rule with the word grants
 * @deny:	what `deny` with the word takes away, and `audit` and `quiet` mark
 *
 * @grant is larger where the word alone would be of no use, such as `read`
 * without STAT; @deny is smaller so that taking `map` away leaves `read`.
 */
struct gabion_verb {
	const char *name;
	struct {
		uint32_t asked, grant, deny;
	} klass[GABION_CLASS_TABLES_END];
};

/* Verb called @name, or NULL. */
const struct gabion_verb *gabion_verb_find(const char *name);

/* i-th verb, NULL past the last. */
const struct gabion_verb *gabion_verb_at(unsigned int i);

/*
 * Name of number @number of class @klass: permission bit index for the classes
 * with tables, else capability, family, control, netlink protocol or limit.  NULL if it has none.
 */
const char *gabion_name_of(uint32_t klass, unsigned int number);

/* Protocols of netlink that the policy tells apart (MAX_LINKS in the kernel). */
#define GABION_NETLINK_END 32

/*
 * The number that @name has in @klass (capability, family, control, netlink, limit), or -1.
 * A netlink protocol may be called by its number.
 */
int gabion_number_of(uint32_t klass, const char *name);

/* Offer every name of @klass to @s. */
void gabion_suggest_names(struct gabion_suggestion *s, uint32_t klass);

/* "read,stat": the names of @bits in @klass; malloc'ed, "none" for 0. */
char *gabion_bits_format(uint32_t klass, uint64_t bits);

/* "file", "net", "domain", "capability", "family", "control", "syscall", "netlink",
 * "limit". */
const char *gabion_class_name(uint32_t klass);

/* "allow", "deny", "trusted", "exec": enum gabion_rule_kind. */
const char *gabion_rule_kind_name(uint32_t kind);

#endif /* GABION_POLICY_NAMES_H */
