// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel control points: each hook here is refused to a confined domain unless
 * the policy grants its control.
 */
#include <linux/bpf.h>
#include <linux/key.h>
#include <linux/kernel_read_file.h>
#include <linux/path.h>
#include <linux/security.h>
#include <uapi/linux/mount.h>
#include "decision.h"
#include "engine.h"

#define DECIDE(hook, control) gabion_decide_control(GABION_HOOK_##hook, GABION_CONTROL_##control)

GABION_CHECK5(sb_mount, const char *, dev_name, const struct path *, path, const char *, type,
	      unsigned long, flags, void *, data)
{
	return DECIDE(sb_mount, MOUNT);
}

/*
 * The kernel opens a block device by a name that was written to it, of which no more is asked than
 * whether it can be looked up: configfs of NVMe's and SCSI's targets, bcache. Mounting one, too.
 */
#ifdef GABION_HAVE_BDEV_FILE
GABION_CHECK0(bdev_file_open_by_path)
{
	return DECIDE(bdev_file_open_by_path, MOUNT);
}
#else
GABION_CHECK0(blkdev_get_by_path)
{
	return DECIDE(blkdev_get_by_path, MOUNT);
}
#endif

GABION_CHECK2(move_mount, const struct path *, from_path, const struct path *, to_path)
{
	return DECIDE(move_mount, MOUNT);
}

GABION_CHECK2(sb_umount, struct vfsmount *, mnt, int, flags)
{
	return DECIDE(sb_umount, UMOUNT);
}

GABION_CHECK2(sb_remount, struct super_block *, sb, void *, opts)
{
	return DECIDE(sb_remount, MOUNT);
}

GABION_CHECK2(sb_pivotroot, const struct path *, old_path, const struct path *, new_path)
{
	return DECIDE(sb_pivotroot, PIVOT_ROOT);
}

GABION_CHECK1(path_chroot, const struct path *, path)
{
	return DECIDE(path_chroot, CHROOT);
}

GABION_CHECK1(create_user_ns, const struct cred *, cred)
{
	return DECIDE(create_user_ns, USERNS);
}

GABION_CHECK1(kernel_module_request, char *, kmod_name)
{
	return DECIDE(kernel_module_request, MODULE);
}

static int decide_load(enum gabion_hook_id hook, bool module)
{
	return gabion_decide_control(hook, module ? GABION_CONTROL_MODULE : GABION_CONTROL_LOAD);
}

GABION_CHECK3(kernel_read_file, struct file *, file, enum kernel_read_file_id, id, bool, contents)
{
	return decide_load(GABION_HOOK_kernel_read_file, id == READING_MODULE);
}

GABION_CHECK2(kernel_load_data, enum kernel_load_data_id, id, bool, contents)
{
	return decide_load(GABION_HOOK_kernel_load_data, id == LOADING_MODULE);
}

GABION_CHECK3(bpf, int, cmd, union bpf_attr *, attr, unsigned int, size)
{
	return DECIDE(bpf, BPF);
}

GABION_CHECK2(perf_event_open, struct perf_event_attr *, attr, int, type)
{
	return DECIDE(perf_event_open, PERF);
}

GABION_CHECK1(syslog, int, type)
{
	return DECIDE(syslog, SYSLOG);
}

GABION_CHECK2(settime64, const struct timespec64 *, ts, const struct timezone *, tz)
{
	return DECIDE(settime64, SETTIME);
}

GABION_CHECK3(key_permission, key_ref_t, key_ref, const struct cred *, cred,
	      enum key_need_perm, need_perm)
{
	return DECIDE(key_permission, KEYS);
}

GABION_CHECK1(uring_override_creds, const struct cred *, new)
{
	return DECIDE(uring_override_creds, IO_URING);
}

GABION_CHECK0(uring_sqpoll)
{
	return DECIDE(uring_sqpoll, IO_URING);
}

GABION_CHECK1(uring_cmd, struct io_uring_cmd *, ioucmd)
{
	return DECIDE(uring_cmd, IO_URING);
}

GABION_CHECK4(quotactl, int, cmds, int, type, int, id, struct super_block *, sb)
{
	return DECIDE(quotactl, QUOTA);
}

GABION_CHECK1(quota_on, struct dentry *, dentry)
{
	return DECIDE(quota_on, QUOTA);
}

/* fsconfig(2) of a context that came from elsewhere; it has read the device by now. */
GABION_CHECK1(sb_kern_mount, const struct super_block *, sb)
{
	return DECIDE(sb_kern_mount, MOUNT);
}

