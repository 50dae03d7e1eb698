// SPDX-License-Identifier: GPL-2.0
/*
 * Escapes by other processes: the guard stands for the agent, and is to be killed, read, written,
 * slowed down, starved, frozen or robbed.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/kcmp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/escape.h"

/* proc, mm_access() and ipcperms() say EACCES whatever they were told. */
#define BY_CALLER(permission)							\
	.error = EACCES, .klass = GABION_CLASS_DOMAIN,				\
	.refused = GABION_DOM_##permission, .target = "host"

static int guard_pidfd(void)
{
	return syscall(SYS_pidfd_open, escape_guard, 0);
}

/* --- signals --- */

static int kill_it(void)
{
	return ATTEMPT(kill(escape_guard, SIGTERM));
}
ESCAPE(kill_it, BY_DOMAIN(SIGNAL));

static int stop_it(void)
{
	return ATTEMPT(kill(escape_guard, SIGSTOP));
}
ESCAPE(stop_it, BY_DOMAIN(SIGNAL));

static int kill_its_group(void)
{
	return ATTEMPT(kill(-escape_guard, SIGKILL));
}
ESCAPE(kill_its_group, BY_DOMAIN(SIGNAL));

static int kill_its_thread(void)
{
	return ATTEMPT(syscall(SYS_tgkill, escape_guard, escape_guard, SIGKILL));
}
ESCAPE(kill_its_thread, BY_DOMAIN(SIGNAL));

static int kill_by_pidfd(void)
{
	return ATTEMPT(syscall(SYS_pidfd_send_signal, guard_pidfd(), SIGKILL, NULL, 0));
}
ESCAPE(kill_by_pidfd, BY_DOMAIN(SIGNAL));

static int queue_a_signal(void)
{
	return ATTEMPT(sigqueue(escape_guard, SIGTERM, (union sigval){ 0 }));
}
ESCAPE(queue_a_signal, BY_DOMAIN(SIGNAL));

static int queue_to_its_thread(void)
{
	siginfo_t info = { .si_signo = SIGTERM, .si_code = SI_QUEUE };

	return ATTEMPT(syscall(SYS_rt_tgsigqueueinfo, escape_guard, escape_guard, SIGTERM, &info));
}
ESCAPE(queue_to_its_thread, BY_DOMAIN(SIGNAL));

static int own_a_pipe_by_it(void)
{
	int ends[2];

	if (pipe(ends) || fcntl(ends[0], F_SETSIG, SIGKILL))
		return errno;
	return ATTEMPT(fcntl(ends[0], F_SETOWN, escape_guard));
}
ESCAPE(own_a_pipe_by_it, BY_DOMAIN(SIGNAL));

/* --- memory and control --- */

static int trace(void)
{
	return ATTEMPT(ptrace(PTRACE_ATTACH, escape_guard, 0, 0));
}
ESCAPE(trace, BY_DOMAIN(TRACE));

static int seize(void)
{
	return ATTEMPT(ptrace(PTRACE_SEIZE, escape_guard, 0, 0));
}
ESCAPE(seize, BY_DOMAIN(TRACE));

static int read_memory(void)
{
	static char here[16];
	struct iovec local = { here, 4 }, remote = { escape_guard_memory, 4 };

	if (process_vm_readv(escape_guard, &local, 1, &remote, 1, 0) < 0)
		return errno;
	return strcmp(here, "key") ? EIO : 0;
}
ESCAPE(read_memory, BY_DOMAIN(TRACE));

static int write_memory(void)
{
	struct iovec local = { "evil", 4 }, remote = { escape_guard_memory, 4 };

	return ATTEMPT(process_vm_writev(escape_guard, &local, 1, &remote, 1, 0));
}
ESCAPE(write_memory, BY_DOMAIN(TRACE));

static int rob_it_of_a_descriptor(void)
{
	return ATTEMPT(syscall(SYS_pidfd_getfd, guard_pidfd(), GUARD_KEY_FD, 0));
}
ESCAPE(rob_it_of_a_descriptor, BY_DOMAIN(TRACE));

