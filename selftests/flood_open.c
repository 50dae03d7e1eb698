// SPDX-License-Identifier: GPL-2.0
/*
 * Opens FILE for reading COUNT times, and waits PAUSE microseconds after each.
 * Status 0: each time it was refused with EACCES; 2: it was let open it.
 * usage: flood_open FILE COUNT [PAUSE]
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long n = argc > 2 ? atol(argv[2]) : 0;
	unsigned int pause = argc > 3 ? (unsigned int)atol(argv[3]) : 0;

	if (n <= 0)
		return 1;
	while (n--) {
		if (open(argv[1], O_RDONLY) >= 0)
			return 2;
		if (errno != EACCES)
			return 3;
		if (pause)
			usleep(pause);
	}
	return 0;
}
