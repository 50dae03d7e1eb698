// SPDX-License-Identifier: GPL-2.0
#include "rlimits.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[RLIM_NLIMITS] = {
	[RLIMIT_AS] = "as",
	[RLIMIT_CORE] = "core",
	[RLIMIT_CPU] = "cpu",
	[RLIMIT_DATA] = "data",
	[RLIMIT_FSIZE] = "fsize",
	[RLIMIT_LOCKS] = "locks",
	[RLIMIT_MEMLOCK] = "memlock",
	[RLIMIT_MSGQUEUE] = "msgqueue",
	[RLIMIT_NICE] = "nice",
	[RLIMIT_NOFILE] = "nofile",
	[RLIMIT_NPROC] = "nproc",
	[RLIMIT_RSS] = "rss",
	[RLIMIT_RTPRIO] = "rtprio",
	[RLIMIT_RTTIME] = "rttime",
	[RLIMIT_SIGPENDING] = "sigpending",
	[RLIMIT_STACK] = "stack",
};

/* A limit at *@text, up to ':' or the end; goes behind it. */
static bool parse_limit(const char **text, rlim_t *limit)
{
	static const char units[] = "KMG";
	unsigned long long value, shift = 0;
	const char *unit;
	char *end;

	if (!strncmp(*text, "unlimited", 9)) {
		*limit = RLIM_INFINITY;
		*text += 9;
		return true;
	}
	if (!isdigit((unsigned char)**text))
		return false;
	errno = 0;
	value = strtoull(*text, &end, 10);
	unit = *end ? strchr(units, *end) : NULL;
	if (unit) {
		shift = 10 * (unsigned long long)(unit - units + 1);
		end++;
	}
	if (errno || value > UINT64_MAX >> shift || value << shift == RLIM_INFINITY)
		return false;
	*limit = value << shift;
	*text = end;
	return true;
}

int gabion_rlimits_parse(struct gabion_rlimits *rlimits, const char *text,
			 struct gabion_error *error)
{
	size_t length = strcspn(text, "="), i;
	const char *rest = text + length;
	struct rlimit limit;

	for (i = 0; i < RLIM_NLIMITS; i++)
		if (names[i] && strlen(names[i]) == length && !strncmp(names[i], text, length))
			break;
	if (i == RLIM_NLIMITS)
		return gabion_error_set(error, -EINVAL, "'%.*s' is no limit; one is: nofile=1024",
					(int)length, text);
	if (*rest++ != '=' || !parse_limit(&rest, &limit.rlim_cur))
		goto wrong;
	limit.rlim_max = limit.rlim_cur;
	if (*rest == ':') {
		rest++;
		if (!parse_limit(&rest, &limit.rlim_max))
			goto wrong;
	}
	if (*rest)
		goto wrong;
	if (limit.rlim_cur > limit.rlim_max)
		return gabion_error_set(error, -EINVAL,
					"'%s': the soft limit is above the hard one", text);
	rlimits->given[i] = true;
	rlimits->limits[i] = limit;
	return 0;
wrong:
	return gabion_error_set(error, -EINVAL,
				"'%s' is not NAME=SOFT[:HARD], as in nofile=1024:4096", text);
}

int gabion_rlimits_apply(const struct gabion_rlimits *rlimits, struct gabion_error *error)
{
	int i;

	for (i = 0; i < RLIM_NLIMITS; i++)
		if (rlimits->given[i] && setrlimit((__rlimit_resource_t)i, &rlimits->limits[i]))
			return gabion_error_set(error, -errno, "cannot set limit %s: %s", names[i],
						strerror(errno));
	return 0;
}
