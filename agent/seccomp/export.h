/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A domain's syscall filter in the terms of those who configure libseccomp by
 * the names of calls: for all ABIs at once, and with libseccomp's own ideas of
 * x32 arguments and of i386 multiplexers (generate.h).  What cannot be said so
 * is marked, never said wrongly.
 */
#ifndef GABION_SECCOMP_EXPORT_H
#define GABION_SECCOMP_EXPORT_H

#include <stdio.h>

#include "rules.h"

/**
 * struct gabion_export_call - a call
 * @name:	owned; without one: "ABI:NUMBER"
 * @rules:	in every ABI that has it; @rules.fallback is the filter's default
 * @why:	it cannot be said: constant text; NULL: it can
 */
struct gabion_export_call {
	char *name;
	struct gabion_rules rules;
	const char *why;
};

/**
 * struct gabion_export - a filter
 * @calls:	owned; those with another outcome than @otherwise
 * @otherwise:	outcome of all other calls
 * @abi:	through which of the ABIs anything runs at all
 * @capabilities: 1 << CAP_*, for those who say them too
 */
struct gabion_export {
	struct gabion_export_call *calls;
	size_t n;
	u32 otherwise;
	bool abi[GABION_ABI_END];
	u64 capabilities;
};

/**
 * gabion_export_build - @filter by names
 * @lossy:	leave out what cannot be said, so that it is refused, and print it to @warnings;
 *		otherwise it is an error, -EOPNOTSUPP, that says the first of it
 * @says:	can the writer say this call? NULL: yes, or constant text
 */
int gabion_export_build(struct gabion_export *export, const struct gabion_view *view,
			const struct gabion_policy_filter *filter, bool lossy,
			const char *(*says)(const struct gabion_export_call *call), FILE *warnings,
			struct gabion_error *error);
void gabion_export_free(struct gabion_export *export);
#define cleanup_export __attribute__((cleanup(gabion_export_free)))

/* Outcome of a call whatever its arguments; GABION_OUTCOME_TEST: they matter. */
u32 gabion_export_outcome(const struct gabion_export_call *call);

/*
 * OCI runtime specification's linux.seccomp, which is a Docker profile too. Writes to @out;
 * errors of the stream are the caller's to find.
 */
const char *gabion_export_oci_says(const struct gabion_export_call *call);
int gabion_export_oci(const struct gabion_export *export, FILE *out, struct gabion_error *error);

/* Drop-in for a systemd unit, with the domain's @export->capabilities. */
const char *gabion_export_systemd_says(const struct gabion_export_call *call);
int gabion_export_systemd(const struct gabion_export *export, const char *domain, FILE *out,
			  struct gabion_error *error);

#endif /* GABION_SECCOMP_EXPORT_H */
