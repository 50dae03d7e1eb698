// SPDX-License-Identifier: GPL-2.0
/*
 * The order of things. Outside, as root: what has to be there is opened or made. Then there are
 * three: the keeper; the one outside, which waits; and the one that goes in, step by step, and is
 * the first process of a pid namespace. Any step that fails ends all three.
 */
#include "jail.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../agent/netlink/client.h"
#include "../../agent/seccomp/confine.h"
#include "../end.h"
#include "keeper.h"
#include "process.h"
#include "refusal.h"

/* Of the one outside: to pass signals on, and to do the keeper's work should that be killed. */
#define CAPABILITIES (1ULL << CAP_KILL | 1ULL << CAP_DAC_OVERRIDE)

#define ADMITTED SIGUSR1 /* said to the one inside */

/**
 * struct jail - what the three have in common before they part
 * @client:	to Gabion's module; owned, NULL without a domain
 * @netns:	owned; -1: none
 * @outside, @inside: ends of a pair of sockets, one for each; owned
 */
struct jail {
	const struct gabion_jail_options *options;
	struct gabion_kept kept;
	struct gabion_keeper keeper;
	struct gabion_filters filters;
	struct gabion_netlink *client;
	int netns, outside, inside;
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* But for the keeper, which is the concern of the one outside. */
static void leave_all(struct jail *jail)
{
	gabion_group_close(&jail->kept.group);
	gabion_root_close(&jail->kept.root);
	gabion_filters_free(&jail->filters);
	gabion_netlink_close(jail->client);
	jail->client = NULL;
	close_fd(&jail->netns);
	close_fd(&jail->outside);
	close_fd(&jail->inside);
}

/* ---- outside ---- */

static int prepare(struct jail *jail, struct gabion_error *error)
{
	int err;

	if (geteuid())
		return gabion_error_set(error, -EPERM, "--jail: only root can make one");
	gabion_process_clear_environment();
	err = gabion_process_close_descriptors(error);
	if (!err)
		err = gabion_refusal_report(error);
	if (!err)
		err = gabion_filters_build(&jail->filters, getpid(), error);
	return err;
}

/* What would stay. From here on the keeper is there; it has none of the other's descriptors. */
static int make_root(struct jail *jail, struct gabion_error *error)
{
	const struct gabion_jail_options *options = jail->options;
	struct gabion_kept *kept = &jail->kept;
	int err = 0;

	if (options->cgroup_count)
		err = gabion_group_find(&kept->group, options->id, error);
	if (!err)
		err = gabion_root_open(&kept->root, options->root, options->uid, options->gid,
				       error);
	/* Nobody else is there: it is what an earlier run left, whose keeper was killed, too. */
	if (!err && kept->socket)
		gabion_root_remove_socket(&kept->root, kept->socket);
	if (!err)
		err = gabion_keeper_start(&jail->keeper, kept, &jail->filters, error);
	if (err)
		gabion_kept_clean(kept);
	return err;
}

static int make_group(struct jail *jail, struct gabion_error *error)
{
	const struct gabion_jail_options *options = jail->options;
	struct gabion_kept *kept = &jail->kept;
	int err;

	if (!options->cgroup_count)
		return 0;
	err = gabion_group_make(&kept->group, options->cgroups, options->cgroup_count, error);
	if (err)
		return err;
	kept->has_group = true;
	err = gabion_keeper_tell_group(&jail->keeper);
	return err ? gabion_error_set(error, err, "the keeper of the jail has ended") : 0;
}

static int connect_all(struct jail *jail, struct gabion_error *error)
{
	const struct gabion_jail_options *options = jail->options;
	int pair[2];

	if (options->domain && gabion_netlink_open(&jail->client, error))
		return gabion_error_prefix(error, "--domain %s", options->domain);
	if (options->netns) {
		jail->netns = open(options->netns, O_RDONLY | O_CLOEXEC);
		if (jail->netns < 0)
			return gabion_error_set(error, -errno, "--netns %s: %s", options->netns,
						strerror(errno));
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return gabion_error_set(error, -errno, "socketpair: %s", strerror(errno));
	jail->outside = pair[0];
	jail->inside = pair[1];
	return 0;
}

/* Signals that the processes of a jail wait for; nobody loses any. */
static sigset_t signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, ADMITTED);
	return set;
}

/*
 * When it has gone in, only the domain is left: it would be one to make a jail in, otherwise.
 * 0 also when it did not get there: it has said why.
 */
