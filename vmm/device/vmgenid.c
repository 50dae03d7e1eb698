// SPDX-License-Identifier: GPL-2.0
#include "vmgenid.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "../layout.h"

int gabion_vmgenid_renew(const struct gabion_memory *memory, struct gabion_error *error)
{
	unsigned char id[GABION_VMGENID_SIZE];
	int err;

	if (getrandom(id, sizeof(id), 0) != sizeof(id))
		return gabion_error_set(error, -EIO, "getrandom: %s", strerror(errno));
	err = gabion_memory_write(memory, GABION_VMGENID_ADDRESS, id, sizeof(id));
	return err ? gabion_error_set(error, err,
				      "there is no memory for the generation ID: raise "
				      "mem_size_mib")
		   : 0;
}
