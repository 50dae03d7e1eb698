// SPDX-License-Identifier: GPL-2.0
/* Changes of domain by execution. */
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <stdlib.h>
#include <signal.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"

GABION_FIXTURE(exec)

/* Start @path in a child that is already in @domain; its pid once it has executed. */
static pid_t start_after(struct gabion_netlink *client, const char *domain, const char *path,
			 const char *argument, int (*before)(void))
{
	struct gabion_error error = { 0 };
	int go[2], failed[2], code;
	char byte;
	pid_t pid;

	if (pipe(go) || pipe2(failed, O_CLOEXEC))
		return -1;
	pid = fork();
	if (!pid) {
		close(failed[0]);
		if (read(go[0], &byte, 1) != 1)
			_exit(1);
		if (before && before())
			_exit(1);
		execl(path, path, argument, (char *)NULL);
		code = errno;
		if (write(failed[1], &code, sizeof(code)) < 0)
			_exit(1);
		_exit(code);
	}
	close(failed[1]);
	if (domain && gabion_netlink_task_assign(client, pid, domain, &error))
		return -1;
	if (write(go[1], "g", 1) != 1)
		return -1;
	/* End of file: the exec closed it. */
	if (read(failed[0], &code, sizeof(code)) == sizeof(code)) {
		waitpid(pid, NULL, 0);
		errno = code;
		return -1;
	}
	close(failed[0]);
	return pid;
}

static int give_up_privileges(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static pid_t start(struct gabion_netlink *client, const char *domain, const char *path,
		   const char *argument, bool no_new_privs)
{
	return start_after(client, domain, path, argument, no_new_privs ? give_up_privileges : NULL);
}

TEST_F(exec, a_file_leads_into_its_domain)
{
	pid_t pid = start(self->client, NULL, TEST_DIR "/enter", "100", false);

	ASSERT_LT(0, pid);
	EXPECT_STREQ("entered", confine_domain_of(self->client, pid));
	confine_release(pid);
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.type = GABION_EVENT_TRANSITION, .domain = "host", .target = "entered",
		.object = TEST_DIR "/enter" }));
}

TEST_F(exec, another_file_does_not)
{
	pid_t pid = start(self->client, NULL, TEST_DIR "/next", "100", false);

	ASSERT_LT(0, pid);
	EXPECT_STREQ("host", confine_domain_of(self->client, pid));
	confine_release(pid);
}

/* The same file under a name that no rule is about. */
TEST_F(exec, the_name_counts_not_the_way_to_it)
{
	pid_t pid;

	ASSERT_EQ(0, symlink(TEST_DIR "/enter", TEST_DIR "/object/detour"));
	pid = start(self->client, NULL, TEST_DIR "/object/detour", "100", false);
	ASSERT_LT(0, pid);
	EXPECT_STREQ("entered", confine_domain_of(self->client, pid));
	confine_release(pid);
}

TEST_F(exec, a_script_is_what_was_named)
{
	pid_t pid = start(self->client, NULL, TEST_DIR "/script", "100", false);

	ASSERT_LT(0, pid);
	EXPECT_STREQ("entered", confine_domain_of(self->client, pid));
	confine_release(pid);
}

TEST_F(exec, a_rule_changes_the_domain)
{
	pid_t pid = start(self->client, "changes", TEST_DIR "/next", "100", false);

	ASSERT_LT(0, pid);
	EXPECT_STREQ("entered", confine_domain_of(self->client, pid));
	confine_release(pid);
}

/* `enter` is for the host: a confined domain stays what it is. */
TEST_F(exec, without_a_rule_the_domain_stays)
{
	pid_t pid = start(self->client, "changes", TEST_DIR "/enter", "100", false);

	ASSERT_LT(0, pid);
	EXPECT_STREQ("changes", confine_domain_of(self->client, pid));
	confine_release(pid);
}

TEST_F(exec, no_new_privs_forbids_another_domain)
{
	EXPECT_EQ(-1, start(self->client, "changes", TEST_DIR "/next", "0", true));
	EXPECT_EQ(EPERM, errno);
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .reason = GABION_REASON_TRANSITION,
		.domain = "changes", .target = "entered" }));
}

