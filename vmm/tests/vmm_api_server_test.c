// SPDX-License-Identifier: GPL-2.0
/* The API over its socket, as far as HTTP is concerned. */
#include "client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../api/server.h"
#include "../footprint.h"

#define MAX_BODY 1000

static const struct gabion_api_limits limits = { MAX_BODY, 60 };
/* As soon as there can be. */
static const struct gabion_api_limits impatient = { MAX_BODY, 1 };

struct scene {
	struct client *client;
	struct gabion_loop loop;
	struct gabion_api_server *server;
	struct sockaddr_un address;
	int fd; /* a connection */
	char answer[4096];
};

static int connect_to(struct scene *scene)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&scene->address, sizeof(scene->address)),
			 0);
	return fd;
}

static int open_scene(void **state, const struct gabion_api_limits *chosen)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct gabion_error error;
	void *client;

	client_open(&client);
	scene->client = client;
	scene->address.sun_family = AF_UNIX;
	snprintf(scene->address.sun_path, sizeof(scene->address.sun_path), "%s.api",
		 scene->client->file);
	assert_int_equal(gabion_loop_create(&scene->loop, &error), 0);
	assert_int_equal(gabion_api_server_create(&scene->server, &scene->client->api,
						  scene->address.sun_path, chosen, &scene->loop,
						  &error),
			 0);
	scene->fd = connect_to(scene);
	*state = scene;
	return 0;
}

static int setup(void **state)
{
	return open_scene(state, &limits);
}

static int setup_impatient(void **state)
{
	return open_scene(state, &impatient);
}

static int teardown(void **state)
{
	struct scene *scene = *state;
	void *client = scene->client;
	struct stat st;

	close(scene->fd);
	gabion_api_server_destroy(scene->server);
	gabion_loop_destroy(&scene->loop);
	assert_int_equal(stat(scene->address.sun_path, &st), -1);
	client_close(&client);
	free(scene);
	return 0;
}

static void settle(struct scene *scene)
{
	while (gabion_loop_turn(&scene->loop, 0) == 1)
		;
}

static void send_text(struct scene *scene, const char *text)
{
	assert_int_equal(write(scene->fd, text, strlen(text)), strlen(text));
	settle(scene);
}

/* What came back, which begins with the status. */
static const char *answer(struct scene *scene)
{
	ssize_t n = read(scene->fd, scene->answer, sizeof(scene->answer) - 1);

	assert_true(n >= 0);
	scene->answer[n] = 0;
	return scene->answer;
}

/* A request whole; fails unless the answer has the status, and @words. */
static void ask(struct scene *scene, const char *head, const char *body, const char *status,
		const char *words)
{
	char text[8192];

	if (body)
		snprintf(text, sizeof(text),
			 "%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\n\r\n%s", head,
			 strlen(body), body);
	else
		snprintf(text, sizeof(text), "%s HTTP/1.1\r\nHost: localhost\r\n\r\n", head);
	send_text(scene, text);
	answer(scene);
	if (strncmp(scene->answer, status, strlen(status)) || !strstr(scene->answer, words))
		fail_msg("%s: %s", head, scene->answer);
}

static void requests_one_after_the_other(void **state)
{
	struct scene *scene = *state;

	ask(scene, "GET /", NULL, "HTTP/1.1 200", "\"state\":\"Not started\"");
	assert_non_null(strstr(scene->answer, "Content-Type: application/json"));
	ask(scene, "PUT /machine-config", "{\"vcpu_count\":2,\"mem_size_mib\":64}", "HTTP/1.1 204",
	    "\r\n\r\n");
	assert_null(strchr(scene->answer, '{'));
	ask(scene, "PATCH /machine-config", "{\"vcpu_count\":4}", "HTTP/1.1 204", "");
	ask(scene, "GET /machine-config", NULL, "HTTP/1.1 200", "\"vcpu_count\":4");
	ask(scene, "PUT /vsock", "{}", "HTTP/1.1 400", "{\"fault_message\":\"vsock: ");
	ask(scene, "GET /%76ersion", NULL, "HTTP/1.1 200", "firecracker_version");
	ask(scene, "DELETE /version", NULL, "HTTP/1.1 400", "Invalid request method");
}

/* Code that was given back, libmicrohttpd's and our own, comes back when it is called. */
static void requests_after_memory_was_given_back(void **state)
{
	struct scene *scene = *state;

	ask(scene, "GET /version", NULL, "HTTP/1.1 200", "firecracker_version");
	gabion_footprint_shrink();
	ask(scene, "GET /version", NULL, "HTTP/1.1 200", "firecracker_version");
	ask(scene, "PUT /machine-config", "{\"vcpu_count\":2,\"mem_size_mib\":64}", "HTTP/1.1 204",
	    "\r\n\r\n");
	ask(scene, "GET /machine-config", NULL, "HTTP/1.1 200", "\"vcpu_count\":2");
}

static void in_pieces(void **state)
{
	struct scene *scene = *state;
	static const char text[] =
		"PUT /entropy HTTP/1.1\r\nHost: x\r\nContent-Length: 21\r\n\r\n"
		"{\"rate_limiter\":null}GET /vm/config HTTP/1.1\r\nHost: x\r\n\r\n";
	char one[2] = "";
	size_t i;

	for (i = 0; i < sizeof(text) - 1; i++) {
		one[0] = text[i];
		send_text(scene, one);
	}
	answer(scene);
	assert_non_null(strstr(scene->answer, "HTTP/1.1 204"));
	assert_non_null(strstr(scene->answer, "\"entropy\":{\"rate_limiter\":null}"));
}

