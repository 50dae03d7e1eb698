/* SPDX-License-Identifier: GPL-2.0 */
/*
 * GET /metrics, over HTTP.
 */
#ifndef GABION_DAEMON_METRICS_SERVER_H
#define GABION_DAEMON_METRICS_SERVER_H

#include <stddef.h>
#include <systemd/sd-event.h>

#include "listen.h"

struct gabion_metrics_server;

/* The text to send, malloc'ed, of *@length bytes; NULL: there is none. */
typedef char *(*gabion_metrics_fn)(void *data, size_t *length);

/* Serve at @address, which must live as long, from @loop: each request calls @text. */
int gabion_metrics_server_open(struct gabion_metrics_server **server, sd_event *loop,
			       const struct gabion_address *address, gabion_metrics_fn text,
			       void *data, struct gabion_error *error);
/* NULL is fine. */
void gabion_metrics_server_close(struct gabion_metrics_server *server);

#endif /* GABION_DAEMON_METRICS_SERVER_H */
