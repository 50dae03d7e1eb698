// SPDX-License-Identifier: GPL-2.0
#include "query_ioctl.h"

#include <errno.h>
#include <string.h>

#include "../../core/ioctl.h"
#include "../common/cleanup.h"
#include "../common/protocol.h"
#include "commands.h"
#include "mem.h"
#include "syscall_constants.h"

int gabion_query_command(const char **object, struct gabion_answer *answer,
			 struct gabion_error *error)
{
	size_t n = strcspn(*object, " \t"), space = strspn(*object + n, " \t");
	cleanup_free char *word = NULL, *nearest = NULL;

	/* One word is the object itself. */
	if ((*object)[0] == '/' || !(*object)[n + space])
		return 0;
	word = gabion_xstrndup(*object, n);
	/* Whatever it is, it is no command. */
	if (gabion_protocol_named(word) || !strcmp(word, "domain"))
		return 0;
	if (!gabion_command_parse(word, &answer->command)) {
		nearest = gabion_constant_nearest(word, NULL);
		if (nearest)
			return gabion_error_set(error, -EINVAL,
						"unknown command \"%s\": did you mean `%s`?", word,
						nearest);
		return gabion_error_set(error, -EINVAL,
					"unknown command \"%s\": write its number, of 32 bits, or "
					"a name of the kernel's headers",
					word);
	}
	answer->has_command = true;
	answer->free_command = gabion_ioctl_is_free(answer->command);
	*object += n + space;
	return 0;
}
