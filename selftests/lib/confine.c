// SPDX-License-Identifier: GPL-2.0
/* See confine.h. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../../agent/event/event_json.h"
#include "confine.h"

static int assign(struct gabion_netlink *client, pid_t pid, const char *domain)
{
	struct gabion_error error = { 0 };
	int err;

	if (!domain)
		return 0;
	err = gabion_netlink_task_assign(client, pid, domain, &error);
	if (err)
		printf("# cannot assign %d to %s: %s\n", pid, domain, error.text);
	return err;
}

/*
 * Fork a child that waits for a byte before it runs @attempt. It does not keep @client:
 * that its domain may not hold the socket would be an event that nobody asked for.
 */
static pid_t spawn(struct gabion_netlink *client, int (*attempt)(void), int *go)
{
	int ends[2], ready[2];
	pid_t pid;
	char byte;

	if (pipe2(ends, O_CLOEXEC) || pipe2(ready, O_CLOEXEC))
		return -1;
	fflush(stdout);
	pid = fork();
	if (pid) {
		close(ends[0]);
		close(ready[1]);
		*go = ends[1];
		/* The end of the pipe, too, says that it may be assigned. */
		if (read(ready[0], &byte, 1) < 0)
			printf("# no answer from %d: %m\n", pid);
		close(ready[0]);
		return pid;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(ends[1]);
	close(ready[0]);
	gabion_netlink_close(client);
	close(ready[1]);
	if (read(ends[0], &byte, 1) != 1)
		_exit(CONFINE_BROKEN);
	_exit(attempt());
}

int confine_run(struct gabion_netlink *client, const char *domain, int (*attempt)(void))
{
	int go, status, err;
	pid_t pid = spawn(client, attempt, &go);

	if (pid < 0)
		return CONFINE_BROKEN;
	err = assign(client, pid, domain);
	if (!err && write(go, "g", 1) != 1)
		err = -errno;
	close(go);
	if (waitpid(pid, &status, 0) != pid || err)
		return CONFINE_BROKEN;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int sleep_for_ever(void)
{
	for (;;)
		pause();
	return 0;
}

pid_t confine_sleeper(struct gabion_netlink *client, const char *domain)
{
	int go;
	pid_t pid = spawn(client, sleep_for_ever, &go);

	if (pid > 0 && (assign(client, pid, domain) || write(go, "g", 1) != 1)) {
		confine_release(pid);
		pid = -1;
	}
	close(go);
	return pid;
}

void confine_release(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

struct seek {
	pid_t pid;
	char domain[64];
};

static int find_task(const struct gabion_task *task, void *data)
{
	struct seek *seek = data;

	if ((pid_t)task->pid == seek->pid)
		snprintf(seek->domain, sizeof(seek->domain), "%s", task->domain);
	return 0;
}

int confine_install_self(const char *path)
{
	char command[512];

	snprintf(command, sizeof(command), "cp -f /proc/%d/exe %s", getpid(), path);
	return system(command);
}

int confine_assign(struct gabion_netlink *client, pid_t pid, const char *domain)
{
	struct gabion_error error = { 0 };
	int err = gabion_netlink_task_assign(client, pid, domain, &error);

	if (err)
		printf("# %s\n", error.text);
	return err;
}

const char *confine_domain_of(struct gabion_netlink *client, pid_t pid)
{
	static struct seek seek;
	struct gabion_error error = { 0 };

	seek = (struct seek){ .pid = pid, .domain = "host" };
	if (gabion_netlink_tasks(client, find_task, &seek, &error))
		return "(the dump failed)";
	return seek.domain;
}

static void put_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text)) {
		printf("# cannot write %s: %m\n", path);
		exit(1);
	}
	fchmod(fd, mode);
	close(fd);
}

static int take_away(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	return remove(path);
}

static void copy_program(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	ssize_t n;

	do
		n = sendfile(out, in, NULL, 1 << 20);
	while (n > 0);
	if (n < 0 || fchmod(out, 0755) || close(out) || close(in)) {
		printf("# cannot copy %s to %s: %m\n", from, to);
		exit(1);
	}
}

