/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Policy files in memory, each read once however often it is named.
 */
#ifndef GABION_POLICY_SOURCE_H
#define GABION_POLICY_SOURCE_H

#include <stdarg.h>
#include <sys/types.h>

#include "../common/error.h"
#include "ast.h"
#include "mem.h"

/* A larger file is refused. */
#define GABION_SOURCE_SIZE_MAX (256U << 20)

struct gabion_source {
	char *name;		/* as in messages */
	char *text;		/* @size bytes and two NUL for flex */
	size_t size;
	size_t *lines;		/* offset of each line, made when first asked for */
	size_t nlines;
	dev_t device;
	ino_t inode;
};

/* The file called @name in messages is read as if it held @size bytes of @text. */
struct gabion_source_change {
	const char *name;
	const char *text;
	size_t size;
};

struct gabion_sources {
	VEC(struct gabion_source) files;
	VEC(char *) dirs;	/* where `use` looks, in "abstractions/" */
	char *library;		/* where it looks last, or NULL */
	const struct gabion_source_change *changes; /* [@nchanges], borrowed */
	size_t nchanges;
};

void gabion_sources_free(struct gabion_sources *sources);

/*
 * Add a file.  Return: 1 if it is new, the last of @sources; 0 if it was there
 * already; negative errno and @error.
 */
int gabion_sources_add_file(struct gabion_sources *sources, const char *path,
			    struct gabion_error *error);

/* Add @size bytes of text under a name. */
void gabion_sources_add_text(struct gabion_sources *sources, const char *name, const char *text,
			     size_t size);

/* Add a file, or the *.gabion files of a directory in order of their names. */
int gabion_sources_add_path(struct gabion_sources *sources, const char *path,
			    struct gabion_error *error);

/* Offer each NAME of a file NAME.gabion in @dir to @s; @names keeps them. */
void gabion_sources_suggest(const char *dir, struct gabion_arena *names,
			    struct gabion_suggestion *s);

/* Line @line (1-based) without its newline, malloc'ed; NULL if there is none. */
char *gabion_source_line(struct gabion_source *source, uint32_t line);

/* Directory part of @path, malloc'ed; "." if it has none. */
char *gabion_path_dir(const char *path);

/* Report at @loc; @mend may be NULL and is constant or in an arena.  False if dropped as double. */
bool gabion_report(struct gabion_diagnostics *diags, struct gabion_sources *sources,
		   enum gabion_severity severity, const struct gabion_loc *loc, const char *mend,
		   const char *format, ...) __attribute__((format(printf, 6, 7)));

#endif /* GABION_POLICY_SOURCE_H */
