// SPDX-License-Identifier: GPL-2.0
/* What options mean, and the jail tried from inside. */
#include "../../agent/tests/test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/securebits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "jail.h"

#define SHOW(condition)                                                                            \
	do {                                                                                       \
		if (!(condition))                                                                  \
			dprintf(STDOUT_FILENO, "not so: %s\n", #condition);                        \
	} while (0)

static bool fails(long result, int error)
{
	return result == -1 && errno == error;
}

static int show_identity(void)
{
	char name[65] = "";
	cap_t caps = cap_get_proc(), none = cap_init();
	cap_value_t cap;

	SHOW(getpid() == 1);
	SHOW(getuid() == TEST_UID && getgid() == TEST_GID);
	SHOW(!getgroups(0, NULL));
	SHOW(fails(setuid(0), EPERM));
	SHOW(fails(setgid(0), EPERM));
	SHOW(!cap_compare(caps, none));
	for (cap = 0; cap < cap_max_bits(); cap++)
		SHOW(!cap_get_bound(cap) && !cap_get_ambient(cap));
	SHOW(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
	SHOW(prctl(PR_GET_SECUREBITS) & SECBIT_NOROOT_LOCKED);
	SHOW(!prctl(PR_GET_DUMPABLE));
	SHOW(!gethostname(name, sizeof(name)) && !strcmp(name, "jail-test"));
	SHOW(!environ || !*environ);
	SHOW(fails(fcntl(3, F_GETFD), EBADF) && fails(fcntl(4, F_GETFD), EBADF));
	cap_free(caps);
	cap_free(none);
	return 0;
}

static void what_the_process_is(void **state)
{
	struct scene *scene = scene_get(state);

	setenv("SECRET", "of the host", 1);
	dup2(STDERR_FILENO, 100);
	scene_enter(scene, show_identity);
	close(100);
	assert_says(scene, "");
	assert_ends(scene, 0);
}

static unsigned int entries(const char *path)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;
	unsigned int n = 0;

	while (folder && (entry = readdir(folder)))
		n += *entry->d_name != '.';
	if (folder)
		closedir(folder);
	return n;
}

static int show_files(void)
{
	char *const arguments[] = { (char *)"/program", NULL };
	struct stat st;

	/* "dev", and what the test has put there. */
	SHOW(entries("/") == 3 && entries("..") == 3);
	SHOW(fails(open("/etc/passwd", O_RDONLY), ENOENT));
	SHOW(fails(open("/link/passwd", O_RDONLY), ENOENT));
	SHOW(fails(access("/proc/self", F_OK), ENOENT));
	SHOW(!chdir("/") && fails(chroot("."), EPERM));
	SHOW(fails(mount("tmpfs", "/", "tmpfs", 0, NULL), EPERM));
	SHOW(fails(umount("/dev"), EPERM));
	SHOW(fails(unshare(CLONE_NEWNS), EPERM));
	SHOW(fails(mknod("/mem", S_IFCHR | 0600, makedev(1, 1)), EPERM));
	SHOW(fails(execv("/program", arguments), EACCES));
	SHOW(fails(open("/dev/new", O_CREAT | O_WRONLY, 0600), EROFS));
	SHOW(stat("/dev/kvm", &st) ||
	     (S_ISCHR(st.st_mode) && st.st_uid == TEST_UID && (st.st_mode & 0777) == 0600));
	SHOW(open("/new", O_CREAT | O_WRONLY, 0600) >= 0 && !unlink("/new"));
	return 0;
}

static void what_it_sees(void **state)
{
	struct scene *scene = scene_get(state);
	char program[80], link[80];
	int fd;

	snprintf(program, sizeof(program), "%s/program", scene->folder);
	snprintf(link, sizeof(link), "%s/link", scene->folder);
	fd = open(program, O_CREAT | O_WRONLY, 0755);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(symlink("/etc", link), 0);
	scene_enter(scene, show_files);
	assert_says(scene, "");
	assert_ends(scene, 0);
	assert_int_equal(unlink(program), 0);
	assert_int_equal(unlink(link), 0);
}

static int show_limits(void)
{
	struct rlimit limit;

	SHOW(!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur == 77 && limit.rlim_max == 99);
	SHOW(!getrlimit(RLIMIT_CORE, &limit) && !limit.rlim_max);
	SHOW(!getrlimit(RLIMIT_FSIZE, &limit) && limit.rlim_max == 1 << 20);
	limit.rlim_cur = limit.rlim_max = 1 << 21;
	SHOW(fails(setrlimit(RLIMIT_FSIZE, &limit), EPERM));
	return 0;
}

static void what_it_may_use(void **state)
{
	struct scene *scene = scene_get(state);

	assert_int_equal(gabion_jail_parse(&scene->options, "rlimit", "nofile=77:99", NULL), 0);
	assert_int_equal(gabion_jail_parse(&scene->options, "rlimit", "fsize=1M", NULL), 0);
	scene_enter(scene, show_limits);
	assert_says(scene, "");
	assert_ends(scene, 0);
}

static void assert_wrong(const char *name, const char *value, const char *words)
{
	struct gabion_jail_options options = GABION_JAIL_OPTIONS_NONE;
	struct gabion_error error;

	assert_int_equal(gabion_jail_parse(&options, name, value, &error), -EINVAL);
	if (!strstr(error.text, words))
		fail_msg("'%s' is not in: %s", words, error.text);
}

static void options_that_are_wrong(void **state)
{
	(void)state;
	assert_wrong("uid", "nobody", "--uid: 'nobody' is not a number");
	assert_wrong("uid", "-1", "--uid");
	assert_wrong("gid", "4294967295", "--gid");
	assert_wrong("jail", "", "--jail: is empty");
	assert_wrong("cgroup", "memory.max", "is not KEY=VALUE");
	assert_wrong("cgroup", "../memory.max=1", "is not KEY=VALUE");
	assert_wrong("cgroup", "memory=1", "is not KEY=VALUE");
	assert_wrong("rlimit", "files=1", "--rlimit: 'files' is no limit");
}

static void options_that_go_together(void **state)
{
	struct gabion_jail_options options = GABION_JAIL_OPTIONS_NONE;
	struct gabion_error error;

	(void)state;
	assert_int_equal(gabion_jail_check(&options, &error), 0);
	assert_int_equal(gabion_jail_parse(&options, "cgroup", "pids.max=9", &error), 0);
	assert_int_equal(gabion_jail_check(&options, &error), -EINVAL);
	assert_non_null(strstr(error.text, "go with --jail only"));
	assert_int_equal(gabion_jail_parse(&options, "jail", "/srv/vm", &error), 0);
	assert_int_equal(gabion_jail_parse(&options, "uid", "1000", &error), 0);
	assert_int_equal(gabion_jail_check(&options, &error), -EINVAL);
	assert_non_null(strstr(error.text, "--uid and --gid"));
	assert_int_equal(gabion_jail_parse(&options, "gid", "0", &error), 0);
	assert_int_equal(gabion_jail_check(&options, &error), -EINVAL);
	assert_non_null(strstr(error.text, "0 is root"));
	assert_int_equal(gabion_jail_parse(&options, "gid", "1000", &error), 0);
	assert_int_equal(gabion_jail_check(&options, &error), 0);
}

#define JAIL_TEST(name) cmocka_unit_test_setup_teardown(name, scene_set_up, scene_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_that_are_wrong),
		cmocka_unit_test(options_that_go_together),
		JAIL_TEST(what_the_process_is),
		JAIL_TEST(what_it_sees),
		JAIL_TEST(what_it_may_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
