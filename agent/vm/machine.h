/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is asked of `gabion vm run`, and what gabion-vmm is told of it.
 */
#ifndef GABION_VM_MACHINE_H
#define GABION_VM_MACHINE_H

#include <sys/types.h>

#include "../../vmm/guest/protocol.h"
#include "../common/json.h"
#include "entry.h"
#include "grant.h"

/* More than the words of gabion_vm_machine_argv(). */
#define GABION_VM_ARGV_MAX 32

/* What a machine in a jail calls its files. */
#define GABION_VM_INSIDE_KERNEL "/kernel"
#define GABION_VM_INSIDE_INITRD "/initrd"
#define GABION_VM_INSIDE_IMAGE	"/rootfs"
#define GABION_VM_INSIDE_CONFIG "/config.json"
#define GABION_VM_INSIDE_VSOCK	"/vsock"

/* The socket that we listen on for the guest: gabion-vmm adds the port to the name of vsock's. */
#define GABION_VM_PORT_WORD(n)	"_" #n
#define GABION_VM_PORT_NAME(n)	GABION_VM_PORT_WORD(n)
#define GABION_VM_FILE_SOCKET	GABION_VM_FILE_VSOCK GABION_VM_PORT_NAME(GABION_GUEST_PORT)
#define GABION_VM_INSIDE_SOCKET GABION_VM_INSIDE_VSOCK GABION_VM_PORT_NAME(GABION_GUEST_PORT)

/**
 * struct gabion_vm_share - a folder that the guest gets
 * @host:	absolute, without symbolic links; owned
 * @guest:	where it mounts it; absolute
 * @wanted:	READ or WRITE: what was asked for; NOTHING: as much as the domain's rules grant
 * @access:	what it gets
 * @root:	O_PATH descriptor of the folder; owned; -1
 */
struct gabion_vm_share {
	char *host;
	const char *guest;
	enum gabion_vm_access wanted, access;
	int root;
};

/**
 * struct gabion_vm_machine - one machine
 * @name:	of the machine
 * @vmm:	the program, gabion-vmm
 * @kernel, @initrd: files
 * @rootfs:	folder or image
 * @image:	what the guest mounts as its root; of type @type
 * @domain:	NULL: of no domain, so that nothing is refused
 * @vmm_domain:	that gabion-vmm is in itself, in its jail; NULL: ours
 * @tap:	network device; NULL: no network
 * @uid:	user and group that gabion-vmm is, in a jail of its own (jail.h); 0: there is no
 * jail
 * @argv, @env, @cwd: of the command
 * @boot_seconds: until it has to run; 0: as long as it takes
 */
struct gabion_vm_machine {
	const char *name;
	const char *vmm, *kernel, *initrd, *rootfs;
	const char *image, *type;
	unsigned int cpus, memory_mib;
	const char *domain, *vmm_domain;
	const char *tap;
	uid_t uid;
	struct gabion_vm_share shares[GABION_GUEST_SHARES_MAX];
	size_t share_count;
	const char **argv, **env;
	const char *cwd;
	unsigned int boot_seconds;
};

/* The configuration file of gabion-vmm, into @json. */
void gabion_vm_machine_config(const struct gabion_vm_machine *machine,
			      const struct gabion_vm_entry *entry, struct gabion_json *json);

/**
 * struct gabion_vm_command - the words that start gabion-vmm
 * @argv:	NULL-terminated; some are the other members
 */
struct gabion_vm_command {
	const char *argv[GABION_VM_ARGV_MAX];
	char config[GABION_VM_PATH_MAX], jail[GABION_VM_PATH_MAX], netns[GABION_VM_PATH_MAX];
	char uid[16], memory[40], threads[24];
};

/* Fill in @command, for as long as @machine lives; this is the only place that knows the words. */
void gabion_vm_machine_argv(const struct gabion_vm_machine *machine,
			    const struct gabion_vm_entry *entry, struct gabion_vm_command *command);

/* What `gabion vm ps` tells of it, into @json: started by process @pid at @started, in seconds
 * since 1970. */
void gabion_vm_machine_state(const struct gabion_vm_machine *machine, uint64_t pid,
			     uint64_t started, struct gabion_json *json);

#endif /* GABION_VM_MACHINE_H */
