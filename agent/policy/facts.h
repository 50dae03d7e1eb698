/* SPDX-License-Identifier: GPL-2.0 */
/* What `if` asks of the host, and what is taken for true instead. */
#ifndef GABION_POLICY_FACTS_H
#define GABION_POLICY_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "../common/error.h"

#define GABION_FACTS_MAX 256U

/**
 * struct gabion_facts - facts that do not come from the host
 * @fixed:	"kernel=6.6", "arch=x86_64", "exists:/PATH=yes|no", "module:NAME=yes|no"; borrowed
 * @n:		how many
 *
 * What is not among them is looked up. Zero-initialise.
 */
struct gabion_facts {
	const char *fixed[GABION_FACTS_MAX];
	size_t n;
};

/* Add @text, which must live as long. 0, or -EINVAL if it is none of these forms, or too many. */
int gabion_facts_fix(struct gabion_facts *facts, const char *text, struct gabion_error *error);

/*
 * Order of the kernel's version and @version, in as many numbers as @version has:
 * less than 0, 0, or more.
 */
int gabion_fact_kernel(const struct gabion_facts *facts, const char *version);

bool gabion_fact_arch(const struct gabion_facts *facts, const char *arch);
/* Loaded, or built in with a folder in /sys/module. */
bool gabion_fact_module(const struct gabion_facts *facts, const char *name);
/* Symbolic links are followed. */
bool gabion_fact_exists(const struct gabion_facts *facts, const char *path);

#endif /* GABION_POLICY_FACTS_H */
