/* SPDX-License-Identifier: GPL-2.0 */
/* The words of gabion-policy(5), and what it says that they mean. */
#ifndef GABION_TESTS_ORACLE_WORDS_H
#define GABION_TESTS_ORACLE_WORDS_H

#include "tree.h"

/**
 * struct oracle_word - a permission
 * @flow:	by class: 'r' from the object, 'w' to it, 'b' both ways, '-' none, 0: not for it
 * @implies:	names of what a grant of it on a file or endpoint includes, ended by NULL
 */
struct oracle_word {
	const char *name;
	char flow[ORACLE_TABLES];
	const char *implies[4];
};

extern const struct oracle_word oracle_words[];
extern const size_t oracle_nwords;

/* A number of a class, which may have another name, too. */
struct oracle_name {
	const char *name[2];
};

extern const struct oracle_name *const oracle_names[ORACLE_CLASSES];
extern const size_t oracle_nnames[ORACLE_CLASSES];

struct oracle_protocol {
	const char *name;
	uint8_t number;
	bool ports, addresses;
};

extern const struct oracle_protocol oracle_protocols[];
extern const size_t oracle_nprotocols;

/* Index of the word, or of the name in @klass; they are there. */
size_t oracle_word(const char *name);
size_t oracle_name(enum oracle_class klass, const char *name);

/* Does a grant of word @granted include word @wanted? Does a denial of @denied? */
bool oracle_grants(size_t granted, size_t wanted);
bool oracle_denies(size_t denied, size_t wanted);

/* Does the order of levels let a domain of @subject do @word of @klass to something of @object? */
bool oracle_order_permits(size_t word, enum oracle_class klass, const struct oracle_level *subject,
			  const struct oracle_level *object);

bool oracle_level_same(const struct oracle_level *a, const struct oracle_level *b);

#endif /* GABION_TESTS_ORACLE_WORDS_H */
