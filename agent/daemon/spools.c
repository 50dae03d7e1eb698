// SPDX-License-Identifier: GPL-2.0
#include "spools.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "../common/cleanup.h"
#include "../common/log.h"
#include "../stream/relay.h"
#include "../stream/spool.h"

static bool is_output(const struct gabion_options *options, const char *name)
{
	size_t i;

	for (i = 0; i < options->noutputs; i++)
		if (options->outputs[i].spool && !strcmp(options->outputs[i].name, name))
			return true;
	return false;
}

/* Events wait there that no output will ever take. */
static void warn_if_left(const struct gabion_options *options, const char *file)
{
	cleanup_free char *path = NULL, *owner = NULL;
	uint64_t pending = 0;

	if (asprintf(&path, "%s/%s", options->spool, file) < 0) {
		path = NULL;
		return;
	}
	owner = gabion_spool_owner(path, &pending);
	if (owner && pending && !is_output(options, owner))
		gabion_log(LOG_WARNING, "%" PRIu64 " bytes of events wait in %s for output %s: give "
			   "it again, or remove the file", pending, path, owner);
}

static void warn_of_left(const struct gabion_options *options)
{
	DIR *dir = opendir(options->spool);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			warn_if_left(options, entry->d_name);
	if (dir)
		closedir(dir);
}

void gabion_spools_open(const struct gabion_options *options, struct gabion_sink **sinks,
			uint64_t instance)
{
	struct gabion_error error = { 0 };
	size_t i;

	/* If it cannot be made that shows when it is needed. */
	mkdir(options->spool, 0700);
	for (i = 0; i < options->noutputs; i++)
		if (options->outputs[i].spool &&
		    gabion_relay_open(&sinks[i], options->spool, options->outputs[i].spool,
				      instance, &error))
			gabion_log(LOG_ERR, "output %s has no spool: %s", sinks[i]->name,
				   error.text);
	warn_of_left(options);
}
