// SPDX-License-Identifier: GPL-2.0
/* Signals that files send to their owners.  See file_owner.h. */
#include <linux/atomic.h>
#include <linux/fs.h>
#include <linux/mutex.h>
#include "compat.h"
#include "decision.h"
#include "engine.h"
#include "file_owner.h"
#include "label_table.h"

atomic_t gabion_owned_files = ATOMIC_INIT(0);

static struct gabion_label_table owners;

/* Threads may set the same file's owner at once. */
static DEFINE_MUTEX(owners_mutex);

int gabion_file_owner_record(const struct file *file)
{
	u16 domain = gabion_task_label(current), had;
	int err = 0;

	/* Let go in this moment: as the host. */
	if (domain == GABION_HOST)
		return 0;
	mutex_lock(&owners_mutex);
	had = gabion_label_table_get(&owners, file);
	if (had != domain) {
		/* Before the entry is there: until it goes, the trampoline must not leave. */
		if (had == GABION_HOST)
			atomic_inc(&gabion_owned_files);
		err = gabion_label_table_set(&owners, file, domain);
		if (err && had == GABION_HOST)
			atomic_dec(&gabion_owned_files);
	}
	mutex_unlock(&owners_mutex);
	return err;
}

/* Nobody else has the file any more. */
GABION_CHECK1(file_free, struct file *, file)
{
	if (gabion_label_table_forget(&owners, file))
		atomic_dec(&gabion_owned_files);
	return 0;
}

/* Whatever made the file ready runs here, often an interrupt: the current task is anybody. */
GABION_CHECK3(file_send_sigiotask, struct task_struct *, task, struct fown_struct *, owner,
	      int, sig)
{
	u16 domain = gabion_label_table_get(&owners, gabion_owned_file(owner));

	if (domain == GABION_HOST)
		return 0;
	return gabion_decide_domain(GABION_HOOK_file_send_sigiotask, domain,
				    gabion_target_label(task), task->tgid, GABION_DOM_SIGNAL,
				    sig ? sig : SIGIO);
}

int __init gabion_file_owner_init(void)
{
	return gabion_label_table_init(&owners);
}

void gabion_file_owner_exit(void)
{
	gabion_label_table_exit(&owners);
}