void confine_prepare(void)
{
	/* Without a shell and its programs: before every test it is most of the time. */
	if ((nftw(TEST_DIR, take_away, 16, FTW_DEPTH | FTW_PHYS) && errno != ENOENT) ||
	    mkdir(TEST_DIR, 0755) || mkdir(TEST_DIR "/object", 0755) ||
	    mkdir(TEST_DIR "/object/dir", 0755) || mkdir(TEST_DIR "/other", 0755)) {
		printf("# cannot make " TEST_DIR " anew: %m\n");
		exit(1);
	}
	put_file(TEST_DIR "/object/file", "content\n", 0644);
	put_file(TEST_DIR "/other/file", "content\n", 0644);
	put_file(TEST_DIR "/log", "line\n", 0644);
	put_file(TEST_DIR "/low", "low\n", 0644);
	put_file(TEST_DIR "/high", "high\n", 0644);
	put_file(TEST_DIR "/script", "#!/usr/bin/sleep 0\n", 0755);
	copy_program("/usr/bin/true", TEST_DIR "/object/program");
	copy_program("/usr/bin/sleep", TEST_DIR "/enter");
	copy_program("/usr/bin/sleep", TEST_DIR "/next");
}

/*
 * Only the subscriber may acknowledge. The kernel may close the socket of the test
 * before a moment after that test's processes are gone (seen on 6.12).
 */
static void subscribe(struct gabion_netlink *client)
{
	struct gabion_error error = { 0 };
	int err, tries = 200;

	while ((err = gabion_netlink_subscribe(client, &error)) == -EBUSY && tries--)
		usleep(50000);
	if (err) {
		printf("# cannot subscribe to events: %s\n", error.text);
		exit(1);
	}
}

/* More than that at once are a flood, of which each says the same. */
#define SAMPLED_MAX 500

/* Events of all tests, as gabiond would write them: for docs/event-schema, behind the run. */
static void keep_sample(const struct gabion_batch *batch)
{
	cleanup_json struct gabion_json json = { 0 };
	const char *path = getenv("GABION_EVENTS");
	FILE *file;
	size_t i;

	if (!path || batch->nevents > SAMPLED_MAX)
		return;
	file = fopen(path, "ae");
	for (i = 0; file && i < batch->nevents; i++) {
		gabion_json_reset(&json);
		gabion_event_encode(&json, &batch->events[i], 0);
		fprintf(file, "%s\n", json.failed ? "" : json.data);
	}
	if (!file || fclose(file)) {
		printf("# cannot write %s: %m\n", path);
		exit(1);
	}
}

uint64_t confine_events_clear(struct gabion_netlink *client)
{
	struct gabion_error error = { 0 };
	uint64_t ack = 0;

	subscribe(client);
	for (;;) {
		cleanup_batch struct gabion_batch batch = { 0 };

		if (gabion_netlink_read(client, ack, &batch, &error)) {
			printf("# cannot read events: %s\n", error.text);
			exit(1);
		}
		if (!batch.nevents)
			return ack;
		keep_sample(&batch);
		ack = batch.ack;
	}
}

static bool same(const char *want, const char *have)
{
	return !want || (have && !strcmp(want, have));
}

/* Permissions are bits; capabilities, families, ... are numbers. */
static bool same_refused(uint32_t klass, uint32_t want, uint32_t have)
{
	return klass >= GABION_CLASS_CAPABILITY ? !want || want == have : (have & want) == want;
}

static bool matches(const struct gabion_event *event, const struct confine_expect *expect)
{
	return (!expect->type || event->type == expect->type) &&
	       (!expect->verdict || event->verdict == expect->verdict) &&
	       (!expect->klass || event->klass == expect->klass) &&
	       (!expect->reason || event->reason == expect->reason) &&
	       same_refused(event->klass, expect->refused, event->refused) &&
	       same(expect->domain, event->domain) && same(expect->target, event->target) &&
	       same(expect->object, event->object);
}

unsigned int confine_events_count(struct gabion_netlink *client,
				  const struct confine_expect *expect)
{
	cleanup_batch struct gabion_batch batch = { 0 };
	struct gabion_error error = { 0 };
	unsigned int n = 0;
	size_t i;

	if (gabion_netlink_read(client, 0, &batch, &error)) {
		printf("# cannot read events: %s\n", error.text);
		exit(1);
	}
	for (i = 0; i < batch.nevents; i++)
		n += matches(&batch.events[i], expect);
	for (i = 0; !n && i < batch.nevents; i++) {
		const struct gabion_event *e = &batch.events[i];

		printf("# event %llu: type %u verdict %u class %u wanted %x refused %x reason %u domain %s target %s object %s hook %s\n",
		       (unsigned long long)e->sequence, e->type, e->verdict, e->klass, e->wanted,
		       e->refused, e->reason, e->domain, e->target ?: "-", e->object ?: "-",
		       e->hook ?: "-");
	}
	return n;
}
