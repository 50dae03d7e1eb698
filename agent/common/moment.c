// SPDX-License-Identifier: GPL-2.0
#include "moment.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECOND 1000000000ULL

static uint64_t seconds_of(char unit)
{
	switch (unit) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return 86400;
	default:
		return 0;
	}
}

/* "1h30m". False: it is no duration; one that is too long is UINT64_MAX. */
static bool parse_duration(uint64_t *ns, const char *text)
{
	uint64_t number, part, unit;
	char *end;

	for (*ns = 0; *text; text = end + 1) {
		if (*text < '0' || *text > '9')
			return false;
		errno = 0;
		number = strtoull(text, &end, 10);
		unit = seconds_of(*end);
		if (!unit)
			return false;
		if (errno || __builtin_mul_overflow(number, unit * SECOND, &part) ||
		    __builtin_add_overflow(*ns, part, ns))
			*ns = UINT64_MAX;
	}
	return true;
}

/* Cut ".123" behind the seconds out of @text; its ns. */
static uint64_t take_fraction(char *text)
{
	char *dot = strchr(text, '.'), *end = dot;
	uint64_t ns = 0, scale = SECOND / 10;

	if (!dot)
		return 0;
	for (end++; *end >= '0' && *end <= '9'; end++, scale /= 10)
		ns += (uint64_t)(*end - '0') * scale;
	/* A dot alone is left, and refused with the rest. */
	if (end > dot + 1)
		memmove(dot, end, strlen(end) + 1);
	return ns;
}

struct form {
	const char *format;
	bool offset;	/* it has one from UTC */
	bool today;	/* it has no date */
};

static const struct form forms[] = {
	{ "%Y-%m-%dT%H:%M:%S%z", .offset = true },
	{ "%Y-%m-%dT%H:%M:%S", false, false },
	{ "%Y-%m-%d %H:%M:%S", false, false },
	{ "%Y-%m-%d %H:%M", false, false },
	{ "%Y-%m-%d", false, false },
	{ "%H:%M:%S", .today = true },
	{ "%H:%M", .today = true },
};

/* Seconds since 1970, or -1. */
static int64_t parse_form(const struct form *form, const char *text, time_t now)
{
	struct tm tm = { 0 }, day;
	long offset;
	time_t seconds;
	const char *end;

	if (form->today)
		localtime_r(&now, &tm);
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	end = strptime(text, form->format, &tm);
	if (!end || *end)
		return -1;
	day = tm;
	offset = tm.tm_gmtoff;
	tm.tm_isdst = -1;
	seconds = form->offset ? timegm(&tm) : mktime(&tm);
	/* What turned into another day, such as February 31, is none. */
	if (tm.tm_mday != day.tm_mday)
		return -1;
	return form->offset ? seconds - offset : seconds;
}

static bool parse_time(uint64_t *moment, const char *text, uint64_t now)
{
	char copy[64];
	uint64_t fraction;
	int64_t seconds;
	size_t i;

	if (strlen(text) >= sizeof(copy))
		return false;
	strcpy(copy, text);
	fraction = take_fraction(copy);
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		seconds = parse_form(&forms[i], copy, (time_t)(now / SECOND));
		if (seconds < 0)
			continue;
		*moment = (uint64_t)seconds * SECOND + fraction;
		return true;
	}
	return false;
}

int gabion_moment_parse(uint64_t *moment, const char *text, uint64_t now,
			struct gabion_error *error)
{
	uint64_t ago;

	if (*text && parse_duration(&ago, text)) {
		if (ago > now)
			return gabion_error_set(error, -ERANGE, "'%s' ago was before 1970", text);
		*moment = now - ago;
		return 0;
	}
	if (!parse_time(moment, text, now))
		return gabion_error_set(error, -EINVAL,
					"'%s' is no time: write 15m, 1h30m, 14:05, "
					"'2026-11-29 14:05' or 2026-11-29T14:05:59Z", text);
	if (*moment > now)
		return gabion_error_set(error, -ERANGE, "'%s' lies ahead", text);
	return 0;
}
