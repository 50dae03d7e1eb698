// SPDX-License-Identifier: GPL-2.0
/*
 * Descriptors that come from elsewhere: over an exec that changes the domain, in a message, out of
 * another process, out of a table that is shared. Each is judged as if the domain opened the file.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"
#include "lib/pass.h"

#define OBJECT TEST_DIR "/object"

GABION_FIXTURE(inherited)

/* Make the program that leads into the domain `entered`, and one that does not, a copy of @what. */
static int entry(const char *what)
{
	char command[256];

	snprintf(command, sizeof(command), "cp %s " TEST_DIR "/enter && cp %s " TEST_DIR "/next",
		 what, what);
	return system(command) ? EIO : 0;
}

/*
 * Execute @program with @in as standard input, @out as standard output (-1: a pipe) and @extra as
 * descriptor 7. Return: its status; *@text: what came out of the pipe.
 */
static int run(const char *program, const char *argument, int in, int out, int extra, char text[64])
{
	int ends[2], status;
	ssize_t n;
	pid_t pid;

	text[0] = '\0';
	if (pipe2(ends, O_CLOEXEC))
		return -1;
	fflush(stdout);
	pid = fork();
	if (!pid) {
		dup2(in, 0);
		dup2(out < 0 ? ends[1] : out, 1);
		if (extra >= 0)
			dup2(extra, 7);
		execl(program, program, argument, (char *)NULL);
		_exit(99);
	}
	close(ends[1]);
	n = read(ends[0], text, 63);
	if (n >= 0)
		text[n] = '\0';
	close(ends[0]);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static unsigned int refusals(struct gabion_netlink *client, const char *domain, uint32_t refused)
{
	return confine_events_count(client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_FILE,
		.refused = refused, .domain = domain, .object = OBJECT "/file" });
}

TEST_F(inherited, input)
{
	int fd = open(OBJECT "/file", O_RDONLY);
	char text[64];

	ASSERT_EQ(0, entry("/usr/bin/cat"));
	EXPECT_EQ(0, run(TEST_DIR "/next", NULL, fd, -1, -1, text));
	EXPECT_STREQ("content\n", text);
	lseek(fd, 0, SEEK_SET);
	confine_events_clear(self->client);
	EXPECT_EQ(0, run(TEST_DIR "/enter", NULL, fd, -1, -1, text));
	EXPECT_STREQ("", text);
	EXPECT_LE(1, refusals(self->client, "entered", GABION_FILE_READ));
	/* Ours is as it was. */
	EXPECT_EQ(1, read(fd, text, 1));
	close(fd);
}

TEST_F(inherited, output)
{
	int fd = open(OBJECT "/file", O_WRONLY), null = open("/dev/null", O_RDONLY);
	struct stat st;
	char text[64];

	ASSERT_EQ(0, entry("/usr/bin/echo"));
	EXPECT_EQ(0, run(TEST_DIR "/next", "longer than it was", null, fd, -1, text));
	ASSERT_EQ(0, fstat(fd, &st));
	EXPECT_EQ(19, st.st_size);
	ASSERT_EQ(0, ftruncate(fd, 0));
	lseek(fd, 0, SEEK_SET);
	confine_events_clear(self->client);
	EXPECT_EQ(0, run(TEST_DIR "/enter", "evil", null, fd, -1, text));
	ASSERT_EQ(0, fstat(fd, &st));
	EXPECT_EQ(0, st.st_size);
	EXPECT_LE(1, refusals(self->client, "entered", GABION_FILE_WRITE));
	close(fd);
}

TEST_F(inherited, one_among_others)
{
	int fd = open(OBJECT "/file", O_RDONLY), null = open("/dev/null", O_RDONLY);
	char text[64];

	ASSERT_EQ(0, entry("/usr/bin/cat"));
	EXPECT_EQ(0, run(TEST_DIR "/next", "/proc/self/fd/7", null, -1, fd, text));
	EXPECT_STREQ("content\n", text);
	lseek(fd, 0, SEEK_SET);
	/* What stands in its place cannot be opened again. */
	EXPECT_EQ(1, run(TEST_DIR "/enter", "/proc/self/fd/7", null, -1, fd, text));
	EXPECT_STREQ("", text);
	EXPECT_LE(1, refusals(self->client, "entered", GABION_FILE_READ));
	close(fd);
}

