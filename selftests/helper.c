// SPDX-License-Identifier: GPL-2.0
/*
 * Usermode helpers: programs that the kernel executes on its own account have
 * the domain that `enter helper` gives them, whoever made the kernel do it.
 */
#include <fcntl.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"
#include "lib/source.h"

#define HELPER		TEST_DIR "/helper"
#define REQUEST_KEY	"/usr/sbin/request-key"
#define OBJECT		TEST_DIR "/object/file"
#define RESULTS		TEST_DIR "/log"
#define HIERARCHY	"/run/gabion-test-cgroup"

#define RULES	"    level middle\n    use everyday\n    append appendable\n"
#define UMH(entry, rules)	"domain umh {\n    enter helper " entry "\n" RULES rules "}\n"

/* --- the helper: this program under another name --- */

/* What it can open, as a line of RESULTS. Before main(), which is the harness's. */
static __attribute__((constructor)) void helper_main(int argc, char **argv)
{
	char line[16];
	int fd, result;

	if (!argc || (strcmp(argv[0], HELPER) && strcmp(argv[0], "/sbin/request-key")))
		return;
	result = ATTEMPT(open(OBJECT, O_RDONLY));
	fd = open(RESULTS, O_WRONLY | O_APPEND);
	snprintf(line, sizeof(line), "%d\n", result);
	_exit(write(fd, line, strlen(line)) < 0);
}

static void install(const char *path)
{
	char command[256];

	snprintf(command, sizeof(command), "cp --remove-destination /proc/%d/exe %s", getpid(), path);
	if (system(command))
		exit(1);
}

static void empty_results(void)
{
	if (truncate(RESULTS, 0))
		exit(1);
}

/* What a helper wrote, within @tries times 20 ms; -1: none ran. */
static int result_within(int tries)
{
	int result = -1;
	FILE *file;

	for (; tries && result < 0; tries--) {
		usleep(20000);
		file = fopen(RESULTS, "re");
		if (!file || fscanf(file, "%d\n", &result) != 1)
			result = -1;
		if (file)
			fclose(file);
	}
	return result;
}

static int result(void)
{
	return result_within(1000);
}

/* --- what makes the kernel execute it --- */

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err;

	err = fd < 0 ? errno : ATTEMPT(write(fd, text, strlen(text)));
	close(fd);
	return err;
}

/* No such protocol: the kernel wants a module. */
static int want_module(void)
{
	return ATTEMPT(socket(AF_INET, SOCK_SEQPACKET, 132)) == EPERM ? EPERM : 0;
}

static int crash_here(void)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	setrlimit(RLIMIT_CORE, &limit);
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
	return 99;
}

/* Not before it is asked for: a helper that crashed would have a helper. */
static int have_crashes_helped(void)
{
	return put("/proc/sys/kernel/core_pattern", "|" HELPER);
}

static int crash(void)
{
	int status, err = have_crashes_helped();
	pid_t pid;

	if (err)
		return err;
	pid = fork();
	if (!pid)
		_exit(crash_here());
	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) ? 0 : 99;
}

/* Each time another key: that there is none is remembered. */
static int want_key(void)
{
	static int n;
	char name[64];

	snprintf(name, sizeof(name), "gabion:%d:%d", getpid(), n++);
	return ATTEMPT(syscall(SYS_request_key, "user", name, "info",
			       KEY_SPEC_SESSION_KEYRING)) == EPERM ? EPERM : 0;
}

/* The last task of a group ends. */
static int empty_a_cgroup(void)
{
	int status, err;
	pid_t pid;

	mkdir(HIERARCHY "/group", 0755);
	err = put(HIERARCHY "/release_agent", HELPER) ?:
	      put(HIERARCHY "/group/notify_on_release", "1");
	pid = fork();
	if (!pid)
		_exit(put(HIERARCHY "/group/cgroup.procs", "0"));
	if (waitpid(pid, &status, 0) != pid || status)
		return 99;
	return err;
}

/* --- the fixture: a policy, and the kernel told which program to execute --- */

static char old_modprobe[256], old_core_pattern[256];

static void keep(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, size - 1);

	close(fd);
	text[n > 0 ? n : 0] = '\0';
}

