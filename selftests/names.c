// SPDX-License-Identifier: GPL-2.0
/* Names that cannot be bent, and descriptors that cannot be widened. */
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/memfd.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"
#include "lib/source.h"
#include "lib/uring.h"

GABION_FIXTURE(names)

static unsigned int relabel_events(struct gabion_netlink *client)
{
	return confine_events_count(client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .reason = GABION_REASON_RELABEL,
		.refused = GABION_FILE_RELABEL, .domain = "granted" });
}

/* `granted` may do everything in object/ and in other/: but not move one into the other. */
static int rename_across(void)
{
	return ATTEMPT(rename(TEST_DIR "/object/file", TEST_DIR "/other/moved"));
}

TEST_F(names, rename_to_another_label)
{
	EXPECT_EQ(EACCES, confine_run(self->client, "granted", rename_across));
	EXPECT_EQ(1, relabel_events(self->client));
	EXPECT_EQ(0, confine_run(self->client, NULL, rename_across));
}

static int link_across(void)
{
	return ATTEMPT(link(TEST_DIR "/object/file", TEST_DIR "/other/link"));
}

TEST_F(names, link_to_another_label)
{
	EXPECT_EQ(EACCES, confine_run(self->client, "granted", link_across));
	EXPECT_EQ(1, relabel_events(self->client));
	EXPECT_EQ(0, confine_run(self->client, NULL, link_across));
}

static int exchange_across(void)
{
	return ATTEMPT(syscall(SYS_renameat2, AT_FDCWD, TEST_DIR "/object/file", AT_FDCWD,
			       TEST_DIR "/other/file", 2 /* RENAME_EXCHANGE */));
}

TEST_F(names, exchange_with_another_label)
{
	EXPECT_EQ(EACCES, confine_run(self->client, "granted", exchange_across));
	EXPECT_EQ(1, relabel_events(self->client));
	EXPECT_EQ(0, confine_run(self->client, NULL, exchange_across));
}

/* A directory whose own label would stay, but not that of what lies below it. */
static int rename_parent(void)
{
	return ATTEMPT(rename(TEST_DIR "/object", TEST_DIR "/other/object"));
}

TEST_F(names, rename_of_a_parent_directory)
{
	EXPECT_EQ(EACCES, confine_run(self->client, "granted", rename_parent));
	EXPECT_LE(1, relabel_events(self->client));
	EXPECT_EQ(0, confine_run(self->client, NULL, rename_parent));
}

/* The label in the cache must not outlive the name. */
static int read_object(void)
{
	return ATTEMPT(open(TEST_DIR "/object/file", O_RDONLY));
}

static int read_moved(void)
{
	return ATTEMPT(open(TEST_DIR "/object/secret", O_RDONLY));
}

TEST_F(names, label_follows_a_rename_on_the_host)
{
	EXPECT_EQ(0, confine_run(self->client, "granted", read_object));
	ASSERT_EQ(0, rename(TEST_DIR "/object", TEST_DIR "/elsewhere"));
	ASSERT_EQ(0, rename(TEST_DIR "/high", TEST_DIR "/elsewhere/secret"));
	ASSERT_EQ(0, rename(TEST_DIR "/elsewhere", TEST_DIR "/object"));
	EXPECT_EQ(0, confine_run(self->client, "granted", read_moved));
	ASSERT_EQ(0, rename(TEST_DIR "/object", TEST_DIR "/elsewhere"));
	ASSERT_EQ(0, symlink(TEST_DIR "/elsewhere", TEST_DIR "/object"));
	EXPECT_EQ(EACCES, confine_run(self->client, "granted", read_moved));
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
		.domain = "granted", .object = TEST_DIR "/elsewhere/secret" }));
}

/* A new file under a name that had another label. */
TEST_F(names, label_of_a_reused_name)
{
	int i;

	for (i = 0; i < 200; i++) {
		char path[64];
		int fd;

		snprintf(path, sizeof(path), TEST_DIR "/%s/reuse", i & 1 ? "object" : "hidden");
		mkdir(TEST_DIR "/hidden", 0700);
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
		ASSERT_LE(0, fd);
		close(fd);
		if (!(i & 1))
			ASSERT_EQ(0, rename(path, TEST_DIR "/object/reuse"));
		ASSERT_EQ(0, unlink(TEST_DIR "/object/reuse"));
	}
	EXPECT_EQ(0, confine_run(self->client, "granted", read_object));
}

#define REUSED 300

/* Freed dentries come back under other names: none may bring its old label along. */
static int names_from_freed_dentries(void)
{
	char path[80];
	int round, i, fd;

	for (round = 0; round < 10; round++) {
		for (i = 0; i < REUSED; i++) {
			snprintf(path, sizeof(path), TEST_DIR "/object/reused-%d", i);
			fd = open(path, O_WRONLY | O_CREAT, 0600);
			if (fd < 0)
				return 99;
			close(fd);
			fd = open(path, O_RDONLY);
			close(fd);
		}
		for (i = 0; i < REUSED; i++) {
			snprintf(path, sizeof(path), TEST_DIR "/object/reused-%d", i);
			if (unlink(path))
				return 98;
		}
		usleep(50000);	/* a grace period: the dentries are free */
		for (i = 0; i < REUSED; i++) {
			snprintf(path, sizeof(path), TEST_DIR "/hidden/planted-%d-%d", round, i);
			if (!symlink("evil", path))
				return 1;
		}
	}
	return 0;
}

