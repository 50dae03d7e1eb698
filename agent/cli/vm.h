/* SPDX-License-Identifier: GPL-2.0 */
/* gabion vm WHAT: one file per WHAT, behind the table in cmd_vm.c. argv[0] is "vm WHAT". */
#ifndef GABION_CLI_VM_H
#define GABION_CLI_VM_H

#include "cli.h"

int cmd_vm_console(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error);
int cmd_vm_ps(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error);
int cmd_vm_run(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error);
int cmd_vm_stop(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error);

#endif /* GABION_CLI_VM_H */
