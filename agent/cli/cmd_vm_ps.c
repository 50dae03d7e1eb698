// SPDX-License-Identifier: GPL-2.0
/*
 * gabion vm ps: the machines that run.
 */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <string.h>
#include <time.h>

#include "../common/cleanup.h"
#include "../vm/entry.h"
#include "table.h"
#include "usage.h"
#include "vm.h"

static void free_json(json_t **json)
{
	json_decref(*json);
}

/* Add its state; one that is just being made has none yet. */
static int add_machine(void *arg, const struct gabion_vm_entry *entry)
{
	char path[GABION_VM_PATH_MAX];
	json_t *machines = arg, *state;

	gabion_vm_entry_file(entry, GABION_VM_FILE_STATE, path);
	state = json_load_file(path, 0, NULL);
	return state && json_array_append_new(machines, state) ? -ENOMEM : 0;
}

static int add_number(struct gabion_table *table, const json_t *machine, const char *key)
{
	return gabion_table_number(table,
				   (uint64_t)json_integer_value(json_object_get(machine, key)));
}

/* "3h", as much as is of interest. */
static int add_age(struct gabion_table *table, const json_t *machine)
{
	long long age = time(NULL) - json_integer_value(json_object_get(machine, "started"));
	char text[32];

	if (age < 60)
		snprintf(text, sizeof(text), "%llds", age > 0 ? age : 0);
	else if (age < 3600)
		snprintf(text, sizeof(text), "%lldm", age / 60);
	else
		snprintf(text, sizeof(text), "%lldh", age / 3600);
	return gabion_table_text(table, text);
}

/* The words of the command; which of them are one is not to be seen, as in ps(1). */
static int add_command(struct gabion_table *table, const json_t *machine)
{
	const json_t *command = json_object_get(machine, "command");
	cleanup_free char *line = NULL;
	size_t i, size;
	FILE *out = open_memstream(&line, &size);

	if (!out)
		return -ENOMEM;
	for (i = 0; i < json_array_size(command); i++)
		fprintf(out, "%s%s", i ? " " : "", json_string_value(json_array_get(command, i)));
	return fclose(out) ? -ENOMEM : gabion_table_text(table, line);
}

static int print_table(const json_t *machines)
{
	static const char *const titles[] = {"NAME", "PID", "DOMAIN", "ISOLATION",
					     "CPUS", "MIB", "AGE",    "COMMAND"};
	cleanup_table struct gabion_table table = {.ncolumns = 8,
						   .right = 1 << 1 | 1 << 4 | 1 << 5 | 1 << 6};
	const json_t *machine;
	size_t i;
	int err = 0;

	for (i = 0; i < table.ncolumns && !err; i++)
		err = gabion_table_text(&table, titles[i]);
	json_array_foreach((json_t *)machines, i, machine)
	{
		err = err ? err
			  : gabion_table_text(&table,
					      json_string_value(json_object_get(machine, "name")));
		err = err ? err : add_number(&table, machine, "pid");
		err = err ? err
			  : gabion_table_text(
				    &table, json_string_value(json_object_get(machine, "domain")));
		err = err ? err
			  : gabion_table_text(&table, json_string_value(json_object_get(
							      machine, "isolation")));
		err = err ? err : add_number(&table, machine, "cpus");
		err = err ? err : add_number(&table, machine, "memory_mib");
		err = err ? err : add_age(&table, machine);
		err = err ? err : add_command(&table, machine);
	}
	if (!err)
		gabion_table_print(&table);
	return err;
}

static int print_json(const json_t *machines)
{
	if (json_dumpf(machines, stdout, JSON_COMPACT))
		return -ENOMEM;
	putchar('\n');
	return 0;
}

int cmd_vm_ps(const struct gabion_cli *cli, int argc, char **argv, struct gabion_error *error)
{
	static const struct option options[] = {{0}};
	__attribute__((cleanup(free_json))) json_t *machines = json_array();
	int option, err;

	gabion_cli_getopt_reset();
	option = getopt_long(argc, argv, ":", options, NULL);
	if (option != -1)
		return gabion_cli_wrong_option(error, argv, option);
	if (optind < argc)
		return gabion_cli_wrong(error, argv[0], "too many arguments");
	if (gabion_vm_entries(add_machine, machines, error))
		return GABION_EXIT_ERROR;
	err = cli->json ? print_json(machines) : print_table(machines);
	if (!err)
		return GABION_EXIT_OK;
	gabion_error_set(error, err, "cannot write the list: %s", strerror(-err));
	return GABION_EXIT_ERROR;
}