static void set_up_triggers(void)
{
	install(HELPER);
	if (access(REQUEST_KEY, F_OK))
		install(REQUEST_KEY);
	keep("/proc/sys/kernel/modprobe", old_modprobe, sizeof(old_modprobe));
	keep("/proc/sys/kernel/core_pattern", old_core_pattern, sizeof(old_core_pattern));
	mkdir(HIERARCHY, 0755);
	if (put("/proc/sys/kernel/modprobe", HELPER) ||
	    mount("none", HIERARCHY, "cgroup", 0, "none,name=gabion"))
		exit(1);
}

static void take_down_triggers(void)
{
	put("/proc/sys/kernel/modprobe", old_modprobe);
	put("/proc/sys/kernel/core_pattern", old_core_pattern);
	rmdir(HIERARCHY "/group");
	umount(HIERARCHY);
	rmdir(HIERARCHY);
	unlink(REQUEST_KEY);
}

/* Put @extra in force. */
static int use_policy(struct gabion_netlink *client, const char *extra)
{
	int err = source_load(client, extra);

	empty_results();
	confine_events_clear(client);
	return err;
}

static unsigned int entered(struct gabion_netlink *client, const char *target)
{
	return confine_events_count(client, &(struct confine_expect){
		.type = GABION_EVENT_TRANSITION, .verdict = GABION_VERDICT_ALLOWED,
		.domain = "host", .target = target });
}

static unsigned int refused(struct gabion_netlink *client, const char *domain)
{
	return confine_events_count(client, &(struct confine_expect){
		.type = GABION_EVENT_ACCESS, .verdict = GABION_VERDICT_DENIED,
		.klass = GABION_CLASS_FILE, .refused = GABION_FILE_READ, .domain = domain,
		.object = OBJECT });
}

#define HELPER_LIFE(name)							\
	FIXTURE_SETUP(name)							\
	{									\
		struct gabion_error error = { 0 };				\
										\
		self->client = NULL;						\
		ASSERT_EQ(0, gabion_netlink_open(&self->client, &error))	\
			TH_LOG("%s", error.text);				\
		confine_prepare();						\
		set_up_triggers();						\
	}									\
	FIXTURE_TEARDOWN(name)							\
	{									\
		take_down_triggers();						\
		EXPECT_EQ(0, source_restore(self->client));			\
		gabion_netlink_close(self->client);				\
	}

/* --- every way to make the kernel execute something --- */

FIXTURE(trigger)
{
	GABION_FIXTURE_MEMBERS
};

FIXTURE_VARIANT(trigger)
{
	int (*run)(void);
	const char *denying;	/* policies that give the helper a domain, which may not read */
	const char *granting;	/* ... which may */
};

HELPER_LIFE(trigger)

#define TRIGGER_VARIANT(name, program)						\
	FIXTURE_VARIANT_ADD(trigger, name)					\
	{									\
		.run = name, .denying = UMH(program, ""),			\
		.granting = UMH(program, "    read object\n"),			\
	}
TRIGGER_VARIANT(want_module, HELPER);
TRIGGER_VARIANT(crash, HELPER);
TRIGGER_VARIANT(want_key, REQUEST_KEY);
TRIGGER_VARIANT(empty_a_cgroup, HELPER);

TEST_F(trigger, without_a_rule_it_is_the_hosts)
{
	ASSERT_EQ(0, use_policy(self->client, ""));
	ASSERT_EQ(0, variant->run());
	EXPECT_EQ(0, result());
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.type = GABION_EVENT_TRANSITION }));
}

TEST_F(trigger, it_is_held_to_its_domain)
{
	ASSERT_EQ(0, use_policy(self->client, variant->denying));
	ASSERT_EQ(0, variant->run());
	EXPECT_EQ(EACCES, result());
	EXPECT_LE(1, entered(self->client, "umh"));
	EXPECT_LE(1, refused(self->client, "umh"));
}

TEST_F(trigger, it_may_what_that_is_granted)
{
	ASSERT_EQ(0, use_policy(self->client, variant->granting));
	ASSERT_EQ(0, variant->run());
	EXPECT_EQ(0, result());
	EXPECT_LE(1, entered(self->client, "umh"));
	EXPECT_EQ(0, refused(self->client, "umh"));
}

/* --- whose helper it is, and whose not --- */

FIXTURE(helper)
{
	GABION_FIXTURE_MEMBERS
};

