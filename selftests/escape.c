// SPDX-License-Identifier: GPL-2.0
/* Ways out that reviews have found, beyond what the tests by class try. */
#include <dirent.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/fanotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"
#include "lib/worker.h"

GABION_FIXTURE(escape)

/* --- an overlay's layer, by the descriptor of a fanotify event --- */

#define MERGED TEST_DIR "/hidden/merged"

/* Reads hidden/upper/key by way of an event about a directory of the layer. */
static int read_layer(void)
{
	struct fanotify_event_metadata event;
	struct pollfd poll_fd;
	int fd = fanotify_init(FAN_CLASS_NOTIF, O_RDONLY), key, i;

	if (fd < 0 || fanotify_mark(fd, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FAN_ACCESS | FAN_ONDIR,
				    AT_FDCWD, TEST_DIR "/object"))
		return errno;
	poll_fd = (struct pollfd){ .fd = fd, .events = POLLIN };
	for (i = 0; i < 50; i++) {
		if (poll(&poll_fd, 1, 5000) != 1)
			return 99;
		if (read(fd, &event, sizeof(event)) != sizeof(event))
			return errno;
		key = openat(event.fd, "key", O_RDWR);
		close(event.fd);
		if (key >= 0)
			return 0;
		if (errno != ENOENT)
			return errno;
	}
	return ENOENT;
}

static pid_t list_merged_for_ever(void)
{
	pid_t pid = fork();

	while (!pid) {
		DIR *dir = opendir(MERGED);

		while (dir && readdir(dir))
			;
		closedir(dir);
		usleep(20000);
	}
	return pid;
}

TEST_F(escape, an_overlay_layer_by_fanotify)
{
	pid_t lister;

	ASSERT_EQ(0, system("cd " TEST_DIR " && mkdir -p hidden/lower hidden/upper hidden/work hidden/merged &&"
			    " echo secret > hidden/upper/key && modprobe overlay &&"
			    " mount -t overlay -o lowerdir=hidden/lower,upperdir=hidden/upper,workdir=hidden/work"
			    " overlay hidden/merged"));
	lister = list_merged_for_ever();
	EXPECT_EQ(0, confine_run(self->client, NULL, read_layer));
	EXPECT_EQ(EACCES, confine_run(self->client, "granted", read_layer));
	kill(lister, SIGKILL);
	waitpid(lister, NULL, 0);
	EXPECT_EQ(0, system("umount " MERGED));
}

/* --- a dead listener's pid, taken by a process of the domain --- */

static const struct sockaddr_un abstract = { .sun_family = AF_UNIX, .sun_path = "\0gabion-test" };
static pid_t listener_pid;

static int connect_abstract(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	return fd < 0 ? errno : ATTEMPT(connect(fd, (void *)&abstract,
					offsetof(struct sockaddr_un, sun_path) + 12));
}

static int connect_with_its_pid(void)
{
	struct clone_args args = { .exit_signal = SIGCHLD, .set_tid_size = 1,
				   .set_tid = (unsigned long)&listener_pid };
	pid_t pid = syscall(SYS_clone3, &args, sizeof(args));
	int result;

	if (pid < 0)
		return 99;
	if (!pid) {
		pause();
		_exit(0);
	}
	result = pid == listener_pid ? connect_abstract() : 98;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return result;
}

TEST_F(escape, a_dead_listeners_pid)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	ASSERT_EQ(0, bind(fd, (void *)&abstract, offsetof(struct sockaddr_un, sun_path) + 12));
	listener_pid = fork();
	if (!listener_pid)
		_exit(listen(fd, 8));
	waitpid(listener_pid, NULL, 0);
	EXPECT_EQ(0, confine_run(self->client, NULL, connect_with_its_pid));
	EXPECT_EQ(EPERM, confine_run(self->client, "refused", connect_with_its_pid));
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_DOMAIN, .refused = GABION_DOM_CONNECT, .domain = "refused",
		.target = "host" }));
}

/* --- a listener whose process enters the domain, and leaves another a share --- */

/* Returns the process that has a share, or a negated errno. */
static int listen_with_a_child(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	pid_t pid;

	if (bind(fd, (void *)&abstract, offsetof(struct sockaddr_un, sun_path) + 12) ||
	    listen(fd, 8))
		return -errno;
	pid = fork();
	if (!pid) {
		/* Nothing else, such as the test's subscription. */
		dup2(fd, 3);
		close_range(4, ~0U, 0);
		pause();
		_exit(0);
	}
	return pid < 0 ? -errno : pid;
}