TEST_F(names, a_new_name_has_no_old_label)
{
	ASSERT_EQ(0, mkdir(TEST_DIR "/hidden", 0777));
	EXPECT_EQ(0, confine_run(self->client, "granted", names_from_freed_dentries));
	EXPECT_EQ(0, rmdir(TEST_DIR "/hidden"));
}

static int bind_mount(void)
{
	if (unshare(CLONE_NEWNS))
		return errno;
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	return ATTEMPT(mount(TEST_DIR "/object", TEST_DIR "/other", NULL, MS_BIND, NULL));
}

TEST_F(names, bind_mount_needs_the_control)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, bind_mount));
	EXPECT_EQ(0, confine_run(self->client, "granted", bind_mount));
	EXPECT_EQ(EPERM, confine_run(self->client, "refused", bind_mount));
}

static int open_by_handle(void)
{
	struct {
		struct file_handle handle;
		unsigned char bytes[MAX_HANDLE_SZ];
	} h = { .handle.handle_bytes = MAX_HANDLE_SZ };
	int mount_id;

	if (chdir(TEST_DIR) || name_to_handle_at(AT_FDCWD, "object/file", &h.handle, &mount_id, 0))
		return 99;
	return ATTEMPT(open_by_handle_at(AT_FDCWD, &h.handle, O_RDONLY));
}

TEST_F(names, file_handle_leads_to_the_same_label)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, open_by_handle));
	EXPECT_EQ(EACCES, confine_run(self->client, "refused", open_by_handle));
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_FILE, .domain = "refused" }));
}

/* Code that has no name. */
static int execute_memfd(void)
{
	int fd = syscall(SYS_memfd_create, "code", 0), in = open(TEST_DIR "/object/program", O_RDONLY);
	char buffer[65536], *empty[] = { "memfd", NULL };
	ssize_t n;
	pid_t pid;
	int status;

	if (in < 0)
		in = open("/usr/bin/true", O_RDONLY);
	while ((n = read(in, buffer, sizeof(buffer))) > 0)
		if (write(fd, buffer, n) != n)
			return errno;
	pid = fork();
	if (!pid) {
		syscall(SYS_execveat, fd, "", empty, empty + 1, AT_EMPTY_PATH);
		_exit(errno);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

TEST_F(names, memfd_is_not_executable)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, execute_memfd));
	EXPECT_EQ(EACCES, confine_run(self->client, "granted", execute_memfd));
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
		.reason = GABION_REASON_UNREACHABLE, .refused = GABION_FILE_EXECUTE,
		.domain = "granted" }));
}

static int connect_unix(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = TEST_DIR "/object/socket" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	return fd < 0 ? errno : ATTEMPT(connect(fd, (void *)&address, sizeof(address)));
}

TEST_F(names, unix_socket_is_judged_by_its_path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = TEST_DIR "/object/socket" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	ASSERT_EQ(0, bind(fd, (void *)&address, sizeof(address)));
	ASSERT_EQ(0, listen(fd, 8));
	EXPECT_EQ(0, confine_run(self->client, NULL, connect_unix));
	EXPECT_EQ(0, confine_run(self->client, "granted", connect_unix));
	EXPECT_EQ(EACCES, confine_run(self->client, "refused", connect_unix));
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
		.refused = GABION_FILE_CONNECT, .object = TEST_DIR "/object/socket",
		.domain = "refused" }));
}

/* --- append only --- */

static int append_line(void)
{
	int fd = open(TEST_DIR "/log", O_WRONLY | O_APPEND);

	return fd < 0 ? errno : ATTEMPT(write(fd, "more\n", 5));
}

static int overwrite(void)
{
	return ATTEMPT(open(TEST_DIR "/log", O_WRONLY));
}

static int append_then_drop_flag(void)
{
	int fd = open(TEST_DIR "/log", O_WRONLY | O_APPEND);

	return fd < 0 ? 99 : ATTEMPT(fcntl(fd, F_SETFL, 0));
}

static int append_then_truncate(void)
{
	int fd = open(TEST_DIR "/log", O_WRONLY | O_APPEND);

	return fd < 0 ? 99 : ATTEMPT(ftruncate(fd, 0));
}

static int append_then_punch(void)
{
	int fd = open(TEST_DIR "/log", O_WRONLY | O_APPEND);

	/* FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE */
	return fd < 0 ? 99 : ATTEMPT(fallocate(fd, 3, 0, 4));
}

static int open_append_truncate(void)
{
	return ATTEMPT(open(TEST_DIR "/log", O_WRONLY | O_APPEND | O_TRUNC));
}

