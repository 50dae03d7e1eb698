// SPDX-License-Identifier: GPL-2.0
/*
 * gabiond and nats-server, both of which are killed and started again: the stream has each event
 * once, and in order.
 */
#include <jansson.h>

#include "gabiond_process.h"
#include "nats_server.h"

struct scene {
	struct gabiond *g;
	struct nats_server server;
	char option[128];
};

static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	gabiond_setup((void **)&s->g);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;

	gabiond_teardown((void **)&s->g);
	nats_stop(&s->server);
	free(s);
	return 0;
}

static void start_both(struct scene *s)
{
	nats_start(&s->server, "");
	nats_add_stream(&s->server, 0);
	snprintf(s->option, sizeof(s->option), "--output=nats,host=web1:nats://127.0.0.1:%d",
		 s->server.port);
	s->g->option = s->option;
	start(s->g);
	await_notify(s->g, "READY=1");
}

static void kill_server(struct scene *s)
{
	nats_forget_reader(&s->server);
	nats_end(&s->server, SIGKILL);
}

/* As many as the kernel has room for wait there. */
static void make_events(struct scene *s, unsigned int first, unsigned int last)
{
	char object[16];
	int waited = 0;

	for (; first <= last; first++) {
		while (mock_pending(s->g->mock) == MOCK_EVENTS_MAX && waited++ < PATIENCE_MS)
			usleep(1000);
		snprintf(object, sizeof(object), "/object-%03u", first);
		mock_event(s->g->mock, first, 0, object);
	}
}

static uint64_t sequence_of(struct scene *s, unsigned int n)
{
	natsMsg *message = NULL;
	json_t *record;
	uint64_t sequence;

	assert_int_equal(js_GetMsg(&message, nats_reader(&s->server), "EVENTS", n, NULL, NULL),
			 NATS_OK);
	record = json_loadb(natsMsg_GetData(message), (size_t)natsMsg_GetDataLength(message), 0,
			    NULL);
	sequence = (uint64_t)json_integer_value(json_object_get(record, "sequence"));
	json_decref(record);
	natsMsg_Destroy(message);
	return sequence;
}

/* The stream has 1 to @last once, in order, and nothing else. */
static void assert_stream(struct scene *s, unsigned int last)
{
	unsigned int n;

	nats_await_count(&s->server, last);
	for (n = 1; n <= last; n++)
		assert_int_equal(sequence_of(s, n), n);
}

/* It stores @n events, and as many come when it is gone; @last is what the last is about. */
static void server_is_killed_between(struct scene *s, unsigned int n, const char *last)
{
	start_both(s);
	make_events(s, 1, n);
	nats_await_count(&s->server, n);
	kill_server(s);
	make_events(s, n + 1, 2 * n);
	/* The other output and the kernel do not wait for it. */
	await_text(s->g->events, last);
	await_acknowledged(s->g);
}

static void server_that_is_killed_misses_nothing(void **state)
{
	struct scene *s = *state;

	server_is_killed_between(s, 100, "/object-200");
	await_text(s->g->log, "its events wait in its spool");
	nats_run(&s->server);
	assert_stream(s, 200);
	await_text(s->g->log, "works again");
	make_events(s, 201, 220);
	assert_stream(s, 220);
	assert_int_equal(count(s->g->events, "\n"), 220);
}

/* In the middle of it, wherever that is: what it had not said to have stored comes again. */
static void server_that_is_killed_while_it_stores_has_each_once(void **state)
{
	struct scene *s = *state;
	unsigned int last;

	start_both(s);
	for (last = 300; last <= 900; last += 300) {
		make_events(s, last - 299, last - 150);
		kill_server(s);
		make_events(s, last - 149, last);
		nats_run(&s->server);
	}
	assert_stream(s, 900);
}

static void gabiond_that_is_killed_hands_over_what_waits(void **state)
{
	struct scene *s = *state;

	server_is_killed_between(s, 80, "/object-160");
	stop(s->g, SIGKILL);
	start(s->g);
	await_text(s->g->log, "cannot connect to nats://127.0.0.1:");
	make_events(s, 161, 170);
	nats_run(&s->server);
	assert_stream(s, 170);
	stop(s->g, SIGKILL);
	start(s->g);
	make_events(s, 171, 180);
	assert_stream(s, 180);
	assert_int_equal(stop(s->g, SIGTERM), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(server_that_is_killed_misses_nothing),
		TEST(server_that_is_killed_while_it_stores_has_each_once),
		TEST(gabiond_that_is_killed_hands_over_what_waits),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