static int page_it_out(void)
{
	struct iovec range = { escape_guard_memory, sizeof(escape_guard_memory) };

	return ATTEMPT(syscall(SYS_process_madvise, guard_pidfd(), &range, 1, MADV_PAGEOUT, 0));
}
ESCAPE(page_it_out, BY_CALLER(INSPECT));

static int ask_for_its_pages(void)
{
	void *page = escape_guard_memory;
	int status;

	return ATTEMPT(syscall(SYS_move_pages, escape_guard, 1, &page, NULL, &status, 0));
}
ESCAPE(ask_for_its_pages, BY_DOMAIN(INSPECT));

static int compare_with_it(void)
{
	return ATTEMPT(syscall(SYS_kcmp, getpid(), escape_guard, KCMP_FILES, 0, 0));
}
ESCAPE(compare_with_it, BY_DOMAIN(INSPECT));

static int its_robust_list(void)
{
	size_t length;
	void *head;

	return ATTEMPT(syscall(SYS_get_robust_list, escape_guard, &head, &length));
}
ESCAPE(its_robust_list, BY_DOMAIN(INSPECT));

/* --- /proc/PID: read is granted on the files, as for programs like ps --- */

static int proc_memory(void)
{
	return ATTEMPT(open(escape_guard_file("mem"), O_RDONLY));
}
ESCAPE(proc_memory, BY_CALLER(TRACE));

static int proc_environment(void)
{
	return ATTEMPT(open(escape_guard_file("environ"), O_RDONLY));
}
ESCAPE(proc_environment, BY_CALLER(INSPECT));

static int proc_maps(void)
{
	return ATTEMPT(open(escape_guard_file("maps"), O_RDONLY));
}
ESCAPE(proc_maps, BY_CALLER(INSPECT));

static int proc_stack(void)
{
	return escape_read(escape_guard_file("stack"));
}
ESCAPE(proc_stack, BY_CALLER(INSPECT));

static int proc_status(void)
{
	return escape_read(escape_guard_file("status"));
}
ESCAPE(proc_status, BY_CALLER(INSPECT));

static int proc_command_line(void)
{
	return escape_read(escape_guard_file("cmdline"));
}
ESCAPE(proc_command_line, BY_CALLER(INSPECT));

static int proc_attributes(void)
{
	struct stat st;

	return ATTEMPT(stat(escape_guard_file("comm"), &st));
}
ESCAPE(proc_attributes, BY_CALLER(INSPECT));

static int proc_descriptor(void)
{
	return escape_read(escape_guard_file("fd/50"));
}
ESCAPE(proc_descriptor, BY_CALLER(INSPECT));

static int proc_root(void)
{
	return escape_read(escape_guard_file("root" KEY));
}
ESCAPE(proc_root, BY_CALLER(INSPECT));

static int proc_working_directory(void)
{
	char path[256];

	return ATTEMPT(readlink(escape_guard_file("cwd"), path, sizeof(path)));
}
ESCAPE(proc_working_directory, BY_CALLER(INSPECT));

static int proc_program(void)
{
	return escape_read(escape_guard_file("exe"));
}
ESCAPE(proc_program, BY_CALLER(INSPECT));

static int proc_namespace(void)
{
	int fd = open(escape_guard_file("ns/net"), O_RDONLY);

	return fd < 0 ? errno : ATTEMPT(setns(fd, CLONE_NEWNET));
}
ESCAPE(proc_namespace, BY_CALLER(INSPECT));

static int all_its_namespaces(void)
{
	return ATTEMPT(setns(guard_pidfd(), CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWUTS));
}
ESCAPE(all_its_namespaces, BY_DOMAIN(INSPECT));

static int proc_oom_score(void)
{
	return escape_write(escape_guard_file("oom_score_adj"), "1000");
}
ESCAPE(proc_oom_score, BY_FILE(GABION_FILE_WRITE, NULL));

