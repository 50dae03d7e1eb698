// SPDX-License-Identifier: GPL-2.0
/*
 * Metrics over HTTP: for this machine alone; and of a gabiond that works.
 */
#include "../daemon/listen.h"
#include "gabiond_process.h"
#include "openmetrics.h"

/* One request; the whole answer. */
static const char *request(const struct gabion_address *address, const char *text)
{
	static char answer[64 << 10];
	int fd = socket(address->any.sa_family, SOCK_STREAM, 0), waited;
	size_t length = 0;
	ssize_t n;

	for (waited = 0; connect(fd, &address->any, address->length); waited += 10) {
		if (waited > PATIENCE_MS)
			fail_msg("cannot connect: %s", strerror(errno));
		usleep(10000);
	}
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	while ((n = read(fd, answer + length, sizeof(answer) - 1 - length)) > 0)
		length += (size_t)n;
	answer[length] = '\0';
	close(fd);
	return answer;
}

#define GET "GET /metrics HTTP/1.0\r\n\r\n"
#define GET_FROM(host) "GET /metrics HTTP/1.1\r\nHost: " host "\r\nConnection: close\r\n\r\n"

static void serve_at(struct gabiond *g, struct gabion_address *address, const char *text)
{
	static char option[128];
	struct gabion_error error;

	snprintf(option, sizeof(option), "--metrics=%s", text);
	assert_int_equal(gabion_address_parse(address, text, &error), 0);
	g->option = option;
	start(g);
	await_notify(g, "READY=1");
}

static void assert_metrics(const char *answer)
{
	const char *body = strstr(answer, "\r\n\r\n");

	assert_non_null(body);
	assert_non_null(strstr(answer, " 200 OK\r\n"));
	assert_non_null(strstr(answer, "Content-Type: application/openmetrics-text; version=1.0.0; "
				       "charset=utf-8\r\n"));
	assert_openmetrics(body + 4);
}

