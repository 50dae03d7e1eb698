// SPDX-License-Identifier: GPL-2.0
/*
 * Escapes by descriptors that were open before the process was confined: the test's own process
 * opened them. Those that it sends afterwards: escape_receive.c.
 */
#include <dirent.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/bpf.h>
#include <linux/mount.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/fanotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <termios.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/escape.h"
#include "lib/lost.h"
#include "lib/uring.h"

/* What the confined process inherits. */
static int handed = -1;

static void drop(void)
{
	close(handed);
	handed = -1;
}

static int hand(int fd)
{
	handed = fd;
	return fd < 0 ? errno : 0;
}

static int outcome(long result)
{
	return lost_outcome(handed, result);
}

static int hand_key(void)
{
	return hand(open(KEY, O_RDONLY));
}

static int hand_config(void)
{
	return hand(open(CONFIG, O_RDWR));
}

static int hand_config_to_read(void)
{
	return hand(open(CONFIG, O_RDONLY));
}

static int hand_folder(void)
{
	return hand(open(SECRET, O_RDONLY | O_DIRECTORY));
}

static int hand_folder_path(void)
{
	return hand(open(SECRET, O_PATH | O_DIRECTORY));
}

#define INHERITED(name, from, ...)	\
	ESCAPE(name, .prepare = from, .restore = drop, ##__VA_ARGS__)
/* What took a control to make is taken away. */
#define INHERITED_MADE(name, from, control)						\
	INHERITED(name, from, .error = EACCES, .klass = GABION_CLASS_CONTROL,	\
		  .refused = GABION_CONTROL_##control)
#define INHERITED_KEY(name) INHERITED(name, hand_key, BY_FILE(GABION_FILE_READ, KEY))
#define INHERITED_CONFIG(name) INHERITED(name, hand_config, BY_FILE(GABION_FILE_WRITE, CONFIG))

static int read_it(void)
{
	char byte;

	return outcome(read(handed, &byte, 1));
}
INHERITED_KEY(read_it);

static int read_a_duplicate(void)
{
	char byte;

	return outcome(pread(dup(handed), &byte, 1, 0));
}
INHERITED_KEY(read_a_duplicate);

static int read_a_vector(void)
{
	char byte;
	struct iovec vector = { &byte, 1 };

	return outcome(preadv2(handed, &vector, 1, 0, 0));
}
INHERITED_KEY(read_a_vector);

static int reopen_it(void)
{
	char link[32];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", handed);
	return outcome(open(link, O_RDONLY));
}
INHERITED_KEY(reopen_it);

static int map_it(void)
{
	char *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, handed, 0);

	return outcome(p == MAP_FAILED ? -1 : 0);
}
INHERITED_KEY(map_it);

static int send_it(void)
{
	int ends[2];

	return pipe(ends) ? errno : outcome(sendfile(ends[1], handed, NULL, 1));
}
INHERITED_KEY(send_it);

static int splice_it(void)
{
	int ends[2];

	return pipe(ends) ? errno : outcome(splice(handed, NULL, ends[1], NULL, 1, 0));
}
INHERITED_KEY(splice_it);

static int copy_it(void)
{
	int out = open(OWN "/copy", O_WRONLY | O_CREAT, 0600);

	return out < 0 ? errno : outcome(copy_file_range(handed, NULL, out, NULL, 1, 0));
}
INHERITED_KEY(copy_it);

static int read_it_by_uring(void)
{
	static char byte;
	struct io_uring_sqe sqe = { .opcode = IORING_OP_READ, .fd = handed,
				    .addr = (unsigned long)&byte, .len = 1 };
	int result = uring_do(&sqe, 0);

	errno = -result;
	return outcome(result);
}
INHERITED_KEY(read_it_by_uring);

static int read_it_asynchronously(void)
{
	static char byte;
	aio_context_t context = 0;
	struct iocb block = { .aio_lio_opcode = IOCB_CMD_PREAD, .aio_fildes = handed,
			      .aio_buf = (unsigned long)&byte, .aio_nbytes = 1 }, *list = &block;

	if (syscall(SYS_io_setup, 1, &context))
		return errno;
	return outcome(syscall(SYS_io_submit, context, 1, &list));
}
INHERITED_KEY(read_it_asynchronously);

static int read_it_in_a_child(void)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(read_it());
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}
INHERITED_KEY(read_it_in_a_child);

static int stat_it(void)
{
	struct stat st;

	return fstat(handed, &st) ? errno : outcome(0);
}
INHERITED(stat_it, hand_key, BY_FILE(GABION_FILE_READ, KEY));

