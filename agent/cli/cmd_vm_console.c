// SPDX-License-Identifier: GPL-2.0
/*
 * gabion vm console: the serial port of a machine.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "../vm/keeper.h"
#include "../vm/terminal.h"
#include "usage.h"
#include "vm.h"

/* Ctrl-], as of telnet(1). */
#define DETACH 0x1d

static int write_all(int fd, const char *bytes, ssize_t n)
{
	ssize_t done;

	for (; n > 0; bytes += done, n -= done) {
		done = write(fd, bytes, (size_t)n);
		if (done < 0 && errno != EINTR)
			return -errno;
		done = done < 0 ? 0 : done;
	}
	return 0;
}

/* From the terminal to the machine. Return: 1: go on; 0: there is no more input; -1: detach. */
static int type(int fd, bool terminal)
{
	char bytes[256];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));

	if (n <= 0)
		return n < 0 && errno == EINTR;
	if (terminal && memchr(bytes, DETACH, (size_t)n))
		return -1;
	return send(fd, bytes, (size_t)n, MSG_NOSIGNAL) < 0 ? 0 : 1;
}

/* Until the machine ends, or the user goes. */
static int show(int fd, bool terminal)
{
	struct pollfd wait[2] = {{.fd = fd, .events = POLLIN},
				 {.fd = STDIN_FILENO, .events = POLLIN}};
	char bytes[4096];
	ssize_t n;
	int typed;

	for (;;) {
		if (poll(wait, 2, -1) < 0 && errno != EINTR)
			return -errno;
		if (wait[0].revents) {
			n = read(fd, bytes, sizeof(bytes));
			if (n <= 0)
				return n < 0 ? -errno : 0;
			if (write_all(STDOUT_FILENO, bytes, n))
				return -errno;
		}
		typed = wait[1].fd >= 0 && wait[1].revents ? type(fd, terminal) : 1;
		if (typed < 0)
			return 0;
		if (!typed)
			wait[1].fd = -1;
	}
}

int cmd_vm_console(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error)
{
	cleanup_terminal struct gabion_vm_terminal terminal = {0};
	static const char request = GABION_KEEPER_CONSOLE;
	struct gabion_vm_entry entry;
	cleanup_fd int fd = -1;
	int err;

	(void)cli;
	if (argc != 2 || argv[1][0] == '-')
		return gabion_cli_wrong(error, argv[0],
					"which machine? one name; see 'gabion vm ps'");
	if (gabion_vm_entry_find(&entry, argv[1], error))
		return GABION_EXIT_ERROR;
	fd = gabion_vm_entry_connect(&entry, GABION_VM_FILE_CONTROL, error);
	if (fd < 0)
		return GABION_EXIT_ERROR;
	gabion_vm_terminal_set(&terminal);
	if (terminal.changed)
		fprintf(stderr, "gabion: console of '%s'; Ctrl-] leaves it\r\n", entry.name);
	err = send(fd, &request, 1, MSG_NOSIGNAL) == 1 ? show(fd, terminal.changed) : -errno;
	if (!err)
		return GABION_EXIT_OK;
	gabion_error_set(error, err, "console of '%s': %s", entry.name, strerror(-err));
	return GABION_EXIT_ERROR;
}
