/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What `syscalls` means, said as plainly as possible: every item is looked at
 * for every call.  Knows nothing of the compiler; what it is held against are
 * the compiled filters, in the kernel's form and as BPF.
 */
#ifndef GABION_TESTS_SYSCALL_REFERENCE_H
#define GABION_TESTS_SYSCALL_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../include/uapi/gabion/syscall.h"

/* A number as written: where @negative, @bits are its two's complement in 64 bits. */
struct reference_value {
	uint64_t bits;
	bool negative;
	char text[48];		/* as the policy spells it */
};

enum reference_kind {
	REFERENCE_AND,
	REFERENCE_OR,
	REFERENCE_NOT,
	REFERENCE_TEST,
};

enum reference_operator {
	REFERENCE_EQUAL,
	REFERENCE_UNEQUAL,
	REFERENCE_BELOW,
	REFERENCE_AT_MOST,
	REFERENCE_ABOVE,
	REFERENCE_AT_LEAST,
	REFERENCE_IN,
	REFERENCE_NOT_IN,
};

#define REFERENCE_RANGES 6

/**
 * struct reference_condition - a condition; owns what it points to
 * @bits:	TEST: of the argument that the kernel looks at; 0: argN
 * @comma:	AND: the policy says it with a comma
 * @low:	TEST: compared with; the others are for IN and NOT_IN only
 */
struct reference_condition {
	enum reference_kind kind;
	struct reference_condition *left, *right;
	bool comma;
	char parameter[16];
	uint32_t argument;
	uint32_t bits;
	bool masked;
	struct reference_value mask;
	enum reference_operator operator;
	struct reference_value low[REFERENCE_RANGES], high[REFERENCE_RANGES];
	size_t nranges;
};

#define REFERENCE_NAMES 64

/**
 * struct reference_item - one item of a list
 * @names:	the call, or the members of the set; borrowed
 * @only:	ABI written before it, or -1
 * @by_number:	then @only is its ABI, and @number the call
 */
struct reference_item {
	bool negated;
	bool quiet;
	uint32_t action, data;
	const char *names[REFERENCE_NAMES];
	size_t nnames;
	int only;
	bool by_number;
	uint32_t number;
	struct reference_condition *condition;
};

/**
 * struct reference_filter - what a domain says
 * @abis:	bit set
 * @default_written: there is a `syscalls default`
 */
struct reference_filter {
	uint32_t abis;
	bool strict;
	bool default_written;
	bool default_quiet;
	uint32_t default_action, default_data;
	struct reference_item *items;
	size_t nitems;
};

/* The outcome, as in syscall.h.  @number is without x32's bit. */
uint32_t gabion_reference_outcome(const struct reference_filter *filter, uint32_t abi,
				  uint32_t number, const uint64_t *arguments);

/* libseccomp's name of a call, or NULL; static. */
const char *gabion_reference_name(uint32_t abi, uint32_t number);

#endif /* GABION_TESTS_SYSCALL_REFERENCE_H */
