// SPDX-License-Identifier: GPL-2.0
/*
 * A monitor as Tetragon is one: kprobes on the functions where security modules
 * decide, and an event with the name for each.
 */
#include "events.h"

/* The name, from its end; a reader puts it together. */
static __always_inline void tell(__u64 what, struct dentry *dentry)
{
	struct event *event;
	int i;

	if (!concerned())
		return;
	event = event_begin(what);
	if (!event)
		return;
	for (i = 0; dentry && i < NAMES; i++) {
		struct dentry *parent = BPF_CORE_READ(dentry, d_parent);

		bpf_probe_read_kernel_str(event->names[i], NAME, BPF_CORE_READ(dentry, d_name.name));
		if (parent == dentry)
			break;
		dentry = parent;
	}
	bpf_ringbuf_submit(event, 0);
}

/* The second argument. */
#define ON_DENTRY(function, number)							\
	SEC("kprobe/" #function)							\
	int on_##function(struct pt_regs *registers)					\
	{										\
		tell(number, (struct dentry *)registers->si);				\
		return 0;								\
	}

#define ON_FILE(function, number)							\
	SEC("kprobe/" #function)							\
	int on_##function(struct pt_regs *registers)					\
	{										\
		struct file *file = (struct file *)registers->di;	\
											\
		tell(number, file ? BPF_CORE_READ(file, f_path.dentry) : NULL);		\
		return 0;								\
	}

#define ON_OTHER(function, number)							\
	SEC("kprobe/" #function)							\
	int on_##function(struct pt_regs *registers)					\
	{										\
		tell(number, NULL);							\
		return 0;								\
	}

ON_FILE(security_file_open, 1)
ON_FILE(security_mmap_file, 2)
ON_FILE(security_file_ioctl, 3)
ON_DENTRY(security_inode_create, 4)
ON_DENTRY(security_inode_mkdir, 5)
ON_DENTRY(security_inode_rmdir, 6)
ON_DENTRY(security_inode_unlink, 7)
ON_DENTRY(security_inode_rename, 8)
ON_DENTRY(security_inode_setattr, 9)
ON_OTHER(security_socket_create, 10)
ON_OTHER(security_socket_bind, 11)
ON_OTHER(security_socket_connect, 12)
ON_OTHER(security_socket_sendmsg, 13)
ON_OTHER(security_task_kill, 14)
ON_OTHER(security_ptrace_access_check, 15)

SEC("kprobe/security_bprm_check")
int on_security_bprm_check(struct pt_regs *registers)
{
	struct linux_binprm *bprm = (struct linux_binprm *)registers->di;

	tell(16, BPF_CORE_READ(bprm, file, f_path.dentry));
	return 0;
}

SEC("kprobe/security_inode_getattr")
int on_security_inode_getattr(struct pt_regs *registers)
{
	struct path *path = (struct path *)registers->di;

	tell(17, BPF_CORE_READ(path, dentry));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
