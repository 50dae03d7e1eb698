// SPDX-License-Identifier: GPL-2.0
/* The server of shared folders, with this test as a guest that does as it likes. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../vm/share.h"
#include "../vm/share_wire.h"

/**
 * struct guest - one connection; the server is a child
 * @dir:	holds share/ with f, sub/ and links, and secret beside it
 * @message:	under construction, then the answer
 */
struct guest {
	char dir[64];
	int fd;
	pid_t server;
	struct share_reply message;
	struct share_request answer;
};

static void in_dir(const struct guest *g, const char *name, char path[128])
{
	snprintf(path, 128, "%s/%s", g->dir, name);
}

static void write_file(const struct guest *g, const char *name, const char *text)
{
	char path[128];
	FILE *file;

	in_dir(g, name, path);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void begin(struct guest *g, unsigned int type)
{
	g->message.size = SHARE_HEADER;
	g->message.bytes[4] = (unsigned char)type;
}

static void put(struct guest *g, uint64_t value, size_t bytes)
{
	share_put(&g->message, value, bytes);
}

static void put_string(struct guest *g, const char *string)
{
	share_put_string(&g->message, string);
}

/* Send what was begun; 0 and the rest of the answer, or -errno of an error. */
static int ask(struct guest *g)
{
	size_t size = g->message.size;
	unsigned char type = g->message.bytes[4];

	g->message.size = 0;
	put(g, size, 4);
	g->message.bytes[5] = 0x34;
	g->message.bytes[6] = 0x12;
	assert_int_equal(send(g->fd, g->message.bytes, size, MSG_NOSIGNAL), size);
	assert_int_equal(recv(g->fd, g->message.bytes, SHARE_HEADER, MSG_WAITALL), SHARE_HEADER);
	g->answer = (struct share_request){g->message.bytes, 4, false};
	size = share_get(&g->answer, 4);
	/* Of no bytes it would wait for the next answer. */
	if (size > SHARE_HEADER)
		assert_int_equal(recv(g->fd, g->message.bytes + SHARE_HEADER, size - SHARE_HEADER,
				      MSG_WAITALL),
				 size - SHARE_HEADER);
	assert_int_equal(g->message.bytes[5], 0x34);
	assert_int_equal(g->message.bytes[6], 0x12);
	g->answer =
		(struct share_request){g->message.bytes + SHARE_HEADER, size - SHARE_HEADER, false};
	if (g->message.bytes[4] == SHARE_LERROR + 1)
		return -(int)share_get(&g->answer, 4);
	assert_int_equal(g->message.bytes[4], type + 1);
	return 0;
}

static void connect_guest(struct guest *g, bool read_only)
{
	int fds[2], root, err;
	char path[128];

	in_dir(g, "share", path);
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(root >= 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	g->server = fork();
	if (!g->server) {
		close(fds[0]);
		err = gabion_vm_share_confine(read_only);
		/* The sanitizers' _exit() makes calls that ours does not. */
		syscall(SYS_exit_group,
			-(err ? err : gabion_vm_share_serve(fds[1], root, read_only)));
	}
	close(fds[1]);
	close(root);
	g->fd = fds[0];
	begin(g, SHARE_VERSION);
	put(g, 65536, 4);
	put_string(g, "9P2000.L");
	assert_int_equal(ask(g), 0);
	assert_int_equal(share_get(&g->answer, 4), 65536);
	begin(g, SHARE_ATTACH);
	put(g, 0, 4);
	put(g, UINT32_MAX, 4);
	put_string(g, "root");
	put_string(g, "");
	put(g, 0, 4);
	assert_int_equal(ask(g), 0);
}

static void disconnect(struct guest *g, int status)
{
	int how;

	close(g->fd);
	assert_int_equal(waitpid(g->server, &how, 0), g->server);
	assert_true(WIFEXITED(how));
	assert_int_equal(WEXITSTATUS(how), status);
}

static int walk(struct guest *g, uint32_t from, uint32_t to, const char *const names[])
{
	uint16_t n = 0;

	while (names[n])
		n++;
	begin(g, SHARE_WALK);
	put(g, from, 4);
	put(g, to, 4);
	put(g, n, 2);
	for (n = 0; names[n]; n++)
		put_string(g, names[n]);
	return ask(g);
}

static int walk_to(struct guest *g, uint32_t to, const char *name)
{
	return walk(g, 0, to, (const char *const[]){name, NULL});
}

static int open_fid(struct guest *g, uint32_t fid, uint32_t flags)
{
	begin(g, SHARE_LOPEN);
	put(g, fid, 4);
	put(g, flags, 4);
	return ask(g);
}

static int read_fid(struct guest *g, uint32_t fid, uint64_t offset)
{
	begin(g, SHARE_READ);
	put(g, fid, 4);
	put(g, offset, 8);
	put(g, 100, 4);
	return ask(g);
}

static int write_fid(struct guest *g, uint32_t fid, const char *text)
{
	begin(g, SHARE_WRITE);
	put(g, fid, 4);
	put(g, 0, 8);
	put(g, strlen(text), 4);
	share_put_bytes(&g->message, text, strlen(text));
	return ask(g);
}

static int create(struct guest *g, uint32_t fid, const char *name, uint32_t mode)
{
	begin(g, SHARE_LCREATE);
	put(g, fid, 4);
	put_string(g, name);
	put(g, O_RDWR, 4);
	put(g, mode, 4);
	put(g, 0, 4);
	return ask(g);
}

static int set_mode(struct guest *g, uint32_t fid, uint32_t mode)
{
	int i;

	begin(g, SHARE_SETATTR);
	put(g, fid, 4);
	put(g, 1, 4);
	put(g, mode, 4);
	for (i = 0; i < 6; i++)
		put(g, 0, 8);
	return ask(g);
}

static void expect_file(const struct guest *g, const char *name, const char *text)
{
	char path[128], bytes[128];
	size_t n;
	FILE *file;

	in_dir(g, name, path);
	file = fopen(path, "r");
	assert_non_null(file);
	n = fread(bytes, 1, sizeof(bytes) - 1, file);
	bytes[n] = '\0';
	fclose(file);
	assert_string_equal(bytes, text);
}

static int set_up(void **state)
{
	struct guest *g = calloc(1, sizeof(*g));
	char path[128];

	*state = g;
	snprintf(g->dir, sizeof(g->dir), "/tmp/vm-share.XXXXXX");
	if (!mkdtemp(g->dir))
		return -1;
	in_dir(g, "share", path);
	mkdir(path, 0755);
	in_dir(g, "share/sub", path);
	mkdir(path, 0755);
	write_file(g, "secret", "secret");
	write_file(g, "share/f", "hello");
	in_dir(g, "share/up", path);
	if (symlink("../secret", path))
		return -1;
	in_dir(g, "share/out", path);
	if (symlink("..", path))
		return -1;
	in_dir(g, "share/fifo", path);
	return mkfifo(path, 0644);
}

static int tear_down(void **state)
{
	struct guest *g = *state;
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s", g->dir);
	free(g);
	return system(command);
}

static void test_a_file_is_read(void **state)
{
	struct guest *g = *state;

	connect_guest(g, true);
	assert_int_equal(walk_to(g, 1, "f"), 0);
	assert_int_equal(share_get(&g->answer, 2), 1);
	assert_int_equal(open_fid(g, 1, O_RDONLY), 0);
	assert_int_equal(read_fid(g, 1, 1), 0);
	assert_int_equal(share_get(&g->answer, 4), 4);
	assert_memory_equal(g->answer.at, "ello", 4);
	disconnect(g, 0);
}

static void test_nothing_outside_can_be_named(void **state)
{
	static const char *const names[] = {"..",	 ".",	   "",		 "/",
					    "../secret", "sub/..", "/etc/passwd"};
	struct guest *g = *state;
	size_t i;

	connect_guest(g, false);
	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_true(walk_to(g, 1, names[i]) < 0);
	assert_int_equal(walk(g, 0, 1, (const char *const[]){"sub", "..", "..", NULL}), -ENOENT);
	/* A symbolic link is itself, and leads nowhere. */
	assert_int_equal(walk(g, 0, 1, (const char *const[]){"out", "secret", NULL}), 0);
	assert_int_equal(share_get(&g->answer, 2), 1);
	assert_int_equal(open_fid(g, 1, O_RDONLY), -EBADF);
	assert_int_equal(walk_to(g, 2, "up"), 0);
	assert_int_equal(open_fid(g, 2, O_RDONLY), -EACCES);
	assert_int_equal(create(g, 0, "../new", 0644), -EINVAL);
	assert_int_equal(set_mode(g, 2, 0777), -EOPNOTSUPP);
	disconnect(g, 0);
}

static void test_what_is_no_file(void **state)
{
	struct guest *g = *state;

	connect_guest(g, false);
	assert_int_equal(walk_to(g, 1, "fifo"), 0);
	assert_int_equal(open_fid(g, 1, O_RDWR), -EACCES);
	begin(g, SHARE_MKNOD);
	assert_int_equal(ask(g), -EPERM);
	begin(g, SHARE_LINK);
	assert_int_equal(ask(g), -EPERM);
	disconnect(g, 0);
}

static void test_writing(void **state)
{
	struct guest *g = *state;
	struct stat st;
	char path[128];

	connect_guest(g, false);
	assert_int_equal(walk_to(g, 1, "sub"), 0);
	assert_int_equal(create(g, 1, "new", 06755), 0);
	assert_int_equal(write_fid(g, 1, "text"), 0);
	assert_int_equal(share_get(&g->answer, 4), 4);
	expect_file(g, "share/sub/new", "text");
	in_dir(g, "share/sub/new", path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_int_equal(set_mode(g, 1, 04755), -EPERM);
	assert_int_equal(set_mode(g, 1, 0600), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	begin(g, SHARE_RENAMEAT);
	put(g, 0, 4);
	put_string(g, "sub");
	put(g, 0, 4);
	put_string(g, "moved");
	assert_int_equal(ask(g), 0);
	expect_file(g, "share/moved/new", "text");
	begin(g, SHARE_UNLINKAT);
	put(g, 0, 4);
	put_string(g, "f");
	put(g, 0, 4);
	assert_int_equal(ask(g), 0);
	in_dir(g, "share/f", path);
	assert_int_equal(access(path, F_OK), -1);
	disconnect(g, 0);
}

/* A program of the host's that the guest changes must not be root's any more. */
static void test_what_is_written_loses_its_user(void **state)
{
	struct guest *g = *state;
	struct stat st;
	char path[128];

	in_dir(g, "share/f", path);
	assert_int_equal(chmod(path, 06755), 0);
	connect_guest(g, false);
	assert_int_equal(walk_to(g, 1, "f"), 0);
	assert_int_equal(open_fid(g, 1, O_WRONLY), 0);
	assert_int_equal(write_fid(g, 1, "other"), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	disconnect(g, 0);
}

static void test_read_only(void **state)
{
	struct guest *g = *state;

	connect_guest(g, true);
	assert_int_equal(walk_to(g, 1, "f"), 0);
	assert_int_equal(open_fid(g, 1, O_WRONLY), -EROFS);
	assert_int_equal(open_fid(g, 1, O_RDONLY | O_TRUNC), -EROFS);
	assert_int_equal(set_mode(g, 1, 0), -EROFS);
	assert_int_equal(open_fid(g, 1, O_RDONLY | O_APPEND), 0);
	assert_int_equal(write_fid(g, 1, "x"), -EROFS);
	assert_int_equal(create(g, 0, "new", 0644), -EROFS);
	begin(g, SHARE_MKDIR);
	put(g, 0, 4);
	put_string(g, "d");
	put(g, 0755, 4);
	put(g, 0, 4);
	assert_int_equal(ask(g), -EROFS);
	begin(g, SHARE_UNLINKAT);
	put(g, 0, 4);
	put_string(g, "f");
	put(g, 0, 4);
	assert_int_equal(ask(g), -EROFS);
	expect_file(g, "share/f", "hello");
	disconnect(g, 0);
}

static void test_a_folder_is_listed(void **state)
{
	struct guest *g = *state;
	unsigned int files = 0, entries = 0;
	char name[SHARE_NAME_MAX + 1];
	uint64_t offset = 0;

	connect_guest(g, true);
	assert_int_equal(walk(g, 0, 1, (const char *const[]){NULL}), 0);
	assert_int_equal(open_fid(g, 1, O_RDONLY), 0);
	/* In pieces, each going on where the one before ended. */
	for (;;) {
		begin(g, SHARE_READDIR);
		put(g, 1, 4);
		put(g, offset, 8);
		put(g, 64, 4);
		assert_int_equal(ask(g), 0);
		if (!share_get(&g->answer, 4))
			break;
		while (g->answer.left) {
			share_get(&g->answer, 8);
			share_get(&g->answer, 5);
			offset = share_get(&g->answer, 8);
			share_get(&g->answer, 1);
			share_get_string(&g->answer, name, SHARE_NAME_MAX);
			entries++;
			files += !strcmp(name, "f");
		}
		assert_false(g->answer.bad);
	}
	assert_int_equal(entries, 7);
	assert_int_equal(files, 1);
	disconnect(g, 0);
}

static void test_fids(void **state)
{
	struct guest *g = *state;

	connect_guest(g, true);
	assert_int_equal(walk_to(g, 70000, "f"), -ENFILE);
	assert_int_equal(walk_to(g, 0, "f"), -EEXIST);
	assert_int_equal(walk(g, 9, 1, (const char *const[]){"f", NULL}), -EBADF);
	assert_int_equal(read_fid(g, 12345, 0), -EBADF);
	begin(g, SHARE_CLUNK);
	put(g, 5, 4);
	assert_int_equal(ask(g), -EBADF);
	disconnect(g, 0);
}

static void test_messages_that_are_none(void **state)
{
	static const unsigned char small[SHARE_HEADER] = {6, 0, 0, 0, 100},
				   large[SHARE_HEADER] = {0, 0, 0, 1, 100};
	struct guest *g = *state;
	unsigned int type;

	connect_guest(g, false);
	/* Without their arguments; FLUSH has none that count. */
	for (type = 0; type < 256; type += 2) {
		begin(g, type);
		assert_int_equal(ask(g) < 0, type != SHARE_FLUSH);
	}
	/* A count of data that is not there. */
	begin(g, SHARE_WRITE);
	put(g, 0, 4);
	put(g, 0, 8);
	put(g, 1000, 4);
	assert_true(ask(g) < 0);
	assert_int_equal(send(g->fd, small, sizeof(small), 0), sizeof(small));
	disconnect(g, EPROTO);
	connect_guest(g, false);
	assert_int_equal(send(g->fd, large, sizeof(large), 0), sizeof(large));
	disconnect(g, EPROTO);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_file_is_read),
		TEST(test_nothing_outside_can_be_named),
		TEST(test_what_is_no_file),
		TEST(test_writing),
		TEST(test_what_is_written_loses_its_user),
		TEST(test_read_only),
		TEST(test_a_folder_is_listed),
		TEST(test_fids),
		TEST(test_messages_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
