// SPDX-License-Identifier: GPL-2.0
/* The jail looked at from outside: what is in it, and what is left of it when something dies. */
#include "../../agent/tests/test.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jail.h"

static void read_link(pid_t pid, const char *name, char *target, size_t size)
{
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	n = readlink(path, target, size - 1);
	assert_true(n > 0);
	target[n] = 0;
}

static void its_namespaces(void **state)
{
	static const char *const own[] = { "ns/mnt", "ns/pid", "ns/ipc", "ns/uts", "ns/cgroup" };
	struct scene *scene = scene_get(state);
	char ours[100], its[100];
	size_t i;

	scene_look(scene, scene_stay);
	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		read_link(getpid(), own[i], ours, sizeof(ours));
		read_link(scene->inside, own[i], its, sizeof(its));
		assert_string_not_equal(ours, its);
	}
	/* Of the network it has ours, unless it is given another. */
	read_link(getpid(), "ns/net", ours, sizeof(ours));
	read_link(scene->inside, "ns/net", its, sizeof(its));
	assert_string_equal(ours, its);
	close(scene->in);
	assert_ends(scene, 0);
}

static void a_network_namespace(void **state)
{
	struct scene *scene = scene_get(state);
	char path[64], theirs[100], its[100];
	int ends[2];
	pid_t holder;

	assert_int_equal(pipe(ends), 0);
	holder = fork();
	if (!holder) {
		char byte = unshare(CLONE_NEWNET) ? 'n' : 'y';

		leave(write(ends[1], &byte, 1) == 1 ? pause() : 1);
	}
	assert_int_equal(read(ends[0], theirs, 1), 1);
	assert_int_equal(*theirs, 'y');
	snprintf(path, sizeof(path), "/proc/%d/ns/net", holder);
	scene->options.netns = path;
	scene_look(scene, scene_stay);
	read_link(holder, "ns/net", theirs, sizeof(theirs));
	read_link(scene->inside, "ns/net", its, sizeof(its));
	assert_string_equal(theirs, its);
	close(scene->in);
	assert_ends(scene, 0);
	kill(holder, SIGKILL);
	waitpid(holder, NULL, 0);
	close(ends[0]);
	close(ends[1]);
}

static void assert_gone(const struct scene *scene)
{
	char dev[80];

	snprintf(dev, sizeof(dev), "%s/dev", scene->folder);
	assert_int_equal(access(dev, F_OK), -1);
	assert_int_equal(kill(scene->inside, 0), -1);
	assert_int_equal(kill(scene->keeper, 0), -1);
}

/* As its first process ignores what it neither handles nor blocks, it was blocked before. */
static int wait_for_signal(void)
{
	sigset_t set;

	dprintf(STDOUT_FILENO, "in\n");
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	return sigwaitinfo(&set, NULL);
}

static void signals_reach_it(void **state)
{
	struct scene *scene = scene_get(state);

	scene_look(scene, wait_for_signal);
	kill(scene->outside, SIGTERM);
	assert_ends(scene, SIGTERM);
	assert_gone(scene);
}

static void it_is_killed(void **state)
{
	struct scene *scene = scene_get(state);

	scene_look(scene, scene_stay);
	kill(scene->inside, SIGKILL);
	assert_ends(scene, 128 + SIGKILL);
	assert_gone(scene);
}

/* Who waits for it is killed: it dies, and what was made is taken away all the same. */
static void the_one_outside_is_killed(void **state)
{
	struct scene *scene = scene_get(state);
	int status;

	scene_look(scene, scene_stay);
	kill(scene->outside, SIGKILL);
	assert_int_equal(waitpid(scene->outside, &status, 0), scene->outside);
	/* Its end, and the keeper's: nobody has the other end of our pipe any more. */
	assert_says(scene, "");
	while (!kill(scene->keeper, 0))
		usleep(10000);
	assert_gone(scene);
}

static void the_keeper_is_killed(void **state)
{
	struct scene *scene = scene_get(state);

	scene_look(scene, scene_stay);
	kill(scene->keeper, SIGKILL);
	close(scene->in);
	assert_ends(scene, 0);
	assert_gone(scene);
}

static void a_folder_that_was_not_there(void **state)
{
	struct scene *scene = scene_get(state);

	assert_int_equal(rmdir(scene->folder), 0);
	scene_look(scene, scene_stay);
	assert_int_equal(access(scene->folder, F_OK), 0);
	close(scene->in);
	assert_ends(scene, 0);
	assert_int_equal(access(scene->folder, F_OK), -1);
}

/* Where cgroup v2 is mounted; without it there is nothing to test. */
static void find_group(const struct scene *scene, char *path, size_t size)
{
	FILE *mounts = fopen("/proc/mounts", "r");
	char folder[200], type[20];

	*path = 0;
	while (fscanf(mounts, "%*s %199s %19s %*[^\n]", folder, type) == 2)
		if (!strcmp(type, "cgroup2") && !*path)
			snprintf(path, size, "%s/gabion-vmm.%s", folder, scene->options.id);
	fclose(mounts);
	if (!*path) {
		print_message("no cgroup v2 is mounted here\n");
		skip();
	}
}

