/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Virtual machines that run, as folders: DIR/NAME, where DIR is /run/gabion-vm for root (not below
 * /run/gabion, which systemd removes with gabiond), $XDG_RUNTIME_DIR/gabion-vm for others, or
 * $GABION_VM_DIR. A machine's keeper holds a lock in its folder; a folder without is what is left
 * of one that was killed with its keeper, and is removed by the next command.
 */
#ifndef GABION_VM_ENTRY_H
#define GABION_VM_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../common/error.h"

#define GABION_VM_NAME_MAX 64
#define GABION_VM_PATH_MAX 256

/* Files of an entry. */
#define GABION_VM_FILE_LOCK    "lock"
#define GABION_VM_FILE_STATE   "state.json"
#define GABION_VM_FILE_CONFIG  "config.json"
#define GABION_VM_FILE_CONTROL "control" /* socket of the keeper: keeper.h */
#define GABION_VM_FILE_VSOCK   "vsock"
#define GABION_VM_FILE_JAIL    "jail"  /* folder, where jail.h mounts the root of a jail */
#define GABION_VM_FILE_NETNS   "netns" /* where the network namespace of a jail is mounted */
#define GABION_VM_FILE_IMAGE   "image" /* symbolic link to the image that was made for it */
#define GABION_VM_FILE_TAP     "tap"   /* symbolic link to the name of the tap that it owns */

/**
 * struct gabion_vm_entry - one folder
 * @path:	of the folder
 * @lock:	descriptor that holds the lock; owned; -1
 */
struct gabion_vm_entry {
	char name[GABION_VM_NAME_MAX + 1];
	char path[GABION_VM_PATH_MAX];
	int lock;
};

/* 1 to 64 letters, digits and hyphens, as gabion-vmm's --id. */
bool gabion_vm_name_is_valid(const char *name);

/*
 * Make the folder of machine @name, with the lock held, and remove what is left of others. 0;
 * -EEXIST: there is one of that name; -errno.
 */
int gabion_vm_entry_create(struct gabion_vm_entry *entry, const char *name,
			   struct gabion_error *error);

/* The path of @file in the entry. */
void gabion_vm_entry_file(const struct gabion_vm_entry *entry, const char *file,
			  char path[GABION_VM_PATH_MAX]);

/* Write @size bytes as @file, which appears whole. 0 or -errno. */
int gabion_vm_entry_write(const struct gabion_vm_entry *entry, const char *file, const char *bytes,
			  size_t size, struct gabion_error *error);

/* Make an empty file for an image, in $TMPDIR or /var/tmp, that goes with the entry. 0 or -errno.
 */
int gabion_vm_entry_image(const struct gabion_vm_entry *entry, char path[GABION_VM_PATH_MAX],
			  struct gabion_error *error);

/*
 * Open the file whose locks say which users the machines in jails have: one for all machines of
 * root, whatever $GABION_VM_DIR says. The descriptor, or -errno and @error.
 */
int gabion_vm_entry_open_users(struct gabion_error *error);

/*
 * Make @user, that of the machine's jail, the owner of the tap @tap; it is root's when the entry is
 * removed. 0 or -errno.
 */
int gabion_vm_entry_give_tap(const struct gabion_vm_entry *entry, const char *tap, uid_t user,
			     struct gabion_error *error);

/*
 * Remove the folder, and the image that was made for it; take back its tap. While somebody is still
 * attached to that all is left as it is: it is removed as what was left of a machine later.
 */
void gabion_vm_entry_remove(const struct gabion_vm_entry *entry);

/* Close the lock; the folder stays. */
void gabion_vm_entry_close(struct gabion_vm_entry *entry);

/*
 * Call @visit, unless NULL, for each machine that runs, by name; remove what is left of others.
 * Stops at what is not 0, and returns it; -errno and @error.
 */
int gabion_vm_entries(int (*visit)(void *arg, const struct gabion_vm_entry *entry), void *arg,
		      struct gabion_error *error);

/* Find machine @name. 0; -ENOENT and @error: it does not run. */
int gabion_vm_entry_find(struct gabion_vm_entry *entry, const char *name,
			 struct gabion_error *error);

/* Connect to the socket @file of the entry. The descriptor, or -errno and @error. */
int gabion_vm_entry_connect(const struct gabion_vm_entry *entry, const char *file,
			    struct gabion_error *error);

/* Make the socket @file in the entry and listen on it; non-blocking. The descriptor, or -errno and
 * @error. */
int gabion_vm_entry_listen(const struct gabion_vm_entry *entry, const char *file,
			   struct gabion_error *error);

#endif /* GABION_VM_ENTRY_H */
