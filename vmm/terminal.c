// SPDX-License-Identifier: GPL-2.0
#include "terminal.h"

#include <unistd.h>

void gabion_terminal_set(struct gabion_terminal *terminal)
{
	struct termios raw;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &terminal->before))
		return;
	raw = terminal->before;
	cfmakeraw(&raw);
	/* Our own messages still end their lines. */
	raw.c_oflag |= OPOST;
	terminal->changed = !tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

void gabion_terminal_restore(struct gabion_terminal *terminal)
{
	if (terminal->changed)
		tcsetattr(STDIN_FILENO, TCSANOW, &terminal->before);
	terminal->changed = false;
}
