/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What became of processes that were to be assigned: gathered, then shown for
 * people or as JSON.
 */
#ifndef GABION_CLI_ASSIGNED_H
#define GABION_CLI_ASSIGNED_H

#include "../common/json.h"
#include "../netlink/client.h"
#include "cli.h"

struct gabion_assigned_row;

/**
 * struct gabion_assigned - the processes; zero-initialise
 * @rows:	owned
 * @failed:	how many of them were not assigned
 */
struct gabion_assigned {
	struct gabion_assigned_row *rows;
	size_t nrows;
	size_t capacity;
	size_t failed;
};

void gabion_assigned_free(struct gabion_assigned *assigned);
#define cleanup_assigned __attribute__((cleanup(gabion_assigned_free)))

/* Take @entered in, as a row function does. 0 or -ENOMEM. */
int gabion_assigned_add(const struct gabion_entered *entered, void *assigned);

/* A table, or that there is nobody. 0 or -ENOMEM. */
int gabion_assigned_print(const struct gabion_assigned *assigned);
/* An array: the member @key, or with NULL the whole. */
void gabion_assigned_json(const struct gabion_assigned *assigned, struct gabion_json *json,
			  const char *key);

#endif /* GABION_CLI_ASSIGNED_H */
