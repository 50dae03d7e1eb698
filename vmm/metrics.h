/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is counted, for a program that watches many machines: a line of JSON now and then,
 * with the names of Firecracker's metrics.
 */
#ifndef GABION_VMM_METRICS_H
#define GABION_VMM_METRICS_H

#include <jansson.h>
#include <stdbool.h>

#include "../agent/common/error.h"

/**
 * struct gabion_metrics_options - where they go
 * @path:	file or named pipe, which is appended to; NULL for nowhere
 * @emit_id:	the machine's id is in every line
 */
struct gabion_metrics_options {
	const char *path;
	bool emit_id;
};

/**
 * struct gabion_metrics - an open one
 * @fd:		owned; -1 for nowhere
 */
struct gabion_metrics {
	int fd;
	bool emit_id;
};

/* Open what @options say; once. Nothing is done where they say nowhere. */
int gabion_metrics_open(struct gabion_metrics *metrics,
			const struct gabion_metrics_options *options, struct gabion_error *error);

/* Write a line of @values, whose reference is taken, and the time. A full pipe is an error. */
int gabion_metrics_write(const struct gabion_metrics *metrics, const char *id, json_t *values,
			 struct gabion_error *error);

void gabion_metrics_close(struct gabion_metrics *metrics);

#endif /* GABION_VMM_METRICS_H */
