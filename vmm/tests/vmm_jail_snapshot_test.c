// SPDX-License-Identifier: GPL-2.0
/* The files of a snapshot that one jail makes and another loads, without the machine. */
#include "../../agent/tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../snapshot/files.h"
#include "../snapshot/pages.h"
#include "../snapshot/snapshot.h"
#include "jail.h"

#define MIB (1 << 20)

static const char machine[] = "{\"machine-config\":{\"vcpu_count\":2,\"mem_size_mib\":1}}";

static int complain(const struct gabion_error *error)
{
	dprintf(STDOUT_FILENO, "%s\n", error->text);
	return 1;
}

static void make_state(struct gabion_state *state)
{
	struct gabion_error error;
	uint32_t size = strlen(machine);

	gabion_state_begin(state, "config", 0);
	gabion_state_u32(state, &size);
	gabion_state_bytes(state, (void *)machine, size);
	gabion_state_end(state);
	if (gabion_state_finish(state, &error))
		complain(&error);
}

static int keep(void)
{
	struct gabion_new_file files[2] = { GABION_NEW_FILE_NONE, GABION_NEW_FILE_NONE };
	struct gabion_memory memory = { 0 };
	struct gabion_state state = { 0 };
	struct gabion_error error;
	int err;

	/* As gabion_end_create() does. */
	signal(SIGXFSZ, SIG_IGN);
	make_state(&state);
	err = gabion_memory_create(&memory, MIB, &error);
	if (!err) {
		memory.base[MIB - 1] = 'x';
		err = gabion_new_file_open(&files[0], "/memory", &error);
	}
	if (!err)
		err = gabion_new_file_open(&files[1], "/state", &error);
	if (!err)
		err = gabion_pages_write(&memory, false, files[0].fd, "/memory", &error);
	if (!err && write(files[1].fd, state.bytes, state.size) != (ssize_t)state.size)
		err = gabion_error_set(&error, -errno, "write: %s", strerror(errno));
	if (!err)
		err = gabion_new_files_commit(files, 2, &error);
	gabion_new_file_close(&files[0]);
	gabion_new_file_close(&files[1]);
	return err ? complain(&error) : 0;
}

static int load(void)
{
	static const struct gabion_snapshot_source source = { .state = "/state" };
	struct gabion_config config = { 0 };
	struct gabion_memory memory = { 0 };
	struct gabion_state state = { 0 };
	struct gabion_error error;
	int fd = open("/memory", O_RDONLY);
	int err = gabion_config_replace(&config, json_object(), &error);

	if (!err)
		err = gabion_snapshot_open(&state, &source, &config, &error);
	if (!err)
		err = gabion_memory_map(&memory, fd, MIB, &error);
	if (err)
		return complain(&error);
	if (config.vcpus != 2 || memory.base[0] || memory.base[MIB - 1] != 'x')
		dprintf(STDOUT_FILENO, "another machine\n");
	/* Its own from now on. */
	memory.base[MIB - 1] = 'y';
	return 0;
}

static void run(struct scene *scene, int (*what)(void), const char *says, int status)
{
	scene_enter(scene, what);
	assert_says(scene, says);
	assert_ends(scene, status);
	close(scene->out);
	close(scene->in);
	scene->out = scene->in = -1;
}

static void path_of(const struct scene *scene, const char *name, char path[80])
{
	snprintf(path, 80, "%s/%s", scene->folder, name);
}

static void made_in_one_and_loaded_in_another(void **ignored)
{
	struct scene *scene = scene_get(ignored);
	char state[80], memory[80], byte;
	struct stat st;
	int fd;

	path_of(scene, "state", state);
	path_of(scene, "memory", memory);
	run(scene, load, "/state: No such file or directory\n", 1);
	run(scene, keep, "", 0);
	assert_int_equal(stat(state, &st), 0);
	assert_int_equal(st.st_uid, TEST_UID);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(memory, &st), 0);
	assert_int_equal(st.st_uid, TEST_UID);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(st.st_size, MIB);
	run(scene, load, "", 0);
	fd = open(memory, O_RDONLY);
	assert_int_equal(pread(fd, &byte, 1, MIB - 1), 1);
	assert_int_equal(byte, 'x');
	close(fd);
	assert_int_equal(unlink(state), 0);
	assert_int_equal(unlink(memory), 0);
}

/* An error, not the end; and neither file. */
static void larger_than_its_limit(void **ignored)
{
	struct scene *scene = scene_get(ignored);

	assert_int_equal(gabion_jail_parse(&scene->options, "rlimit", "fsize=64K", NULL), 0);
	run(scene, keep, "/memory: File too large\n", 1);
	assert_int_equal(rmdir(scene->folder), 0);
}

/* What root made there for itself is not the machine's. */
static void of_another_user(void **ignored)
{
	struct scene *scene = scene_get(ignored);
	char state[80];
	int fd;

	path_of(scene, "state", state);
	fd = open(state, O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	close(fd);
	run(scene, load, "/state: Permission denied\n", 1);
	assert_int_equal(unlink(state), 0);
}

#define JAIL_TEST(name) cmocka_unit_test_setup_teardown(name, scene_set_up, scene_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		JAIL_TEST(made_in_one_and_loaded_in_another),
		JAIL_TEST(larger_than_its_limit),
		JAIL_TEST(of_another_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
