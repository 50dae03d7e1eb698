/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the command line says about one output: KIND[,OPTION=VALUE...][:PLACE].
 * Options stand before the first colon, so a path may hold any character.
 */
#ifndef GABION_DAEMON_OUTPUT_SPEC_H
#define GABION_DAEMON_OUTPUT_SPEC_H

#include <stdint.h>

#include "../common/error.h"

enum gabion_output_kind {
	GABION_OUTPUT_JOURNALD,
	GABION_OUTPUT_STDOUT,
	GABION_OUTPUT_FILE,
	GABION_OUTPUT_SYSLOG,
	GABION_OUTPUT_NATS,
	GABION_OUTPUT_KINDS,
};

/**
 * enum gabion_fsync - when a file is synced
 * @GABION_FSYNC_ALWAYS:	before what was written counts as stored
 * @GABION_FSYNC_INTERVAL:	at most once a second
 * @GABION_FSYNC_NONE:		when the kernel likes
 */
enum gabion_fsync {
	GABION_FSYNC_ALWAYS,
	GABION_FSYNC_INTERVAL,
	GABION_FSYNC_NONE,
};

/**
 * struct gabion_output_spec - one output
 * @name:	owned; KIND or KIND:PATH, which names the output whatever its options
 * @path:	within @name: absolute path, of NATS its URLs with "," between them; NULL: there
 *		is none
 * @rotate:	bytes above which the file is rotated; 0: it is not
 * @keep:	how many rotated files are kept, 1 to 999
 * @spool:	bytes that may wait on the disk while it fails; 0: none
 * @prefix:	owned; of NATS: its subjects begin with it
 * @host:	owned; of NATS: token for this host; NULL: it is asked for
 * @credentials: owned; of NATS: absolute path; NULL: there are none
 * @ca:		owned; of NATS: absolute path of certificates to trust; NULL: no TLS
 */
struct gabion_output_spec {
	enum gabion_output_kind kind;
	char *name;
	const char *path;
	uint64_t rotate;
	unsigned int keep;
	enum gabion_fsync fsync;
	uint64_t spool;
	char *prefix;
	char *host;
	char *credentials;
	char *ca;
};

/* Take @text apart into @spec. -EINVAL: @error says which word is wrong, and what to write. */
int gabion_output_spec_parse(struct gabion_output_spec *spec, const char *text,
			     struct gabion_error *error);
void gabion_output_spec_free(struct gabion_output_spec *spec);

#endif /* GABION_DAEMON_OUTPUT_SPEC_H */