static int admit(struct jail *jail, pid_t pid, struct gabion_error *error)
{
	char word;
	int err = 0;

	close_fd(&jail->inside);
	if (read(jail->outside, &word, 1) != 1)
		return 0;
	if (jail->client)
		err = gabion_netlink_task_assign(jail->client, pid, jail->options->domain, error);
	if (err)
		return gabion_error_prefix(error, "--domain %s", jail->options->domain);
	err = gabion_confine_capabilities(CAPABILITIES, error);
	if (err)
		return err;
	err = gabion_filters_enter(&jail->filters, GABION_THREAD_OUTSIDE);
	if (err)
		return gabion_error_set(error, err, "cannot set a syscall filter: %s",
					strerror(-err));
	kill(pid, ADMITTED);
	return 0;
}

/* Until it ends, signals are its to answer. */
static int wait_for(pid_t pid)
{
	sigset_t set = signals();
	int status, signal;

	while (waitpid(pid, &status, WNOHANG) != pid) {
		signal = sigwaitinfo(&set, NULL);
		if (signal > 0 && signal != SIGCHLD)
			kill(pid, signal);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : GABION_END_SIGNAL + WTERMSIG(status);
}

static int stay_outside(struct jail *jail, pid_t pid, int *status, struct gabion_error *error)
{
	int err = admit(jail, pid, error);

	if (err)
		kill(pid, SIGKILL);
	*status = wait_for(pid);
	return err ? err : 1;
}

/* Whatever happened, nothing is to be left. */
static int clean(struct jail *jail, int err, struct gabion_error *error)
{
	bool begun = jail->keeper.pid;

	if (begun && !gabion_keeper_end(&jail->keeper) && gabion_kept_clean(&jail->kept) &&
	    err >= 0)
		err = gabion_error_set(error, -EBUSY, "control group %s cannot be removed",
				       jail->kept.group.name);
	leave_all(jail);
	return err;
}

/* ---- inside ---- */

/*
 * By a signal: in a domain we have lost the socket. To be moved there interrupts us. Root's: other
 * processes of our user, a machine perhaps, could send one too early.
 */
static bool is_admitted(void)
{
	siginfo_t info;
	sigset_t set;
	int signal;

	sigemptyset(&set);
	sigaddset(&set, ADMITTED);
	do
		signal = sigwaitinfo(&set, &info);
	while (signal < 0 ? errno == EINTR : info.si_uid);
	return signal == ADMITTED;
}

/* The machine does not outlive the one outside, not even one that was killed before this. */
static int depend(struct jail *jail, struct gabion_error *error)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))
		return gabion_error_set(error, -errno, "PR_SET_PDEATHSIG: %s", strerror(errno));
	close_fd(&jail->outside);
	if (send(jail->inside, "", 1, MSG_NOSIGNAL) == 1 && is_admitted())
		return 0;
	return gabion_error_set(error, -ECANCELED, "the process outside of the jail has ended");
}

static int go_in(struct jail *jail, struct gabion_error *error)
{
	const struct gabion_jail_options *options = jail->options;
	int err = 0;

	/* What is told to the keeper by its end is not ours to hold up. */
	close_fd(&jail->keeper.pipe);
	if (options->cgroup_count)
		err = gabion_group_join(&jail->kept.group, error);
	if (!err)
		err = gabion_process_enter_namespaces(options->id, jail->netns, error);
	if (!err)
		err = gabion_root_enter(&jail->kept.root, options->uid, options->gid, error);
	if (!err)
		err = gabion_process_limit(&options->rlimits, error);
	if (!err)
		err = gabion_process_drop_privilege(options->uid, options->gid, error);
	/* A change of the user takes back what this sets. */
	if (!err)
		err = depend(jail, error);
	leave_all(jail);
	return err;
}

int gabion_jail_enter(const struct gabion_jail_options *options, int *status,
		      struct gabion_error *error)
{
	struct jail jail = { .options = options,
			     .kept = { .group = GABION_GROUP_NONE,
				       .root = GABION_ROOT_NONE,
				       .socket = options->socket },
			     .keeper = GABION_KEEPER_NONE,
			     .netns = -1,
			     .outside = -1,
			     .inside = -1 };
	sigset_t set = signals();
	int err = prepare(&jail, error);
	pid_t pid;

	if (!err)
		err = make_root(&jail, error);
	if (!err)
		err = make_group(&jail, error);
	if (!err)
		err = connect_all(&jail, error);
	if (!err) {
		sigprocmask(SIG_BLOCK, &set, NULL);
		signal(SIGCHLD, SIG_DFL);
		/* The next child begins a namespace; we stay where we are. */
		pid = unshare(CLONE_NEWPID) ? -1 : fork();
		if (!pid)
			return go_in(&jail, error);
		err = pid < 0 ? gabion_error_set(error, -errno, "cannot make a process: %s",
						 strerror(errno))
			      : stay_outside(&jail, pid, status, error);
	}
	return clean(&jail, err, error);
}
