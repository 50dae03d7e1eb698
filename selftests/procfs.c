// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/PID of other domains' processes: what procfs shows to everybody, a domain
 * sees with `inspect` alone, by whatever way it comes to the file.
 */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "kselftest_harness.h"
#include "lib/source.h"
#include "lib/victim.h"

/* Where the policy lets a procfs be mounted once more. */
#define AGAIN "/run/gabion-proc"

static const char *procfs = "/proc";
/* Of the process that is looked at, in the pid namespace of that procfs. */
static pid_t number;

/* Begin to read: a byte, or a name. */
static int begin(int fd)
{
	char room[512];
	struct stat st;
	long n;

	if (fd < 0)
		return errno;
	n = fstat(fd, &st) ? -1 : S_ISDIR(st.st_mode) ? syscall(SYS_getdents64, fd, room, sizeof(room))
						       : read(fd, room, 1);
	return n > 0 ? 0 : n ? errno : ENODATA;
}

static const char *name_of(const char *file)
{
	static char name[128];

	snprintf(name, sizeof(name), "%s/%d%s%s", procfs, number, *file ? "/" : "", file);
	return name;
}

static int read_file(const char *file)
{
	return begin(open(name_of(file), O_RDONLY));
}

static int look_at_victim(struct gabion_netlink *client)
{
	procfs = "/proc";
	number = victim_make(client) ? 0 : victim;
	return number ? 0 : ECHILD;
}

#define PROCESS_VARIANT_BY(function, made_by, gone_by)				\
	FIXTURE_VARIANT_ADD(attempt, function)					\
	{									\
		.run = function, .before = made_by, .after = gone_by,		\
		.error = EACCES, .klass = GABION_CLASS_DOMAIN,			\
		.refused = GABION_DOM_INSPECT, .target = "target",		\
	}
#define PROCESS_VARIANT(function)	\
	PROCESS_VARIANT_BY(function, look_at_victim, victim_release)
#define FILE_VARIANT(function, file)						\
	static int function(void)						\
	{									\
		return read_file(file);						\
	}									\
	PROCESS_VARIANT(function)

FILE_VARIANT(comm, "comm");
FILE_VARIANT(cmdline, "cmdline");
FILE_VARIANT(stat_, "stat");
FILE_VARIANT(statm, "statm");
FILE_VARIANT(status, "status");
FILE_VARIANT(cgroup, "cgroup");
FILE_VARIANT(limits, "limits");
FILE_VARIANT(wchan, "wchan");
FILE_VARIANT(sched, "sched");
FILE_VARIANT(schedstat, "schedstat");
FILE_VARIANT(oom_score, "oom_score");
FILE_VARIANT(mounts, "mounts");
FILE_VARIANT(net, "net/dev");
FILE_VARIANT(attribute, "attr/current");
FILE_VARIANT(directory, "");
FILE_VARIANT(directory_of_threads, "task");

/* Which descriptors it has: what they are is not asked. */
static int descriptor(void)
{
	return ATTEMPT(open(name_of("fd/0"), O_PATH | O_NOFOLLOW));
}
PROCESS_VARIANT(descriptor);

/* --- by a thread --- */

static int of_thread(const char *file)
{
	char name[64];

	snprintf(name, sizeof(name), "task/%d/%s", number, file);
	return read_file(name);
}

#define THREAD_VARIANT(function, file)						\
	static int function(void)						\
	{									\
		return of_thread(file);						\
	}									\
	PROCESS_VARIANT(function)

THREAD_VARIANT(comm_of_thread, "comm");
THREAD_VARIANT(cmdline_of_thread, "cmdline");
THREAD_VARIANT(stat_of_thread, "stat");
THREAD_VARIANT(status_of_thread, "status");
THREAD_VARIANT(cgroup_of_thread, "cgroup");

static void *sleep_on(void *written)
{
	pid_t thread = gettid();

	if (write(*(int *)written, &thread, sizeof(thread)) == sizeof(thread))
		pause();
	return NULL;
}

/* A thread that does not lead has a directory of its own, which no listing shows. */
static int look_at_thread(struct gabion_netlink *client)
{
	struct gabion_error error = { 0 };
	pthread_t thread;
	int ends[2], err;

	procfs = "/proc";
	if (pipe(ends))
		return errno;
	victim = fork();
	if (!victim) {
		if (!pthread_create(&thread, NULL, sleep_on, &ends[1]))
			pause();
		_exit(1);
	}
	close(ends[1]);
	err = victim < 0 || read(ends[0], &number, sizeof(number)) != sizeof(number) ? ECHILD
		: -gabion_netlink_task_assign(client, victim, "target", &error);
	close(ends[0]);
	return err;
}