static void metrics_of_a_working_daemon(void **state)
{
	struct gabiond *g = *state;
	struct gabion_address address;
	const char *answer;
	char text[160];
	struct stat st;

	mock_event(g->mock, 1, 0, "/a");
	mock_event(g->mock, 2, 1, "/b");
	mock_loss(g->mock, 2, 5);
	snprintf(text, sizeof(text), "unix:%s/metrics", g->dir);
	serve_at(g, &address, text);
	assert_int_equal(stat(address.un.sun_path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	await_text(g->events, "/b");
	await_acknowledged(g);
	answer = request(&address, GET);
	assert_metrics(answer);
	assert_non_null(strstr(answer, "class=\"file\",verdict=\"denied\",type=\"access\"} 2\n"));
	assert_non_null(strstr(answer, "\ngabion_lost_events_total{domain=\"web\",cpu=\"2\"} 5\n"));
	assert_non_null(strstr(answer, "\ngabion_policy_generation 1\n"));
	assert_non_null(strstr(answer, "\ngabion_lag_seconds 0.000000000\n"));
	snprintf(text, sizeof(text), "\ngabion_output_events_total{output=\"file:%s\"} 2\n",
		 g->events);
	assert_non_null(strstr(answer, text));
	assert_int_equal(stop(g, SIGTERM), 0);
	assert_int_equal(access(address.un.sun_path, F_OK), -1);
}

/* A port that was free a moment ago. */
static in_port_t free_port(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t length = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	getsockname(fd, (struct sockaddr *)&in, &length);
	close(fd);
	return ntohs(in.sin_port);
}

static void loopback_port_is_served(void **state)
{
	struct gabion_address address;
	char text[32];

	snprintf(text, sizeof(text), "tcp:127.0.0.1:%u", free_port());
	serve_at(*state, &address, text);
	assert_metrics(request(&address, GET));
	/* Connection: close is said for us by nobody else. */
	assert_metrics(request(&address, GET_FROM("127.0.0.1")));
	assert_metrics(request(&address, GET_FROM("LocalHost:9100")));
	assert_metrics(request(&address, GET_FROM("[::1]:80")));
}

/* A name that somebody else had lead here: what a script in a browser could ask. */
static void another_name_is_not_served(void **state)
{
	struct gabion_address address;
	char text[32];

	snprintf(text, sizeof(text), "tcp:127.0.0.1:%u", free_port());
	serve_at(*state, &address, text);
	assert_non_null(strstr(request(&address, GET_FROM("evil.example")), " 421 "));
	assert_non_null(strstr(request(&address, GET_FROM("127.0.0.1.evil.example:80")), " 421 "));
	assert_non_null(strstr(request(&address, GET_FROM("")), " 421 "));
	assert_metrics(request(&address, GET));
}

static void other_requests_are_refused(void **state)
{
	struct gabiond *g = *state;
	struct gabion_address address;
	char text[80];

	snprintf(text, sizeof(text), "unix:%s/metrics", g->dir);
	serve_at(g, &address, text);
	assert_non_null(strstr(request(&address, "GET / HTTP/1.0\r\n\r\n"), " 404 "));
	assert_non_null(strstr(request(&address, "POST /metrics HTTP/1.0\r\n"
						 "Content-Length: 2\r\n\r\nab"), " 405 "));
	request(&address, "\r\n\xff rubbish\r\n\r\n");
	/* And it goes on. */
	assert_metrics(request(&address, GET));
	mock_event(g->mock, 1, 0, "/a");
	await_text(g->events, "/a");
}

/* More than it takes: the others wait for their turn, and gabiond for nobody. */
static void idle_connections_hold_nobody_up(void **state)
{
	struct gabiond *g = *state;
	struct gabion_address address;
	char text[80];
	int fds[20], i;

	snprintf(text, sizeof(text), "unix:%s/metrics", g->dir);
	serve_at(g, &address, text);
	for (i = 0; i < 20; i++) {
		fds[i] = socket(AF_UNIX, SOCK_STREAM, 0);
		assert_int_equal(connect(fds[i], &address.any, address.length), 0);
	}
	mock_event(g->mock, 1, 0, "/a");
	await_text(g->events, "/a");
	for (i = 0; i < 20; i++)
		close(fds[i]);
	assert_metrics(request(&address, GET));
}

static void only_this_machine_is_served(void **state)
{
	static const char *const wrong[] = {
		"tcp:0.0.0.0:9100", "tcp:[::]:9100", "tcp:192.0.2.1:9100", "tcp:localhost:9100",
		"tcp:127.0.0.1", "tcp:127.0.0.1:", "tcp:127.0.0.1:0", "tcp:127.0.0.1:65536",
		"tcp:127.0.0.1:1x", "tcp:127.0.0.1:-1", "tcp:127.0.0.1: 1", "tcp:127.0.0.10:1",
		"127.0.0.1:9100", ":9100", "", "unix:relative", "unix:",
	};
	struct gabion_address address;
	struct gabion_error error;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		assert_int_equal(gabion_address_parse(&address, wrong[i], &error), -EINVAL);
		assert_non_null(strstr(error.text, "give unix:/PATH, tcp:127.0.0.1:PORT"));
	}
	assert_int_equal(gabion_address_parse(&address, "tcp:[::1]:9100", &error), 0);
	assert_true(IN6_IS_ADDR_LOOPBACK(&address.in6.sin6_addr));
	assert_int_equal(ntohs(address.in6.sin6_port), 9100);
}

static void wrong_address_is_a_mistake_of_the_command_line(void **state)
{
	struct gabiond *g = *state;

	g->option = "--metrics=tcp:0.0.0.0:9100";
	start(g);
	assert_int_equal(WEXITSTATUS(stop(g, 0)), 64);
	await_text(g->log, "what other machines can reach is refused");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, gabiond_setup, gabiond_teardown)
	const struct CMUnitTest tests[] = {
		TEST(metrics_of_a_working_daemon),
		TEST(loopback_port_is_served),
		TEST(another_name_is_not_served),
		TEST(other_requests_are_refused),
		TEST(idle_connections_hold_nobody_up),
		TEST(only_this_machine_is_served),
		TEST(wrong_address_is_a_mistake_of_the_command_line),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
