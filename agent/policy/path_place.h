/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of files are those that the kernel makes: absolute, without "//", "." and "..".  A walk
 * over an automaton keeps to them by its place in the path.
 */
#ifndef GABION_POLICY_PATH_PLACE_H
#define GABION_POLICY_PATH_PLACE_H

#include <stdbool.h>
#include <stdint.h>

enum gabion_place {
	GABION_PLACE_BEGIN,
	GABION_PLACE_ROOT,	/* behind the first '/' */
	GABION_PLACE_SLASH,	/* behind another */
	GABION_PLACE_DOT,
	GABION_PLACE_DOTS,
	GABION_PLACE_COMPONENT,
};

#define GABION_PLACE_NONE UINT32_MAX

/* Place behind @byte; GABION_PLACE_NONE: no name goes on so. */
static inline uint32_t gabion_place_next(uint32_t place, uint8_t byte)
{
	if (!byte)
		return GABION_PLACE_NONE;
	if (place == GABION_PLACE_BEGIN)
		return byte == '/' ? GABION_PLACE_ROOT : GABION_PLACE_NONE;
	if (byte == '/')
		return place == GABION_PLACE_COMPONENT ? GABION_PLACE_SLASH : GABION_PLACE_NONE;
	if (byte == '.' && place != GABION_PLACE_COMPONENT)
		return place == GABION_PLACE_DOT    ? GABION_PLACE_DOTS
		       : place == GABION_PLACE_DOTS ? GABION_PLACE_COMPONENT
						    : GABION_PLACE_DOT;
	return GABION_PLACE_COMPONENT;
}

/* Can a name end there? */
static inline bool gabion_place_is_name(uint32_t place)
{
	return place == GABION_PLACE_ROOT || place == GABION_PLACE_COMPONENT;
}

#endif /* GABION_POLICY_PATH_PLACE_H */
