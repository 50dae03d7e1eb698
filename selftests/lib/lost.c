// SPDX-License-Identifier: GPL-2.0
/* See lost.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "lost.h"

/* Its name in /proc: kmod/descriptor.c. */
#define NULL_NAME "anon_inode:[gabion-null]"

int lost_outcome(int fd, long result)
{
	char link[32], name[64] = "";
	int err = result < 0 ? errno : 0;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (readlink(link, name, sizeof(name) - 1) > 0 && !strcmp(name, NULL_NAME))
		return EACCES;
	return err;
}
