/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random policies with syscall filters, as text and as what the reference
 * interpreter reads; and calls to ask them about.
 *
 *	policy = gabion_random_policy_new(seed);
 *	compile policy->text ...
 *	for (i = 0; i < n; i++) {
 *		gabion_random_sample(policy, i, &sample);
 *		compare with gabion_reference_judge(policy, &sample);
 *	}
 *	gabion_random_policy_free(policy);
 *
 * All of it depends on the seed only.
 */
#ifndef GABION_TESTS_SYSCALL_RANDOM_H
#define GABION_TESTS_SYSCALL_RANDOM_H

#include "syscall_reference.h"

#define GABION_RANDOM_DOMAINS	4
#define GABION_RANDOM_SETS	3
#define GABION_RANDOM_ITEMS	12	/* of one domain */

/**
 * struct gabion_random_statement - one `syscalls` list
 * @first:	index of its first item among those of the domain
 * @n:		how many
 * @as:		it says what happens; else items are granted or taken away
 */
struct gabion_random_statement {
	size_t first, n;
	bool as;
	bool quiet;
};

struct gabion_random_domain {
	char name[8];
	struct reference_filter filter;
	struct reference_item items[GABION_RANDOM_ITEMS];
	char spelling[GABION_RANDOM_ITEMS][48];	/* "socket", "@s1", "i386:462" */
	struct gabion_random_statement statements[GABION_RANDOM_ITEMS];
	size_t nstatements;
	bool omitted[GABION_RANDOM_ITEMS];	/* left out of text and reference alike */
};

/**
 * struct gabion_random_policy - a policy of GABION_RANDOM_DOMAINS filtered domains
 * @text:	its source; the names of the domains are those in @domains
 * @sets:	members of @s0, @s1, ...
 */
struct gabion_random_policy {
	uint64_t seed;
	char *text;
	const char *sets[GABION_RANDOM_SETS][REFERENCE_NAMES];
	size_t nsets[GABION_RANDOM_SETS];
	struct gabion_random_domain domains[GABION_RANDOM_DOMAINS];
};

/**
 * struct gabion_random_sample - one call of one domain
 * @domain:	index into the policy's domains
 * @abi:	enum gabion_abi
 * @number:	without x32's bit
 * @arguments:	for i386 of 32 bits each, as the kernel has them
 */
struct gabion_random_sample {
	uint32_t domain;
	uint32_t abi;
	uint32_t number;
	uint64_t arguments[6];
};

struct gabion_random_policy *gabion_random_policy_new(uint64_t seed);
void gabion_random_policy_free(struct gabion_random_policy *policy);

/* Call number @i about @policy: boundaries of every constant in it, and of the tables. */
void gabion_random_sample(const struct gabion_random_policy *policy, uint64_t i,
			  struct gabion_random_sample *sample);

/* The outcome of @sample as it ought to be, as in syscall.h. */
uint32_t gabion_reference_judge(const struct gabion_random_policy *policy,
				const struct gabion_random_sample *sample);

/* Leave item @item of @domain out, or take it in again; makes @policy->text anew. */
void gabion_random_policy_omit(struct gabion_random_policy *policy, uint32_t domain, size_t item,
			       bool omit);

/* syscall_random_text.c: make @policy->text, without the items left out. */
void gabion_random_policy_write(struct gabion_random_policy *policy);

#endif /* GABION_TESTS_SYSCALL_RANDOM_H */
