// SPDX-License-Identifier: GPL-2.0
#include "choose.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "../common/cleanup.h"

static bool fits(const struct gabion_choice *choice, const struct gabion_record *r)
{
	if (choice->sequence)
		return r->kind == GABION_RECORD_EVENT && r->event.sequence == choice->sequence;
	if (choice->last)
		return r->kind == GABION_RECORD_EVENT &&
		       (r->event.type == GABION_EVENT_ACCESS ||
			r->event.type == GABION_EVENT_TRANSITION);
	return true;
}

static int none(const char *name, const struct gabion_choice *choice, struct gabion_error *error)
{
	if (choice->sequence)
		return gabion_error_set(error, -ENOENT, "%s: no event has the sequence number %" PRIu64,
					name, choice->sequence);
	return gabion_error_set(error, -ENOENT, "%s: holds no event%s", name,
				choice->last ? " about an access" : "");
}

int gabion_event_choose(FILE *file, const char *name, const struct gabion_choice *choice,
			struct gabion_record *record, struct gabion_error *error)
{
	bool single = !choice->last && !choice->sequence, found = false;
	cleanup_free char *line = NULL;
	size_t room = 0, number = 0;
	ssize_t n;
	int err = 0;

	while (!err && (n = getline(&line, &room, file)) > 0) {
		struct gabion_record one = {0};

		number++;
		if (strspn(line, " \t\r\n") == (size_t)n)
			continue;
		err = gabion_record_parse(&one, line, n, error);
		if (err) {
			gabion_error_prefix(error, "%s:%zu", name, number);
		} else if (!fits(choice, &one)) {
			gabion_record_free(&one);
		} else {
			if (single && found)
				err = gabion_error_set(error, -E2BIG, "%s: holds several events: "
						       "choose one with --from %s and its sequence "
						       "number, or --last", name, name);
			gabion_record_free(record);
			*record = one;
			found = true;
		}
	}
	if (!err && ferror(file))
		err = gabion_error_set(error, -EIO, "%s: cannot be read", name);
	if (err) {
		gabion_record_free(record);
		return err;
	}
	return found ? 0 : none(name, choice, error);
}
