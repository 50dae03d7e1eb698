/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The log of this process: stderr until a file is opened. What a guest causes is
 * bounded to GABION_LOG_BURST lines a second; how many were left out is told.
 */
#ifndef GABION_VMM_LOG_H
#define GABION_VMM_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "../agent/common/error.h"

enum gabion_log_level {
	GABION_LOG_OFF,
	GABION_LOG_ERROR,
	GABION_LOG_WARNING,
	GABION_LOG_INFO,
	GABION_LOG_DEBUG,
};

#define GABION_LOG_BURST 50

/**
 * struct gabion_log_options - how to log
 * @path:	file to append to, made when it is not there, or named pipe, of which what does
 *		not fit is lost; NULL for stderr
 * @level:	the least important that is written
 * @show_level:	begin lines with the level's name
 */
struct gabion_log_options {
	const char *path;
	enum gabion_log_level level;
	bool show_level;
};

/* Log like this from now on. Before any thread of a guest is started. */
int gabion_log_open(const struct gabion_log_options *options, struct gabion_error *error);

/* One line; from any thread. */
void gabion_vmm_log(enum gabion_log_level level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* @length bytes as they are, with neither time, limit nor lock: for a signal handler. */
void gabion_vmm_log_at_once(const char *line, size_t length);

#endif /* GABION_VMM_LOG_H */
