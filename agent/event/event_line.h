/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records as lines for people.
 */
#ifndef GABION_EVENT_EVENT_LINE_H
#define GABION_EVENT_EVENT_LINE_H

#include "event_json.h"

enum {
	GABION_LINE_TIME = 1 << 0,	/* begin with local time of day */
	GABION_LINE_COLOUR = 1 << 1,	/* terminal: colour the verdict */
};

/* Most ancestors in a line; "..." stands for more, JSON has them all. */
#define GABION_LINE_ANCESTORS 3

/*
 * One line without newline; names are escaped (common/text.h), so it is safe on
 * a terminal. NULL: no memory.
 */
char *gabion_record_line(const struct gabion_record *record, unsigned int flags);

#endif /* GABION_EVENT_EVENT_LINE_H */
