// SPDX-License-Identifier: GPL-2.0
#include "privilege.h"

#include <errno.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>

static void free_caps(cap_t *caps)
{
	if (*caps)
		cap_free(*caps);
}

/* Needs CAP_SETPCAP; without it the set is left as it is, and execve(2) is not used. */
static int drop_bounding(void)
{
	cap_value_t cap;

	if (cap_get_bound(CAP_SETPCAP) <= 0)
		return 0;
	for (cap = 0; cap < cap_max_bits(); cap++)
		if (cap != CAP_MAC_ADMIN && cap_drop_bound(cap) && errno != EPERM)
			return -errno;
	return 0;
}

int gabion_privilege_drop(struct gabion_error *error)
{
	static const cap_value_t kept[] = { CAP_MAC_ADMIN };
	cap_t caps __attribute__((cleanup(free_caps))) = cap_init();
	cap_t now __attribute__((cleanup(free_caps))) = cap_get_proc();
	cap_flag_value_t had = CAP_CLEAR;
	int err;

	if (!caps || !now)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	err = drop_bounding();
	if (err)
		return gabion_error_set(error, err, "cannot drop the capability bounding set: %s",
					strerror(-err));
	/* Started without it, as in a test, there is nothing to keep. */
	cap_get_flag(now, CAP_MAC_ADMIN, CAP_PERMITTED, &had);
	if (had == CAP_SET &&
	    (cap_set_flag(caps, CAP_PERMITTED, 1, kept, CAP_SET) ||
	     cap_set_flag(caps, CAP_EFFECTIVE, 1, kept, CAP_SET)))
		return gabion_error_set(error, -errno, "capabilities: %s", strerror(errno));
	cap_reset_ambient();
	if (cap_set_proc(caps))
		return gabion_error_set(error, -errno, "cannot drop capabilities: %s",
					strerror(errno));
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return gabion_error_set(error, -errno, "no_new_privs: %s", strerror(errno));
	return 0;
}
