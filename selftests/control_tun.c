// SPDX-License-Identifier: GPL-2.0
/* The control `tun`: network devices whose other end is a process. */
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "kselftest_harness.h"

#define ATTEMPT_WITHOUT_FILES
#include "lib/attempt.h"

#define NAME "gabion0"

/* Attach to the device @name, made if it is not there. Return: descriptor or -1. */
static int device(const char *name, short flags)
{
	struct ifreq request = { .ifr_flags = flags | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR);

	strcpy(request.ifr_name, name);
	return fd < 0 || ioctl(fd, TUNSETIFF, &request) ? -1 : fd;
}

static int load_driver(struct gabion_netlink *client)
{
	return system("modprobe tun") ? ENODEV : 0;
}

/* One that stays when nobody has it open. */
static int make_device(struct gabion_netlink *client)
{
	int err = load_driver(client), fd;

	if (err)
		return err;
	fd = device(NAME, IFF_TUN | IFF_MULTI_QUEUE);
	err = fd < 0 ? errno : ATTEMPT(ioctl(fd, TUNSETPERSIST, 1));
	close(fd);
	return err;
}

static void remove_device(void)
{
	int fd = device(NAME, IFF_TUN | IFF_MULTI_QUEUE);

	ioctl(fd, TUNSETPERSIST, 0);
	close(fd);
}

#define TUN_VARIANT(name, made_by, taken_by)					\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .before = made_by, .after = taken_by,		\
		.error = EPERM, .klass = GABION_CLASS_CONTROL,			\
		.refused = GABION_CONTROL_TUN,					\
	}

static int make_tun(void)
{
	return ATTEMPT(device("", IFF_TUN));
}
TUN_VARIANT(make_tun, load_driver, NULL);

static int make_tap(void)
{
	return ATTEMPT(device("", IFF_TAP));
}
TUN_VARIANT(make_tap, load_driver, NULL);

static int open_device(void)
{
	return ATTEMPT(device(NAME, IFF_TUN | IFF_MULTI_QUEUE));
}
TUN_VARIANT(open_device, make_device, remove_device);

static int queue;

/* A descriptor that has a queue of the device, and could have been inherited. */
static int make_queue(struct gabion_netlink *client)
{
	int err = make_device(client);

	if (err)
		return err;
	queue = device(NAME, IFF_TUN | IFF_MULTI_QUEUE);
	return queue < 0 ? errno :
	       ATTEMPT(ioctl(queue, TUNSETQUEUE, &(struct ifreq){ .ifr_flags = IFF_DETACH_QUEUE }));
}

static int attach_queue(void)
{
	return ATTEMPT(ioctl(queue, TUNSETQUEUE, &(struct ifreq){ .ifr_flags = IFF_ATTACH_QUEUE }));
}
/* There is null in its place by then. */
FIXTURE_VARIANT_ADD(attempt, attach_queue)
{
	.run = attach_queue, .before = make_queue, .after = remove_device,
	.error = ENOTTY, .klass = GABION_CLASS_CONTROL, .refused = GABION_CONTROL_TUN,
};

TEST_HARNESS_MAIN
