// SPDX-License-Identifier: GPL-2.0
#include "confine.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static void free_caps(cap_t *caps)
{
	if (*caps)
		cap_free(*caps);
}
#define cleanup_caps __attribute__((cleanup(free_caps)))

static int failed(struct gabion_error *error, const char *what)
{
	return gabion_error_set(error, -errno, "cannot %s: %s", what, strerror(errno));
}

static bool is_set(cap_t caps, cap_value_t cap, cap_flag_t flag)
{
	cap_flag_value_t value;

	return !cap_get_flag(caps, cap, flag, &value) && value == CAP_SET;
}

int gabion_confine_capabilities(u64 granted, struct gabion_error *error)
{
	cleanup_caps cap_t old = cap_get_proc(), new = cap_init();
	cap_value_t cap, end = cap_max_bits();
	bool may_bound;

	if (!old || !new)
		return failed(error, "read capabilities");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return failed(error, "set no_new_privs");
	may_bound = is_set(old, CAP_SETPCAP, CAP_EFFECTIVE);
	for (cap = 0; cap < end; cap++) {
		if (!(granted >> cap & 1)) {
			if (may_bound && cap_get_bound(cap) == CAP_SET && cap_drop_bound(cap))
				return failed(error, "reduce the bounding set");
			continue;
		}
		if (is_set(old, cap, CAP_PERMITTED) &&
		    (cap_set_flag(new, CAP_PERMITTED, 1, &cap, CAP_SET) ||
		     cap_set_flag(new, CAP_EFFECTIVE, 1, &cap, CAP_SET) ||
		     cap_set_flag(new, CAP_INHERITABLE, 1, &cap, CAP_SET)))
			return failed(error, "choose capabilities");
	}
	if (cap_reset_ambient() || cap_set_proc(new))
		return failed(error, "give up capabilities");
	/* Without these a program that is not root's would start with none. */
	for (cap = 0; cap < end; cap++)
		if (is_set(new, cap, CAP_PERMITTED) && cap_set_ambient(cap, CAP_SET))
			return failed(error, "keep capabilities over execve");
	return 0;
}

int gabion_confine_syscalls(const struct gabion_program *program, struct gabion_error *error)
{
	struct sock_fprog fprog = {(unsigned short)program->n, program->insns};

	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &fprog))
		return failed(error, "set the syscall filter");
	return 0;
}
