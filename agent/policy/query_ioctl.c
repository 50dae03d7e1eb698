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
	answer->free_command = !gabion_ioctl_permission(answer->command);
	*object += n + space;
	return 0;
}

uint32_t gabion_query_first_commands(const struct gabion_view *view, uint32_t domain,
				     uint32_t label)
{
	uint32_t low = 0, high = view->nioctls, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (gabion_ioctl_compare(&view->ioctls[middle], domain, label, 0) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < view->nioctls && le32_to_cpu(view->ioctls[low].domain) == domain &&
			       le32_to_cpu(view->ioctls[low].label) == label
		       ? low
		       : view->nioctls;
}