TEST_F(inherited, a_pipe_stays)
{
	int ends[2];
	char text[64];

	ASSERT_EQ(0, entry("/usr/bin/cat"));
	ASSERT_EQ(0, pipe2(ends, O_CLOEXEC));
	ASSERT_EQ(5, write(ends[1], "words", 5));
	close(ends[1]);
	EXPECT_EQ(0, run(TEST_DIR "/enter", NULL, ends[0], -1, -1, text));
	EXPECT_STREQ("words", text);
	close(ends[0]);
}

TEST_F(inherited, a_pair_of_sockets_stays)
{
	int ends[2];
	char text[64];

	ASSERT_EQ(0, entry("/usr/bin/cat"));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
	ASSERT_EQ(5, write(ends[1], "words", 5));
	close(ends[1]);
	EXPECT_EQ(0, run(TEST_DIR "/enter", NULL, ends[0], -1, -1, text));
	EXPECT_STREQ("words", text);
	close(ends[0]);
}

/* What the domain may open, it may inherit. */
TEST_F(inherited, a_file_of_the_domain_stays)
{
	int fd = open("/usr/lib/os-release", O_RDONLY);
	char text[64];

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, entry("/usr/bin/cat"));
	EXPECT_EQ(0, run(TEST_DIR "/enter", NULL, fd, -1, -1, text));
	EXPECT_LT(0, strlen(text));
	close(fd);
}

