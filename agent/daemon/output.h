/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The outputs of gabiond: files, stdout, the journal, syslog, NATS.
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
int gabion_output_nats_open(struct gabion_sink **sink, const struct gabion_output_spec *spec,
			    struct gabion_error *error);

/*
 * For an output that never takes lines as long as @record's, of @length bytes: what to say in its
 * place, as a record in @other, with its JSON and a newline in @line. @text, of @size bytes, is
 * used for it. -ENOMEM.
 */
int gabion_output_too_long(struct gabion_record *other, struct gabion_json *line, char *text,
			   size_t size, const struct gabion_record *record, size_t length,
			   const char *output);

#endif /* GABION_DAEMON_OUTPUT_H */
