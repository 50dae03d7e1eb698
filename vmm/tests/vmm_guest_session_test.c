// SPDX-License-Identifier: GPL-2.0
/* What the init of a guest does with a job, without a guest: the session in a child, this test as
 * the host. */
#include "../../agent/tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../guest/session.h"

enum { CONTROL, IN, OUT, ERR, CHANNELS };

struct host {
	int fds[CHANNELS];
	pid_t session;
	struct gabion_guest_reader reader;
	struct gabion_guest_frame frame;
};

static const char *env_path[] = {"PATH=/usr/bin:/bin", "WORD=hello", NULL};

static void start_job(struct host *host, const struct gabion_guest_job *job)
{
	struct gabion_guest_reader reader = {.max = GABION_GUEST_JOB_MAX};
	struct gabion_session_channels channels;
	int pairs[CHANNELS][2], i;

	*host = (struct host){.reader = {.max = GABION_GUEST_REPLY_MAX}};
	for (i = 0; i < CHANNELS; i++)
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pairs[i]), 0);
	host->session = fork();
	assert_true(host->session >= 0);
	if (!host->session) {
		for (i = 0; i < CHANNELS; i++) {
			close(pairs[i][0]);
			if (i != CONTROL)
				fcntl(pairs[i][1], F_SETFL, O_NONBLOCK);
		}
		channels = (struct gabion_session_channels){pairs[CONTROL][1], pairs[IN][1],
							    pairs[OUT][1], pairs[ERR][1], &reader};
		if (job->tty) {
			close(pairs[ERR][1]);
			channels.err = -1;
		}
		i = gabion_session_run(job, &channels, NULL);
		gabion_guest_reader_free(&reader);
		_exit(-i);
	}
	for (i = 0; i < CHANNELS; i++) {
		close(pairs[i][1]);
		host->fds[i] = pairs[i][0];
	}
}

static void start(struct host *host, const char *const argv[])
{
	struct gabion_guest_job job = {.rootfs = "",
				       .hostname = "",
				       .cwd = "/",
				       .argv = (const char **)argv,
				       .env = env_path};

	start_job(host, &job);
}

static void start_shell(struct host *host, const char *script)
{
	start(host, (const char *[]){"sh", "-c", script, NULL});
}

/* The next frame; the test fails when there is none. */
static void expect_frame(struct host *host, uint32_t type)
{
	int got;

	do {
		got = gabion_guest_read(&host->reader, host->fds[CONTROL], &host->frame);
	} while (!got);
	assert_int_equal(got, 1);
	assert_int_equal(host->frame.type, type);
}

static void expect_end(struct host *host, uint32_t type, uint32_t value)
{
	expect_frame(host, type);
	assert_int_equal(gabion_guest_get(host->frame.payload, 4), value);
}

/* All that comes on a stream. */
static size_t read_stream(struct host *host, int stream, char *bytes, size_t size)
{
	size_t filled = 0;
	ssize_t n;

	while ((n = read(host->fds[stream], bytes + filled, size - filled)) > 0)
		filled += (size_t)n;
	assert_int_equal(n, 0);
	return filled;
}

static void expect_stream(struct host *host, int stream, const char *text)
{
	char bytes[256];
	size_t n = read_stream(host, stream, bytes, sizeof(bytes) - 1);

	bytes[n] = '\0';
	assert_string_equal(bytes, text);
}

/* Closes everything; the session has to end with @status. */
static void finish(struct host *host, int status)
{
	int i, how;

	for (i = 0; i < CHANNELS; i++)
		close(host->fds[i]);
	assert_int_equal(waitpid(host->session, &how, 0), host->session);
	assert_true(WIFEXITED(how));
	assert_int_equal(WEXITSTATUS(how), status);
	gabion_guest_reader_free(&host->reader);
}

static void test_status_and_streams(void **state)
{
	struct host host;

	(void)state;
	start_shell(&host, "echo out $WORD; echo err >&2; exit 7");
	expect_frame(&host, GABION_GUEST_STARTED);
	expect_stream(&host, OUT, "out hello\n");
	expect_stream(&host, ERR, "err\n");
	expect_end(&host, GABION_GUEST_EXITED, 7);
	finish(&host, 0);
}

static void test_a_signal_of_its_own(void **state)
{
	struct host host;

	(void)state;
	start_shell(&host, "kill -SEGV $$");
	expect_frame(&host, GABION_GUEST_STARTED);
	expect_end(&host, GABION_GUEST_KILLED, SIGSEGV);
	finish(&host, 0);
}

static void test_a_signal_of_the_host_is_for_all_of_the_group(void **state)
{
	unsigned char payload[4];
	struct host host;
	char byte;

	(void)state;
	start_shell(&host, "sleep 1000 & echo; wait");
	expect_frame(&host, GABION_GUEST_STARTED);
	assert_int_equal(read(host.fds[OUT], &byte, 1), 1);
	gabion_guest_put(payload, SIGTERM, 4);
	assert_int_equal(gabion_guest_send(host.fds[CONTROL], GABION_GUEST_SIGNAL, payload, 4), 0);
	/* Ends only when the other process is gone, too. */
	expect_stream(&host, OUT, "");
	expect_end(&host, GABION_GUEST_KILLED, SIGTERM);
	finish(&host, 0);
}

#define MANY (1 << 20)

