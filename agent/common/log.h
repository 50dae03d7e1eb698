/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages of the daemon about itself, on stderr.  Under systemd each line
 * carries its priority as "<N>" (sd-daemon(3)), so the journal knows it too.
 */
#ifndef GABION_COMMON_LOG_H
#define GABION_COMMON_LOG_H

#include <syslog.h>

/* Log one message of syslog priority @priority (LOG_ERR, ...); may span lines. */
void gabion_log(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif /* GABION_COMMON_LOG_H */
