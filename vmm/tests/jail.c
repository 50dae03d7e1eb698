// SPDX-License-Identifier: GPL-2.0
#include "../../agent/tests/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jail.h"

void leave(int status)
{
	syscall(SYS_exit_group, status);
}

int scene_set_up(void **state)
{
	static struct scene scene;

	*state = NULL;
	if (geteuid() || prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN) != 1)
		return 0;
	memset(&scene, 0, sizeof(scene));
	strcpy(scene.folder, "/tmp/vmm-jail.XXXXXX");
	assert_non_null(mkdtemp(scene.folder));
	assert_int_equal(chown(scene.folder, TEST_UID, TEST_GID), 0);
	scene.options = (struct gabion_jail_options){
		.root = scene.folder, .id = "jail-test", .uid = TEST_UID, .gid = TEST_GID
	};
	*state = &scene;
	return 0;
}

int scene_tear_down(void **state)
{
	struct scene *scene = *state;

	if (!scene)
		return 0;
	close(scene->out);
	close(scene->in);
	return rmdir(scene->folder) && errno != ENOENT;
}

struct scene *scene_get(void **state)
{
	if (!*state) {
		print_message("only root, with every capability, can make a jail\n");
		skip();
	}
	return *state;
}

void scene_enter(struct scene *scene, int (*run)(void))
{
	int out[2], in[2];

	assert_int_equal(pipe(out), 0);
	assert_int_equal(pipe(in), 0);
	scene->outside = fork();
	if (!scene->outside) {
		struct gabion_error error;
		int status, err;

		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		close(in[1]);
		err = gabion_jail_enter(&scene->options, &status, &error);
		if (err < 0)
			dprintf(STDOUT_FILENO, "%s\n", error.text);
		leave(err < 0 ? 200 : err ? status : run());
	}
	close(out[1]);
	close(in[0]);
	scene->out = out[0];
	scene->in = in[1];
}

void assert_says(const struct scene *scene, const char *expected)
{
	char text[1000] = "";
	size_t used = 0;
	ssize_t n;

	while ((n = read(scene->out, text + used, sizeof(text) - 1 - used)) > 0)
		used += n;
	assert_string_equal(text, expected);
}

void assert_ends(const struct scene *scene, int expected)
{
	int status;

	assert_int_equal(waitpid(scene->outside, &status, 0), scene->outside);
	if (!WIFEXITED(status))
		fail_msg("signal %d", WTERMSIG(status));
	assert_int_equal(WEXITSTATUS(status), expected);
}

int scene_stay(void)
{
	char byte;

	dprintf(STDOUT_FILENO, "in\n");
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	return 0;
}

void scene_look(struct scene *scene, int (*run)(void))
{
	char path[64], word[4] = "";
	FILE *children;

	scene_enter(scene, run);
	assert_int_equal(read(scene->out, word, 3), 3);
	assert_string_equal(word, "in\n");
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", scene->outside, scene->outside);
	children = fopen(path, "r");
	assert_non_null(children);
	assert_int_equal(fscanf(children, "%d %d", &scene->keeper, &scene->inside), 2);
	fclose(children);
}