/* The file is gone, the descriptor is not. */
static int hand_deleted(void)
{
	return hand_key() ?: ATTEMPT(unlink(KEY));
}

static int read_what_is_deleted(void)
{
	return read_it();
}
INHERITED(read_what_is_deleted, hand_deleted, BY_FILE(GABION_FILE_READ, NULL));

static int hand_program(void)
{
	return hand(open(SECRET "/program", O_RDONLY | O_CLOEXEC));
}

static int execute_it(void)
{
	char *arguments[] = { "program", NULL };
	int status;
	pid_t pid = fork();

	if (!pid) {
		syscall(SYS_execveat, handed, "", arguments, arguments + 1, AT_EMPTY_PATH);
		_exit(errno);
	}
	waitpid(pid, &status, 0);
	errno = WEXITSTATUS(status);
	return outcome(errno ? -1 : 0);
}
INHERITED(execute_it, hand_program, BY_FILE(GABION_FILE_READ, SECRET "/program"));

/* --- to write --- */

static int write_it(void)
{
	return outcome(write(handed, "evil", 4));
}
INHERITED_CONFIG(write_it);

static int cut_it(void)
{
	return outcome(ftruncate(handed, 0));
}
INHERITED_CONFIG(cut_it);

static int punch_it(void)
{
	return outcome(fallocate(handed, 3 /* FALLOC_FL_PUNCH_HOLE | _KEEP_SIZE */, 0, 4096));
}
INHERITED_CONFIG(punch_it);

static int map_it_shared(void)
{
	char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, handed, 0);

	return outcome(p == MAP_FAILED ? -1 : 0);
}
INHERITED_CONFIG(map_it_shared);

static int copy_over_it(void)
{
	int in = open(OWN "/bait", O_RDONLY);

	return in < 0 ? errno : outcome(copy_file_range(in, NULL, handed, NULL, 4, 0));
}
INHERITED_CONFIG(copy_over_it);

/* A mapping needs no descriptor. */
static char *mapping;

static int map_config(void)
{
	int fd = open(CONFIG, O_RDWR);

	mapping = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return mapping == MAP_FAILED ? errno : 0;
}

static void unmap_config(void)
{
	munmap(mapping, 4096);
}

static void no_mapping(int signal)
{
	_exit(EACCES);
}

static int write_a_mapping(void)
{
	signal(SIGSEGV, no_mapping);
	signal(SIGBUS, no_mapping);
	mapping[0] = 'e';
	return 0;
}
ESCAPE(write_a_mapping, .prepare = map_config, .restore = unmap_config,
       BY_FILE(GABION_FILE_WRITE, CONFIG));

/* What was opened to read is still readable, and no more than that. */
#define READABLE_CONFIG(name, permission)	\
	INHERITED(name, hand_config_to_read, BY_FILE(GABION_FILE_##permission, CONFIG))

static int change_its_mode(void)
{
	return outcome(fchmod(handed, 0777));
}
READABLE_CONFIG(change_its_mode, SETATTR);

static int change_its_owner(void)
{
	return outcome(fchown(handed, 1, 1));
}
READABLE_CONFIG(change_its_owner, CHOWN);

static int remove_its_xattr(void)
{
	return outcome(fremovexattr(handed, "trusted.test"));
}

static int hand_config_with_xattr(void)
{
	return hand_config_to_read() ?: ATTEMPT(fsetxattr(handed, "trusted.test", "1", 1, 0));
}
INHERITED(remove_its_xattr, hand_config_with_xattr, BY_FILE(GABION_FILE_SETATTR, CONFIG));

/* --- folders --- */

static int list_the_folder(void)
{
	char buffer[1024];

	return outcome(syscall(SYS_getdents64, handed, buffer, sizeof(buffer)));
}
INHERITED(list_the_folder, hand_folder, BY_FILE(GABION_FILE_READ, SECRET));

static int open_in_the_folder(void)
{
	return outcome(openat(handed, "key", O_RDONLY));
}
INHERITED(open_in_the_folder, hand_folder, BY_FILE(GABION_FILE_READ, SECRET));

static int open_in_a_path(void)
{
	return outcome(openat(handed, "key", O_RDONLY));
}
INHERITED(open_in_a_path, hand_folder_path, BY_FILE(GABION_FILE_READ, KEY));

static int open_in_the_working_directory(void)
{
	return fchdir(handed) ? errno : ATTEMPT(open("key", O_RDONLY));
}
INHERITED(open_in_the_working_directory, hand_folder_path, BY_FILE(GABION_FILE_READ, KEY));

static int hand_tree(void)
{
	return hand(syscall(SYS_open_tree, AT_FDCWD, SECRET, OPEN_TREE_CLONE));
}

static int open_in_a_detached_tree(void)
{
	return outcome(openat(handed, "key", O_RDONLY));
}
INHERITED(open_in_a_detached_tree, hand_tree, BY_FILE(GABION_FILE_READ, NULL));

/* --- other objects --- */

static int hand_pidfd(void)
{
	return hand(syscall(SYS_pidfd_open, escape_guard, 0));
}

static int signal_by_it(void)
{
	return outcome(syscall(SYS_pidfd_send_signal, handed, SIGTERM, NULL, 0));
}
INHERITED(signal_by_it, hand_pidfd, BY_DOMAIN(SIGNAL));

static int rob_by_it(void)
{
	return outcome(syscall(SYS_pidfd_getfd, handed, GUARD_KEY_FD, 0));
}
INHERITED(rob_by_it, hand_pidfd, BY_DOMAIN(TRACE));

static int master = -1;

static int hand_terminal(void)
{
	char name[64];

	master = posix_openpt(O_RDWR | O_NOCTTY);
	if (master < 0 || grantpt(master) || unlockpt(master) ||
	    ptsname_r(master, name, sizeof(name)))
		return errno;
	return hand(open(name, O_RDWR | O_NOCTTY));
}

static void drop_terminal(void)
{
	drop();
	close(master);
}

static int type_into_the_terminal(void)
{
	return outcome(ioctl(handed, TIOCSTI, "e"));
}
ESCAPE(type_into_the_terminal, .prepare = hand_terminal, .restore = drop_terminal,
       BY_FILE(GABION_FILE_WRITE, NULL));

static int hand_bpf_map(void)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4,
				.max_entries = 1 };

	return hand(syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)));
}

