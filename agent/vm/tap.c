// SPDX-License-Identifier: GPL-2.0
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../common/cleanup.h"

static const char *reason(int err)
{
	switch (err) {
	case -EBUSY:
		return "somebody is attached to it";
	case -EINVAL:
		return "is no tap with one queue";
	default:
		return strerror(-err);
	}
}

int gabion_vm_tap_give(const char *name, uid_t user, struct gabion_error *error)
{
	struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
	cleanup_fd int fd = -1;
	int err = 0;

	/* One that is not there would be made. */
	if (strlen(name) >= sizeof(request.ifr_name) || !if_nametoindex(name))
		return gabion_error_set(error, -ENODEV,
					"network %s: no such device: ip tuntap add dev %s mode tap "
					"user root",
					name, name);
	strcpy(request.ifr_name, name);
	fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return gabion_error_set(error, -errno, "/dev/net/tun: %s", strerror(errno));
	if (ioctl(fd, TUNSETIFF, &request) || ioctl(fd, TUNSETOWNER, (unsigned long)user) ||
	    ioctl(fd, TUNSETGROUP, (unsigned long)user))
		err = -errno;
	return err ? gabion_error_set(error, err, "network %s: %s", name, reason(err)) : 0;
}
