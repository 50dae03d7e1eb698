/* SPDX-License-Identifier: GPL-2.0 */
/* Changes to policy sources, made in memory. */
#ifndef GABION_EXPLAIN_EDIT_H
#define GABION_EXPLAIN_EDIT_H

#include "../common/error.h"
#include "../policy/mem.h"
#include "../policy/places.h"
#include "../policy/source.h"

/**
 * struct gabion_edit - one place of one file; owned
 * @file:	as the compiler calls it
 * @line:	where, 1-based
 * @domain:	@text is to stand in this domain's block; NULL: it is not
 * @old:	what is taken out, NULL: nothing
 * @text:	what comes in its place: statements without indentation, "" for none
 * @offset:	of @old, or of where @text goes, in bytes
 * @line_of_its_own: @text begins and ends lines
 */
struct gabion_edit {
	char *file;
	uint32_t line;
	char *domain;
	char *old;
	char *text;
	size_t offset;
	bool line_of_its_own;
};

/* Zero-initialise. */
struct gabion_edits {
	struct gabion_edit *v;
	size_t n, room;
};

void gabion_edits_free(struct gabion_edits *edits);

/* Add what @more holds, copied. */
void gabion_edits_add(struct gabion_edits *edits, const struct gabion_edits *more);

/* Add @text to the block that is at @place. 0, or -errno where the file is not what it was. */
int gabion_edit_in_block(struct gabion_edits *edits, const struct gabion_place *place,
			 const char *text, struct gabion_error *error);

/* Add @text at the end of @file. */
int gabion_edit_at_end(struct gabion_edits *edits, const char *file, const char *text,
		       struct gabion_error *error);

/* A statement as it is written, and the places where it begins and ends. @text is owned. */
struct gabion_statement {
	char *text;
	uint32_t line, column;
	uint32_t end_line, end_column;
};

/* The statement that @word begins, and that what is at @line and @column of @file belongs to. */
int gabion_statement_find(struct gabion_statement *statement, const char *file, uint32_t line,
			  uint32_t column, const char *word, struct gabion_error *error);

/* Put @text in place of @old, which stands at @line and @column of @file. */
int gabion_edit_words(struct gabion_edits *edits, const char *file, uint32_t line, uint32_t column,
		      const char *old, const char *text, struct gabion_error *error);

/* The files that @edits change, as they would be. */
struct gabion_edited {
	struct gabion_source_change *v;
	size_t n, room;
};

int gabion_edits_apply(const struct gabion_edits *edits, struct gabion_edited *out,
		       struct gabion_error *error);
void gabion_edited_free(struct gabion_edited *edited);
#define cleanup_edited __attribute__((cleanup(gabion_edited_free)))

#endif /* GABION_EXPLAIN_EDIT_H */
