// SPDX-License-Identifier: GPL-2.0
#include "fields.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *type_name(const json_t *value)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "an object", [JSON_ARRAY] = "an array",	 [JSON_STRING] = "a string",
		[JSON_INTEGER] = "a number", [JSON_REAL] = "a fraction", [JSON_TRUE] = "true",
		[JSON_FALSE] = "false",	     [JSON_NULL] = "null",
	};

	return names[json_typeof(value)];
}

static int wrong(const struct gabion_field *field, const char *where, const json_t *value,
		 const char *wanted, struct gabion_error *error)
{
	return gabion_error_set(error, -EINVAL, "%s.%s: must be %s, not %s", where, field->name,
				wanted, type_name(value));
}

static int not_there(const struct gabion_field *field, const char *where, const char *off,
		     struct gabion_error *error)
{
	return gabion_error_set(error, -ENOTSUP,
				"%s.%s: gabion-vmm does not do this: leave it out, "
				"or say %s",
				where, field->name, off);
}

static int read_number(const struct gabion_field *field, const json_t *value, const char *where,
		       struct gabion_error *error)
{
	json_int_t number = json_integer_value(value);

	if (!json_is_integer(value))
		return wrong(field, where, value, "a number", error);
	if (number < 0 || (uint64_t)number < field->min || (uint64_t)number > field->max)
		return gabion_error_set(error, -ERANGE, "%s.%s: %lld: must be from %llu to %llu",
					where, field->name, (long long)number,
					(unsigned long long)field->min,
					(unsigned long long)field->max);
	*(uint64_t *)field->to = number;
	return 0;
}

static int read_string(const struct gabion_field *field, const json_t *value, const char *where,
		       struct gabion_error *error)
{
	if (!json_is_string(value))
		return wrong(field, where, value, "a string", error);
	if (!json_string_length(value) ||
	    strlen(json_string_value(value)) != json_string_length(value))
		return gabion_error_set(error, -EINVAL, "%s.%s: is empty, or has a NUL in it",
					where, field->name);
	*(const char **)field->to = json_string_value(value);
	return 0;
}

static int read_field(const struct gabion_field *field, json_t *value, const char *where,
		      struct gabion_error *error)
{
	switch (field->kind) {
	case GABION_FIELD_STRING:
		return read_string(field, value, where, error);
	case GABION_FIELD_BOOL:
		if (!json_is_boolean(value))
			return wrong(field, where, value, "true or false", error);
		*(bool *)field->to = json_is_true(value);
		return 0;
	case GABION_FIELD_NUMBER:
		return read_number(field, value, where, error);
	case GABION_FIELD_OBJECT:
		if (!json_is_object(value))
			return wrong(field, where, value, "an object", error);
		*(json_t **)field->to = value;
		return 0;
	case GABION_FIELD_ARRAY:
		if (!json_is_array(value))
			return wrong(field, where, value, "an array", error);
		*(json_t **)field->to = value;
		return 0;
	case GABION_FIELD_FALSE:
		return json_is_false(value) ? 0 : not_there(field, where, "false", error);
	case GABION_FIELD_NONE:
		return json_is_string(value) && !strcmp(json_string_value(value), "None")
			       ? 0
			       : not_there(field, where, "\"None\"", error);
	case GABION_FIELD_NULL:
		break;
	}
	return not_there(field, where, "null", error);
}

static int unknown(const char *name, const char *where, const struct gabion_field *fields, size_t n,
		   struct gabion_error *error)
{
	char list[512] = "";
	size_t i, used = 0;

	for (i = 0; i < n && used < sizeof(list); i++)
		used += snprintf(list + used, sizeof(list) - used, "%s%s", i ? ", " : "",
				 fields[i].name);
	return gabion_error_set(error, -EINVAL, "%s: unknown field '%s': there are %s", where, name,
				list);
}

int gabion_fields_read(const json_t *object, const char *where, const struct gabion_field *fields,
		       size_t n, struct gabion_error *error)
{
	const char *name;
	json_t *value;
	size_t i;
	int err;

	if (!json_is_object(object))
		return gabion_error_set(error, -EINVAL, "%s: must be an object, not %s", where,
					type_name(object));
	json_object_foreach((json_t *)object, name, value)
	{
		for (i = 0; i < n && strcmp(fields[i].name, name); i++)
			;
		if (i == n)
			return unknown(name, where, fields, n, error);
		err = json_is_null(value) ? 0 : read_field(&fields[i], value, where, error);
		if (err)
			return err;
	}
	for (i = 0; i < n; i++) {
		value = json_object_get(object, fields[i].name);
		if (fields[i].required && (!value || json_is_null(value)))
			return gabion_error_set(error, -EINVAL, "%s: '%s' is missing: add it",
						where, fields[i].name);
	}
	return 0;
}
