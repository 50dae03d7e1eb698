// SPDX-License-Identifier: GPL-2.0
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* What the child begins with: descriptors 0 to 2, and where it tells why it could not go on. */
struct child_ends {
	int in, out, err, report;
};

static void close_all(const int *fds, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* pipe(2), our end @ours (0 reads, 1 writes) of which does not block. */
static int make_pipe(int *our_end, int *its_end, int ours)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	*our_end = fds[ours];
	*its_end = fds[!ours];
	return fcntl(fds[ours], F_SETFL, O_NONBLOCK) ? -errno : 0;
}

static int make_pipes(struct gabion_guest_command *command, struct child_ends *ends)
{
	int err = make_pipe(&command->in, &ends->in, 1);

	err = err ? err : make_pipe(&command->out, &ends->out, 0);
	return err ? err : make_pipe(&command->err, &ends->err, 0);
}

static int make_terminal(const struct gabion_guest_job *job, struct gabion_guest_command *command,
			 struct child_ends *ends)
{
	struct winsize size = {.ws_row = job->rows, .ws_col = job->columns};
	int unlock = 0;

	command->out = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (command->out < 0 || ioctl(command->out, TIOCSPTLCK, &unlock) ||
	    ioctl(command->out, TIOCSWINSZ, &size))
		return -errno;
	/* By the master: the name need not be that of a mount here. */
	ends->in = ioctl(command->out, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (ends->in < 0)
		return -errno;
	ends->out = fcntl(ends->in, F_DUPFD_CLOEXEC, 0);
	ends->err = fcntl(ends->in, F_DUPFD_CLOEXEC, 0);
	command->in = fcntl(command->out, F_DUPFD_CLOEXEC, 0);
	return ends->out < 0 || ends->err < 0 || command->in < 0 ? -errno : 0;
}

/* Steps that can fail in the child; execve() is the last. */
enum { STEP_STREAMS, STEP_FOLDER, STEP_EXECUTE };

static __attribute__((noreturn)) void report(int fd, int step, int code)
{
	int said[2] = {step, code};

	if (write(fd, said, sizeof(said)) != sizeof(said))
		_exit(127);
	_exit(126);
}

/* What we do with signals is not the command's. */
static void reset_signals(void)
{
	struct sigaction dflt = {.sa_handler = SIG_DFL};
	sigset_t none;
	int i;

	for (i = 1; i < NSIG; i++)
		sigaction(i, &dflt, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static __attribute__((noreturn)) void become(const struct gabion_guest_job *job,
					     const struct child_ends *ends)
{
	reset_signals();
	setsid();
	/* Ours are all above 2, if the process was started with 0 to 2 open. */
	if ((job->tty && ioctl(ends->in, TIOCSCTTY, 0)) || dup2(ends->in, 0) < 0 ||
	    dup2(ends->out, 1) < 0 || dup2(ends->err, 2) < 0)
		report(ends->report, STEP_STREAMS, errno);
	if (chdir(job->cwd))
		report(ends->report, STEP_FOLDER, errno);
	/* execvpe() looks in our own PATH. */
	environ = (char **)job->env;
	execvp(job->argv[0], (char *const *)job->argv);
	report(ends->report, STEP_EXECUTE, errno);
}

/* 0: the command is executed. */
static int hear(int fd, const char **what)
{
	static const char *const steps[] = {"streams", "folder", NULL};
	int said[2];
	ssize_t n;

	do {
		n = read(fd, said, sizeof(said));
	} while (n < 0 && errno == EINTR);
	if (!n)
		return 0;
	*what = n == sizeof(said) ? steps[said[0]] : "start";
	return n == sizeof(said) ? -said[1] : -EIO;
}

static int start(const struct gabion_guest_job *job, struct gabion_guest_command *command,
		 struct child_ends *ends, const char **what)
{
	int reports[2], err;

	if (pipe2(reports, O_CLOEXEC))
		return -errno;
	ends->report = reports[1];
	command->pid = fork();
	if (!command->pid)
		become(job, ends);
	close(reports[1]);
	err = command->pid < 0 ? -errno : hear(reports[0], what);
	close(reports[0]);
	if (err && command->pid > 0)
		waitpid(command->pid, NULL, 0);
	return err;
}

int gabion_guest_spawn(const struct gabion_guest_job *job, struct gabion_guest_command *command,
		       const char **what)
{
	struct child_ends ends = {-1, -1, -1, -1};
	int err;

	*command = (struct gabion_guest_command){-1, -1, -1, -1};
	*what = "streams";
	err = job->tty ? make_terminal(job, command, &ends) : make_pipes(command, &ends);
	if (!err) {
		*what = "process";
		err = start(job, command, &ends, what);
	}
	close_all((const int[]){ends.in, ends.out, ends.err}, 3);
	if (err)
		close_all((const int[]){command->in, command->out, command->err}, 3);
	return err;
}