/* These have no LSM hook: the syscalls themselves, by either table (x32 has the first). */
GABION_CHECK0(__x64_sys_fsopen)
{
	return DECIDE(__x64_sys_fsopen, MOUNT);
}

GABION_CHECK0(__ia32_sys_fsopen)
{
	return DECIDE(__ia32_sys_fsopen, MOUNT);
}

GABION_CHECK0(__x64_sys_fsmount)
{
	return DECIDE(__x64_sys_fsmount, MOUNT);
}

GABION_CHECK0(__ia32_sys_fsmount)
{
	return DECIDE(__ia32_sys_fsmount, MOUNT);
}

GABION_CHECK0(__x64_sys_mount_setattr)
{
	return DECIDE(__x64_sys_mount_setattr, MOUNT);
}

GABION_CHECK0(__ia32_sys_mount_setattr)
{
	return DECIDE(__ia32_sys_mount_setattr, MOUNT);
}

/* Without a copy it is open(2) with O_PATH. */
GABION_CHECK1(__x64_sys_open_tree, const struct pt_regs *, regs)
{
	return regs->dx & OPEN_TREE_CLONE ? DECIDE(__x64_sys_open_tree, MOUNT) : 0;
}

GABION_CHECK1(__ia32_sys_open_tree, const struct pt_regs *, regs)
{
	return regs->dx & OPEN_TREE_CLONE ? DECIDE(__ia32_sys_open_tree, MOUNT) : 0;
}

/*
 * Who may open the file may read in it what others had in memory: its contents are not the file's
 * any more, and nothing but writing is kept off.
 */
GABION_CHECK0(__x64_sys_swapon)
{
	return DECIDE(__x64_sys_swapon, HARDWARE);
}

GABION_CHECK0(__ia32_sys_swapon)
{
	return DECIDE(__ia32_sys_swapon, HARDWARE);
}

/*
 * setns(2): where other mounts are, the names of rules mean other files. A namespace is found
 * without a mount, by another's pid or by NS_MNT_GET_NEXT (Linux 6.12).
 */
GABION_CHECK0(mntns_install)
{
	return DECIDE(mntns_install, MOUNT);
}

/*
 * Everything that lockdown would forbid to the whole machine (security.h). Where
 * a control of its own leads there, that one is asked again.
 */
GABION_CHECK1(locked_down, int, what)
{
	/* Breakpoints and the like may ask in interrupts, which are not the task's. */
	if (!in_task())
		return 0;
	switch (what) {
	case LOCKDOWN_MODULE_SIGNATURE:
	case LOCKDOWN_MODULE_PARAMETERS:
		return DECIDE(locked_down, MODULE);
	case LOCKDOWN_KEXEC:
		return DECIDE(locked_down, LOAD);
	case LOCKDOWN_BPF_READ_KERNEL:
	case LOCKDOWN_BPF_WRITE_USER:
		return DECIDE(locked_down, BPF);
	case LOCKDOWN_PERF:
		return DECIDE(locked_down, PERF);
	default:
		return DECIDE(locked_down, HARDWARE);
	}
}

/* Descriptors that another domain made. */
GABION_CHECK1(bpf_map, struct bpf_map *, map)
{
	return DECIDE(bpf_map, BPF);
}

GABION_CHECK1(bpf_prog, struct bpf_prog *, program)
{
	return DECIDE(bpf_prog, BPF);
}

GABION_CHECK1(perf_event_read, struct perf_event *, event)
{
	return DECIDE(perf_event_read, PERF);
}

GABION_CHECK1(perf_event_write, struct perf_event *, event)
{
	return DECIDE(perf_event_write, PERF);
}

GABION_CHECK1(key_alloc, struct key *, key)
{
	return DECIDE(key_alloc, KEYS);
}

GABION_CHECK0(tun_dev_create)
{
	return DECIDE(tun_dev_create, TUN);
}

GABION_CHECK0(tun_dev_open)
{
	return DECIDE(tun_dev_open, TUN);
}

GABION_CHECK0(tun_dev_attach)
{
	return DECIDE(tun_dev_attach, TUN);
}

GABION_CHECK0(tun_dev_attach_queue)
{
	return DECIDE(tun_dev_attach_queue, TUN);
}

GABION_CHECK0(binder_set_context_mgr)
{
	return DECIDE(binder_set_context_mgr, BINDER);
}

GABION_CHECK0(binder_transaction)
{
	return DECIDE(binder_transaction, BINDER);
}

GABION_CHECK0(binder_transfer_binder)
{
	return DECIDE(binder_transfer_binder, BINDER);
}

GABION_CHECK0(binder_transfer_file)
{
	return DECIDE(binder_transfer_file, BINDER);
}