static int proc_forget_pages(void)
{
	return escape_write(escape_guard_file("clear_refs"), "1");
}
ESCAPE(proc_forget_pages, BY_FILE(GABION_FILE_WRITE, NULL));

static int proc_limits_by_write(void)
{
	return escape_write(escape_guard_file("coredump_filter"), "0xff");
}
ESCAPE(proc_limits_by_write, BY_FILE(GABION_FILE_WRITE, NULL));

/* --- scheduling and limits --- */

static int lower_its_priority(void)
{
	return ATTEMPT(setpriority(PRIO_PROCESS, escape_guard, 19));
}
ESCAPE(lower_its_priority, BY_DOMAIN(SCHEDULE));

static int lower_the_groups_priority(void)
{
	return ATTEMPT(setpriority(PRIO_PGRP, escape_guard, 19));
}
ESCAPE(lower_the_groups_priority, BY_DOMAIN(SCHEDULE));

static int make_it_idle(void)
{
	return ATTEMPT(sched_setscheduler(escape_guard, SCHED_IDLE, &(struct sched_param){ 0 }));
}
ESCAPE(make_it_idle, BY_DOMAIN(SCHEDULE));

static int pin_it(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	return ATTEMPT(sched_setaffinity(escape_guard, sizeof(cpus), &cpus));
}
ESCAPE(pin_it, BY_DOMAIN(SCHEDULE));

static int slow_its_disk(void)
{
	return ATTEMPT(syscall(SYS_ioprio_set, 1 /* IOPRIO_WHO_PROCESS */, escape_guard, 3 << 13));
}
ESCAPE(slow_its_disk, BY_DOMAIN(SCHEDULE));

static int take_its_descriptors(void)
{
	struct rlimit limit = { 3, 3 };

	return ATTEMPT(prlimit(escape_guard, RLIMIT_NOFILE, &limit, NULL));
}
ESCAPE(take_its_descriptors, BY_DOMAIN(SCHEDULE));

static int ask_for_its_limits(void)
{
	struct rlimit limit;

	return ATTEMPT(prlimit(escape_guard, RLIMIT_NOFILE, NULL, &limit));
}
ESCAPE(ask_for_its_limits, BY_DOMAIN(INSPECT));

static int ask_for_its_scheduler(void)
{
	return ATTEMPT(sched_getscheduler(escape_guard));
}
ESCAPE(ask_for_its_scheduler, BY_DOMAIN(INSPECT));

static int ask_for_its_capabilities(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, escape_guard };
	struct __user_cap_data_struct data[2];

	return ATTEMPT(syscall(SYS_capget, &header, data));
}
ESCAPE(ask_for_its_capabilities, BY_DOMAIN(INSPECT));

static int ask_for_its_session(void)
{
	return ATTEMPT(getsid(escape_guard));
}
ESCAPE(ask_for_its_session, BY_DOMAIN(INSPECT));

/* --- control groups --- */

#define CGROUP "/sys/fs/cgroup/gabion-test"

static int put_it_into_a_cgroup(void)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", escape_guard);
	if (mkdir(CGROUP, 0755) && errno != EEXIST)
		return errno;
	return escape_write(CGROUP "/cgroup.procs", pid);
}

static void remove_cgroup(void)
{
	escape_scene_strike();
	if (rmdir(CGROUP) && errno != ENOENT)
		printf("# %s stays: %m\n", CGROUP);
}

static int freeze_it(void)
{
	return escape_write(CGROUP "/cgroup.freeze", "1");
}
ESCAPE(freeze_it, .prepare = put_it_into_a_cgroup, .restore = remove_cgroup,
       BY_FILE(GABION_FILE_WRITE, CGROUP "/cgroup.freeze"));

static int kill_its_cgroup(void)
{
	return escape_write(CGROUP "/cgroup.kill", "1");
}
ESCAPE(kill_its_cgroup, .prepare = put_it_into_a_cgroup, .restore = remove_cgroup,
       BY_FILE(GABION_FILE_WRITE, CGROUP "/cgroup.kill"));

