// SPDX-License-Identifier: GPL-2.0
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "jail.h"

#define CLIENTS	     8
#define REQUEST_SIZE 3

/**
 * struct client - a connection
 * @fd:		owned; -1: the place is free
 * @request:	@filled bytes of it
 * @told:	console: how many bytes of all that ever came it has got
 */
struct client {
	int fd;
	unsigned char request[REQUEST_SIZE];
	size_t filled;
	size_t told;
};

/**
 * struct kept - what the keeper works with
 * @starter:	its parent
 * @life, @listener, @pidfd, @output, @input: of the starter, for clients, of the machine; owned; -1
 * @kill_at:	CLOCK_MONOTONIC second at which it is killed, 0: never
 */
struct kept {
	const struct gabion_vm_entry *entry;
	const struct gabion_vm_machine *machine;
	struct gabion_console *console;
	pid_t starter, vmm;
	int life, listener, pidfd, output, input;
	time_t kill_at;
	struct client clients[CLIENTS];
};

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static __attribute__((noreturn)) void become_vmm(const struct kept *k, pid_t keeper, int in,
						 int out)
{
	struct gabion_vm_command command;
	struct gabion_error error;

	/* However the keeper ends. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != keeper || dup2(in, 0) < 0 ||
	    dup2(out, 1) < 0 || dup2(out, 2) < 0)
		_exit(126);
	/* What it says now is the console's. */
	if (k->machine->uid && gabion_vm_jail_furnish(k->machine, k->entry, &error)) {
		dprintf(2, "%s\n", error.text);
		_exit(126);
	}
	gabion_vm_machine_argv(k->machine, k->entry, &command);
	/* Nothing that our caller left open, either. */
	close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
	signal(SIGPIPE, SIG_DFL);
	execvp(command.argv[0], (char *const *)command.argv);
	dprintf(2, "cannot run %s: %s\n", command.argv[0], strerror(errno));
	_exit(127);
}

/* 0 or -errno. */
static int start_vmm(struct kept *k)
{
	pid_t keeper = getpid();
	int in[2], out[2];

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		return -errno;
	k->vmm = fork();
	if (!k->vmm)
		become_vmm(k, keeper, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	k->input = in[1];
	k->output = out[0];
	fcntl(k->input, F_SETFL, O_NONBLOCK);
	fcntl(k->output, F_SETFL, O_NONBLOCK);
	k->pidfd = k->vmm < 0 ? -1 : pidfd_open(k->vmm, 0);
	return k->pidfd < 0 ? -errno : 0;
}

/* What the starter says: go, or by its end, that it is over. Return: is it? */
static bool hear_starter(struct kept *k)
{
	char byte;
	ssize_t n = read(k->life, &byte, 1);

	if (n < 0 && errno == EINTR)
		return false;
	return n <= 0 || k->vmm > 0 || start_vmm(k);
}

static void take_output(struct kept *k)
{
	char bytes[4096];
	ssize_t n;

	while ((n = read(k->output, bytes, sizeof(bytes))) > 0)
		gabion_console_add(k->console, bytes, (size_t)n);
	if (!n)
		close_fd(&k->output);
}

static void accept_client(struct kept *k)
{
	int fd = accept4(k->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), i;

	for (i = 0; i < CLIENTS && fd >= 0; i++)
		if (k->clients[i].fd < 0) {
			k->clients[i] = (struct client){.fd = fd};
			return;
		}
	if (fd >= 0)
		close(fd);
}

static bool is_console(const struct client *client)
{
	return client->filled && client->request[0] == GABION_KEEPER_CONSOLE;
}

/* The command is to end as by kill(1); the machine, when that has not helped in time. */
static void stop(struct kept *k, const struct client *client)
{
	time_t seconds = client->request[1] | client->request[2] << 8;

	if (getppid() == k->starter)
		kill(k->starter, SIGTERM);
	if (!k->kill_at || now() + seconds < k->kill_at)
		k->kill_at = now() + seconds;
	if (!seconds)
		k->kill_at = now();
}

static void hear_client(struct kept *k, struct client *client)
{
	unsigned char bytes[1024];
	bool console = is_console(client);
	ssize_t n = console ? read(client->fd, bytes, sizeof(bytes))
			    : read(client->fd, client->request + client->filled,
				   REQUEST_SIZE - client->filled);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0 || (!console && client->filled == REQUEST_SIZE)) {
		close_fd(&client->fd);
		return;
	}
	if (console) {
		/* What is typed faster than the guest reads is lost, as on a serial port. */
		if (k->input >= 0 && write(k->input, bytes, (size_t)n) < 0 && errno == EPIPE)
			close_fd(&k->input);
		return;
	}
	client->filled += (size_t)n;
	if (client->request[0] == GABION_KEEPER_STOP && client->filled == REQUEST_SIZE)
		stop(k, client);
	else if (client->request[0] != GABION_KEEPER_STOP && !is_console(client))
		close_fd(&client->fd);
}

/* What the client has not got yet, as far as it is kept. */
static void tell_client(const struct gabion_console *console, struct client *client)
{
	size_t from, n;
	ssize_t done;

	while (client->told < console->total) {
		if (console->total - client->told > GABION_CONSOLE_SIZE)
			client->told = console->total - GABION_CONSOLE_SIZE;
		from = client->told % GABION_CONSOLE_SIZE;
		n = console->total - client->told;
		if (n > GABION_CONSOLE_SIZE - from)
			n = GABION_CONSOLE_SIZE - from;
		done = send(client->fd, console->bytes + from, n, MSG_NOSIGNAL);
		if (done < 0 && errno != EAGAIN)
			close_fd(&client->fd);
		if (done <= 0)
			return;
		client->told += (size_t)done;
	}
}

