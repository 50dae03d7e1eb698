/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Diagnostics: collected while compiling, printed afterwards.  Each carries
 * its own copy of the source line and outlives the compilation.
 */
#ifndef GABION_POLICY_DIAG_H
#define GABION_POLICY_DIAG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum gabion_severity {
	GABION_SEVERITY_ERROR,
	GABION_SEVERITY_WARNING,
	GABION_SEVERITY_NOTE,	/* belongs to the diagnostic before it */
};

/**
 * struct gabion_diagnostic - one located message
 * @severity:	enum gabion_severity
 * @file:	name of the source, NULL if the message has no place
 * @line:	1-based
 * @column:	1-based, in bytes
 * @length:	bytes to underline, at least 1
 * @source:	the source line without its newline, or NULL
 * @message:	what is wrong
 * @mend:	what would be right, or NULL
 */
struct gabion_diagnostic {
	enum gabion_severity severity;
	char *file;
	uint32_t line;
	uint32_t column;
	uint32_t length;
	char *source;
	char *message;
	char *mend;
};

/* Owns its items. */
struct gabion_diagnostics {
	struct gabion_diagnostic *items;
	size_t n, room;
	size_t nerrors;
	size_t nwarnings;
	uint32_t *slots;	/* hash of the errors and warnings: index + 1, 0 is free */
	size_t nslots;
};

void gabion_diagnostics_free(struct gabion_diagnostics *diags);

/*
 * In order of file names and places, what has no place last, and notes where they belong.  None can
 * be added any more.
 */
void gabion_diagnostics_sort(struct gabion_diagnostics *diags);

/* All of them as text for people: place, message, source line, caret, mend. */
void gabion_diagnostics_print(const struct gabion_diagnostics *diags, FILE *out);

/*
 * Add one; takes over @file, @source, @message and @mend (all malloc'ed).  A
 * message that is already there at the same place is dropped, so that an
 * abstraction used by many domains complains once; false then.
 */
bool gabion_diagnostics_add(struct gabion_diagnostics *diags, struct gabion_diagnostic item);

/* Name nearest to @name by edit distance, or NULL if none is near. */
struct gabion_suggestion {
	const char *name;	/* what was written */
	const char *nearest;	/* best so far, borrowed */
	unsigned int distance;
};

void gabion_suggest_try(struct gabion_suggestion *s, const char *candidate);

#endif /* GABION_POLICY_DIAG_H */