TEST_F(names, append_cannot_become_write)
{
	static int (*const attempts[])(void) = { overwrite, append_then_drop_flag,
						 append_then_truncate, open_append_truncate,
						 append_then_punch };
	size_t i;

	EXPECT_EQ(0, confine_run(self->client, "granted", append_line));
	for (i = 0; i < sizeof(attempts) / sizeof(*attempts); i++) {
		confine_events_clear(self->client);
		EXPECT_EQ(EACCES, confine_run(self->client, "granted", attempts[i]));
		EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
			.refused = GABION_FILE_WRITE, .object = TEST_DIR "/log" }));
		EXPECT_EQ(0, confine_run(self->client, NULL, attempts[i]));
	}
}

/* A device writes where it is told to, whatever O_APPEND says. */
static char device[64];

static int append_to_device(void)
{
	return ATTEMPT(open(device, O_WRONLY | O_APPEND));
}

TEST_F(names, append_is_write_on_a_device)
{
	FILE *made = popen("cd " TEST_DIR " && modprobe -q loop; truncate -s 1M image &&"
			   " losetup -f --show image", "r");
	char policy[512];

	ASSERT_TRUE(made && fgets(device, sizeof(device), made));
	pclose(made);
	device[strcspn(device, "\n")] = '\0';
	snprintf(policy, sizeof(policy), "resource disk file %s level middle\n"
		 "domain appends {\n level middle\n use everyday\n append disk\n}\n"
		 "domain writes {\n level middle\n use everyday\n write disk\n}\n", device);
	ASSERT_EQ(0, source_load(self->client, policy));
	EXPECT_EQ(0, confine_run(self->client, "writes", append_to_device));
	confine_events_clear(self->client);
	EXPECT_EQ(EACCES, confine_run(self->client, "appends", append_to_device));
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
		.refused = GABION_FILE_WRITE, .object = device, .domain = "appends" }));
	EXPECT_EQ(0, source_restore(self->client));
	snprintf(policy, sizeof(policy), "losetup -d %s", device);
	EXPECT_EQ(0, system(policy));
}

/* --- RWF_NOAPPEND, three ways --- */

#ifndef RWF_NOAPPEND
#define RWF_NOAPPEND 0x20
#endif

static int open_log(void)
{
	return open(TEST_DIR "/log", O_WRONLY | O_APPEND);
}

static int overwrite_by_vector(void)
{
	struct iovec iov = { "over", 4 };

	return ATTEMPT(pwritev2(open_log(), &iov, 1, 0, RWF_NOAPPEND));
}

static int overwrite_by_uring(void)
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_WRITE, .fd = open_log(), .len = 4,
				    .addr = (uintptr_t)"over", .rw_flags = RWF_NOAPPEND };
	int written = uring_do(&sqe, 0);

	return written < 0 ? -written : 0;
}

static int overwrite_by_aio(void)
{
	struct iocb iocb = { .aio_lio_opcode = IOCB_CMD_PWRITE, .aio_fildes = open_log(),
			     .aio_buf = (uintptr_t)"over", .aio_nbytes = 4,
			     .aio_rw_flags = RWF_NOAPPEND }, *list = &iocb;
	aio_context_t context = 0;
	struct io_event event;

	if (syscall(SYS_io_setup, 1, &context))
		return 99;
	if (syscall(SYS_io_submit, context, 1, &list) != 1)
		return errno;
	if (syscall(SYS_io_getevents, context, 1, 1, &event, NULL) != 1)
		return 99;
	return (long)event.res < 0 ? -(long)event.res : 0;
}

/* Linux has it from 6.9 on. */
static bool has_noappend(void)
{
	struct utsname name;
	int major = 0, minor = 0;

	uname(&name);
	sscanf(name.release, "%d.%d", &major, &minor);
	return major > 6 || (major == 6 && minor >= 9);
}

TEST_F(names, append_only_descriptors_append)
{
	static int (*const attempts[])(void) = { overwrite_by_vector, overwrite_by_uring,
						 overwrite_by_aio };
	bool known = has_noappend();
	size_t i;

	for (i = 0; i < sizeof(attempts) / sizeof(*attempts); i++) {
		confine_events_clear(self->client);
		EXPECT_EQ(known ? 0 : EOPNOTSUPP, confine_run(self->client, NULL, attempts[i])) {
			TH_LOG("attempt %zu", i);
		}
		EXPECT_EQ(known ? EACCES : EOPNOTSUPP,
			  confine_run(self->client, "granted", attempts[i])) {
			TH_LOG("attempt %zu", i);
		}
		EXPECT_EQ(known, confine_events_count(self->client, &(struct confine_expect){
			.refused = GABION_FILE_WRITE, .object = TEST_DIR "/log",
			.domain = "granted" }));
	}
}

/* Whoever has read and append: the page cache is no way around append. */
static int map_shared(void)
{
	int fd = open(TEST_DIR "/log", O_RDWR | O_APPEND);
	void *p;

	if (fd < 0)
		return errno == EACCES ? EACCES : 99;
	p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	return p == MAP_FAILED ? errno : 0;
}

TEST_F(names, append_cannot_be_mapped_for_writing)
{
	EXPECT_EQ(0, confine_run(self->client, NULL, map_shared));
	EXPECT_EQ(EACCES, confine_run(self->client, "granted", map_shared));
}

TEST_HARNESS_MAIN