static int wait_time(const struct kept *k)
{
	time_t left = k->kill_at - now();

	if (!k->kill_at || k->vmm <= 0)
		return -1;
	return left > 0 ? (int)left * 1000 : 0;
}

static void serve_clients(struct kept *k, const struct pollfd *wait)
{
	int i;

	for (i = 0; i < CLIENTS; i++) {
		if (wait[i].fd >= 0 && wait[i].revents & (POLLIN | POLLHUP | POLLERR))
			hear_client(k, &k->clients[i]);
		if (k->clients[i].fd >= 0 && is_console(&k->clients[i]))
			tell_client(k->console, &k->clients[i]);
	}
}

/* Until the machine, or the starter, has ended. */
static void keep(struct kept *k)
{
	struct pollfd wait[4 + CLIENTS];
	bool behind;
	int i;

	for (;;) {
		wait[0] = (struct pollfd){.fd = k->life, .events = POLLIN};
		wait[1] = (struct pollfd){.fd = k->pidfd, .events = POLLIN};
		wait[2] = (struct pollfd){.fd = k->output, .events = POLLIN};
		wait[3] = (struct pollfd){.fd = k->listener, .events = POLLIN};
		for (i = 0; i < CLIENTS; i++) {
			behind = is_console(&k->clients[i]) &&
				 k->clients[i].told < k->console->total;
			wait[4 + i] =
				(struct pollfd){.fd = k->clients[i].fd,
						.events = (short)(POLLIN | (behind ? POLLOUT : 0))};
		}
		if (poll(wait, 4 + CLIENTS, wait_time(k)) < 0 && errno != EINTR)
			return;
		if (k->kill_at && now() >= k->kill_at)
			return;
		if (wait[2].revents)
			take_output(k);
		if (wait[3].revents)
			accept_client(k);
		serve_clients(k, wait + 4);
		if (wait[1].revents || (wait[0].revents && hear_starter(k)))
			return;
	}
}

static int end_vmm(struct kept *k)
{
	int status = 0;

	if (k->vmm <= 0)
		return 0;
	/* No effect on one that has ended, which is not waited for yet. */
	kill(k->vmm, SIGKILL);
	while (waitpid(k->vmm, &status, 0) < 0 && errno == EINTR)
		continue;
	/* The jail's own keeper takes away the rest: then there is nothing any more. */
	while (k->machine->uid && (wait(NULL) > 0 || errno == EINTR))
		continue;
	if (k->output >= 0)
		take_output(k);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static __attribute__((noreturn)) void run(struct kept *k)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), status, i;

	/* Not of the starter's terminal, nor a holder of its streams. */
	setsid();
	/* The processes of a jail become ours when the one that we started is killed. */
	if (k->machine->uid)
		prctl(PR_SET_CHILD_SUBREAPER, 1);
	signal(SIGPIPE, SIG_IGN);
	if (null >= 0) {
		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
	}
	for (i = 0; i < CLIENTS; i++)
		k->clients[i].fd = -1;
	keep(k);
	status = end_vmm(k);
	for (i = 0; i < CLIENTS; i++)
		if (k->clients[i].fd >= 0 && is_console(&k->clients[i]))
			tell_client(k->console, &k->clients[i]);
	gabion_vm_entry_remove(k->entry);
	_exit(status);
}

static struct gabion_console *map_console(void)
{
	void *memory = mmap(NULL, sizeof(struct gabion_console), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

int gabion_keeper_start(struct gabion_keeper *keeper, struct gabion_vm_entry *entry,
			const struct gabion_vm_machine *machine, struct gabion_error *error)
{
	struct kept k = {.entry = entry,
			 .machine = machine,
			 .starter = getpid(),
			 .pidfd = -1,
			 .output = -1,
			 .input = -1};
	int life[2];

	*keeper = (struct gabion_keeper){.pid = -1, .life = -1, .console = map_console()};
	k.console = keeper->console;
	if (!k.console || pipe2(life, O_CLOEXEC))
		return gabion_error_set(error, -errno, "cannot start the machine's keeper: %s",
					strerror(errno));
	keeper->life = life[1];
	k.life = life[0];
	k.listener = gabion_vm_entry_listen(entry, GABION_VM_FILE_CONTROL, error);
	if (k.listener < 0) {
		close(k.life);
		return k.listener;
	}
	keeper->pid = fork();
	if (!keeper->pid) {
		close(keeper->life);
		run(&k);
	}
	close(k.life);
	close(k.listener);
	gabion_vm_entry_close(entry);
	return keeper->pid < 0 ? gabion_error_set(error, -errno, "fork: %s", strerror(errno)) : 0;
}

int gabion_keeper_go(const struct gabion_keeper *keeper)
{
	return write(keeper->life, "g", 1) == 1 ? 0 : -errno;
}

int gabion_keeper_end(struct gabion_keeper *keeper)
{
	int status = 0;

	close_fd(&keeper->life);
	if (keeper->pid > 0)
		while (waitpid(keeper->pid, &status, 0) < 0 && errno == EINTR)
			continue;
	keeper->pid = -1;
	if (keeper->console)
		munmap(keeper->console, sizeof(*keeper->console));
	keeper->console = NULL;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
