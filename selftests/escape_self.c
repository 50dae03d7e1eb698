// SPDX-License-Identifier: GPL-2.0
/*
 * Escapes by the enforcement: its interface, its policy, its programs, its module, its hooks. The
 * attacker may open netlink sockets, or the family of sockets would be what stops it.
 */
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
#include "agent/daemon/paths.h"
#include "kselftest_harness.h"
#include "lib/escape.h"

#define COMMAND(name, text) static int name(void) { return system(text) ? EIO : 0; }

/* --- the generic netlink family --- */

static struct gabion_netlink *open_client(void)
{
	struct gabion_netlink *client = NULL;
	struct gabion_error error = { 0 };

	return gabion_netlink_open(&client, &error) ? NULL : client;
}

static int become_granted(void)
{
	struct gabion_netlink *client = open_client();
	struct gabion_error error = { 0 };

	return client ? -gabion_netlink_task_assign(client, getpid(), "granted", &error) : 99;
}
ESCAPE(become_granted, BY_CONTROL(ADMIN));

static int become_another_by_exec(void)
{
	struct gabion_netlink *client = open_client();
	struct gabion_error error = { 0 };

	return client ? -gabion_netlink_task_exec(client, "granted", &error) : 99;
}
ESCAPE(become_another_by_exec, BY_CONTROL(ADMIN));

static int confine_the_guard(void)
{
	struct gabion_netlink *client = open_client();
	struct gabion_error error = { 0 };

	return client ? -gabion_netlink_task_assign(client, escape_guard, "refused", &error) : 99;
}
ESCAPE(confine_the_guard, BY_CONTROL(ADMIN));

/* The policy in force once more, so that the host's half changes nothing. */
static int load_policy(void)
{
	struct gabion_netlink *client = open_client();
	struct gabion_error error = { 0 };
	static char image[4 << 20];
	ssize_t n = 0;
	int fd = open(OWN "/image", O_RDONLY);

	if (fd < 0 || (n = read(fd, image, sizeof(image))) <= 0)
		return errno ?: 98;
	return client ? -gabion_netlink_policy_load(client, image, n, &error) : 99;
}
COMMAND(copy_image, "cp ${GABION_IMAGE:?} " OWN "/image")
ESCAPE(load_policy, .prepare = copy_image, BY_CONTROL(ADMIN));

static int take_the_events(void)
{
	struct gabion_netlink *client = open_client();
	struct gabion_error error = { 0 };

	return client ? -gabion_netlink_subscribe(client, &error) : 99;
}
ESCAPE(take_the_events, BY_CONTROL(ADMIN));

static int read_the_events(void)
{
	struct gabion_netlink *client = open_client();
	struct gabion_error error = { 0 };
	cleanup_batch struct gabion_batch batch = { 0 };

	return client ? -gabion_netlink_read(client, 0, &batch, &error) : 99;
}
ESCAPE(read_the_events, BY_CONTROL(ADMIN));

/* --- the module and its hooks --- */

COMMAND(some_module, "modprobe dummy")

/* Any module: gabion itself could not be put back. */
static int remove_a_module(void)
{
	return ATTEMPT(syscall(SYS_delete_module, "dummy", O_NONBLOCK));
}
ESCAPE(remove_a_module, .prepare = some_module, BY_CONTROL(MODULE));

