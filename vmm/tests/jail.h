/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Jails with something of a test's in them, in place of a machine. Only root can make one: for
 * others the tests are skipped.
 */
#ifndef GABION_VMM_TESTS_JAIL_H
#define GABION_VMM_TESTS_JAIL_H

#include <sys/types.h>

#include "../jail/jail.h"

#define TEST_UID 61234
#define TEST_GID 61235

/**
 * struct scene - a jail under way
 * @folder:	the root, removed at the end: it has to be empty then, or gone
 * @outside:	the process that waits
 * @keeper, @inside: the other two, after scene_look()
 * @out:	what is said by those outside and inside
 * @in:		what those inside can read; both are the test's to close, or scene_tear_down()'s
 */
struct scene {
	char folder[64];
	struct gabion_jail_options options;
	pid_t outside, keeper, inside;
	int out, in;
};

/* cmocka's set-up and tear-down. */
int scene_set_up(void **state);
int scene_tear_down(void **state);

/* What is set up: a scene with an empty folder, of TEST_UID, that none is in. May skip the test. */
struct scene *scene_get(void **state);

/* Start it, with @run in it, whose stdin and stdout are ours, and which returns its status. */
void scene_enter(struct scene *scene, int (*run)(void));

/* The same with a @run that begins by saying "in" in a line: wait for that, and see who is there.
 */
void scene_look(struct scene *scene, int (*run)(void));

/* Says "in", and stays for as long as the test holds its stdin. */
int scene_stay(void);

/* What is said until everybody has ended. */
void assert_says(const struct scene *scene, const char *expected);

/* The process outside ends with this status; 200: there was no jail, and it has said why. */
void assert_ends(const struct scene *scene, int expected);

/* End the process with @status, without what ASan does then. */
void leave(int status);

#endif /* GABION_VMM_TESTS_JAIL_H */
