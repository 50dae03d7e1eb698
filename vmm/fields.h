/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A JSON object against a table of the fields that it may have.
 */
#ifndef GABION_VMM_FIELDS_H
#define GABION_VMM_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "../agent/common/error.h"

enum gabion_field_kind {
	GABION_FIELD_STRING, /* const char *, not empty */
	GABION_FIELD_BOOL,   /* bool */
	GABION_FIELD_NUMBER, /* uint64_t, @min to @max */
	GABION_FIELD_OBJECT, /* json_t * */
	GABION_FIELD_ARRAY,  /* json_t * */
	GABION_FIELD_FALSE,  /* for what is not there: only false, */
	GABION_FIELD_NONE,   /* only "None", */
	GABION_FIELD_NULL,   /* only null */
};

/**
 * struct gabion_field - one field
 * @to:		where its value goes, by @kind; strings and objects belong to the JSON. Left
 *		alone when the field is not there, or null
 */
struct gabion_field {
	const char *name;
	enum gabion_field_kind kind;
	bool required;
	void *to;
	uint64_t min, max;
};

/*
 * Take the @n fields from @object, whose name in messages is @where ("vm.json: drives[0]").
 * A field that is not in the table is an error, as is one of another type.
 */
int gabion_fields_read(const json_t *object, const char *where, const struct gabion_field *fields,
		       size_t n, struct gabion_error *error);

#endif /* GABION_VMM_FIELDS_H */
