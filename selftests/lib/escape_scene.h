/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the attempts of escape_*.c happen: a secret, a file that may be read only, a folder of the
 * attacker's own, and a process of the host that stands for the agent.
 */
#ifndef GABION_SELFTESTS_ESCAPE_SCENE_H
#define GABION_SELFTESTS_ESCAPE_SCENE_H

#include "confine.h"

#define SECRET		TEST_DIR "/secret"		/* nothing is granted */
#define KEY		SECRET "/key"
#define PROTECTED	TEST_DIR "/protected"		/* read is granted */
#define CONFIG		PROTECTED "/config"
#define OWN		TEST_DIR "/own"			/* all is granted but to execute */

/* Abstract name (without the leading NUL) on which the guard listens: a stream socket. */
#define GUARD_SOCKET	"gabion-test-guard"

/* The guard has KEY open as this descriptor. */
#define GUARD_KEY_FD	50

/*
 * A process of the host's domain, as the agent is: what reaches it reaches the agent. It has no
 * child, no tracer and a process group of its own.
 */
extern pid_t escape_guard;

/* Memory that the guard has filled with "key", at this address in all processes of the test. */
extern char escape_guard_memory[4096];

/* Make the scene anew. Return: 0 or an errno. */
int escape_scene_set(void);
/* Take it away: mounts below TEST_DIR, loop devices, the guard. */
void escape_scene_strike(void);

/* Steps that many attempts share. Each returns 0 or an errno. */

/* Open @path, read a byte. */
int escape_read(const char *path);
int escape_read_at(int dir, const char *path);
/* Open an existing @path, write @text. */
int escape_write(const char *path, const char *text);
/* Run @path with no arguments. Return: 0 if it ran and ended well, else the errno of execve(2). */
int escape_execute(const char *path);
/* /proc/GUARD/@name; static. */
const char *escape_guard_file(const char *name);
/* A mount namespace of its own, so that nothing stays behind; without propagation if allowed. */
int escape_private_mounts(void);
/* An ext4 image in a loop device, mounted on SECRET/disk, with a file "key" in it. */
int escape_disk(void);
/* Its device, e.g. "/dev/loop0". */
extern char escape_disk_device[32];

#endif /* GABION_SELFTESTS_ESCAPE_SCENE_H */
