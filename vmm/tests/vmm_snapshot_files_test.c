// SPDX-License-Identifier: GPL-2.0
/* The files of a snapshot: they are there whole or not at all, and say what they are to. */
#include "../../agent/tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../snapshot/files.h"
#include "../snapshot/pages.h"
#include "../snapshot/snapshot.h"

struct folder {
	char path[32], a[48], b[48];
};

static int setup(void **state)
{
	struct folder *folder = calloc(1, sizeof(*folder));

	strcpy(folder->path, "/tmp/vmm-files.XXXXXX");
	assert_non_null(mkdtemp(folder->path));
	snprintf(folder->a, sizeof(folder->a), "%s/a", folder->path);
	snprintf(folder->b, sizeof(folder->b), "%s/b", folder->path);
	*state = folder;
	return 0;
}

static int teardown(void **state)
{
	struct folder *folder = *state;

	unlink(folder->a);
	unlink(folder->b);
	rmdir(folder->b);
	/* Nothing else is left in it. */
	assert_int_equal(rmdir(folder->path), 0);
	free(folder);
	return 0;
}

static void put(const char *path, const void *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_int_equal(write(fd, bytes, size), size);
	close(fd);
}

static bool has(const char *path, const char *text)
{
	char bytes[64] = "";
	int fd = open(path, O_RDONLY);

	assert_true(fd < 0 || read(fd, bytes, sizeof(bytes) - 1) >= 0);
	if (fd >= 0)
		close(fd);
	return !strcmp(bytes, text);
}

static void open_both(struct folder *folder, struct gabion_new_file files[2])
{
	struct gabion_error error;

	assert_int_equal(gabion_new_file_open(&files[0], folder->a, &error), 0);
	assert_int_equal(gabion_new_file_open(&files[1], folder->b, &error), 0);
	assert_int_equal(write(files[0].fd, "new", 3), 3);
	assert_int_equal(write(files[1].fd, "new", 3), 3);
}

static void close_both(struct gabion_new_file files[2])
{
	gabion_new_file_close(&files[0]);
	gabion_new_file_close(&files[1]);
}

