// SPDX-License-Identifier: GPL-2.0
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../../vmm/guest/pump.h"
#include "../common/cleanup.h"
#include "../common/text.h"
#include "jail.h"
#include "share.h"
#include "terminal.h"

/* Milliseconds from the end of the command until the machine is off, or is switched off. */
#define POWER_OFF_MS 10000

enum { IN, OUT, ERR, STREAMS };

/* A connection whose hello is not whole yet. More of them at once than the guest has channels are
 * not needed. */
struct newcomer {
	int fd;
	unsigned char hello[GABION_GUEST_HELLO_SIZE];
	size_t filled;
};

/**
 * struct session - one guest
 * @control:	-1 while it has not connected; owned
 * @held:	second descriptor of stdin's channel: of one that is closed altogether the guest may
 *		lose what it has not read yet; owned; -1
 * @connected:	bit for each channel that was
 * @signals, @machine_end: signalfd; pidfd of the keeper; owned
 * @tty, @started, @ended: the command's
 * @boot_end:	CLOCK_MONOTONIC millisecond at which it has to be started; 0: whenever
 * @status:	of the command, or of what went wrong; -1
 */
struct session {
	const struct gabion_vm_machine *machine;
	int listener, control, signals, machine_end;
	struct gabion_guest_reader reader;
	struct newcomer newcomers[GABION_CHANNELS_END];
	struct gabion_pump pumps[STREAMS];
	int held;
	uint32_t connected;
	bool tty, started, ended;
	int64_t boot_end;
	int status;
	struct gabion_error *error;
};

static int fail(struct session *s, const char *what)
{
	gabion_error_set(s->error, -EPROTO, "%s", what);
	s->status = GABION_VM_EXIT_FAILED;
	return -EPROTO;
}

static int send_job(struct session *s)
{
	const struct gabion_vm_machine *m = s->machine;
	struct gabion_guest_job job = {
		.tty = s->tty,
		.rootfs = m->type,
		.hostname = m->name,
		.cwd = m->cwd,
		.argv = m->argv,
		.env = m->env,
		.share_count = m->share_count,
	};
	unsigned char *payload;
	size_t size, i;
	int err;

	gabion_vm_terminal_size(&job.rows, &job.columns);
	for (i = 0; i < m->share_count; i++)
		job.shares[i] = (struct gabion_guest_share){m->shares[i].guest,
							    m->shares[i].access != GABION_VM_WRITE};
	err = gabion_guest_job_encode(&job, &payload, &size);
	if (err)
		return fail(s, err == -E2BIG ? "command and environment are too long for a guest"
					     : "out of memory");
	err = gabion_guest_send(s->control, GABION_GUEST_JOB, payload, size);
	free(payload);
	return err ? fail(s, "the guest does not take its job") : 0;
}

/* A process for each share: it has nothing of ours but the folder. */
static int start_share(struct session *s, int fd, const struct gabion_vm_share *share)
{
	bool read_only = share->access != GABION_VM_WRITE;
	pid_t starter = getpid(), pid = fork();
	int folder, socket, err;

	if (!pid) {
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != starter)
			_exit(1);
		folder = fcntl(share->root, F_DUPFD, 10);
		socket = dup2(fd, 3);
		if (dup2(folder, 4) != 4 || socket != 3)
			_exit(1);
		close_range(5, ~0U, 0);
		close_range(0, 2, 0);
		fcntl(3, F_SETFL, 0);
		err = gabion_vm_share_confine(read_only);
		_exit(-(err ? err : gabion_vm_share_serve(3, 4, read_only)));
	}
	close(fd);
	return pid < 0 ? fail(s, "cannot start a process for a share") : 0;
}

static int connect_stream(struct session *s, int fd, int stream)
{
	struct gabion_pump *pump = &s->pumps[stream];
	int ours = fcntl(stream == IN	 ? STDIN_FILENO
			 : stream == OUT ? STDOUT_FILENO
					 : STDERR_FILENO,
			 F_DUPFD_CLOEXEC, 3);

	if (stream == IN)
		s->held = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	/* A stream that we do not have is one that has ended. */
	pump->from = stream == IN ? ours : fd;
	pump->to = stream == IN ? fd : ours;
	if (ours < 0)
		gabion_pump_close(pump);
	return stream == IN && s->held < 0 ? fail(s, "no descriptors") : 0;
}

static int connect_channel(struct session *s, int fd, int channel)
{
	size_t share = (size_t)channel - GABION_CHANNEL_SHARE;

	if (channel < 0 || s->connected & 1U << channel ||
	    (channel >= GABION_CHANNEL_SHARE && share >= s->machine->share_count)) {
		close(fd);
		return fail(s, "the guest breaks the protocol: it connected what it should not");
	}
	s->connected |= 1U << channel;
	if (channel >= GABION_CHANNEL_SHARE)
		return start_share(s, fd, &s->machine->shares[share]);
	if (channel != GABION_CHANNEL_CONTROL)
		return connect_stream(s, fd, channel - GABION_CHANNEL_STDIN);
	s->control = fd;
	return send_job(s);
}