static void bodies_that_are_too_large(void **state)
{
	struct scene *scene = *state;
	char body[MAX_BODY * 3 + 1];

	memset(body, ' ', sizeof(body));
	body[0] = '{';
	body[MAX_BODY - 1] = '}';
	body[MAX_BODY] = 0;
	ask(scene, "PUT /entropy", body, "HTTP/1.1 204", "");
	body[MAX_BODY] = ' ';
	body[MAX_BODY + 1] = 0;
	ask(scene, "PUT /entropy", body, "HTTP/1.1 413", "{\"fault_message\":");
	body[MAX_BODY + 1] = ' ';
	body[sizeof(body) - 1] = 0;
	ask(scene, "PUT /entropy", body, "HTTP/1.1 413", "{\"fault_message\":");
	/* Of no length that was said before. */
	send_text(scene, "PUT /entropy HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
			 "3e8\r\n");
	body[MAX_BODY] = 0;
	send_text(scene, body);
	send_text(scene, "\r\n1\r\n \r\n0\r\n\r\n");
	assert_int_equal(strncmp(answer(scene), "HTTP/1.1 413", 12), 0);
	ask(scene, "GET /", NULL, "HTTP/1.1 200", "id");
}

static void no_http(void **state)
{
	struct scene *scene = *state;

	send_text(scene, "{\"action_type\":\"InstanceStart\"}\r\n\r\n");
	assert_null(strstr(answer(scene), "HTTP/1.1 2"));
	close(scene->fd);
	/* Many who say nothing, and one who leaves in the middle. */
	scene->fd = connect_to(scene);
	send_text(scene, "PUT /entropy HTTP/1.1\r\nContent-Length: 9\r\n\r\n{");
	close(scene->fd);
	settle(scene);
	scene->fd = connect_to(scene);
	ask(scene, "GET /", NULL, "HTTP/1.1 200", "id");
}

static void several_at_once(void **state)
{
	struct scene *scene = *state;
	int fds[8];
	size_t i;

	for (i = 0; i < 8; i++) {
		fds[i] = connect_to(scene);
		settle(scene);
	}
	for (i = 0; i < 8; i++) {
		close(scene->fd);
		scene->fd = fds[7 - i];
		ask(scene, "GET /version", NULL, "HTTP/1.1 200", "firecracker_version");
	}
}

/* More than are served at once, gone all at once: who comes next is served. */
static void too_many_at_once(void **state)
{
	struct scene *scene = *state;
	int fds[40];
	size_t i;

	for (i = 0; i < 40; i++) {
		fds[i] = connect_to(scene);
		settle(scene);
	}
	for (i = 0; i < 40; i++)
		close(fds[i]);
	close(scene->fd);
	settle(scene);
	scene->fd = connect_to(scene);
	ask(scene, "GET /version", NULL, "HTTP/1.1 200", "firecracker_version");
}

/* As many as are served at once, who say nothing, or half of a request, or no more. */
static void idle_connections(void **state)
{
	struct scene *scene = *state;
	int fds[15];
	size_t i;

	ask(scene, "GET /", NULL, "HTTP/1.1 200", "id");
	for (i = 0; i < 15; i++) {
		fds[i] = connect_to(scene);
		if (i % 2)
			assert_int_equal(write(fds[i], "GET /ver", 8), 8);
		settle(scene);
	}
	for (i = 0; i < 15; i++) {
		while (read(fds[i], scene->answer, 1) && errno == EAGAIN)
			assert_int_equal(gabion_loop_turn(&scene->loop, 60000), 1);
		close(fds[i]);
	}
	close(scene->fd);
	scene->fd = connect_to(scene);
	ask(scene, "GET /version", NULL, "HTTP/1.1 200", "firecracker_version");
}

static void a_socket_of_a_process_that_is_gone(void **state)
{
	struct scene *scene = *state;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct gabion_api_server *server = NULL;
	int left = socket(AF_UNIX, SOCK_STREAM, 0);
	struct gabion_error error;

	snprintf(address.sun_path, sizeof(address.sun_path), "%.90s.left",
		 scene->address.sun_path);
	assert_int_equal(bind(left, (struct sockaddr *)&address, sizeof(address)), 0);
	close(left);
	assert_int_equal(gabion_api_server_create(&server, &scene->client->api, address.sun_path,
						  &limits, &scene->loop, &error),
			 0);
	gabion_api_server_destroy(server);
	assert_int_equal(access(address.sun_path, F_OK), -1);
}

static void the_socket(void **state)
{
	struct scene *scene = *state;
	struct gabion_api_server *server = NULL;
	struct gabion_error error;
	char name[200];
	struct stat st;

	assert_int_equal(stat(scene->address.sun_path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 077, 0);
	/* What is there is not replaced: not a socket, nor a file. */
	assert_int_equal(gabion_api_server_create(&server, &scene->client->api,
						  scene->address.sun_path, &limits, &scene->loop,
						  &error),
			 -EADDRINUSE);
	assert_non_null(strstr(error.text, "a program listens there"));
	assert_int_equal(gabion_api_server_create(&server, &scene->client->api, scene->client->file,
						  &limits, &scene->loop, &error),
			 -EADDRINUSE);
	assert_int_equal(stat(scene->client->file, &st), 0);
	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = 0;
	assert_int_equal(gabion_api_server_create(&server, &scene->client->api, name, &limits,
						  &scene->loop, &error),
			 -ENAMETOOLONG);
	ask(scene, "GET /", NULL, "HTTP/1.1 200", "id");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(requests_one_after_the_other),
		TEST(requests_after_memory_was_given_back),
		TEST(in_pieces),
		TEST(bodies_that_are_too_large),
		TEST(no_http),
		TEST(several_at_once),
		TEST(too_many_at_once),
		cmocka_unit_test_setup_teardown(idle_connections, setup_impatient, teardown),
		TEST(a_socket_of_a_process_that_is_gone),
		TEST(the_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