static void both_are_there(void **state)
{
	struct folder *folder = *state;
	struct gabion_new_file files[2];
	struct gabion_error error;
	struct stat st;

	put(folder->a, "old", 3);
	open_both(folder, files);
	assert_true(has(folder->a, "old"));
	assert_true(has(folder->b, ""));
	assert_int_equal(gabion_new_files_commit(files, 2, &error), 0);
	close_both(files);
	assert_true(has(folder->a, "new"));
	assert_true(has(folder->b, "new"));
	assert_int_equal(stat(folder->a, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void or_none_is(void **state)
{
	struct folder *folder = *state;
	struct gabion_new_file files[2];
	struct gabion_error error;

	put(folder->a, "old", 3);
	open_both(folder, files);
	/* Somebody else makes one of that name meanwhile. */
	put(folder->b, "theirs", 6);
	assert_int_equal(gabion_new_files_commit(files, 2, &error), -EEXIST);
	assert_non_null(strstr(error.text, folder->b));
	close_both(files);
	assert_true(has(folder->a, "old"));
	assert_true(has(folder->b, "theirs"));
}

static void given_up(void **state)
{
	struct folder *folder = *state;
	struct gabion_new_file files[2];

	put(folder->a, "old", 3);
	open_both(folder, files);
	close_both(files);
	assert_true(has(folder->a, "old"));
	assert_int_equal(access(folder->b, F_OK), -1);
}

static void what_cannot_be_replaced(void **state)
{
	struct folder *folder = *state;
	struct gabion_new_file file;
	struct gabion_error error;

	mkdir(folder->b, 0700);
	assert_int_equal(gabion_new_file_open(&file, folder->b, &error), -EINVAL);
	gabion_new_file_close(&file);
	assert_int_equal(gabion_new_file_open(&file, "/nonexistent/file", &error), -ENOENT);
	assert_non_null(strstr(error.text, "/nonexistent/file: No such file"));
	gabion_new_file_close(&file);
}

#define MIB (1 << 20)

static int write_pages(const struct gabion_memory *memory, bool diff, const char *path)
{
	struct gabion_error error;
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(gabion_pages_write(memory, diff, fd, path, &error), 0);
	assert_int_equal(lseek(fd, 0, SEEK_END), memory->size);
	return fd;
}

static void all_of_memory(void **state)
{
	struct folder *folder = *state;
	struct gabion_memory memory = { 0 };
	struct gabion_error error;
	char byte;
	int fd;

	assert_int_equal(gabion_memory_create(&memory, MIB, &error), 0);
	memory.base[5 * 4096 + 4095] = 'x';
	memory.base[MIB - 1] = 'y';
	fd = write_pages(&memory, false, folder->a);
	assert_int_equal(pread(fd, &byte, 1, 5 * 4096 + 4095), 1);
	assert_int_equal(byte, 'x');
	assert_int_equal(pread(fd, &byte, 1, MIB - 1), 1);
	assert_int_equal(byte, 'y');
	assert_int_equal(lseek(fd, 0, SEEK_DATA), 5 * 4096);
	close(fd);
	gabion_memory_destroy(&memory);
}

static void what_changed_is_merged(void **state)
{
	struct folder *folder = *state;
	struct gabion_memory memory = { 0 };
	unsigned char bytes[4096], zeroes[4096] = { 0 };
	struct gabion_error error;
	int fd;

	assert_int_equal(gabion_memory_create(&memory, MIB, &error), 0);
	memset(memory.base, 1, MIB);
	close(write_pages(&memory, false, folder->a));
	assert_int_equal(gabion_memory_track(&memory, false, &error), 0);
	/* Zeroes that came are as much a change as anything. */
	memset(memory.base + 3 * 4096, 0, 4096);
	gabion_memory_touch(&memory, 3 * 4096, 4096);
	memset(memory.base + 255 * 4096, 2, 4096);
	gabion_memory_touch(&memory, MIB - 1, 1);
	close(write_pages(&memory, true, folder->b));
	assert_int_equal(gabion_pages_merge(folder->a, folder->b, &error), 0);
	fd = open(folder->a, O_RDONLY);
	assert_int_equal(pread(fd, bytes, 4096, 2 * 4096), 4096);
	assert_int_equal(bytes[0], 1);
	assert_int_equal(pread(fd, bytes, 4096, 3 * 4096), 4096);
	assert_memory_equal(bytes, zeroes, 4096);
	assert_int_equal(pread(fd, bytes, 4096, 255 * 4096), 4096);
	assert_int_equal(bytes[4095], 2);
	close(fd);
	gabion_memory_destroy(&memory);
}

static void another_machines_memory_is_not_merged(void **state)
{
	struct folder *folder = *state;
	struct gabion_error error;

	put(folder->a, "1234", 4);
	put(folder->b, "12345", 5);
	assert_int_equal(gabion_pages_merge(folder->a, folder->b, &error), -EINVAL);
	assert_non_null(strstr(error.text, "not the memory of one machine"));
	assert_true(has(folder->a, "1234"));
}

/* A state file with @config, and nothing else. */
static void put_state(const char *path, const char *config)
{
	struct gabion_state state = { 0 };
	struct gabion_error error;
	uint32_t size = strlen(config);

	gabion_state_begin(&state, "config", 0);
	gabion_state_u32(&state, &size);
	gabion_state_bytes(&state, (void *)config, size);
	gabion_state_end(&state);
	assert_int_equal(gabion_state_finish(&state, &error), 0);
	put(path, state.bytes, state.size);
	gabion_state_free(&state);
}

static const char machine[] =
	"{\"machine-config\":{\"vcpu_count\":2,\"mem_size_mib\":64,\"track_dirty_pages\":true},"
	"\"network-interfaces\":[{\"iface_id\":\"a\",\"host_dev_name\":\"tap0\"},"
	"{\"iface_id\":\"b\",\"host_dev_name\":\"tap1\"}],"
	"\"vsock\":{\"guest_cid\":3,\"uds_path\":\"v\"},\"logger\":{\"level\":\"Off\"}}";

static int open_snapshot(const struct gabion_snapshot_source *source, struct gabion_config *config,
			 struct gabion_error *error)
{
	json_t *own = json_loads("{\"logger\":{\"level\":\"Debug\"}}", 0, NULL);
	struct gabion_state state = { 0 };
	int err;

	*config = (struct gabion_config){ 0 };
	assert_int_equal(gabion_config_replace(config, own, error), 0);
	err = gabion_snapshot_open(&state, source, config, error);
	gabion_state_free(&state);
	return err;
}

static void a_configuration_with_what_is_elsewhere_here(void **state)
{
	json_t *nets = json_loads("[{\"iface_id\":\"b\",\"host_dev_name\":\"tap7\"}]", 0, NULL);
	struct folder *folder = *state;
	const struct gabion_snapshot_source source = { .state = folder->a,
						       .nets = nets,
						       .vsock = "w" };
	struct gabion_config config;
	struct gabion_error error;

	put_state(folder->a, machine);
	assert_int_equal(open_snapshot(&source, &config, &error), 0);
	assert_int_equal(config.vcpus, 2);
	assert_int_equal(config.memory_mib, 64);
	assert_false(config.track_dirty_pages);
	assert_string_equal(config.nets[0].tap, "tap0");
	assert_string_equal(config.nets[1].tap, "tap7");
	assert_string_equal(config.vsock.path, "w");
	assert_int_equal(config.log.level, GABION_LOG_DEBUG);
	json_decref(nets);
	gabion_config_free(&config);
}

static void what_is_not_in_it_cannot_be_elsewhere(void **state)
{
	json_t *nets = json_loads("[{\"iface_id\":\"c\",\"host_dev_name\":\"tap7\"}]", 0, NULL);
	struct folder *folder = *state;
	struct gabion_snapshot_source source = { .state = folder->a, .nets = nets };
	struct gabion_config config;
	struct gabion_error error;

	put_state(folder->a, machine);
	assert_int_equal(open_snapshot(&source, &config, &error), -ENOENT);
	assert_non_null(strstr(error.text, "has no network interface 'c'"));
	/* That of before is as it was. */
	assert_int_equal(config.log.level, GABION_LOG_DEBUG);
	assert_int_equal(config.net_count, 0);
	gabion_config_free(&config);
	put_state(folder->a, "{\"machine-config\":{\"vcpu_count\":2,\"mem_size_mib\":64}}");
	source = (struct gabion_snapshot_source){ .state = folder->a, .vsock = "w" };
	assert_int_equal(open_snapshot(&source, &config, &error), -ENOENT);
	assert_non_null(strstr(error.text, "has no vsock"));
	gabion_config_free(&config);
	json_decref(nets);
}

static void a_configuration_that_is_none(void **state)
{
	static const char *const texts[] = {
		"",
		"[]",
		"{",
		"{\"vsock\":7}",
		"{\"machine-config\":{\"vcpu_count\":0}}",
		"{\"network-interfaces\":[7]}",
	};
	struct folder *folder = *state;
	const struct gabion_snapshot_source source = { .state = folder->a };
	struct gabion_config config;
	struct gabion_error error;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		put_state(folder->a, texts[i]);
		assert_true(open_snapshot(&source, &config, &error) < 0);
		gabion_config_free(&config);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_are_there),
		TEST(or_none_is),
		TEST(given_up),
		TEST(what_cannot_be_replaced),
		TEST(all_of_memory),
		TEST(what_changed_is_merged),
		TEST(another_machines_memory_is_not_merged),
		TEST(a_configuration_with_what_is_elsewhere_here),
		TEST(what_is_not_in_it_cannot_be_elsewhere),
		TEST(a_configuration_that_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
