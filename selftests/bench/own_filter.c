// SPDX-License-Identifier: GPL-2.0
/*
 * Runs a command under a seccomp filter of its own, made by libseccomp: the
 * peer of a domain's filter in bench/syscalls.
 *
 * usage: own_filter [tree] NAME[:ARGUMENT:MAX]... -- COMMAND...
 *
 * tree: libseccomp's binary tree instead of a list.  With ARGUMENT and MAX the
 * call is allowed while that argument is at most MAX.
 */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int add(scmp_filter_ctx filter, const char *item)
{
	char name[64];
	unsigned int argument;
	unsigned long long max;
	int n = sscanf(item, "%63[^:]:%u:%lli", name, &argument, (long long *)&max), number;

	number = seccomp_syscall_resolve_name(name);
	if (n == 1)
		return seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0);
	if (n == 3)
		return seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 1,
					SCMP_CMP(argument, SCMP_CMP_LE, max));
	return -EINVAL;
}

int main(int argc, char **argv)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int i = 1, err = 0;

	if (argc > 1 && !strcmp(argv[1], "tree")) {
		err = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
		i++;
	}
	for (; !err && i < argc && strcmp(argv[i], "--"); i++)
		err = add(filter, argv[i]);
	if (err || i + 1 >= argc) {
		fprintf(stderr, "usage: own_filter [tree] NAME[:ARGUMENT:MAX]... -- COMMAND...\n");
		return 64;
	}
	err = seccomp_load(filter);
	if (err) {
		fprintf(stderr, "seccomp_load: %s\n", strerror(-err));
		return 1;
	}
	execv(argv[i + 1], argv + i + 1);
	perror(argv[i + 1]);
	return 1;
}
