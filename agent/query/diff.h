/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What changes between two policies, in what the kernel would decide: exact over
 * all names, commands and arguments.
 */
#ifndef GABION_QUERY_DIFF_H
#define GABION_QUERY_DIFF_H

#include "../policy/expect.h"
#include "../policy/mem.h"
#include "../../include/uapi/gabion/syscall.h"

enum gabion_change_kind {
	GABION_CHANGE_ACCESS,	/* permissions on @object */
	GABION_CHANGE_NUMBERS,	/* capabilities, families, protocols, control points */
	GABION_CHANGE_COMMANDS, /* single commands of ioctl(2) on @object */
	GABION_CHANGE_ENTERS,	/* domain entered by executing @object */
	GABION_CHANGE_HELPER,	/* ... by a usermode helper */
	GABION_CHANGE_AUDIT,	/* grants on @object that are recorded */
	GABION_CHANGE_QUIET,	/* refusals on @object that are not */
	GABION_CHANGE_CALLS,	/* syscalls */
	GABION_CHANGE_LEVEL,	/* of the domain; without a domain: of @object */
	GABION_CHANGE_MODE,
	GABION_CHANGE_LIMITS, /* of resources */
	GABION_CHANGE_REQUIRED, /* `audit required` */
	GABION_CHANGE_ORDER, /* does one level dominate another? */
	GABION_CHANGE_EXPECTATION,
	GABION_CHANGE_KINDS,
};

/**
 * struct gabion_change - one difference; [0] is of the old policy, [1] of the new
 * @klass:	ACCESS, NUMBERS, AUDIT, QUIET, COMMANDS, LEVEL of an object: enum gabion_class
 * @lost:	ACCESS, NUMBERS, AUDIT, QUIET: what is there in the old policy only; ORDER,
 *		EXPECTATION: 1 where the old one has it
 * @gained:	likewise of the new
 * @object:	an example, as a question has it; a shortest one of those that have the same
 *		resources in the old policy, and the same in the new. ORDER, EXPECTATION: what it
 *		is. NULL otherwise
 * @label:	ACCESS, COMMANDS, ENTERS, HELPER, AUDIT, QUIET, LEVEL of an object: the object's label
 *		in each; of a domain its index
 * @resources:	names of the object's resources; NULL where there are none to be had
 * @word:	what it was and is, or NULL: a level, a mode, what `audit required` says, a domain,
 *		ranges of commands, limits
 * @abi:	CALLS: enum gabion_abi
 * @outcome:	CALLS: what happened and happens; GABION_NO_OUTCOME where there is no domain
 * @calls:	CALLS: which ones; with arguments in parentheses, for an example, where these
 *		decide
 *
 * Owns @object, @word and @calls.
 */
struct gabion_change {
	enum gabion_change_kind kind;
	uint32_t klass;
	uint64_t lost, gained;
	char *object;
	uint32_t label[2];
	const char *resources[2];
	char *word[2];
	uint32_t abi;
	uint32_t outcome[2];
	VEC(char *) calls;
};

/* No filter has it: an errno is above 0. */
#define GABION_NO_OUTCOME GABION_OUTCOME(GABION_ACTION_ERRNO, 0)

struct gabion_changes {
	struct gabion_change *v;
	size_t n, room;
};

/* Take the change at @index out, those behind it move up. */
void gabion_changes_remove(struct gabion_changes *changes, size_t index);

void gabion_changes_free(struct gabion_changes *changes);

/**
 * struct gabion_domain_diff - of one domain, if there is any
 * @there:	is it in the old policy, in the new?
 * @unlike:	it is unconfined in one of them alone: what it may do is not listed
 */
struct gabion_domain_diff {
	const char *name;
	bool there[2];
	bool unlike;
	struct gabion_changes changes;
};

/**
 * struct gabion_diff - all differences
 * @policy:	those of no domain: ORDER, LEVEL of objects, EXPECTATION
 * @domains:	those that differ, in the order of the new policy, then those that are gone
 */
struct gabion_diff {
	struct gabion_changes policy;
	struct gabion_domain_diff *domains;
	size_t ndomains, room;
};

/**
 * gabion_diff_make - compare two policies
 * @views:	old and new; @diff borrows names from them
 * @expectations: of each, or NULL where they are not known; compared if both are
 * @diff:	filled in on success; release with gabion_diff_free()
 *
 * Return: 0; -EFBIG or -E2BIG: too large to be compared; -ENOMEM.
 */
int gabion_diff_make(const struct gabion_view *const views[2],
		     const struct gabion_expectations *const expectations[2],
		     struct gabion_diff *diff, struct gabion_error *error);

/* Do the two policies decide everything alike? */
bool gabion_diff_is_empty(const struct gabion_diff *diff);

void gabion_diff_free(struct gabion_diff *diff);
#define cleanup_diff __attribute__((cleanup(gabion_diff_free)))

#endif /* GABION_QUERY_DIFF_H */
