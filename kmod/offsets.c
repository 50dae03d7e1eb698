// SPDX-License-Identifier: GPL-2.0
/* Offsets for trampoline.S; never linked, turned into offsets.h by Kbuild. */
#include <linux/kbuild.h>
#include <linux/mm_types.h>
#include <linux/mman.h>
#include <linux/personality.h>
#include <linux/sched.h>
#include "compat.h"
#include "path_label.h"

int main(void);
int main(void)
{
	gabion_assert_current_offset();
	OFFSET(GABION_TASK_PID, task_struct, pid);
	OFFSET(GABION_TASK_SECCOMP_MODE, task_struct, seccomp.mode);
	OFFSET(GABION_TASK_PERSONALITY, task_struct, personality);
	OFFSET(GABION_VMA_FILE, vm_area_struct, vm_file);
	DEFINE(GABION_READ_IMPLIES_EXEC, READ_IMPLIES_EXEC);
	DEFINE(GABION_PROT_EXEC, PROT_EXEC);
	DEFINE(GABION_LOW_ADDRESSES, CONFIG_DEFAULT_MMAP_MIN_ADDR);
	OFFSET(GABION_CACHE_SLOTS, gabion_path_cache, slots);
	OFFSET(GABION_CACHE_SHIFT, gabion_path_cache, shift);
	OFFSET(GABION_SLOT_DENTRY, gabion_path_slot, dentry);
	DEFINE(GABION_SLOT_BITS, ilog2(sizeof(struct gabion_path_slot)));
	DEFINE(GABION_PATH_SPREAD, GABION_PATH_SPREAD);
	return 0;
}