HELPER_LIFE(helper)

TEST_F(helper, a_confined_task_may_want_a_module)
{
	ASSERT_EQ(0, use_policy(self->client, UMH(HELPER, "")));
	EXPECT_EQ(0, confine_run(self->client, "granted", want_module));
	EXPECT_EQ(EACCES, result());
	EXPECT_LE(1, entered(self->client, "umh"));
	EXPECT_LE(1, refused(self->client, "umh"));
}

/* Without the control nothing is executed at all. */
TEST_F(helper, or_may_not)
{
	ASSERT_EQ(0, use_policy(self->client, UMH(HELPER, "")));
	confine_run(self->client, "refused", want_module);
	EXPECT_EQ(-1, result_within(50));
	EXPECT_EQ(0, entered(self->client, "umh"));
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_CONTROL,
		.refused = GABION_CONTROL_MODULE, .domain = "refused" }));
}

/* It can have its memory written to a helper, but not choose the helper's domain. */
TEST_F(helper, a_confined_task_may_crash)
{
	ASSERT_EQ(0, use_policy(self->client, UMH(HELPER, "")));
	ASSERT_EQ(0, have_crashes_helped());
	EXPECT_EQ(128 + SIGSEGV, confine_run(self->client, "refused", crash_here));
	EXPECT_EQ(EACCES, result());
	EXPECT_LE(1, entered(self->client, "umh"));
	EXPECT_LE(1, refused(self->client, "umh"));
}

static int by_fork(void)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		execl(HELPER, HELPER, (char *)NULL);
		_exit(errno);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

/* A child that shares its parent's memory until it executes. */
static int by_spawn(void)
{
	char *argv[] = { HELPER, NULL };
	int status, err;
	pid_t pid;

	err = posix_spawn(&pid, HELPER, NULL, NULL, argv, argv + 1);
	if (err)
		return err;
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

static int by_itself(void)
{
	execl(HELPER, HELPER, (char *)NULL);
	return errno;
}

#define FAKER	"domain faker {\n" RULES "    execute " HELPER "\n}\n"

/* Whoever executes the program in user space is no helper. */
TEST_F(helper, nobody_else_is_one)
{
	int (*const ways[])(void) = { by_fork, by_spawn, by_itself };
	size_t i;

	ASSERT_EQ(0, use_policy(self->client, UMH(HELPER, "") FAKER));
	for (i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		empty_results();
		EXPECT_EQ(0, confine_run(self->client, NULL, ways[i]));
		EXPECT_EQ(0, result());
		empty_results();
		EXPECT_EQ(0, confine_run(self->client, "faker", ways[i]));
		EXPECT_EQ(EACCES, result());
	}
	EXPECT_EQ(i, refused(self->client, "faker"));
	EXPECT_EQ(0, entered(self->client, "umh"));
}

#define PROGRAM	"domain program {\n    enter " HELPER "\n" RULES "    read object\n}\n"

/* The same file for people and for the kernel: each has its rule. */
TEST_F(helper, its_rule_goes_before_that_of_others)
{
	ASSERT_EQ(0, use_policy(self->client, UMH(HELPER, "") PROGRAM));
	EXPECT_EQ(0, confine_run(self->client, NULL, by_fork));
	EXPECT_EQ(0, result());
	EXPECT_EQ(1, entered(self->client, "program"));
	empty_results();
	ASSERT_EQ(0, want_module());
	EXPECT_EQ(EACCES, result());
	EXPECT_LE(1, entered(self->client, "umh"));
}

TEST_F(helper, a_domain_for_the_rest_of_them)
{
	ASSERT_EQ(0, use_policy(self->client, UMH("", "    execute " HELPER "\n")));
	ASSERT_EQ(0, want_module());
	EXPECT_EQ(EACCES, result());
	EXPECT_LE(1, entered(self->client, "umh"));
	/* Which a program that has a domain already is not. */
	ASSERT_EQ(0, source_restore(self->client));
	ASSERT_EQ(0, use_policy(self->client, UMH("", "") PROGRAM));
	ASSERT_EQ(0, want_module());
	EXPECT_EQ(0, result());
	EXPECT_LE(1, entered(self->client, "program"));
	EXPECT_EQ(0, entered(self->client, "umh"));
}

TEST_HARNESS_MAIN
