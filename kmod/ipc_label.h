/* SPDX-License-Identifier: GPL-2.0 */
/* Which domain made a System V IPC object (check_ipc.c). */
#ifndef GABION_IPC_LABEL_H
#define GABION_IPC_LABEL_H

/* Before hooks are attached. Return: 0 or a negative errno. */
int gabion_ipc_label_init(void);
/* When no hook runs any more. */
void gabion_ipc_label_exit(void);

#endif /* GABION_IPC_LABEL_H */
