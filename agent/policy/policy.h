/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Policy compiler: gabion-policy(5) text to the image that the kernel loads
 * (include/uapi/gabion/policy.h).  Pure but for reading the files, and for what `if` asks of the host.
 */
#ifndef GABION_POLICY_POLICY_H
#define GABION_POLICY_POLICY_H

#include <stddef.h>
#include <stdint.h>

#include "../common/error.h"
#include "../../core/view.h"
#include "call_rules.h"
#include "diag.h"
#include "expect.h"
#include "facts.h"
#include "names.h"
#include "places.h"
#include "query.h"

/* Sizes of a class's tables. */
struct gabion_class_stats {
	uint32_t labels;
	uint32_t states;
	uint32_t states_before;	/* before minimisation */
	uint32_t byte_classes;
	uint32_t cells;
};

struct gabion_policy_stats {
	uint32_t files;
	uint32_t levels;
	uint32_t domains;
	uint32_t resources;
	uint32_t rules;
	uint32_t filters;	/* domains whose syscalls are filtered */
	uint32_t calls;		/* outcomes in all tables of these */
	uint32_t tests;		/* of arguments */
	uint32_t ioctls;	/* ranges of commands, by domain and label */
	struct gabion_class_stats file, net;
};

/**
 * struct gabion_compiled - result of a compilation
 * @image:	malloc'ed, aligned to 8, accepted by gabion_view_open(); NULL if there are errors
 * @size:	bytes in @image
 * @view:	of @image, valid while @image is
 * @diagnostics: errors, warnings and notes, in order of their places
 * @expectations: `expect` statements of all files
 * @call_rules:	what the policy says of syscalls, and where
 * @places:	where the blocks of domains are
 * @stats:	sizes; valid if @image is
 *
 * Owns all of it; release with gabion_compiled_free().
 */
struct gabion_compiled {
	void *image;
	size_t size;
	struct gabion_view view;
	struct gabion_diagnostics diagnostics;
	struct gabion_expectations expectations;
	struct gabion_call_rules call_rules;
	struct gabion_places places;
	struct gabion_policy_stats stats;
};

/**
 * gabion_policy_compile - compile files and directories
 * @out:	filled in whatever the result; free it
 * @paths:	files; or directories, whose *.gabion files are taken in order of their names
 * @npaths:	how many
 * @error:	summary for the top of the program; the details are @out->diagnostics
 *
 * Return: 0; -EINVAL: the policy has errors; or the errno of a file that
 * cannot be read.
 */
int gabion_policy_compile(struct gabion_compiled *out, const char *const *paths, size_t npaths,
			  struct gabion_error *error);

struct gabion_source_change;

/**
 * struct gabion_compile_options - zero for what gabion_policy_compile() does
 * @library:	directory where what `use` and `@SET` name is looked for, too, last; NULL: none
 * @facts:	what `if` takes for true whatever the host is
 * @changes:	[@nchanges], text to read in place of what files hold; borrowed
 */
struct gabion_compile_options {
	const char *library;
	struct gabion_facts facts;
	const struct gabion_source_change *changes;
	size_t nchanges;
};

int gabion_policy_compile_with(struct gabion_compiled *out,
			       const struct gabion_compile_options *options,
			       const char *const *paths, size_t npaths, struct gabion_error *error);

/* The same, but what `use` and `@SET` name is looked for in the directory @library, too, last. */
int gabion_policy_compile_in(struct gabion_compiled *out, const char *library,
			     const char *const *paths, size_t npaths, struct gabion_error *error);

/* The same from text in memory, called @name in messages; `use` and `include` look in ".". */
int gabion_policy_compile_text(struct gabion_compiled *out, const char *name, const char *text,
			       size_t size, struct gabion_error *error);

void gabion_compiled_free(struct gabion_compiled *compiled);

#endif /* GABION_POLICY_POLICY_H */
