/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files whose owner a domain set (F_SETOWN, O_ASYNC, leases, F_NOTIFY): the
 * signals that such a file sends later are that domain's.
 *
 * The owner that the host sets on such a file afterwards is not noticed: its
 * signals stay the domain's, until the file is closed.
 */
#ifndef GABION_FILE_OWNER_H
#define GABION_FILE_OWNER_H

#include <linux/atomic.h>
#include <linux/fs.h>

/* Such files; security_file_free()'s trampoline leaves at once when there are none. */
extern atomic_t gabion_owned_files;

/*
 * The current domain sets, or may be setting, @file's owner. Context: may sleep.
 * Return: 0 or -ENOMEM; then the owner must not be set.
 */
int gabion_file_owner_record(const struct file *file);

/* Module init, before hooks are attached, and exit, when none runs any more. */
int gabion_file_owner_init(void);
void gabion_file_owner_exit(void);

#endif /* GABION_FILE_OWNER_H */
