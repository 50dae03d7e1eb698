// SPDX-License-Identifier: GPL-2.0
#include "terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

void gabion_vm_terminal_set(struct gabion_vm_terminal *terminal)
{
	struct termios raw;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &terminal->before))
		return;
	raw = terminal->before;
	cfmakeraw(&raw);
	terminal->changed = !tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

void gabion_vm_terminal_restore(struct gabion_vm_terminal *terminal)
{
	if (terminal->changed)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal->before);
	terminal->changed = false;
}

void gabion_vm_terminal_size(uint16_t *rows, uint16_t *columns)
{
	struct winsize size = {0};

	/* Fails where there is no terminal. */
	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	*rows = size.ws_row;
	*columns = size.ws_col;
}
