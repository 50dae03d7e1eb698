// SPDX-License-Identifier: GPL-2.0
/*
 * What compiling a policy costs: runs a command several times, and prints the mean of its user
 * CPU time in milliseconds, and the most memory in KiB, that it took. Its output is dropped.
 * The mean, as the kernel tells user and system time apart by samples.
 * usage: compile ROUNDS COMMAND [ARGUMENT...]
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void run(char **command)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		err(127, "/dev/null");
	execvp(command[0], command);
	err(127, "%s", command[0]);
}

int main(int argc, char **argv)
{
	double sum = 0;
	long most = 0;
	int rounds, i, status;

	if (argc < 3 || (rounds = atoi(argv[1])) < 1)
		errx(2, "usage: compile ROUNDS COMMAND [ARGUMENT...]");
	for (i = 0; i < rounds; i++) {
		struct rusage usage;
		pid_t child = fork();

		if (child < 0)
			err(1, "fork");
		if (!child)
			run(argv + 2);
		if (wait4(child, &status, 0, &usage) < 0)
			err(1, "wait4");
		sum += usage.ru_utime.tv_sec * 1e3 + usage.ru_utime.tv_usec / 1e3;
		if (usage.ru_maxrss > most)
			most = usage.ru_maxrss;
		if (status) {
			i++;
			break;
		}
	}
	printf("%.1f %ld\n", sum / i, most);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}