/* As gabion run does: the domain is named, the program is any. */
static int cat_in(const char *domain, int in, char text[64])
{
	int ends[2], status;
	ssize_t n;
	pid_t pid;

	text[0] = '\0';
	if (pipe2(ends, O_CLOEXEC))
		return -1;
	fflush(stdout);
	pid = fork();
	if (!pid) {
		struct gabion_netlink *client;
		struct gabion_error error = { 0 };

		if (gabion_netlink_open(&client, &error) ||
		    gabion_netlink_task_exec(client, domain, &error))
			_exit(98);
		dup2(in, 0);
		dup2(ends[1], 1);
		execl("/usr/bin/cat", "cat", (char *)NULL);
		_exit(99);
	}
	close(ends[1]);
	n = read(ends[0], text, 63);
	if (n >= 0)
		text[n] = '\0';
	close(ends[0]);
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

TEST_F(inherited, into_a_named_domain)
{
	int fd = open(OBJECT "/file", O_RDONLY);
	char text[64];

	EXPECT_EQ(0, cat_in("granted", fd, text));
	EXPECT_STREQ("content\n", text);
	lseek(fd, 0, SEEK_SET);
	confine_events_clear(self->client);
	EXPECT_EQ(0, cat_in("refused", fd, text));
	EXPECT_STREQ("", text);
	EXPECT_LE(1, refusals(self->client, "refused", GABION_FILE_READ));
	close(fd);
}

/* What was opened for more than is granted is not kept for less. */
TEST_F(inherited, read_and_write_where_read_is_granted)
{
	int fd = open(OBJECT "/file", O_RDWR);
	char text[64];

	EXPECT_EQ(0, cat_in("reader", fd, text));
	EXPECT_STREQ("", text);
	EXPECT_LE(1, refusals(self->client, "reader", GABION_FILE_WRITE));
	close(fd);
	fd = open(OBJECT "/file", O_RDONLY);
	EXPECT_EQ(0, cat_in("reader", fd, text));
	EXPECT_STREQ("content\n", text);
	close(fd);
}

/* --- in a message --- */

GABION_FIXTURE(received)

static int ends[2];

static int send_file(int flags)
{
	int fds[2] = { open("/dev/null", O_RDONLY), open(OBJECT "/file", flags) }, err;

	err = ATTEMPT(socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) ?: pass_send(ends[0], fds, 2);
	close(fds[0]);
	close(fds[1]);
	return err;
}

static int receive(int flags)
{
	int fds[2];

	return pass_receive(ends[1], flags, false, fds, 2);
}

static int take(void)
{
	return receive(0);
}

static int peek(void)
{
	return receive(MSG_PEEK);
}

TEST_F(received, by_whoever_may_open_it)
{
	ASSERT_EQ(0, send_file(O_RDWR));
	EXPECT_EQ(0, confine_run(self->client, "granted", peek));
	EXPECT_EQ(0, confine_run(self->client, "granted", take));
}

TEST_F(received, not_by_whoever_may_not)
{
	ASSERT_EQ(0, send_file(O_RDONLY));
	EXPECT_EQ(0, confine_run(self->client, NULL, peek));
	EXPECT_EQ(EACCES, confine_run(self->client, "refused", peek));
	EXPECT_LE(1, refusals(self->client, "refused", GABION_FILE_READ));
	confine_events_clear(self->client);
	EXPECT_EQ(EACCES, confine_run(self->client, "refused", take));
	EXPECT_LE(1, refusals(self->client, "refused", GABION_FILE_READ));
}

TEST_F(received, no_more_than_may_be_opened)
{
	ASSERT_EQ(0, send_file(O_RDWR));
	EXPECT_EQ(EACCES, confine_run(self->client, "reader", take));
	EXPECT_LE(1, refusals(self->client, "reader", GABION_FILE_WRITE));
	ASSERT_EQ(0, send_file(O_RDONLY));
	EXPECT_EQ(0, confine_run(self->client, "reader", take));
}

/* --- out of another process --- */

GABION_FIXTURE(taken)

static pid_t owner;
static int number;

static int hold_file(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
}

static int take_descriptor(void)
{
	int pidfd = syscall(SYS_pidfd_open, owner, 0);

	return pidfd < 0 ? 99 : ATTEMPT(syscall(SYS_pidfd_getfd, pidfd, number, 0));
}

TEST_F(taken, by_a_tracer_who_may_not_open_it)
{
	struct gabion_error error = { 0 };

	number = open(OBJECT "/file", O_RDONLY);
	ASSERT_LE(0, number);
	owner = fork();
	if (!owner)
		hold_file();
	close(number);
	ASSERT_EQ(0, gabion_netlink_task_assign(self->client, owner, "granted", &error));
	EXPECT_EQ(0, confine_run(self->client, NULL, take_descriptor));
	confine_events_clear(self->client);
	EXPECT_EQ(EACCES, confine_run(self->client, "robber", take_descriptor));
	EXPECT_LE(1, refusals(self->client, "robber", GABION_FILE_READ));
	confine_release(owner);
}

/* --- descriptors shared with a process that stays outside --- */

GABION_FIXTURE(shared_table)

static int wait_for_ever(void *unused)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
	return 0;
}

/* What one side loses would be lost to the other, what the other opens be open here. */
static int assign_sharer(struct gabion_netlink *client, int flags)
{
	static char stack[65536] __attribute__((aligned(16)));
	struct gabion_error error = { 0 };
	pid_t pid = clone(wait_for_ever, stack + sizeof(stack), flags | SIGCHLD, NULL);
	int err;

	if (pid < 0)
		return -errno;
	err = gabion_netlink_task_assign(client, pid, "refused", &error);
	confine_release(pid);
	return err;
}

TEST_F(shared_table, a_process_that_shares_cannot_be_assigned)
{
	EXPECT_EQ(0, assign_sharer(self->client, 0));
	EXPECT_EQ(-EMLINK, assign_sharer(self->client, CLONE_FILES));
	EXPECT_EQ(-EMLINK, assign_sharer(self->client, CLONE_VM));
}

TEST_HARNESS_MAIN