static void test_a_mebibyte_goes_through(void **state)
{
	char *sent = malloc(MANY), *got = malloc(MANY + 1);
	struct host host;
	pid_t writer;
	size_t i;

	(void)state;
	assert_non_null(sent);
	assert_non_null(got);
	for (i = 0; i < MANY; i++)
		sent[i] = (char)(i * 31 + (i >> 8));
	start(&host, (const char *[]){"cat", NULL});
	expect_frame(&host, GABION_GUEST_STARTED);
	writer = fork();
	if (!writer) {
		for (i = 0; i < MANY;) {
			ssize_t n = write(host.fds[IN], sent + i, MANY - i);

			if (n <= 0)
				_exit(1);
			i += (size_t)n;
		}
		shutdown(host.fds[IN], SHUT_WR);
		_exit(0);
	}
	assert_int_equal(read_stream(&host, OUT, got, MANY + 1), MANY);
	assert_memory_equal(sent, got, MANY);
	expect_end(&host, GABION_GUEST_EXITED, 0);
	waitpid(writer, NULL, 0);
	finish(&host, 0);
	free(sent);
	free(got);
}

static void test_input_that_nobody_wants(void **state)
{
	struct host host;
	char byte;

	(void)state;
	start_shell(&host, "exec <&-; echo; sleep 0.3; exit 3");
	expect_frame(&host, GABION_GUEST_STARTED);
	assert_int_equal(read(host.fds[OUT], &byte, 1), 1);
	/* The host is told as a writer to a pipe would be. */
	while (write(host.fds[IN], "x", 1) == 1)
		usleep(1000);
	assert_int_equal(errno, EPIPE);
	expect_end(&host, GABION_GUEST_EXITED, 3);
	finish(&host, 0);
}

/* A host that reads no more is a closed pipe. */
static void test_output_that_nobody_wants(void **state)
{
	struct host host;

	(void)state;
	start(&host, (const char *[]){"yes", NULL});
	expect_frame(&host, GABION_GUEST_STARTED);
	shutdown(host.fds[OUT], SHUT_RDWR);
	expect_end(&host, GABION_GUEST_KILLED, SIGPIPE);
	finish(&host, 0);
}

static void expect_failure(struct host *host, uint32_t status, const char *text)
{
	expect_end(host, GABION_GUEST_FAILED, status);
	assert_int_equal(host->frame.size, 4 + strlen(text));
	assert_memory_equal(host->frame.payload + 4, text, strlen(text));
	finish(host, 0);
}

static void test_commands_that_are_none(void **state)
{
	struct gabion_guest_job job = {.rootfs = "",
				       .hostname = "",
				       .cwd = "/nowhere",
				       .env = env_path,
				       .argv = (const char *[]){"true", NULL}};
	struct host host;

	(void)state;
	start(&host, (const char *[]){"no-such-command", NULL});
	expect_failure(&host, 127, "cannot run 'no-such-command': command not found");
	start(&host, (const char *[]){"/no/such", NULL});
	expect_failure(&host, 127, "cannot run '/no/such': No such file or directory");
	start(&host, (const char *[]){"/etc/passwd", NULL});
	expect_failure(&host, 126, "cannot run '/etc/passwd': Permission denied");
	start_job(&host, &job);
	expect_failure(&host, 126, "cannot run 'true': folder: No such file or directory");
}

static void test_a_terminal(void **state)
{
	struct gabion_guest_job job = {
		.tty = true,
		.rows = 31,
		.columns = 97,
		.rootfs = "",
		.hostname = "",
		.cwd = "/",
		.env = env_path,
		.argv = (const char *[]){"sh", "-c", "stty size; read x; stty size; tty -s <&2",
					 NULL}};
	unsigned char window[4];
	struct host host;
	char bytes[7];

	(void)state;
	start_job(&host, &job);
	expect_frame(&host, GABION_GUEST_STARTED);
	assert_int_equal(recv(host.fds[OUT], bytes, 7, MSG_WAITALL), 7);
	assert_memory_equal(bytes, "31 97\r\n", 7);
	gabion_guest_put(window, 40, 2);
	gabion_guest_put(window + 2, 50, 2);
	assert_int_equal(gabion_guest_send(host.fds[CONTROL], GABION_GUEST_WINDOW, window, 4), 0);
	/* Ends the wait for a line, and is echoed; the window has changed when the guest reads
	 * this. */
	usleep(200000);
	assert_int_equal(write(host.fds[IN], "\n", 1), 1);
	expect_stream(&host, OUT, "\r\n40 50\r\n");
	expect_end(&host, GABION_GUEST_EXITED, 0);
	finish(&host, 0);
}

static void test_a_host_that_breaks_the_rules(void **state)
{
	struct host host;

	(void)state;
	start(&host, (const char *[]){"sleep", "1000", NULL});
	expect_frame(&host, GABION_GUEST_STARTED);
	assert_int_equal(gabion_guest_send(host.fds[CONTROL], GABION_GUEST_JOB, "", 0), 0);
	finish(&host, EPROTO);
	start(&host, (const char *[]){"sleep", "1000", NULL});
	expect_frame(&host, GABION_GUEST_STARTED);
	finish(&host, ENODATA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status_and_streams),
		cmocka_unit_test(test_a_signal_of_its_own),
		cmocka_unit_test(test_a_signal_of_the_host_is_for_all_of_the_group),
		cmocka_unit_test(test_a_mebibyte_goes_through),
		cmocka_unit_test(test_input_that_nobody_wants),
		cmocka_unit_test(test_output_that_nobody_wants),
		cmocka_unit_test(test_commands_that_are_none),
		cmocka_unit_test(test_a_terminal),
		cmocka_unit_test(test_a_host_that_breaks_the_rules),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