static int by_number_of_thread(void)
{
	return number == victim ? 99 : read_file("status");
}
PROCESS_VARIANT_BY(by_number_of_thread, look_at_thread, victim_release);

/* --- by another procfs --- */

static int mount_again(struct gabion_netlink *client, const char *source, unsigned long flags)
{
	int err = look_at_victim(client);

	procfs = AGAIN;
	if (err || (mkdir(AGAIN, 0755) && errno != EEXIST))
		return err ?: errno;
	return ATTEMPT(mount(source, AGAIN, "proc", flags, NULL));
}

static int bind_mount(struct gabion_netlink *client)
{
	return mount_again(client, "/proc", MS_BIND);
}

static int second_mount(struct gabion_netlink *client)
{
	return mount_again(client, "proc", 0);
}

static void umount_again(void)
{
	victim_release();
	if (umount2(AGAIN, MNT_DETACH) || rmdir(AGAIN))
		printf("# cannot take " AGAIN " away: %m\n");
}

/* Number 1 of a namespace of its own, which the test knows by another. */
static int pid_namespace(struct gabion_netlink *client)
{
	struct gabion_error error = { 0 };
	int ends[2], err = 0;
	char byte;

	procfs = AGAIN;
	number = 1;
	if ((mkdir(AGAIN, 0755) && errno != EEXIST) || pipe(ends))
		return errno;
	victim = syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);
	if (!victim) {
		if (!mount("proc", AGAIN, "proc", 0, NULL) && write(ends[1], "m", 1) == 1)
			while (1)
				pause();
		_exit(1);
	}
	close(ends[1]);
	if (victim < 0 || read(ends[0], &byte, 1) != 1)
		err = ECHILD;
	close(ends[0]);
	return err ?: -gabion_netlink_task_assign(client, victim, "target", &error);
}

#define MOUNT_VARIANTS(function, file)						\
	static int function##_by_bind_mount(void)				\
	{									\
		return read_file(file);						\
	}									\
	PROCESS_VARIANT_BY(function##_by_bind_mount, bind_mount, umount_again);	\
	static int function##_by_second_mount(void)				\
	{									\
		return read_file(file);						\
	}									\
	PROCESS_VARIANT_BY(function##_by_second_mount, second_mount, umount_again); \
	static int function##_by_pid_namespace(void)				\
	{									\
		return read_file(file);						\
	}									\
	PROCESS_VARIANT_BY(function##_by_pid_namespace, pid_namespace, umount_again)

MOUNT_VARIANTS(comm, "comm");
MOUNT_VARIANTS(cmdline, "cmdline");
MOUNT_VARIANTS(stat, "stat");
MOUNT_VARIANTS(status, "status");
MOUNT_VARIANTS(cgroup, "cgroup");

/* --- by descriptors that the host opened --- */

static int held;

static int hold(struct gabion_netlink *client, const char *file, int flags)
{
	int err = look_at_victim(client);

	held = err ? -1 : open(name_of(file), flags);
	return held < 0 ? err ?: errno : 0;
}

static void let_go(void)
{
	close(held);
	victim_release();
}

static int hold_directory(struct gabion_netlink *client)
{
	return hold(client, "", O_PATH);
}

static int below_a_directory(void)
{
	return begin(openat(held, "status", O_RDONLY));
}
PROCESS_VARIANT_BY(below_a_directory, hold_directory, let_go);

static int attributes_of_descriptor(void)
{
	struct stat st;

	return ATTEMPT(fstat(held, &st));
}
PROCESS_VARIANT_BY(attributes_of_descriptor, hold_directory, let_go);

static int hold_status(struct gabion_netlink *client)
{
	return hold(client, "status", O_RDONLY);
}

/* The domain is entered with it open; what it may not have is null then. */
static int read_held(void)
{
	char byte;

	return pread(held, &byte, 1, 0) == 1 ? 0 : EACCES;
}
PROCESS_VARIANT_BY(read_held, hold_status, let_go);

/* --- what there is beside contents --- */

static int attributes(void)
{
	struct stat st;

	return ATTEMPT(stat(name_of(""), &st));
}
PROCESS_VARIANT(attributes);

static int attributes_of_link(void)
{
	struct stat st;

	return ATTEMPT(lstat(name_of("exe"), &st));
}
PROCESS_VARIANT(attributes_of_link);

static int link_(void)
{
	char target[128];

	return ATTEMPT(readlink(name_of("exe"), target, sizeof(target)));
}
PROCESS_VARIANT(link_);

FIXTURE(procfs)
{
	GABION_FIXTURE_MEMBERS
};

GABION_FIXTURE_LIFE(procfs)

/* --- oneself, and one's own domain --- */

static int read_oneself(void)
{
	pid_t child;
	int err;

	procfs = "/proc";
	number = getpid();
	err = begin(open("/proc/self/status", O_RDONLY)) ?:
	      begin(open("/proc/thread-self/stat", O_RDONLY)) ?: read_file("cgroup") ?:
	      attributes() ?: read_file("");
	child = fork();
	if (!child)
		while (1)
			pause();
	if (child < 0)
		return errno;
	number = child;
	err = err ?: read_file("comm") ?: attributes() ?: read_file("task");
	confine_release(child);
	return err;
}

TEST_F(procfs, own_domain_is_free)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, read_oneself));
	EXPECT_EQ(0, confine_run(self->client, "refused", read_oneself));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_DOMAIN, .refused = GABION_DOM_INSPECT }));
}