#define FILE_OF(name, path, flags, permission, ...)				\
	static int name(void)							\
	{									\
		return ATTEMPT(open(path, flags, 0600));			\
	}									\
	ESCAPE(name, BY_FILE(GABION_FILE_##permission, path), ##__VA_ARGS__)

FILE_OF(disable_ftrace, "/proc/sys/kernel/ftrace_enabled", O_WRONLY, WRITE);
FILE_OF(filter_ftrace, "/sys/kernel/tracing/set_ftrace_filter", O_WRONLY, WRITE);
FILE_OF(see_the_hooks, "/sys/kernel/tracing/enabled_functions", O_RDONLY, READ);
FILE_OF(see_the_modules_place, "/sys/module/gabion/sections/.text", O_RDONLY, READ);
FILE_OF(modules_event, "/sys/module/gabion/uevent", O_WRONLY, WRITE);
FILE_OF(lockdown, "/sys/kernel/security/lockdown", O_WRONLY, WRITE);

/* --- policy, state, programs --- */

COMMAND(make_store, "mkdir -p " GABION_PATH_POLICY " /var/lib/gabion /run/gabion &&"
	" echo > " GABION_PATH_POLICY "/test.gabion && echo > " GABION_PATH_STATE)
FILE_OF(rewrite_policy, GABION_PATH_POLICY "/test.gabion", O_WRONLY, WRITE, .prepare = make_store);
FILE_OF(read_policy, GABION_PATH_POLICY "/test.gabion", O_RDONLY, READ, .prepare = make_store);
FILE_OF(rewrite_state, GABION_PATH_STATE, O_WRONLY | O_TRUNC, WRITE, .prepare = make_store);

static void remove_evil(void)
{
	if (system("rm -f " GABION_PATH_POLICY "/evil.gabion /etc/cron.d/evil /usr/bin/evil"
		   " /etc/systemd/system/evil.service /etc/ld.so.preload"))
		printf("# something evil stays\n");
}
FILE_OF(add_policy, GABION_PATH_POLICY "/evil.gabion", O_WRONLY | O_CREAT, CREATE,
	.prepare = make_store, .restore = remove_evil);

static int replace_policy_file(void)
{
	int err = ATTEMPT(rename(GABION_PATH_POLICY "/test.gabion", GABION_PATH_POLICY "/off"));

	return err ?: ATTEMPT(rename(GABION_PATH_POLICY "/off", GABION_PATH_POLICY "/test.gabion"));
}
ESCAPE(replace_policy_file, .prepare = make_store,
       BY_FILE(GABION_FILE_DELETE, GABION_PATH_POLICY "/test.gabion"));

FILE_OF(rewrite_agent, "/usr/sbin/gabiond", O_WRONLY, WRITE);
FILE_OF(rewrite_client, "/usr/bin/gabion", O_WRONLY, WRITE);
FILE_OF(preload, "/etc/ld.so.preload", O_WRONLY | O_CREAT, CREATE, .restore = remove_evil);
FILE_OF(plant_a_job, "/etc/cron.d/evil", O_WRONLY | O_CREAT, CREATE, .restore = remove_evil);
FILE_OF(plant_a_program, "/usr/bin/evil", O_WRONLY | O_CREAT, CREATE, .restore = remove_evil);
FILE_OF(rewrite_passwords, "/etc/passwd", O_WRONLY, WRITE);
FILE_OF(read_passwords, "/etc/shadow", O_RDONLY, READ);

static int remove_the_module_file(void)
{
	struct utsname name;
	char path[256];

	uname(&name);
	snprintf(path, sizeof(path), "/usr/lib/modules/%s/extra/gabion.ko", name.release);
	return ATTEMPT(open(path, O_WRONLY));
}
ESCAPE(remove_the_module_file, BY_FILE(GABION_FILE_WRITE, NULL));

/* --- labels: a process that is no longer the one that was confined --- */

static int in_child(int (*run)(void), unsigned long long flags)
{
	struct clone_args args = { .flags = flags, .exit_signal = SIGCHLD };
	int status;
	pid_t pid = syscall(SYS_clone3, &args, sizeof(args));

	if (!pid)
		_exit(run());
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}

static int read_key(void)
{
	return escape_read(KEY);
}

static int child(void)
{
	return in_child(read_key, 0);
}
ESCAPE(child, BY_FILE(GABION_FILE_READ, KEY));

static int grandchild_of_init(void)
{
	int ends[2], err = 98;
	pid_t pid = -1;

	if (pipe(ends))
		return errno;
	pid = fork();
	if (!pid) {
		if (fork())
			_exit(0);
		setsid();
		while (getppid() == pid)
			usleep(1000);
		err = read_key();
		_exit(write(ends[1], &err, sizeof(err)) < 0);
	}
	waitpid(pid, NULL, 0);
	return read(ends[0], &err, sizeof(err)) == sizeof(err) ? err : 97;
}
ESCAPE(grandchild_of_init, BY_FILE(GABION_FILE_READ, KEY));

static int child_in_a_pid_namespace(void)
{
	return in_child(read_key, CLONE_NEWPID);
}
ESCAPE(child_in_a_pid_namespace, BY_FILE(GABION_FILE_READ, KEY));

static int child_in_all_namespaces(void)
{
	return in_child(read_key, CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWNET |
				  CLONE_NEWUTS | CLONE_NEWCGROUP);
}
ESCAPE(child_in_all_namespaces, BY_FILE(GABION_FILE_READ, KEY));

static int sibling(void)
{
	int ends[2], err = 98;
	struct clone_args args = { .flags = CLONE_PARENT };
	pid_t pid;

	if (pipe(ends))
		return errno;
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (!pid) {
		err = read_key();
		_exit(write(ends[1], &err, sizeof(err)) < 0);
	}
	close(ends[1]);
	return pid < 0 ? errno : read(ends[0], &err, sizeof(err)) == sizeof(err) ? err : 97;
}
ESCAPE(sibling, BY_FILE(GABION_FILE_READ, KEY));

/* The pid of a process of the host, for a child of ours. */
static pid_t free_pid;

static int leave_a_pid(void)
{
	free_pid = fork();
	if (!free_pid)
		_exit(0);
	return waitpid(free_pid, NULL, 0) == free_pid ? 0 : errno;
}

static int pid_of_the_host(void)
{
	struct clone_args args = { .exit_signal = SIGCHLD, .set_tid_size = 1,
				   .set_tid = (unsigned long)&free_pid };
	int status;
	pid_t pid = syscall(SYS_clone3, &args, sizeof(args));

	if (!pid)
		_exit(read_key());
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}
ESCAPE(pid_of_the_host, .prepare = leave_a_pid, BY_FILE(GABION_FILE_READ, KEY));

static int another_user(void)
{
	return setresgid(0, 0, 0) || setresuid(0, 0, 0) ? errno : read_key();
}
ESCAPE(another_user, BY_FILE(GABION_FILE_READ, KEY));

/* The label of the running program by its attribute file, as other modules have it. */
static int own_attribute(void)
{
	return ATTEMPT(open("/proc/self/attr/exec", O_WRONLY));
}
ESCAPE(own_attribute, BY_FILE(GABION_FILE_WRITE, NULL));

static int move_to_the_root_cgroup(void)
{
	return escape_write("/sys/fs/cgroup/cgroup.procs", "0");
}
ESCAPE(move_to_the_root_cgroup, BY_FILE(GABION_FILE_WRITE, "/sys/fs/cgroup/cgroup.procs"));

TEST_HARNESS_MAIN