/* All that wait, and as much of their hellos as there is. */
static int receive_guests(struct session *s)
{
	struct newcomer *n;
	bool more = true;
	int i, fd, err = 0;
	ssize_t got;

	for (i = 0; i < GABION_CHANNELS_END && !err; i++) {
		n = &s->newcomers[i];
		if (n->fd < 0 && more) {
			n->fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
			more = n->fd >= 0;
		}
		if (n->fd < 0)
			continue;
		got = read(n->fd, n->hello + n->filled, sizeof(n->hello) - n->filled);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		n->filled += got > 0 ? (size_t)got : 0;
		if (got > 0 && n->filled < sizeof(n->hello))
			continue;
		fd = n->fd;
		n->fd = -1;
		n->filled = 0;
		if (got > 0)
			err = connect_channel(s, fd, gabion_guest_hello_decode(n->hello));
		else
			close(fd);
	}
	return err;
}

static int failed(struct session *s, const struct gabion_guest_frame *frame)
{
	char text[GABION_GUEST_REPLY_MAX];
	cleanup_free char *shown = NULL;

	memcpy(text, frame->payload + 4, frame->size - 4);
	text[frame->size - 4] = '\0';
	shown = gabion_text_escape(*text ? text : "the guest does not say why it cannot run this");
	s->status = (int)(gabion_guest_get(frame->payload, 4) & 0xff);
	return gabion_error_set(s->error, -ENOEXEC, "%s", shown ? shown : "out of memory");
}

/* What the guest's init says. 0, or -errno and the session is over. */
static int obey(struct session *s, const struct gabion_guest_frame *frame)
{
	if (frame->type == GABION_GUEST_STARTED && !s->started && !frame->size) {
		s->started = true;
		return 0;
	}
	if (frame->size < 4 || s->ended)
		return fail(s, "the guest breaks the protocol");
	s->ended = true;
	switch (frame->type) {
	case GABION_GUEST_EXITED:
		s->status = (int)(gabion_guest_get(frame->payload, 4) & 0xff);
		return 0;
	case GABION_GUEST_KILLED:
		s->status = 128 + (int)(gabion_guest_get(frame->payload, 4) & 0x7f);
		return 0;
	case GABION_GUEST_FAILED:
		failed(s, frame);
		return 0;
	default:
		return fail(s, "the guest breaks the protocol");
	}
}

static int hear(struct session *s)
{
	struct gabion_guest_frame frame;
	int got = gabion_guest_read(&s->reader, s->control, &frame);

	if (!got || got == -EAGAIN || got == -EINTR)
		return 0;
	if (got > 0)
		return obey(s, &frame);
	return fail(s, got == -EPROTO ? "the guest breaks the protocol"
				      : "the machine ended before the command");
}

static int tell_signal(struct session *s, uint32_t number)
{
	unsigned char payload[4];
	uint16_t rows, columns;

	if (number == SIGWINCH) {
		gabion_vm_terminal_size(&rows, &columns);
		gabion_guest_put(payload, rows, 2);
		gabion_guest_put(payload + 2, columns, 2);
		return s->tty && s->started
			       ? gabion_guest_send(s->control, GABION_GUEST_WINDOW, payload, 4)
			       : 0;
	}
	if (!s->started) {
		s->status = 128 + (int)number;
		return -EINTR;
	}
	gabion_guest_put(payload, number, 4);
	return gabion_guest_send(s->control, GABION_GUEST_SIGNAL, payload, 4);
}

static int take_signals(struct session *s)
{
	struct signalfd_siginfo info;
	int err = 0;

	while (!err && read(s->signals, &info, sizeof(info)) == sizeof(info))
		if (!s->ended)
			err = tell_signal(s, info.ssi_signo);
	/* That the guest is gone is seen elsewhere. */
	return err == -EPIPE ? 0 : err;
}

enum {
	WAIT_LISTENER,
	WAIT_CONTROL,
	WAIT_SIGNALS,
	WAIT_END,
	WAIT_PUMPS,
	WAIT_NEW = WAIT_PUMPS + 2 * STREAMS,
	WAITS = WAIT_NEW + GABION_CHANNELS_END
};

