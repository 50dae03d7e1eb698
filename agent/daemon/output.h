/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The outputs of gabiond: files, stdout, the journal, syslog.
 */
#ifndef GABION_DAEMON_OUTPUT_H
#define GABION_DAEMON_OUTPUT_H

#include "../stream/sink.h"
#include "output_spec.h"

/* Open the output that @spec describes, which must outlive the sink: its name is borrowed. */
int gabion_output_open(struct gabion_sink **sink, const struct gabion_output_spec *spec,
		       struct gabion_error *error);

/* The kinds. */
int gabion_output_file_open(struct gabion_sink **sink, const struct gabion_output_spec *spec,
			    struct gabion_error *error);
int gabion_output_stdout_open(struct gabion_sink **sink, const struct gabion_output_spec *spec,
			      struct gabion_error *error);
int gabion_output_journal_open(struct gabion_sink **sink, const struct gabion_output_spec *spec,
			       struct gabion_error *error);
int gabion_output_syslog_open(struct gabion_sink **sink, const struct gabion_output_spec *spec,
			      struct gabion_error *error);

#endif /* GABION_DAEMON_OUTPUT_H */
