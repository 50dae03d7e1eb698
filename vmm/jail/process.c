// SPDX-License-Identifier: GPL-2.0
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/securebits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../../agent/seccomp/confine.h"

/* All that makes root special, off for good. */
#define SECUREBITS                                                                                 \
	(SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |                           \
	 SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE |   \
	 SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED)

static int failed(struct gabion_error *error, const char *what)
{
	return gabion_error_set(error, -errno, "%s: %s", what, strerror(errno));
}

int gabion_process_close_descriptors(struct gabion_error *error)
{
	int fd;

	if (close_range(STDERR_FILENO + 1, ~0U, 0))
		return failed(error, "close_range");
	/* A file that took the place of a closed one would get our output. */
	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd < 0)
		return failed(error, "/dev/null");
	close(fd);
	return 0;
}

void gabion_process_clear_environment(void)
{
	char **variable;

	for (variable = environ; variable && *variable; variable++)
		explicit_bzero(*variable, strlen(*variable));
	clearenv();
}

int gabion_process_enter_namespaces(const char *name, int netns, struct gabion_error *error)
{
	if (unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP))
		return failed(error, "cannot make namespaces");
	if (netns >= 0 && setns(netns, CLONE_NEWNET))
		return failed(error, "--netns: cannot be entered");
	if (sethostname(name, strlen(name)))
		return failed(error, "sethostname");
	return 0;
}

int gabion_process_limit(const struct gabion_rlimits *limits, struct gabion_error *error)
{
	struct gabion_rlimits all = {
		.given = { [RLIMIT_CORE] = true, [RLIMIT_NOFILE] = true, [RLIMIT_MSGQUEUE] = true },
		.limits = { [RLIMIT_NOFILE] = { 2048, 2048 } },
	};
	unsigned int i;

	for (i = 0; i < RLIM_NLIMITS; i++) {
		if (!limits->given[i])
			continue;
		all.given[i] = true;
		all.limits[i] = limits->limits[i];
	}
	return gabion_rlimits_apply(&all, error);
}

int gabion_process_drop_privilege(uid_t uid, gid_t gid, struct gabion_error *error)
{
	/* READ_IMPLIES_EXEC, which whoever started us may have set, would make data code. */
	if (personality(PER_LINUX) < 0)
		return failed(error, "personality");
	if (prctl(PR_SET_SECUREBITS, SECUREBITS, 0, 0, 0))
		return failed(error, "cannot set securebits");
	if (setgroups(0, NULL) || setresgid(gid, gid, gid))
		return failed(error, "--gid: cannot be taken");
	if (setresuid(uid, uid, uid))
		return failed(error, "--uid: cannot be taken");
	/* A process of the same user is not to look into this one. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return failed(error, "PR_SET_DUMPABLE");
	/* They are all still there: the change of the user took none away. */
	return gabion_confine_capabilities(0, error);
}
