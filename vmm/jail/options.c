// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "jail.h"

/* (uid_t)-1 is nobody's, and means "do not change" to setresuid(2). */
static bool parse_id(const char *text, unsigned int *id)
{
	unsigned long n;
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	n = strtoul(text, &end, 10);
	if (*end || n >= (unsigned int)-1)
		return false;
	*id = n;
	return true;
}

/* A key names a file of the group, such as memory.max. */
static bool is_setting(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_.");

	return n && text[n] == '=' && text[n + 1] && memchr(text, '.', n) && *text != '.' &&
	       !strchr(text, '\n');
}

static int parse_cgroup(struct gabion_jail_options *options, const char *value,
			struct gabion_error *error)
{
	if (!is_setting(value))
		return gabion_error_set(error, -EINVAL,
					"--cgroup: '%s' is not KEY=VALUE, as in memory.max=512M",
					value);
	if (options->cgroup_count == GABION_JAIL_CGROUPS)
		return gabion_error_set(error, -EINVAL, "--cgroup: more than %d settings",
					GABION_JAIL_CGROUPS);
	options->cgroups[options->cgroup_count++] = value;
	return 0;
}

int gabion_jail_parse(struct gabion_jail_options *options, const char *name, const char *value,
		      struct gabion_error *error)
{
	if (!*value)
		return gabion_error_set(error, -EINVAL, "--%s: is empty", name);
	if (!strcmp(name, "rlimit"))
		return gabion_rlimits_parse(&options->rlimits, value, error)
			       ? gabion_error_prefix(error, "--rlimit")
			       : 0;
	if (!strcmp(name, "cgroup"))
		return parse_cgroup(options, value, error);
	if (!strcmp(name, "jail"))
		options->root = value;
	else if (!strcmp(name, "netns"))
		options->netns = value;
	else if (!strcmp(name, "domain"))
		options->domain = value;
	else if (!parse_id(value, !strcmp(name, "uid") ? &options->uid : &options->gid))
		return gabion_error_set(error, -EINVAL, "--%s: '%s' is not a number of one", name,
					value);
	return 0;
}

static bool anything_given(const struct gabion_jail_options *options)
{
	static const struct gabion_rlimits none;

	return options->netns || options->domain || options->uid != (uid_t)-1 ||
	       options->gid != (gid_t)-1 || options->cgroup_count ||
	       memcmp(&options->rlimits, &none, sizeof(none));
}

int gabion_jail_check(const struct gabion_jail_options *options, struct gabion_error *error)
{
	if (!options->root)
		return anything_given(options)
			       ? gabion_error_set(error, -EINVAL,
						  "--uid, --gid, --netns, --domain, --rlimit and "
						  "--cgroup go with --jail only")
			       : 0;
	if (options->uid == (uid_t)-1 || options->gid == (gid_t)-1)
		return gabion_error_set(error, -EINVAL,
					"--jail: whom it is for is missing: --uid and --gid");
	if (!options->uid || !options->gid)
		return gabion_error_set(error, -EINVAL,
					"--uid, --gid: 0 is root, which a machine is not to be: "
					"give it a user of its own");
	return 0;
}
