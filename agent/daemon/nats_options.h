/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a connection to NATS is made: from what the command line says to the library's options.
 */
#ifndef GABION_DAEMON_NATS_OPTIONS_H
#define GABION_DAEMON_NATS_OPTIONS_H

#include "nats_library.h"
#include "output_spec.h"

/*
 * Options for the server of @spec; its credentials are read now. On success *@options is the
 * caller's. -ENOENT, -EACCES and others: a file cannot be read; @error names it.
 */
int gabion_nats_options_make(natsOptions **options, const struct gabion_nats_library *library,
			     const struct gabion_output_spec *spec, struct gabion_error *error);

#endif /* GABION_DAEMON_NATS_OPTIONS_H */
