/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the kernel to the outputs, each event once, none lost: read a batch,
 * hand each output what it has not taken yet, acknowledge what all have taken.
 */
#ifndef GABION_STREAM_PUMP_H
#define GABION_STREAM_PUMP_H

#include "../netlink/client.h"
#include "sink.h"

/*
 * Events between two flushes. More are quicker on a disk that is slow to sync;
 * fewer come twice when the reader is killed in between.
 */
#define GABION_SLICE 128U

/**
 * struct gabion_pump - a reader of events and its outputs
 * @client:	borrowed, subscribed
 * @instance:	load of the module that @client speaks to
 * @sinks:	borrowed
 * @ack:	to send with the next read
 * @events:	handed out so far
 * @lost:	events that the kernel lost since the module was loaded
 * @newest:	ns of CLOCK_REALTIME, of the last event that was handed out; 0: none
 * @oldest:	ns of CLOCK_BOOTTIME, of the first event of the last batch that not all sinks
 *		have taken; 0: they have
 * @malformed:	undecodable events of the last batch that will come again
 * @checkpoint:	called when the progress of the sinks changed, at least each
 *		GABION_SLICE events: what dies between two calls may come twice. NULL: never.
 * @data:	for @checkpoint
 */
struct gabion_pump {
	struct gabion_netlink *client;
	uint64_t instance;
	struct gabion_sink **sinks;
	size_t nsinks;
	uint64_t ack;
	uint64_t events;
	uint64_t lost;
	uint64_t newest;
	uint64_t oldest;
	size_t malformed;
	void (*checkpoint)(void *data);
	void *data;
};

/*
 * One read. Afterwards the acknowledgement waits in @pump->ack for the next: the
 * kernel forgets nothing before the progress was saved.
 * Return: 1: something new came, or a sink is behind, read again; 0: neither; -errno of
 * the kernel side.
 * Outputs that fail do not make it fail; their failure member tells.
 */
int gabion_pump_run(struct gabion_pump *pump, struct gabion_error *error);

/* The part after reading, apart for the tests. */
int gabion_pump_batch(struct gabion_pump *pump, const struct gabion_batch *batch,
		      struct gabion_error *error);

#endif /* GABION_STREAM_PUMP_H */
