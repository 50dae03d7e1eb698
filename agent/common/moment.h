/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Points in time as people write them.
 */
#ifndef GABION_COMMON_MOMENT_H
#define GABION_COMMON_MOMENT_H

#include <stdint.h>

#include "error.h"

/*
 * The time that @text means, in ns of CLOCK_REALTIME, which is @now:
 *
 *	90s, 15m, 2h, 3d, 1h30m		so long ago
 *	2026-11-29T14:05:59.123Z	RFC 3339, also with an offset such as +01:00
 *	2026-11-29 14:05:59		local; seconds, or the time of day, may be left out
 *	14:05:59			local, today; seconds may be left out
 *
 * -EINVAL: it is none of these; -ERANGE: it lies ahead, or before 1970.
 */
int gabion_moment_parse(uint64_t *moment, const char *text, uint64_t now,
			struct gabion_error *error);

#endif /* GABION_COMMON_MOMENT_H */