TEST_F(escape, a_listener_left_to_another_domain)
{
	struct gabion_error error = { 0 };
	struct worker worker;
	pid_t sharer;

	ASSERT_EQ(0, worker_start(&worker, listen_with_a_child, connect_abstract));
	ASSERT_EQ(0, gabion_netlink_task_assign(self->client, worker.pid, "granted", &error));
	sharer = worker_do(&worker, 's');
	ASSERT_LT(0, sharer);
	EXPECT_EQ(0, confine_run(self->client, NULL, connect_abstract));
	EXPECT_EQ(0, confine_run(self->client, "granted", connect_abstract));
	EXPECT_EQ(0, gabion_netlink_task_assign(self->client, worker.pid, "refused", &error));
	confine_events_clear(self->client);
	EXPECT_EQ(EPERM, confine_run(self->client, "refused", connect_abstract));
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_DOMAIN, .refused = GABION_DOM_CONNECT, .domain = "refused",
		.target = "granted" }));
	kill(sharer, SIGKILL);
	worker_end(&worker);
}

/* --- a capability asked for under mount_lock --- */

/* A user namespace with one mapping; its descriptor. */
static int mapped_namespace(void)
{
	char path[64], byte;
	int ends[2], fd;
	pid_t pid;

	if (pipe(ends))
		return -1;
	pid = fork();
	if (!pid) {
		if (unshare(CLONE_NEWUSER) || write(ends[1], "u", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	if (read(ends[0], &byte, 1) != 1)
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	fd = open(path, O_WRONLY);
	if (write(fd, "0 1000 10", 9) < 0)
		return -1;
	close(fd);
	snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
	fd = open(path, O_WRONLY);
	if (write(fd, "0 1000 10", 9) < 0)
		return -1;
	close(fd);
	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	fd = open(path, O_RDONLY);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return fd;
}

static int map_ids_of_a_mount(void)
{
	int ns = mapped_namespace();
	int tree = syscall(SYS_open_tree, AT_FDCWD, TEST_DIR "/disk", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP, .userns_fd = ns };

	if (ns < 0 || tree < 0)
		return 99;
	return ATTEMPT(syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)));
}

/* can_idmap_mount() asks capable() inside lock_mount_hash(): the event must not want it too. */
TEST_F(escape, a_complaint_under_mount_lock)
{
	ASSERT_EQ(0, system("cd " TEST_DIR " && modprobe loop && modprobe ext4 && mkdir disk &&"
			    " truncate -s 8M image && busybox mke2fs -F image > /dev/null &&"
			    " mount -t ext4 -o loop image disk"));
	EXPECT_EQ(0, confine_run(self->client, NULL, map_ids_of_a_mount));
	EXPECT_EQ(0, confine_run(self->client, "complaining", map_ids_of_a_mount));
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_COMPLAIN, .klass = GABION_CLASS_CAPABILITY,
		.domain = "complaining" }));
	EXPECT_EQ(0, system("umount " TEST_DIR "/disk"));
}

/* --- complain mode lets pass what nothing could grant --- */

static int own_ex(void)
{
	struct f_owner_ex owner = { F_OWNER_PID, getppid() };
	int ends[2];

	return pipe(ends) ? 99 : ATTEMPT(fcntl(ends[0], F_SETOWN_EX, &owner));
}

TEST_F(escape, complain_mode_refuses_nothing)
{
	EXPECT_EQ(0, confine_run(self->client, "complaining", own_ex));
	EXPECT_EQ(1, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_COMPLAIN, .refused = GABION_DOM_SIGNAL,
		.domain = "complaining" }));
}

/* --- more resources in a label than a message holds --- */

static int read_object(void)
{
	return ATTEMPT(open(TEST_DIR "/object/file", O_RDONLY));
}

TEST_F(escape, a_record_always_fits)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	struct gabion_error error = { 0 };

	ASSERT_NE(NULL, getenv("GABION_POLICY"));
	ASSERT_EQ(0, system("cp $GABION_POLICY /tmp/long.gabion && for i in $(seq 1000 1800); do echo"
			    " \"resource a_name_that_is_rather_long_but_not_too_long_for_the_compiler_$i"
			    " file " TEST_DIR "/object/file level middle\"; done >> /tmp/long.gabion &&"
			    " gabion load /tmp/long.gabion > /dev/null"));
	confine_events_clear(self->client);
	EXPECT_EQ(EACCES, confine_run(self->client, "refused", read_object));
	ASSERT_EQ(0, gabion_netlink_read(self->client, 0, &batch, &error));
	ASSERT_EQ(1, batch.nevents);
	ASSERT_NE(NULL, batch.events[0].resource);
	/* And says that there are more of them. */
	EXPECT_EQ(1ULL << GABION_E_RESOURCE, batch.events[0].truncated);
	EXPECT_EQ(0, system("gabion load --image $GABION_IMAGE > /dev/null"));
}

TEST_HARNESS_MAIN
