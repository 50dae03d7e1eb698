/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A client of the API, without a socket; and a machine that only notes what is asked of it.
 */
#ifndef GABION_VMM_TESTS_CLIENT_H
#define GABION_VMM_TESTS_CLIENT_H

#include "../../agent/tests/test.h"

#include "../api/api.h"

/**
 * struct client - all of it
 * @vm:		first: what the API has for its machine
 * @state:	of the machine
 * @fail:	what is asked of the machine next fails, with "broken"
 * @did:	what it was asked for last, "start" and so on; empty at first
 * @drive, @net, @balloon, @target, @source: what it was given last
 */
struct client {
	struct gabion_vm vm;
	struct gabion_api api;
	enum gabion_vm_state state;
	bool fail;
	char did[64];
	struct gabion_block_options drive;
	struct gabion_net_options net;
	struct gabion_balloon_options balloon;
	struct gabion_balloon_stats stats;
	struct gabion_snapshot_target target;
	struct gabion_snapshot_source source;
	char file[32]; /* a file of 4096 bytes, there until the end */
};

/* For cmocka: *state is a client of a machine that is not started, or has drives and all. */
int client_open(void **state);
int client_open_started(void **state);
int client_close(void **state);

/* Ask; fails unless the answer's status is @status. What it says is the caller's, or NULL. */
json_t *client_ask(struct client *client, const char *method, const char *path, const char *body,
		   unsigned int status);

/* The same with nothing to be said: 204. */
void client_do(struct client *client, const char *method, const char *path, const char *body);

/* The same with 400 and a fault message that has @why in it. */
void client_refused(struct client *client, const char *method, const char *path, const char *body,
		    const char *why);

/* GET @path; fails unless the answer has the fields of the object that @expected is. */
void client_shows(struct client *client, const char *path, const char *expected);

/* @format with the client's file for its one "%s"; valid until the next call. */
const char *client_body(struct client *client, const char *format);

#endif /* GABION_VMM_TESTS_CLIENT_H */
