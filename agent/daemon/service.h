/* SPDX-License-Identifier: GPL-2.0 */
/*
 * gabiond at work: policy, events, signals.
 */
#ifndef GABION_DAEMON_SERVICE_H
#define GABION_DAEMON_SERVICE_H

#include <systemd/sd-event.h>

#include "../stream/pump.h"
#include "metrics.h"
#include "options.h"
#include "state.h"

/* Where events are that a sink does not take. */
enum gabion_wait {
	GABION_WAIT_NOWHERE,	/* it does */
	GABION_WAIT_SPOOL,
	GABION_WAIT_KERNEL,
};

/* The outputs of the command line, the publisher and the metrics. */
#define GABION_SINKS_MAX (GABION_OUTPUTS_MAX + 2)

/**
 * struct gabion_service - everything that main() put together; all borrowed
 * @options:	command line
 * @loop:	event loop
 * @client:	connection to the kernel
 * @state:	what the state file is about
 * @pump:	with the sinks
 * @metrics:	NULL: they are not counted
 * @subscribed:	the kernel sends notices to @client
 * @behind:	the last turn of reading ended before there was no more
 * @complaint:	last thing that was logged about reading events, so that it is not repeated
 * @waits:	where the events of each sink wait, as logged
 * @policy:	for the status line
 * @told:	events and losses in the last status line
 */
struct gabion_service {
	const struct gabion_options *options;
	sd_event *loop;
	struct gabion_netlink *client;
	struct gabion_state *state;
	struct gabion_pump *pump;
	struct gabion_metrics *metrics;
	bool subscribed;
	bool behind;
	char complaint[sizeof(((struct gabion_error *)0)->text)];
	enum gabion_wait waits[GABION_SINKS_MAX];
	char policy[192];
	uint64_t told;
};

/*
 * Load the policy, say READY=1, serve until SIGTERM or SIGINT.
 * Signals must be blocked: SIGTERM, SIGINT, SIGHUP.
 * Return: 0: ended as asked; -errno: the module is gone, or the loop is broken.
 */
int gabion_service_run(struct gabion_service *service, struct gabion_error *error);

/* The metrics of @service as they are now: a gabion_metrics_fn. */
char *gabion_service_metrics(void *service, size_t *length);

#endif /* GABION_DAEMON_SERVICE_H */
