// SPDX-License-Identifier: GPL-2.0
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../agent/seccomp/confine.h"

/* To take things out of the machine's folder, which is its user's. */
#define CAPABILITIES (1ULL << CAP_DAC_OVERRIDE)

int gabion_kept_clean(const struct gabion_kept *kept)
{
	/* First: then nobody is left who would use the rest. */
	int err = kept->has_group ? gabion_group_remove(&kept->group) : 0;

	gabion_root_clean(&kept->root, kept->socket);
	return err;
}

/* Returns the status to end with. */
static int keep(struct gabion_kept kept, int pipe)
{
	char word;
	ssize_t n;

	do {
		n = read(pipe, &word, 1);
		kept.has_group |= n == 1;
	} while (n == 1 || (n < 0 && errno == EINTR));
	return gabion_kept_clean(&kept) ? 1 : 0;
}

/*
 * In a session of its own, deaf to what ends the others; without files of whoever reads our
 * output until it ends.
 */
static int settle(const struct gabion_filters *filters)
{
	struct gabion_error error;
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	setsid();
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	return gabion_confine_capabilities(CAPABILITIES, &error) ||
	       gabion_filters_enter(filters, GABION_THREAD_OUTSIDE);
}

int gabion_keeper_start(struct gabion_keeper *keeper, const struct gabion_kept *kept,
			const struct gabion_filters *filters, struct gabion_error *error)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return gabion_error_set(error, -errno, "pipe2: %s", strerror(errno));
	keeper->pid = fork();
	if (!keeper->pid) {
		close(ends[1]);
		/* It cannot say so; but gabion_keeper_end() will. */
		_exit(settle(filters) ? 1 : keep(*kept, ends[0]));
	}
	close(ends[0]);
	keeper->pipe = ends[1];
	if (keeper->pid > 0)
		return 0;
	keeper->pid = 0;
	return gabion_error_set(error, -errno, "fork: %s", strerror(errno));
}

int gabion_keeper_tell_group(const struct gabion_keeper *keeper)
{
	return write(keeper->pipe, "g", 1) == 1 ? 0 : -errno;
}

bool gabion_keeper_end(struct gabion_keeper *keeper)
{
	int status = 0;

	if (keeper->pipe >= 0)
		close(keeper->pipe);
	keeper->pipe = -1;
	if (keeper->pid && waitpid(keeper->pid, &status, 0) != keeper->pid)
		return false;
	keeper->pid = 0;
	return !status;
}