TEST_F(exec, no_new_privs_still_enters_from_the_host)
{
	pid_t pid = start(self->client, NULL, TEST_DIR "/enter", "100", true);

	ASSERT_LT(0, pid);
	EXPECT_STREQ("entered", confine_domain_of(self->client, pid));
	confine_release(pid);
}

/* AT_SECURE is what makes the dynamic linker drop LD_PRELOAD and its like. */
static int secure_mode(pid_t pid)
{
	unsigned long pair[2];
	char path[64];
	int fd, secure = -1;

	snprintf(path, sizeof(path), "/proc/%d/auxv", pid);
	fd = open(path, O_RDONLY);
	while (read(fd, pair, sizeof(pair)) == sizeof(pair))
		if (pair[0] == AT_SECURE)
			secure = pair[1];
	close(fd);
	return secure;
}

TEST_F(exec, a_change_sets_secure_mode)
{
	pid_t pid = start(self->client, NULL, TEST_DIR "/enter", "100", false);

	ASSERT_LT(0, pid);
	EXPECT_EQ(1, secure_mode(pid));
	confine_release(pid);
	pid = start(self->client, NULL, TEST_DIR "/next", "100", false);
	ASSERT_LT(0, pid);
	EXPECT_EQ(0, secure_mode(pid));
	confine_release(pid);
}

/* A script whose interpreter is not there: its exec fails after the domain was chosen. */
static void break_program(const char *path)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	if (write(fd, "#!/nonexistent\n", 15) != 15)
		_exit(97);
	close(fd);
}

/*
 * As gabion run does: name the domain of the next exec, then execute @first, which
 * may fail, and cat. Return: cat's status.
 */
static int cat_in_refused(const char *first)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		struct gabion_netlink *client;
		struct gabion_error error = { 0 };

		if (gabion_netlink_open(&client, &error) ||
		    gabion_netlink_task_exec(client, "refused", &error))
			_exit(99);
		gabion_netlink_close(client);
		if (first)
			execl(first, "first", (char *)NULL);
		execl("/usr/bin/cat", "cat", TEST_DIR "/object/file", (char *)NULL);
		_exit(98);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static const struct confine_expect cat_is_refused = {
	.verdict = GABION_VERDICT_DENIED,
	.domain = "refused",
	.object = TEST_DIR "/object/file",
};

TEST_F(exec, a_named_domain)
{
	EXPECT_EQ(1, cat_in_refused(NULL));
	EXPECT_EQ(1, confine_events_count(self->client, &cat_is_refused));
}

/* What the administrator named holds until an exec succeeds, as execvp tries several. */
TEST_F(exec, a_named_domain_outlives_a_failed_exec)
{
	break_program(TEST_DIR "/object/program");
	EXPECT_EQ(1, cat_in_refused(TEST_DIR "/object/program"));
	EXPECT_EQ(1, confine_events_count(self->client, &cat_is_refused));
}

/* A failed exec leaves nothing for the next one. */
TEST_F(exec, a_failed_exec_leaves_nothing)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		break_program(TEST_DIR "/enter");
		execl(TEST_DIR "/enter", "enter", (char *)NULL);
		execl("/usr/bin/cat", "cat", TEST_DIR "/object/file", (char *)NULL);
		_exit(98);
	}
	waitpid(pid, &status, 0);
	EXPECT_EQ(0, WEXITSTATUS(status));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.type = GABION_EVENT_TRANSITION }));
}

/* It allows everything; it could as well make the new program believe what never happened. */
static int install_filter(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = { .len = 1, .filter = &allow };

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

TEST_F(exec, a_seccomp_filter_goes_along_only_for_a_tracer)
{
	pid_t pid = start(self->client, "filtering", TEST_DIR "/next", "100", false);

	EXPECT_LT(0, pid);
	confine_release(pid);
	pid = start_after(self->client, "filtering_tracer", TEST_DIR "/next", "100", install_filter);
	EXPECT_LT(0, pid);
	EXPECT_STREQ("entered", confine_domain_of(self->client, pid));
	confine_release(pid);
	confine_events_clear(self->client);
	EXPECT_EQ(-1, start_after(self->client, "filtering", TEST_DIR "/next", "0", install_filter));
	EXPECT_EQ(EPERM, errno);
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_DOMAIN,
		.refused = GABION_DOM_TRACE, .domain = "filtering", .target = "entered" }));
}

TEST_HARNESS_MAIN