static int move_it(void)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", escape_guard);
	return escape_write("/sys/fs/cgroup/cgroup.procs", pid);
}
ESCAPE(move_it, .prepare = put_it_into_a_cgroup, .restore = remove_cgroup,
       BY_FILE(GABION_FILE_WRITE, "/sys/fs/cgroup/cgroup.procs"));

static int own_cgroup(void)
{
	return ATTEMPT(mkdir(CGROUP, 0755));
}
ESCAPE(own_cgroup, .restore = remove_cgroup, BY_FILE(GABION_FILE_CREATE, CGROUP));

/* --- what processes share --- */

static int connect_to_it(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "\0" GUARD_SOCKET };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	return fd < 0 ? errno :
	       ATTEMPT(connect(fd, (void *)&address,
			       offsetof(struct sockaddr_un, sun_path) + sizeof(GUARD_SOCKET)));
}
ESCAPE(connect_to_it, BY_DOMAIN(CONNECT));

#define IPC_KEY 0x6761626e

static int make_shm(void)
{
	int id = shmget(IPC_KEY, 4096, IPC_CREAT | 0666);

	return id < 0 ? errno : 0;
}

static void remove_shm(void)
{
	shmctl(shmget(IPC_KEY, 0, 0), IPC_RMID, NULL);
}

static int attach_shm(void)
{
	int id = shmget(IPC_KEY, 0, 0);
	void *p = id < 0 ? (void *)-1 : shmat(id, NULL, SHM_RDONLY);

	return p == (void *)-1 ? errno : 0;
}
ESCAPE(attach_shm, .prepare = make_shm, .restore = remove_shm, BY_CALLER(IPC_READ));

static int write_shm(void)
{
	int id = shmget(IPC_KEY, 0, 0);
	void *p = id < 0 ? (void *)-1 : shmat(id, NULL, 0);

	return p == (void *)-1 ? errno : 0;
}
ESCAPE(write_shm, .prepare = make_shm, .restore = remove_shm, BY_CALLER(IPC_WRITE));

static int destroy_shm(void)
{
	int id = shmget(IPC_KEY, 0, 0);

	return id < 0 ? errno : ATTEMPT(shmctl(id, IPC_RMID, NULL));
}
ESCAPE(destroy_shm, .prepare = make_shm, .restore = remove_shm, BY_DOMAIN(IPC_WRITE));

static int make_queue(void)
{
	struct { long type; char text[4]; } message = { 1, "key" };
	int id = msgget(IPC_KEY, IPC_CREAT | 0666);

	return id < 0 ? errno : ATTEMPT(msgsnd(id, &message, 4, IPC_NOWAIT));
}

static void remove_queue(void)
{
	msgctl(msgget(IPC_KEY, 0), IPC_RMID, NULL);
}

static int take_a_message(void)
{
	struct { long type; char text[4]; } message;
	int id = msgget(IPC_KEY, 0);

	return id < 0 ? errno : ATTEMPT(msgrcv(id, &message, 4, 0, IPC_NOWAIT));
}
ESCAPE(take_a_message, .prepare = make_queue, .restore = remove_queue, BY_CALLER(IPC_READ));

static int make_semaphore(void)
{
	return ATTEMPT(semget(IPC_KEY, 1, IPC_CREAT | 0666));
}

static void remove_semaphore(void)
{
	semctl(semget(IPC_KEY, 1, 0), 0, IPC_RMID);
}

static int raise_a_semaphore(void)
{
	struct sembuf up = { 0, 1, IPC_NOWAIT };
	int id = semget(IPC_KEY, 1, 0);

	return id < 0 ? errno : ATTEMPT(semop(id, &up, 1));
}
ESCAPE(raise_a_semaphore, .prepare = make_semaphore, .restore = remove_semaphore,
       BY_CALLER(IPC_WRITE));

TEST_HARNESS_MAIN
