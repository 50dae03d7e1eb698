// SPDX-License-Identifier: GPL-2.0
/*
 * Runs a command under Landlock, with all that ABI 2 (6.1) can refuse.
 *
 * usage: peer_landlock KIND:PATH... -- COMMAND...
 *
 * KIND is r to read, x to execute, too, w for everything.
 */
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ALL	 ((LANDLOCK_ACCESS_FS_REFER << 1) - 1)
#define OF_FILES (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE)
#define READ	 (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)

static void must(bool succeeded, const char *what)
{
	if (succeeded)
		return;
	perror(what);
	exit(1);
}

static void add(int ruleset, const char *rule)
{
	struct landlock_path_beneath_attr beneath = {};
	struct stat st;

	beneath.allowed_access = rule[0] == 'w' ? ALL :
				 rule[0] == 'x' ? READ | LANDLOCK_ACCESS_FS_EXECUTE : READ;
	beneath.parent_fd = open(rule + 2, O_PATH | O_CLOEXEC);
	must(beneath.parent_fd >= 0 && !fstat(beneath.parent_fd, &st), rule + 2);
	if (!S_ISDIR(st.st_mode))
		beneath.allowed_access &= OF_FILES;
	must(!syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0), rule);
	close(beneath.parent_fd);
}

int main(int argc, char **argv)
{
	const struct landlock_ruleset_attr attr = { .handled_access_fs = ALL };
	int ruleset, i = 1;

	ruleset = syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	must(ruleset >= 0, "landlock_create_ruleset");
	for (; i < argc && strcmp(argv[i], "--"); i++) {
		if (!strchr("rxw", argv[i][0]) || argv[i][1] != ':')
			break;
		add(ruleset, argv[i]);
	}
	if (i + 1 >= argc || strcmp(argv[i], "--")) {
		fprintf(stderr, "usage: peer_landlock r|x|w:PATH... -- COMMAND...\n");
		return 64;
	}
	must(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
	must(!syscall(SYS_landlock_restrict_self, ruleset, 0), "landlock_restrict_self");
	close(ruleset);
	execv(argv[i + 1], argv + i + 1);
	perror(argv[i + 1]);
	return 1;
}
