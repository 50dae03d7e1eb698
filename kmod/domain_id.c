// SPDX-License-Identifier: GPL-2.0
/* Numbers of domains.  See domain_id.h. */
#include <linux/slab.h>
#include <linux/xarray.h>
#include <gabion/policy.h>
#include "audit_share.h"
#include "domain_count.h"
#include "domain_id.h"
#include "policy.h"
#include "task_label.h"

/* number -> name; written under gabion_policy_mutex, read under RCU inside the xarray. */
static DEFINE_XARRAY(names);
static u32 count = GABION_HOST_HELD + 1;

u32 gabion_domain_count(void)
{
	return READ_ONCE(count);
}

const char *gabion_domain_name(u32 number)
{
	const char *name = gabion_is_host(number) ? "host" : xa_load(&names, number);

	return name ?: "?";
}

int gabion_domain_find(const char *name)
{
	unsigned long number;
	const char *have;

	if (!strcmp(name, "host"))
		return GABION_HOST;
	xa_for_each(&names, number, have)
		if (!strcmp(have, name))
			return number;
	return -ENOENT;
}

int gabion_domain_number(const char *name)
{
	int number = gabion_domain_find(name);
	char *copy;
	int err;

	lockdep_assert_held(&gabion_policy_mutex);
	if (number >= 0)
		return number;
	if (count >= GABION_SHARE_KERNEL)	/* nor is GABION_UNKNOWN a number */
		return -ENOSPC;
	copy = kstrdup(name, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	/* Before anybody can have the number. */
	err = gabion_share_provide(count + 1) ?:
	      gabion_domain_count_provide(count) ?:
	      xa_err(xa_store(&names, count, copy, GFP_KERNEL));
	if (err) {
		kfree(copy);
		return err;
	}
	number = count;
	WRITE_ONCE(count, count + 1);
	return number;
}

void gabion_domain_exit(void)
{
	unsigned long number;
	char *name;

	xa_for_each(&names, number, name)
		kfree(name);
	xa_destroy(&names);
}
