// SPDX-License-Identifier: GPL-2.0
/* Offsets for trampoline.S; never linked, turned into offsets.h by Kbuild. */
#include <linux/kbuild.h>
#include <linux/sched.h>
#include "compat.h"

int main(void);
int main(void)
{
	gabion_assert_current_offset();
	OFFSET(GABION_TASK_PID, task_struct, pid);
	OFFSET(GABION_TASK_SECCOMP_MODE, task_struct, seccomp.mode);
	return 0;
}
