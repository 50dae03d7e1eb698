/* SPDX-License-Identifier: GPL-2.0 */
/*
 * gabiond as a process, with a mock for a kernel. GABION_BIN is the folder with
 * gabiond-mock and gabion-mock.
 */
#ifndef GABION_TESTS_GABIOND_PROCESS_H
#define GABION_TESTS_GABIOND_PROCESS_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "netlink_mock.h"
#include "test.h"

#define PATIENCE_MS 15000

/* struct gabiond - a daemon with a folder of its own, and its kernel */
struct gabiond {
	struct mock *mock;
	char dir[32];
	char events[64];
	char log[64];
	char socket[64];
	char state[64];
	char last[64];
	char policy[64];
	char spool[64];
	const char *option;	/* one more, or NULL */
	int notify;
	pid_t daemon;
};

static inline const char *binary(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", getenv("GABION_BIN") ?: "build/asan/tests", name);
	return path;
}

static inline void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	fputs(text, file);
	fclose(file);
}

static inline void listen_notify(struct gabiond *f)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/notify", f->dir);
	setenv("NOTIFY_SOCKET", address.sun_path, 1);
	f->notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(f->notify, (struct sockaddr *)&address, sizeof(address)), 0);
}

static inline int gabiond_setup(void **state)
{
	struct gabiond *f = calloc(1, sizeof(*f));
	char source[96];

	f->mock = mock_start();
	strcpy(f->dir, "/tmp/gabiond-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->events, sizeof(f->events), "%s/events", f->dir);
	snprintf(f->log, sizeof(f->log), "%s/log", f->dir);
	snprintf(f->socket, sizeof(f->socket), "%s/socket", f->dir);
	snprintf(f->state, sizeof(f->state), "%s/state", f->dir);
	snprintf(f->last, sizeof(f->last), "%s/last.image", f->dir);
	snprintf(f->spool, sizeof(f->spool), "%s/spool", f->dir);
	snprintf(f->policy, sizeof(f->policy), "%s/policy", f->dir);
	assert_int_equal(mkdir(f->policy, 0700), 0);
	snprintf(source, sizeof(source), "%s/test.gabion", f->policy);
	write_file(source, "resource motd file /etc/motd\n"
			   "domain web {\n\tenter /usr/bin/web\n\tread motd\n}\n");
	listen_notify(f);
	*state = f;
	return 0;
}

static inline void start(struct gabiond *f)
{
	char output[96];
	int log;

	snprintf(output, sizeof(output), "file:%s", f->events);
	f->daemon = fork();
	if (f->daemon)
		return;
	log = open(f->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	dup2(log, STDERR_FILENO);
	execl(binary("gabiond-mock"), "gabiond", "--output", output, "--policy-dir", f->policy,
	      "--state", f->state, "--socket", f->socket, "--spool", f->spool, "--last-image", f->last,
	      f->option, NULL);
	_exit(127);
}

static inline int stop(struct gabiond *f, int signal)
{
	int status = 0;

	if (!f->daemon)
		return 0;
	kill(f->daemon, signal);
	waitpid(f->daemon, &status, 0);
	f->daemon = 0;
	return status;
}

static inline int gabiond_teardown(void **state)
{
	struct gabiond *f = *state;
	char command[64];

	stop(f, SIGKILL);
	mock_stop(f->mock);
	close(f->notify);
	unsetenv("NOTIFY_SOCKET");
	snprintf(command, sizeof(command), "rm -r %s", f->dir);
	if (system(command))
		return -1;
	free(f);
	return 0;
}

static inline void read_text(const char *path, char *text, size_t size)
{
	FILE *file = fopen(path, "r");
	size_t n = file ? fread(text, 1, size - 1, file) : 0;

	text[n] = '\0';
	if (file)
		fclose(file);
}

/* How often @needle is in the file. */
static inline int count(const char *path, const char *needle)
{
	static char text[256 << 10];
	const char *at;
	int n = 0;

	read_text(path, text, sizeof(text));
	for (at = text; (at = strstr(at, needle)); at++)
		n++;
	return n;
}

static inline void await_text(const char *path, const char *needle)
{
	static char text[64 << 10];
	int waited;

	for (waited = 0; waited < PATIENCE_MS && !count(path, needle); waited += 10)
		usleep(10000);
	read_text(path, text, sizeof(text));
	if (!strstr(text, needle))
		fail_msg("'%s' did not come; there is: %s", needle, text);
}

static inline void await_notify(struct gabiond *f, const char *needle)
{
	struct timeval patience = { .tv_sec = PATIENCE_MS / 1000 };
	char text[512];
	ssize_t n;

	setsockopt(f->notify, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	do {
		n = recv(f->notify, text, sizeof(text) - 1, 0);
		if (n < 0) {
			read_text(f->log, text, sizeof(text));
			fail_msg("no '%s' from the daemon; its log: %s", needle, text);
		}
		text[n] = '\0';
	} while (!strstr(text, needle));
}

static inline void await_acknowledged(struct gabiond *f)
{
	int waited;

	for (waited = 0; waited < PATIENCE_MS && mock_pending(f->mock); waited += 10)
		usleep(10000);
	assert_int_equal(mock_pending(f->mock), 0);
}

#endif /* GABION_TESTS_GABIOND_PROCESS_H */
