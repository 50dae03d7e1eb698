// SPDX-License-Identifier: GPL-2.0
/* Start and end of the module, in order. */
#define pr_fmt(fmt) "gabion: " fmt

#include <linux/module.h>
#include <linux/random.h>
#include <linux/workqueue.h>
#include "audit.h"
#include "audit_repeat.h"
#include "check_syscall.h"
#include "creator.h"
#include "domain_count.h"
#include "domain_id.h"
#include "descriptor.h"
#include "engine.h"
#include "exec_carried.h"
#include "exec_pending.h"
#include "file_owner.h"
#include "ipc_label.h"
#include "main.h"
#include "mount_kind.h"
#include "netlink.h"
#include "object_names.h"
#include "path_label.h"
#include "policy.h"
#include "process_file.h"
#include "revoke.h"
#include "syscall_tracepoint.h"
#include "task_label.h"
#include "tracing.h"

static unsigned int ring_kib = 256;
module_param(ring_kib, uint, 0444);
MODULE_PARM_DESC(ring_kib, "KiB of audit ring for each CPU (power of two, 64 to 65536)");

static bool fold;
module_param(fold, bool, 0444);
MODULE_PARM_DESC(fold, "count an event that repeats one that was not read yet in that one");

static unsigned int cache_slots = 8192;
module_param(cache_slots, uint, 0444);
MODULE_PARM_DESC(cache_slots, "slots of the label cache (power of two)");

static bool ipmodify;
module_param(ipmodify, bool, 0444);
MODULE_PARM_DESC(ipmodify, "attach all hooks by the fallback method (slower; for tests)");

static u64 instance __ro_after_init;

u64 gabion_instance(void)
{
	return instance;
}

#define VERIFY_SECONDS	10
#define EMPTY_SECONDS	60

static void verify(struct work_struct *work);
static DECLARE_DELAYED_WORK(verify_work, verify);

/* Do all hooks still fire? Is the sys_enter probe still needed? And what has its hour. */
static void verify(struct work_struct *work)
{
	static unsigned int turns;

	gabion_engine_verify();
	gabion_sys_enter_release();
	if (!(++turns % (EMPTY_SECONDS / VERIFY_SECONDS)))
		gabion_path_cache_empty();
	schedule_delayed_work(&verify_work, VERIFY_SECONDS * HZ);
}

static int __init gabion_init(void)
{
	int err;

	instance = get_random_u64();
	gabion_creator_init();
	err = gabion_mount_kind_init();
	if (err) {
		pr_err("struct mount of this kernel is not understood: not loading\n");
		return err;
	}
	err = gabion_domain_count_init();
	if (err)
		goto err_count;
	err = gabion_ring_init(ring_kib << 10, fold);
	if (err)
		goto err_count;
	err = gabion_path_label_init(cache_slots);
	if (err)
		goto err_ring;
	err = gabion_repeat_init(fold);
	if (err)
		goto err_path;
	err = gabion_policy_init();
	if (err)
		goto err_repeat;
	err = gabion_ipc_label_init();
	if (err)
		goto err_policy;
	err = gabion_file_owner_init();
	if (err)
		goto err_ipc;
	err = gabion_object_names_init();
	if (!err)
		err = gabion_descriptor_init();
	if (!err)
		err = gabion_revoke_init();
	if (!err)
		err = gabion_process_file_init();
	if (!err)
		err = gabion_tracing_init();
	if (!err)
		err = gabion_exec_carried_init();
	if (err) {
		pr_err("this kernel lacks replace_fd, null_fops, task_work_cancel_match, __ptrace_unlink, tasklist_lock, flush_sigqueue, exit_io_context or file operations of /proc/PID (CONFIG_KALLSYMS_ALL), or its struct mount is not understood: not loading\n");
		goto err_owner;
	}
	gabion_sys_enter_init();
	err = gabion_check_syscall_init();
	if (err) {
		pr_err("this kernel lacks force_sig_seccomp or ptrace_notify: cannot filter syscalls, not loading\n");
		goto err_owner;
	}
	err = gabion_task_label_init();
	if (err)
		goto err_owner;
	err = gabion_engine_attach(ipmodify);
	if (err)
		goto err_task;
	err = gabion_netlink_init();
	if (err)
		goto err_engine;
	schedule_delayed_work(&verify_work, VERIFY_SECONDS * HZ);
	pr_info("%d hooks armed, no policy yet\n", GABION_NHOOKS);
	return 0;

err_engine:
	gabion_engine_detach();
err_task:
	gabion_task_label_exit();
err_owner:
	gabion_file_owner_exit();
err_ipc:
	gabion_ipc_label_exit();
err_policy:
	gabion_policy_exit();
err_repeat:
	gabion_repeat_exit();
err_path:
	gabion_path_label_exit();
err_ring:
	gabion_ring_exit();
err_count:
	gabion_domain_count_exit();
	return err;
}

/* A policy in force holds the module, so nobody is confined here. */
static void __exit gabion_exit(void)
{
	cancel_delayed_work_sync(&verify_work);
	gabion_netlink_exit();
	gabion_engine_detach();
	gabion_sys_enter_exit();
	gabion_nl_event_exit();
	gabion_task_label_exit();
	gabion_revoke_exit();
	gabion_pending_exit();
	gabion_file_owner_exit();
	gabion_ipc_label_exit();
	gabion_policy_exit();
	gabion_filters_exit();
	gabion_domain_exit();
	gabion_repeat_exit();
	gabion_path_label_exit();
	gabion_ring_exit();
	gabion_domain_count_exit();
}

module_init(gabion_init);
module_exit(gabion_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Gabion: one security policy for the whole host");
MODULE_VERSION(GABION_VERSION);