static void fill_waits(const struct session *s, struct pollfd wait[WAITS])
{
	int i;

	wait[WAIT_LISTENER] = (struct pollfd){.fd = s->listener, .events = POLLIN};
	wait[WAIT_CONTROL] = (struct pollfd){.fd = s->ended ? -1 : s->control, .events = POLLIN};
	wait[WAIT_SIGNALS] = (struct pollfd){.fd = s->signals, .events = POLLIN};
	/* What has not been read from a machine that ended after its command is still in the
	 * sockets. */
	wait[WAIT_END] = (struct pollfd){.fd = s->ended ? -1 : s->machine_end, .events = POLLIN};
	for (i = 0; i < STREAMS; i++)
		gabion_pump_wait(&s->pumps[i], wait + WAIT_PUMPS + 2 * i);
	for (i = 0; i < GABION_CHANNELS_END; i++)
		wait[WAIT_NEW + i] = (struct pollfd){.fd = s->newcomers[i].fd, .events = POLLIN};
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Milliseconds until the guest is late; -1: it cannot be. */
static int boot_left(const struct session *s)
{
	int64_t left = s->boot_end - now_ms();

	if (!s->boot_end || s->started || s->ended)
		return -1;
	return left > 0 ? (int)left : 0;
}

static int fail_late(struct session *s)
{
	s->status = GABION_VM_EXIT_FAILED;
	return gabion_error_set(s->error, -ETIMEDOUT,
				"the guest has not started the command within %u s: what it "
				"does is on its console; --boot-timeout gives it more",
				s->machine->boot_seconds);
}

static bool done(const struct session *s)
{
	return s->ended && gabion_pump_done(&s->pumps[OUT]) && gabion_pump_done(&s->pumps[ERR]);
}

/* Until the command has ended and all of its output is ours. */
static void serve(struct session *s)
{
	struct pollfd wait[WAITS];
	int err = 0, i;

	while (!err && !done(s)) {
		fill_waits(s, wait);
		if (poll(wait, WAITS, boot_left(s)) < 0 && errno != EINTR)
			err = fail(s, "poll");
		for (i = 0; i < STREAMS; i++)
			gabion_pump_move(&s->pumps[i], wait + WAIT_PUMPS + 2 * i);
		if (wait[WAIT_SIGNALS].revents)
			err = take_signals(s);
		/* Streams first: they were there before what control says of their end. */
		err = err ? err : receive_guests(s);
		if (!err && wait[WAIT_CONTROL].revents)
			err = hear(s);
		else if (!err && wait[WAIT_END].revents)
			err = fail(s, "the machine ended before the command");
		if (!err && !boot_left(s))
			err = fail_late(s);
	}
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGWINCH);
	signal(SIGPIPE, SIG_IGN);
	return sigprocmask(SIG_BLOCK, &set, NULL) ? -1
						  : signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void free_session(struct session *s)
{
	int i;

	for (i = 0; i < STREAMS; i++)
		gabion_pump_close(&s->pumps[i]);
	if (s->held >= 0)
		close(s->held);
	for (i = 0; i < GABION_CHANNELS_END; i++)
		if (s->newcomers[i].fd >= 0)
			close(s->newcomers[i].fd);
	gabion_guest_reader_free(&s->reader);
	if (s->control >= 0)
		close(s->control);
	if (s->signals >= 0)
		close(s->signals);
	if (s->machine_end >= 0)
		close(s->machine_end);
	free(s);
}

static struct session *make_session(const struct gabion_vm_machine *machine, int listener,
				    const struct gabion_keeper *keeper, struct gabion_error *error)
{
	struct session *s = calloc(1, sizeof(*s));
	int i;

	if (!s)
		return NULL;
	s->machine = machine;
	s->listener = listener;
	s->error = error;
	s->control = s->held = -1;
	s->status = GABION_VM_EXIT_FAILED;
	if (machine->boot_seconds)
		s->boot_end = now_ms() + (int64_t)machine->boot_seconds * 1000;
	s->reader.max = GABION_GUEST_REPLY_MAX;
	s->tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	for (i = 0; i < STREAMS; i++)
		s->pumps[i].from = s->pumps[i].to = -1;
	for (i = 0; i < GABION_CHANNELS_END; i++)
		s->newcomers[i].fd = -1;
	s->signals = open_signals();
	s->machine_end = pidfd_open(keeper->pid, 0);
	return s;
}

int gabion_vm_session_listen(const struct gabion_vm_machine *machine,
			     const struct gabion_vm_entry *entry, struct gabion_error *error)
{
	char path[GABION_VM_PATH_MAX];
	int fd = gabion_vm_entry_listen(entry, GABION_VM_FILE_SOCKET, error);

	if (fd < 0 || !machine->uid)
		return fd;
	gabion_vm_entry_file(entry, GABION_VM_FILE_SOCKET, path);
	if (!gabion_vm_jail_give(machine, path, error))
		return fd;
	close(fd);
	return error->code;
}

int gabion_vm_session_run(const struct gabion_vm_machine *machine, int listener,
			  const struct gabion_keeper *keeper, struct gabion_error *error)
{
	cleanup_terminal struct gabion_vm_terminal terminal = {0};
	struct session *s = make_session(machine, listener, keeper, error);
	struct pollfd off;
	int status = GABION_VM_EXIT_FAILED;

	if (!s || s->signals < 0 || s->machine_end < 0) {
		gabion_error_set(error, -errno, "session: %s", strerror(errno));
	} else {
		if (s->tty)
			gabion_vm_terminal_set(&terminal);
		serve(s);
		status = s->status;
		off = (struct pollfd){.fd = s->machine_end, .events = POLLIN};
		if (s->control >= 0)
			close(s->control);
		s->control = -1;
		if (s->ended)
			poll(&off, 1, POWER_OFF_MS);
	}
	if (s)
		free_session(s);
	return status;
}
