// SPDX-License-Identifier: GPL-2.0
#include "facts.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "mem.h"

static bool is_version(const char *text)
{
	while (isdigit((unsigned char)*text)) {
		while (isdigit((unsigned char)*text))
			text++;
		if (!*text)
			return true;
		if (*text++ != '.')
			return false;
	}
	return false;
}

static bool is_answer(const char *text, const char *name, bool path)
{
	const char *value = strrchr(text, '='), *object = text + strlen(name);

	return !strncmp(text, name, strlen(name)) && value && value > object &&
	       (!path || *object == '/') && (!strcmp(value, "=yes") || !strcmp(value, "=no"));
}

static bool is_fact(const char *text)
{
	return (!strncmp(text, "kernel=", 7) && is_version(text + 7)) ||
	       (!strncmp(text, "arch=", 5) && text[5]) || is_answer(text, "exists:", true) ||
	       is_answer(text, "module:", false);
}

int gabion_facts_fix(struct gabion_facts *facts, const char *text, struct gabion_error *error)
{
	if (!is_fact(text))
		return gabion_error_set(error, -EINVAL,
					"'%s' is not a fact; write kernel=VERSION, arch=NAME, "
					"exists:/PATH=yes|no or module:NAME=yes|no",
					text);
	if (facts->n == GABION_FACTS_MAX)
		return gabion_error_set(error, -EINVAL, "more than %u facts", GABION_FACTS_MAX);
	facts->fixed[facts->n++] = text;
	return 0;
}

/* Value of the last fact that begins with "@name=", or NULL. */
static const char *fixed(const struct gabion_facts *facts, const char *name)
{
	size_t i = facts->n, n = strlen(name);

	while (i--)
		if (!strncmp(facts->fixed[i], name, n) && facts->fixed[i][n] == '=')
			return facts->fixed[i] + n + 1;
	return NULL;
}

int gabion_fact_kernel(const struct gabion_facts *facts, const char *version)
{
	const char *kernel = fixed(facts, "kernel");
	struct utsname name;
	char *end;

	if (!kernel)
		kernel = uname(&name) ? "0" : name.release;
	for (;;) {
		unsigned long a = strtoul(kernel, &end, 10), b;

		/* What there is no number for is 0. */
		kernel = *end == '.' ? end + 1 : "";
		b = strtoul(version, &end, 10);
		if (a != b || *end != '.')
			return a < b ? -1 : a > b;
		version = end + 1;
	}
}

bool gabion_fact_arch(const struct gabion_facts *facts, const char *arch)
{
	const char *host = fixed(facts, "arch");
	struct utsname name;

	if (!host)
		host = uname(&name) ? "" : name.machine;
	return !strcmp(host, arch);
}

bool gabion_fact_module(const struct gabion_facts *facts, const char *module)
{
	cleanup_free char *key = gabion_xasprintf("module:%s", module);
	cleanup_free char *path = gabion_xasprintf("/sys/module/%s", module);
	const char *answer = fixed(facts, key);
	char *dash;

	if (answer)
		return !strcmp(answer, "yes");
	while ((dash = strchr(path, '-')))
		*dash = '_';
	return !access(path, F_OK);
}

bool gabion_fact_exists(const struct gabion_facts *facts, const char *path)
{
	cleanup_free char *key = gabion_xasprintf("exists:%s", path);
	const char *answer = fixed(facts, key);

	return answer ? !strcmp(answer, "yes") : !access(path, F_OK);
}