static void a_control_group(void **state)
{
	struct scene *scene = scene_get(state);
	char group[300], path[330], text[100] = "";
	pid_t pid = 0;
	FILE *file;

	find_group(scene, group, sizeof(group));
	/* A setting that every group has. */
	assert_int_equal(
		gabion_jail_parse(&scene->options, "cgroup", "cgroup.max.descendants=3", NULL), 0);
	scene_look(scene, scene_stay);
	snprintf(path, sizeof(path), "%s/cgroup.max.descendants", group);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	assert_string_equal(text, "3\n");
	snprintf(path, sizeof(path), "%s/cgroup.procs", group);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%d", &pid), 1);
	fclose(file);
	assert_int_equal(pid, scene->inside);
	kill(scene->outside, SIGKILL);
	waitpid(scene->outside, NULL, 0);
	assert_says(scene, "");
	while (!kill(scene->keeper, 0))
		usleep(10000);
	assert_int_equal(access(group, F_OK), -1);
	assert_gone(scene);
}

/* A second machine is refused, and does the first no harm. */
static void refuse(const struct scene *scene, const char *folder, const char *words)
{
	struct scene other = *scene;

	other.options.root = folder;
	scene_enter(&other, scene_stay);
	assert_says(&other, words);
	assert_ends(&other, 200);
	close(other.out);
	close(other.in);
	assert_int_equal(kill(scene->inside, 0), 0);
	assert_int_equal(kill(scene->keeper, 0), 0);
}

static void one_id_is_one_group(void **state)
{
	struct scene *scene = scene_get(state);
	char group[300], folder[80];

	find_group(scene, group, sizeof(group));
	snprintf(folder, sizeof(folder), "%s.other", scene->folder);
	assert_int_equal(gabion_jail_parse(&scene->options, "cgroup", "cgroup.max.depth=3", NULL),
			 0);
	scene_look(scene, scene_stay);
	refuse(scene, folder,
	       "control group gabion-vmm.jail-test: another machine of this --id runs in it\n");
	assert_int_equal(access(folder, F_OK), -1);
	close(scene->in);
	assert_ends(scene, 0);
	assert_int_equal(access(group, F_OK), -1);
}

static int stay_with_a_socket(void)
{
	return mknod("/api", S_IFSOCK | 0600, 0) ? 1 : scene_stay();
}

static void one_folder_is_one_machine(void **state)
{
	struct scene *scene = scene_get(state);
	char socket[80], words[120];

	snprintf(socket, sizeof(socket), "%s/api", scene->folder);
	snprintf(words, sizeof(words), "--jail %s: another machine is in it\n", scene->folder);
	scene->options.socket = "api";
	scene_look(scene, stay_with_a_socket);
	refuse(scene, scene->folder, words);
	assert_int_equal(access(socket, F_OK), 0);
	close(scene->in);
	assert_ends(scene, 0);
	assert_gone(scene);
	assert_int_equal(access(socket, F_OK), -1);
}

static int leave_a_socket(void)
{
	return mknod("/api", S_IFSOCK | 0600, 0) ? 1 : 0;
}

static void a_socket_that_was_left(void **state)
{
	struct scene *scene = scene_get(state);

	scene->options.socket = "/api";
	scene_enter(scene, leave_a_socket);
	assert_ends(scene, 0);
	assert_int_equal(rmdir(scene->folder), 0);
}

static int leave_a_trap(void)
{
	return symlink("..", "/up") ? 1 : 0;
}

/* The machine's folder is no way out of it for whoever cleans up. */
static void a_link_that_was_left(void **state)
{
	struct scene *scene = scene_get(state);
	char inside[80], link[80], name[80];

	snprintf(inside, sizeof(inside), "%s-socket", scene->folder);
	snprintf(link, sizeof(link), "%s/up", scene->folder);
	snprintf(name, sizeof(name), "/up/%s", strrchr(inside, '/') + 1);
	assert_int_equal(mknod(inside, S_IFSOCK | 0600, 0), 0);
	scene->options.socket = name;
	scene_enter(scene, leave_a_trap);
	assert_ends(scene, 0);
	assert_int_equal(unlink(inside), 0);
	assert_int_equal(unlink(link), 0);
}

static void what_goes_wrong_leaves_nothing(void **state)
{
	struct scene *scene = scene_get(state);

	scene->options.netns = "/etc/passwd";
	scene_enter(scene, scene_stay);
	assert_says(scene, "--netns: cannot be entered: Invalid argument\n");
	assert_ends(scene, 200);
	assert_int_equal(rmdir(scene->folder), 0);
}

#define JAIL_TEST(name) cmocka_unit_test_setup_teardown(name, scene_set_up, scene_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		JAIL_TEST(its_namespaces),
		JAIL_TEST(a_network_namespace),
		JAIL_TEST(signals_reach_it),
		JAIL_TEST(it_is_killed),
		JAIL_TEST(a_control_group),
		JAIL_TEST(one_id_is_one_group),
		JAIL_TEST(one_folder_is_one_machine),
		JAIL_TEST(the_one_outside_is_killed),
		JAIL_TEST(the_keeper_is_killed),
		JAIL_TEST(a_folder_that_was_not_there),
		JAIL_TEST(a_socket_that_was_left),
		JAIL_TEST(a_link_that_was_left),
		JAIL_TEST(what_goes_wrong_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