/* No process is there any more: that, and nothing else, is what the kernel says. */
static int read_the_dead(void)
{
	pid_t child = fork();
	int directory, err;

	if (!child)
		while (1)
			pause();
	procfs = "/proc";
	number = child;
	directory = open(name_of(""), O_PATH);
	confine_release(child);
	err = directory < 0 ? 99 : begin(openat(directory, "status", O_RDONLY));
	return err == ENOENT || err == ESRCH ? 0 : err;
}

TEST_F(procfs, a_process_that_has_gone)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, read_the_dead));
	EXPECT_EQ(0, confine_run(self->client, "refused", read_the_dead));
}

/* --- whom `inspect` is about --- */

TEST_F(procfs, the_host_is_out_of_reach)
{
	procfs = "/proc";
	number = getpid();
	EXPECT_EQ(0, confine_run(self->client, NULL, status));
	EXPECT_EQ(EACCES, confine_run(self->client, "granted", status));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_DOMAIN, .refused = GABION_DOM_INSPECT, .target = "host" }));
}

/* To look at another process is to read from it. */
TEST_F(procfs, level_order)
{
	procfs = "/proc";
	number = confine_sleeper(self->client, "low_domain");
	ASSERT_LT(0, number);
	EXPECT_EQ(0, confine_run(self->client, "high_domain", status));
	confine_release(number);
	number = confine_sleeper(self->client, "high_domain");
	ASSERT_LT(0, number);
	ASSERT_EQ(0, source_load(self->client,
		"domain nosy {\n level low\n use everyday\n trusted inspect high_domain\n}\n"));
	EXPECT_EQ(0, confine_run(self->client, "nosy", status));
	EXPECT_EQ(EACCES, confine_run(self->client, "low_domain", status));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_DOMAIN, .refused = GABION_DOM_INSPECT,
		.domain = "low_domain", .target = "high_domain" }));
	confine_release(number);
	EXPECT_EQ(0, source_load(self->client, ""));
}

TEST_F(procfs, complain_mode_lets_pass)
{
	ASSERT_EQ(0, look_at_victim(self->client));
	EXPECT_EQ(0, confine_run(self->client, "complaining", status));
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_COMPLAIN, .klass = GABION_CLASS_DOMAIN,
		.refused = GABION_DOM_INSPECT, .target = "target" }));
	victim_release();
}

/* --- writing --- */

static int adjust(void)
{
	int fd = open(name_of("oom_score_adj"), O_WRONLY);

	return fd < 0 ? errno : ATTEMPT(write(fd, "100", 3));
}

TEST_F(procfs, writing_wants_schedule)
{
	ASSERT_EQ(0, source_load(self->client,
		"resource killing file /proc/[0-9]*/oom_score_adj level any\n"
		"abstraction adjusting {\n use everyday\n write killing\n"
		" capability sys_resource, dac_override\n}\n"
		"domain adjusts {\n level middle\n use adjusting\n schedule target\n}\n"
		"domain inspects {\n level middle\n use adjusting\n inspect target\n}\n"));
	ASSERT_EQ(0, look_at_victim(self->client));
	confine_events_clear(self->client);
	EXPECT_EQ(0, confine_run(self->client, NULL, adjust));
	EXPECT_EQ(0, confine_run(self->client, "adjusts", adjust));
	EXPECT_EQ(EACCES, confine_run(self->client, "inspects", adjust));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_DOMAIN, .refused = GABION_DOM_SCHEDULE,
		.domain = "inspects", .target = "target" }));
	victim_release();
	EXPECT_EQ(0, source_load(self->client, ""));
}

TEST_HARNESS_MAIN
