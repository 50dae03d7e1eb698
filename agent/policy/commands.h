/* SPDX-License-Identifier: GPL-2.0 */
/* Commands of ioctl(2) as a policy names them. */
#ifndef GABION_POLICY_COMMANDS_H
#define GABION_POLICY_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gabion_ast_range;
struct gabion_model;

struct gabion_command_range {
	uint32_t first, last;
};

/* Commands of one statement: @n ranges as written, and their @text for messages. */
struct gabion_commands {
	struct gabion_command_range *ranges;
	size_t n;
	const char *text;
};

/* Number of the command written @text, a number or a constant's name.  False: there is none. */
bool gabion_command_parse(const char *text, uint32_t *command);

/* Name of @command in the kernel's headers, the first of several; NULL: it has none here. */
const char *gabion_command_name(uint32_t command);

/*
 * Commands of a list, in the arena of @m; NULL after a diagnostic.  With @deny one
 * that needs no grant is a mistake: it cannot be taken away.
 */
const struct gabion_commands *gabion_commands_resolve(struct gabion_model *m,
						      const struct gabion_ast_range *list,
						      bool deny);

#endif /* GABION_POLICY_COMMANDS_H */
