/* SPDX-License-Identifier: GPL-2.0 */
/* One event of a stream of records. */
#ifndef GABION_EXPLAIN_CHOOSE_H
#define GABION_EXPLAIN_CHOOSE_H

#include <stdio.h>

#include "../event/event_json.h"

/* Which: @last: the last about an access or a transition; @sequence; both 0: there must be one. */
struct gabion_choice {
	bool last;
	uint64_t sequence;
};

/*
 * Read records, one a line, from @file, called @name in messages; @record (empty on entry) is the
 * chosen one, the last of several that have its number. 0, -ENOENT, -E2BIG: there are several,
 * or -EBADMSG and the line.
 */
int gabion_event_choose(FILE *file, const char *name, const struct gabion_choice *choice,
			struct gabion_record *record, struct gabion_error *error);

#endif /* GABION_EXPLAIN_CHOOSE_H */
