/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A command of gabion that reads from gabiond's socket, and a test in gabiond's place: what
 * is sent, and when, is the test's. GABION_BIN is the folder with gabion-mock.
 */
#ifndef GABION_TESTS_LIVE_PROCESS_H
#define GABION_TESTS_LIVE_PROCESS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

/**
 * struct live_process - a folder, the socket in it, and a command
 * @listener:	gabiond's socket
 * @reader:	the command's connection, -1: none
 * @out:	stdout and stderr of the command
 */
struct live_process {
	char dir[32];
	char socket[64];
	int listener;
	int reader;
	FILE *out;
	pid_t pid;
};

static inline int live_setup(void **state)
{
	struct live_process *p = calloc(1, sizeof(*p));
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	strcpy(p->dir, "/tmp/gabion-live-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->socket, sizeof(p->socket), "%s/sock", p->dir);
	strcpy(address.sun_path, p->socket);
	p->reader = -1;
	p->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(p->listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(p->listener, 4), 0);
	*state = p;
	return 0;
}

static inline int live_teardown(void **state)
{
	struct live_process *p = *state;
	char command[64];

	if (p->reader >= 0)
		close(p->reader);
	close(p->listener);
	snprintf(command, sizeof(command), "rm -r %s", p->dir);
	if (system(command))
		return -1;
	free(p);
	return 0;
}

/* Start gabion with @arguments, as a shell reads them, in the folder. */
static inline void live_start(struct live_process *p, const char *arguments)
{
	char command[1024], program[256];
	int out[2];

	assert_non_null(realpath(getenv("GABION_BIN") ?: "build/asan/tests", program));
	snprintf(command, sizeof(command), "cd %s && exec %s/gabion-mock %s 2>&1 </dev/null",
		 p->dir, program, arguments);
	assert_int_equal(pipe(out), 0);
	p->pid = fork();
	assert_true(p->pid >= 0);
	if (!p->pid) {
		dup2(out[1], STDOUT_FILENO);
		close(out[0]);
		close(out[1]);
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	close(out[1]);
	p->out = fdopen(out[0], "r");
	assert_non_null(p->out);
}

/* The command connects. */
static inline void live_accept(struct live_process *p)
{
	p->reader = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(p->reader >= 0);
}

static inline void live_send(struct live_process *p, const char *record)
{
	assert_int_equal(send(p->reader, record, strlen(record), MSG_NOSIGNAL), strlen(record));
}

/* The next line that the command writes has @part; fails at its end. */
static inline void live_says(struct live_process *p, const char *part)
{
	char line[4096];

	if (!fgets(line, sizeof(line), p->out))
		fail_msg("it ended before it said '%s'", part);
	if (!strstr(line, part))
		fail_msg("'%s' is not in '%s'", part, line);
}

/* It writes nothing more; its exit status. */
static inline int live_end(struct live_process *p)
{
	char line[4096];
	int status;

	if (fgets(line, sizeof(line), p->out))
		fail_msg("it also says '%s'", line);
	fclose(p->out);
	assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#endif /* GABION_TESTS_LIVE_PROCESS_H */