static int look_into_the_map(void)
{
	int key = 0, value = 0;
	union bpf_attr attr = { .map_fd = handed, .key = (unsigned long)&key,
				.value = (unsigned long)&value };

	return outcome(syscall(SYS_bpf, BPF_MAP_LOOKUP_ELEM, &attr, sizeof(attr)));
}
INHERITED_MADE(look_into_the_map, hand_bpf_map, BPF);

static int hand_perf_event(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(attr),
					.config = PERF_COUNT_SW_CPU_CLOCK };

	return hand(syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0));
}

static int read_the_counter(void)
{
	uint64_t count;

	return outcome(read(handed, &count, sizeof(count)));
}
INHERITED_MADE(read_the_counter, hand_perf_event, PERF);

/* An event about the secret brings a descriptor of it along. */
static int hand_watch(void)
{
	int err = hand(fanotify_init(FAN_CLASS_NOTIF, O_RDONLY));

	if (err)
		return err;
	if (fanotify_mark(handed, FAN_MARK_ADD, FAN_CLOSE_NOWRITE, AT_FDCWD, KEY))
		return errno;
	return escape_read(KEY);
}

static int descriptor_of_an_event(void)
{
	struct fanotify_event_metadata event = { .fd = -1 };

	int err = outcome(read(handed, &event, sizeof(event)));

	return err ?: event.fd >= 0 ? 0 : EIO;
}
INHERITED(descriptor_of_an_event, hand_watch, BY_FILE(GABION_FILE_READ, KEY));

/* A file that is registered in a ring has no descriptor any more. */
static struct uring ring;

static int register_key(void)
{
	int err = uring_setup(&ring, 0), fd = open(KEY, O_RDONLY);

	if (err || fd < 0 || syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_FILES, &fd, 1))
		return EIO;
	close(fd);
	return 0;
}

static void unregister_key(void)
{
	uring_close(&ring);
}

static int read_by_registration(void)
{
	static char byte;
	struct io_uring_sqe sqe = { .opcode = IORING_OP_READ, .fd = 0, .flags = IOSQE_FIXED_FILE,
				    .addr = (unsigned long)&byte, .len = 1 };
	unsigned char resident;
	int result;

	/* Its memory may be gone as well. */
	result = mincore(ring.sq, 1, &resident) ? -EFAULT : uring_run(&ring, &sqe);
	errno = -result;
	return result < 0 ? lost_outcome(ring.fd, -1) : byte == 'k' ? 0 : EIO;
}
/* A ring works for who made it, so it is the ring that is taken away. */
ESCAPE(read_by_registration, .prepare = register_key, .restore = unregister_key, .error = EACCES,
       .klass = GABION_CLASS_CONTROL, .refused = GABION_CONTROL_IO_URING);

TEST_HARNESS_MAIN
