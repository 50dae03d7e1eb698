// SPDX-License-Identifier: GPL-2.0
#include "machine.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Any address above 2 will do: it is known to gabion-vmm and the guest only. */
#define GUEST_CID 3

/*
 * What gabion-vmm and the kernel need beside the guest's memory: at least, and for so many bytes of
 * that one more, as page tables of both take 1 of 256.
 */
#define OVERHEAD_MIB   64
#define OVERHEAD_SHARE 64
/* Threads of gabion-vmm beside the processors': one serves; the others are to spare. */
#define OTHER_THREADS 7

/* What gabion-vmm calls the file @host. */
static const char *name(const struct gabion_vm_machine *machine, const char *host,
			const char *inside)
{
	return machine->uid ? inside : host;
}

void gabion_vm_machine_config(const struct gabion_vm_machine *machine,
			      const struct gabion_vm_entry *entry, struct gabion_json *json)
{
	char vsock[GABION_VM_PATH_MAX];

	gabion_vm_entry_file(entry, GABION_VM_FILE_VSOCK, vsock);
	gabion_json_open(json, NULL, '{');
	gabion_json_open(json, "boot-source", '{');
	gabion_json_string(json, "kernel_image_path",
			   name(machine, machine->kernel, GABION_VM_INSIDE_KERNEL));
	gabion_json_string(json, "initrd_path",
			   name(machine, machine->initrd, GABION_VM_INSIDE_INITRD));
	/* A guest that panics is to end, not to wait for somebody. */
	gabion_json_string(json, "boot_args", "console=ttyS0 quiet reboot=k panic=-1");
	gabion_json_close(json, '}');
	gabion_json_open(json, "machine-config", '{');
	gabion_json_unsigned(json, "vcpu_count", machine->cpus);
	gabion_json_unsigned(json, "mem_size_mib", machine->memory_mib);
	gabion_json_close(json, '}');
	gabion_json_open(json, "drives", '[');
	gabion_json_open(json, NULL, '{');
	gabion_json_string(json, "drive_id", "rootfs");
	gabion_json_string(json, "path_on_host",
			   name(machine, machine->image, GABION_VM_INSIDE_IMAGE));
	gabion_json_bool(json, "is_root_device", false);
	gabion_json_bool(json, "is_read_only", true);
	gabion_json_close(json, '}');
	gabion_json_close(json, ']');
	if (machine->tap) {
		gabion_json_open(json, "network-interfaces", '[');
		gabion_json_open(json, NULL, '{');
		gabion_json_string(json, "iface_id", "eth0");
		gabion_json_string(json, "host_dev_name", machine->tap);
		gabion_json_close(json, '}');
		gabion_json_close(json, ']');
	}
	gabion_json_open(json, "vsock", '{');
	gabion_json_unsigned(json, "guest_cid", GUEST_CID);
	gabion_json_string(json, "uds_path", name(machine, vsock, GABION_VM_INSIDE_VSOCK));
	gabion_json_close(json, '}');
	gabion_json_open(json, "entropy", '{');
	gabion_json_close(json, '}');
	gabion_json_close(json, '}');
}

/* Its limits are what a machine of this size needs: one that was taken over gets no more. It writes
 * no file but one in memory, in which gabion-vmm makes its filters. */
static size_t add_jail(const struct gabion_vm_machine *machine, const struct gabion_vm_entry *entry,
		       struct gabion_vm_command *command, size_t n)
{
	uint64_t mib = machine->memory_mib + OVERHEAD_MIB + machine->memory_mib / OVERHEAD_SHARE;
	const char *words[] = {"--jail",   command->jail,    "--uid",	 command->uid,
			       "--gid",	   command->uid,     "--cgroup", command->memory,
			       "--cgroup", command->threads, "--rlimit", "fsize=1M"};
	size_t i;

	gabion_vm_entry_file(entry, GABION_VM_FILE_JAIL, command->jail);
	snprintf(command->uid, sizeof(command->uid), "%u", machine->uid);
	snprintf(command->memory, sizeof(command->memory), "memory.max=%" PRIu64 "M", mib);
	snprintf(command->threads, sizeof(command->threads), "pids.max=%u",
		 machine->cpus + OTHER_THREADS);
	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		command->argv[n++] = words[i];
	if (machine->vmm_domain) {
		command->argv[n++] = "--domain";
		command->argv[n++] = machine->vmm_domain;
	}
	if (machine->tap)
		return n;
	gabion_vm_entry_file(entry, GABION_VM_FILE_NETNS, command->netns);
	command->argv[n++] = "--netns";
	command->argv[n++] = command->netns;
	return n;
}

void gabion_vm_machine_argv(const struct gabion_vm_machine *machine,
			    const struct gabion_vm_entry *entry, struct gabion_vm_command *command)
{
	size_t n = 0;

	gabion_vm_entry_file(entry, GABION_VM_FILE_CONFIG, command->config);
	command->argv[n++] = machine->vmm;
	command->argv[n++] = "--id";
	command->argv[n++] = machine->name;
	command->argv[n++] = "--no-api";
	if (machine->uid)
		n = add_jail(machine, entry, command, n);
	command->argv[n++] = "--config-file";
	command->argv[n++] = name(machine, command->config, GABION_VM_INSIDE_CONFIG);
	command->argv[n] = NULL;
}

void gabion_vm_machine_state(const struct gabion_vm_machine *machine, uint64_t pid,
			     uint64_t started, struct gabion_json *json)
{
	size_t i;

	gabion_json_open(json, NULL, '{');
	gabion_json_string(json, "name", machine->name);
	gabion_json_unsigned(json, "pid", pid);
	gabion_json_unsigned(json, "started", started);
	gabion_json_string(json, "domain", machine->domain);
	gabion_json_string(json, "vmm_domain", machine->vmm_domain);
	/* Without a jail there are still gabion-vmm's own syscall filters. */
	gabion_json_string(json, "isolation", machine->uid ? "jail" : "filter");
	if (machine->uid)
		gabion_json_unsigned(json, "uid", machine->uid);
	gabion_json_unsigned(json, "cpus", machine->cpus);
	gabion_json_unsigned(json, "memory_mib", machine->memory_mib);
	gabion_json_string(json, "rootfs", machine->rootfs);
	gabion_json_string(json, "network", machine->tap);
	gabion_json_open(json, "shares", '[');
	for (i = 0; i < machine->share_count; i++) {
		gabion_json_open(json, NULL, '{');
		gabion_json_string(json, "host", machine->shares[i].host);
		gabion_json_string(json, "guest", machine->shares[i].guest);
		gabion_json_bool(json, "read_only", machine->shares[i].access != GABION_VM_WRITE);
		gabion_json_close(json, '}');
	}
	gabion_json_close(json, ']');
	gabion_json_open(json, "command", '[');
	for (i = 0; machine->argv[i]; i++)
		gabion_json_string(json, NULL, machine->argv[i]);
	gabion_json_close(json, ']');
	gabion_json_close(json, '}');
}
