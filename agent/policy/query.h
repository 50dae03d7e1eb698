/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Questions to a compiled policy, answered by the code that the kernel decides
 * with (core/decide.h).
 */
#ifndef GABION_POLICY_QUERY_H
#define GABION_POLICY_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "../common/error.h"
#include "../../core/view.h"

enum gabion_answer_reason {
	GABION_ANSWER_ALLOWED,	/* allowed */
	GABION_ANSWER_NO_RULE,	/* no rule grants it */
	GABION_ANSWER_DENIED,	/* a rule denies it */
	GABION_ANSWER_LEVEL,	/* granted, but the level order forbids it */
	GABION_ANSWER_SYSCALL,	/* the syscall filter does something else */
	GABION_ANSWER_ARGUMENTS, /* it depends on arguments that are not given */
};

/**
 * struct gabion_answer - what a query says
 * @allowed:	verdict
 * @denied:	the other verdict; of a syscall neither may be sure
 * @unconfined:	the domain is unconfined: allowed without looking at rules
 * @complain:	a refusal of this domain is recorded and let pass
 * @audit:	the grant is recorded
 * @quiet:	the refusal is not recorded
 * @reason:	why not allowed
 * @klass:	enum gabion_class
 * @domain:	index into DOMAINS
 * @wanted:	permissions asked for; bit set of one for capability, family, control, netlink
 * @refused:	those of @wanted that are refused
 * @label:	of the object: label (file, net), domain index, or the number asked for
 * @subject_level: of the domain
 * @object_level: of the object; NULL for capability, family, control and netlink
 * @transition:	file: domain that executing the object enters, or GABION_TRANSITION_NONE
 * @helper:	file, of the host: the one that a usermode helper enters by it instead, or
 *		GABION_TRANSITION_NONE: the same
 * @has_command: file: about one command of ioctl(2), @command
 * @free_command: it needs no grant; others may be asked for as stat, in @wanted
 * @limit:	limit: what it would be set to
 * @unfiltered:	syscall: the domain has no filter: it may call everything, by the ABIs it has
 * @abi:	syscall: enum gabion_abi
 * @outcome:	syscall: what happens, as in syscall.h; undefined for GABION_ANSWER_ARGUMENTS
 * @missing:	syscall: names of the arguments that the answer depends on, malloc'ed, or NULL
 * @rules:	indexes into RULES that grant (allowed, level) or deny (deny) it, malloc'ed
 * @nrules:	how many
 */
struct gabion_answer {
	bool allowed;
	bool denied;
	bool unconfined;
	bool complain;
	bool audit;
	bool quiet;
	enum gabion_answer_reason reason;
	uint32_t klass;
	uint32_t domain;
	uint64_t wanted;
	uint64_t refused;
	uint32_t label;
	const struct gabion_policy_level *subject_level;
	const struct gabion_policy_level *object_level;
	uint16_t transition;
	uint16_t helper;
	bool has_command;
	bool free_command;
	uint32_t command;
	uint64_t limit;
	bool unfiltered;
	uint32_t abi;
	uint32_t outcome;
	char *missing;
	uint32_t *rules;
	uint32_t nrules;
};

/**
 * gabion_query - may @domain do @verb to @object?
 * @view:	the policy
 * @domain:	name of a domain
 * @verb:	permission; or "capability", "socket", "netlink", "control", "limit",
 *		"syscall"
 * @object:	absolute path; "unreachable"; "tcp ADDRESS port N"; "domain NAME" (where @verb is
 *		for domains only also NAME); or name of the capability, family, protocol, control;
 *		or [ABI:]SYSCALL, perhaps with (PARAMETER = VALUE, ...); for "ioctl" also
 *		"COMMAND PATH" and "COMMAND unreachable"; for "limit" "NAME NUMBER"
 * @answer:	filled in on success; release with gabion_answer_free()
 * @error:	why the question has no meaning
 *
 * Return: 0 whatever the answer; -EINVAL: unknown domain, verb or object.
 */
int gabion_query(const struct gabion_view *view, const char *domain, const char *verb,
		 const char *object, struct gabion_answer *answer, struct gabion_error *error);

/* Index of the domain called @name. 0, or -EINVAL and @error. */
int gabion_query_domain(const struct gabion_view *view, const char *name, uint32_t *domain,
			struct gabion_error *error);

/*
 * Put into @answer the rules about its @klass, @domain, @label and @wanted (and @has_command)
 * that grant some of it, or with @deny those that deny some.
 */
void gabion_query_rules(const struct gabion_view *view, struct gabion_answer *answer, bool deny);

/*
 * What the domain at index @domain may do to the objects of @label, by the rules and the level
 * order. As gabion_effective(), and also where the policy has nothing of @klass.
 */
uint32_t gabion_query_effective(const struct gabion_view *view, uint32_t klass, uint32_t domain,
				uint32_t label);

/* What it may use of a class without tables (capability, family, control, netlink): a bit set. */
uint64_t gabion_query_numbers(const struct gabion_view *view, uint32_t klass, uint32_t domain);

void gabion_answer_free(struct gabion_answer *answer);

/* "allowed", "no-rule", "deny-rule", "level", "syscall", "arguments": the words of the events. */
const char *gabion_answer_reason_name(enum gabion_answer_reason reason);

/* The domain in which the domain asked about is when it has executed the object. */
const char *gabion_answer_enters(const struct gabion_view *view,
				 const struct gabion_answer *answer);

/* Names of the object's resources, "" if none; points into the image. */
const char *gabion_answer_resources(const struct gabion_view *view,
				    const struct gabion_answer *answer);

#endif /* GABION_POLICY_QUERY_H */
