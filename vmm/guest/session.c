// SPDX-License-Identifier: GPL-2.0
#include "session.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "pump.h"
#include "spawn.h"

/* As shells do. */
#define EXIT_CANNOT_EXECUTE 126
#define EXIT_NOT_FOUND	    127

enum { IN, OUT, ERR, STREAMS };

/**
 * struct session - a command that runs
 * @pumps:	its streams
 * @children:	signalfd of SIGCHLD; owned
 * @ended:	it has, with @wait_status
 */
struct session {
	struct gabion_guest_command command;
	struct gabion_pump pumps[STREAMS];
	const struct gabion_session_channels *channels;
	void (*alone)(void);
	int children;
	bool tty, ended;
	int wait_status;
};

int gabion_session_fail(int control, unsigned int status, const char *format, ...)
{
	unsigned char payload[GABION_GUEST_REPLY_MAX];
	va_list args;
	int n;

	gabion_guest_put(payload, status, 4);
	va_start(args, format);
	n = vsnprintf((char *)payload + 4, sizeof(payload) - 4, format, args);
	va_end(args);
	if (n < 0)
		n = 0;
	if ((size_t)n > sizeof(payload) - 5)
		n = sizeof(payload) - 5;
	return gabion_guest_send(control, GABION_GUEST_FAILED, payload, 4 + (size_t)n);
}

static int fail_to_start(int control, const char *command, const char *what, int err)
{
	unsigned int status = err == -ENOENT && !what ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE;

	if (err == -ENOENT && !what && !strchr(command, '/'))
		return gabion_session_fail(control, status, "cannot run '%s': command not found",
					   command);
	return gabion_session_fail(control, status, "cannot run '%s': %s%s%s", command,
				   what ? what : "", what ? ": " : "", strerror(-err));
}

static void reap(struct session *s)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	if (read(s->children, &info, sizeof(info)) < 0 && errno != EAGAIN)
		return;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != s->command.pid || s->ended)
			continue;
		s->ended = true;
		s->wait_status = status;
		gabion_pump_close(&s->pumps[IN]);
		if (s->alone)
			s->alone();
	}
}

/* -EPROTO: it is not one that the host sends now. */
static int obey(struct session *s, const struct gabion_guest_frame *frame)
{
	struct winsize size = {0};

	if (frame->size != 4)
		return -EPROTO;
	switch (frame->type) {
	case GABION_GUEST_SIGNAL:
		if (!s->ended)
			kill(-s->command.pid, (int)gabion_guest_get(frame->payload, 4));
		return 0;
	case GABION_GUEST_WINDOW:
		size.ws_row = (unsigned short)gabion_guest_get(frame->payload, 2);
		size.ws_col = (unsigned short)gabion_guest_get(frame->payload + 2, 2);
		if (s->tty && s->pumps[OUT].from >= 0)
			ioctl(s->pumps[OUT].from, TIOCSWINSZ, &size);
		return 0;
	default:
		return -EPROTO;
	}
}

static int hear(struct session *s)
{
	struct gabion_guest_frame frame;
	int got = gabion_guest_read(s->channels->reader, s->channels->control, &frame);

	if (got == -EAGAIN || got == -EINTR)
		return 0;
	return got > 0 ? obey(s, &frame) : got;
}

/* Until the command has ended and its output is with the host. */
static int serve(struct session *s)
{
	struct pollfd wait[2 + 2 * STREAMS];
	int err = 0, i;

	while (!err && !(s->ended && gabion_pump_done(&s->pumps[OUT]) &&
			 gabion_pump_done(&s->pumps[ERR]))) {
		wait[0] = (struct pollfd){.fd = s->channels->control, .events = POLLIN};
		wait[1] = (struct pollfd){.fd = s->children, .events = POLLIN};
		for (i = 0; i < STREAMS; i++)
			gabion_pump_wait(&s->pumps[i], wait + 2 + 2 * i);
		if (poll(wait, sizeof(wait) / sizeof(*wait), -1) < 0) {
			err = errno == EINTR ? 0 : -errno;
			continue;
		}
		for (i = 0; i < STREAMS; i++)
			gabion_pump_move(&s->pumps[i], wait + 2 + 2 * i);
		if (wait[1].revents)
			reap(s);
		if (wait[0].revents)
			err = hear(s);
	}
	return err;
}

static int tell_end(const struct session *s)
{
	bool killed = WIFSIGNALED(s->wait_status);
	unsigned char payload[4];

	gabion_guest_put(
		payload,
		(uint32_t)(killed ? WTERMSIG(s->wait_status) : WEXITSTATUS(s->wait_status)), 4);
	return gabion_guest_send(s->channels->control,
				 killed ? GABION_GUEST_KILLED : GABION_GUEST_EXITED, payload,
				 sizeof(payload));
}

/* Signals and the like may still come: they have no meaning any more. */
static int await_host(const struct gabion_session_channels *channels)
{
	struct pollfd wait = {.fd = channels->control, .events = POLLIN};
	struct gabion_guest_frame frame;
	int got;

	do {
		if (poll(&wait, 1, -1) < 0 && errno != EINTR)
			return -errno;
		got = gabion_guest_read(channels->reader, channels->control, &frame);
	} while (got >= 0 || got == -EAGAIN || got == -EINTR);
	return got == -ENODATA ? 0 : got;
}

/* A signalfd, or -1 and errno. */
static int watch_children(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	return sigprocmask(SIG_BLOCK, &set, NULL) ? -1
						  : signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int run(struct session *s)
{
	int err = gabion_guest_send(s->channels->control, GABION_GUEST_STARTED, NULL, 0);

	if (!err)
		err = serve(s);
	if (!err)
		err = tell_end(s);
	if (!err)
		return await_host(s->channels);
	if (!s->ended) {
		kill(-s->command.pid, SIGKILL);
		waitpid(s->command.pid, NULL, 0);
	}
	return err;
}

int gabion_session_run(const struct gabion_guest_job *job, struct gabion_session_channels *channels,
		       void (*alone)(void))
{
	struct session *s = calloc(1, sizeof(*s));
	const char *what = "signals";
	int err, i;

	if (!s)
		return -ENOMEM;
	s->channels = channels;
	s->alone = alone;
	s->tty = job->tty;
	s->children = watch_children();
	err = s->children < 0 ? -errno : gabion_guest_spawn(job, &s->command, &what);
	s->pumps[IN].from = channels->in;
	s->pumps[OUT].to = channels->out;
	s->pumps[ERR].to = channels->err;
	s->pumps[IN].to = err ? -1 : s->command.in;
	s->pumps[OUT].from = err ? -1 : s->command.out;
	s->pumps[ERR].from = err ? -1 : s->command.err;
	if (!err) {
		err = run(s);
	} else {
		for (i = 0; i < STREAMS; i++)
			gabion_pump_close(&s->pumps[i]);
		err = fail_to_start(channels->control, job->argv[0], what, err);
		err = err ? err : await_host(channels);
	}
	for (i = 0; i < STREAMS; i++)
		gabion_pump_close(&s->pumps[i]);
	if (s->children >= 0)
		close(s->children);
	free(s);
	return err;
}
