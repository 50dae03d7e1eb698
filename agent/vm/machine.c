// SPDX-License-Identifier: GPL-2.0
#include "machine.h"

#include <string.h>

/* Any address above 2 will do: it is known to gabion-vmm and the guest only. */
#define GUEST_CID 3

void gabion_vm_machine_config(const struct gabion_vm_machine *machine,
			      const struct gabion_vm_entry *entry, struct gabion_json *json)
{
	char vsock[GABION_VM_PATH_MAX];

	gabion_vm_entry_file(entry, GABION_VM_FILE_VSOCK, vsock);
	gabion_json_open(json, NULL, '{');
	gabion_json_open(json, "boot-source", '{');
	gabion_json_string(json, "kernel_image_path", machine->kernel);
	gabion_json_string(json, "initrd_path", machine->initrd);
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
	gabion_json_string(json, "path_on_host", machine->image);
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
	gabion_json_string(json, "uds_path", vsock);
	gabion_json_close(json, '}');
	gabion_json_open(json, "entropy", '{');
	gabion_json_close(json, '}');
	gabion_json_close(json, '}');
}

void gabion_vm_machine_argv(const struct gabion_vm_machine *machine,
			    const struct gabion_vm_entry *entry, char config[GABION_VM_PATH_MAX],
			    const char *argv[GABION_VM_ARGV_MAX])
{
	size_t n = 0;

	gabion_vm_entry_file(entry, GABION_VM_FILE_CONFIG, config);
	argv[n++] = machine->vmm;
	argv[n++] = "--id";
	argv[n++] = machine->name;
	argv[n++] = "--no-api";
	argv[n++] = "--config-file";
	argv[n++] = config;
	argv[n] = NULL;
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
