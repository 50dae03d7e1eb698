// SPDX-License-Identifier: GPL-2.0
/*
 * A policy as BPF LSM programs: files and folders by inode, found from the file
 * upwards, as Landlock does; and ports of 127.0.0.1.
 */
#include "kernel.h"
#include <bpf/bpf_endian.h>

#define EACCES	13
#define DEPTH	48

enum { READ = 1, WRITE = 2, EXECUTE = 4 };

struct object {
	__u64 inode;
	__u64 device;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct object);
	__type(value, __u32);
} rules SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u16);
	__type(value, __u32);
} ports SEC(".maps");

static __always_inline int judge(struct dentry *dentry, __u32 wanted)
{
	int i;

	for (i = 0; i < DEPTH; i++) {
		struct inode *inode = BPF_CORE_READ(dentry, d_inode);
		struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
		struct object object = {};
		__u32 *granted;

		/* One that is still to be made has none. */
		if (inode) {
			object.inode = BPF_CORE_READ(inode, i_ino);
			object.device = BPF_CORE_READ(inode, i_sb, s_dev);
			granted = bpf_map_lookup_elem(&rules, &object);
			if (granted && (*granted & wanted) == wanted)
				return 0;
		}
		if (parent == dentry)
			break;
		dentry = parent;
	}
	return -EACCES;
}

static __always_inline int judge_address(const void *address)
{
	struct { __u16 family, port; __u32 host; } in = {};

	if (!address)
		return 0;
	bpf_probe_read_kernel(&in, sizeof(in), address);
	if (in.family != AF_INET)
		return 0;
	in.port = __builtin_bswap16(in.port);
	return in.host == bpf_htonl(0x7f000001) && bpf_map_lookup_elem(&ports, &in.port) ? 0 : -EACCES;
}

SEC("lsm/file_open")
int BPF_PROG(on_file_open, struct file *file)
{
	return concerned() ? judge(file->f_path.dentry, READ) : 0;
}

SEC("lsm/file_ioctl")
int BPF_PROG(on_file_ioctl, struct file *file)
{
	return concerned() ? judge(file->f_path.dentry, READ) : 0;
}

SEC("lsm/bprm_check_security")
int BPF_PROG(on_bprm_check, struct linux_binprm *bprm)
{
	return concerned() ? judge(bprm->file->f_path.dentry, EXECUTE) : 0;
}

SEC("lsm/mmap_file")
int BPF_PROG(on_mmap_file, struct file *file)
{
	return concerned() && file ? judge(file->f_path.dentry, READ) : 0;
}

SEC("lsm/inode_getattr")
int BPF_PROG(on_inode_getattr, const struct path *path)
{
	return concerned() ? judge(path->dentry, READ) : 0;
}

SEC("lsm/inode_setattr")
int BPF_PROG(on_inode_setattr, struct dentry *dentry)
{
	return concerned() ? judge(dentry, WRITE) : 0;
}

SEC("lsm/inode_create")
int BPF_PROG(on_inode_create, struct inode *directory, struct dentry *dentry)
{
	return concerned() ? judge(dentry, WRITE) : 0;
}

SEC("lsm/inode_mkdir")
int BPF_PROG(on_inode_mkdir, struct inode *directory, struct dentry *dentry)
{
	return concerned() ? judge(dentry, WRITE) : 0;
}

SEC("lsm/inode_rmdir")
int BPF_PROG(on_inode_rmdir, struct inode *directory, struct dentry *dentry)
{
	return concerned() ? judge(dentry, WRITE) : 0;
}

SEC("lsm/inode_unlink")
int BPF_PROG(on_inode_unlink, struct inode *directory, struct dentry *dentry)
{
	return concerned() ? judge(dentry, WRITE) : 0;
}

SEC("lsm/inode_rename")
int BPF_PROG(on_inode_rename, struct inode *from, struct dentry *old, struct inode *to,
	     struct dentry *new)
{
	int err;

	if (!concerned())
		return 0;
	err = judge(old, WRITE);
	return err ? err : judge(new, WRITE);
}

SEC("lsm/socket_create")
int BPF_PROG(on_socket_create, int family)
{
	return concerned() && family != AF_UNIX && family != AF_INET ? -EACCES : 0;
}

SEC("lsm/socket_bind")
int BPF_PROG(on_socket_bind, struct socket *socket, struct sockaddr *address)
{
	return concerned() ? judge_address(address) : 0;
}

SEC("lsm/socket_connect")
int BPF_PROG(on_socket_connect, struct socket *socket, struct sockaddr *address)
{
	return concerned() ? judge_address(address) : 0;
}

SEC("lsm/socket_sendmsg")
int BPF_PROG(on_socket_sendmsg, struct socket *socket, struct msghdr *message)
{
	return concerned() ? judge_address(message->msg_name) : 0;
}

char LICENSE[] SEC("license") = "GPL";
