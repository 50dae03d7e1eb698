// SPDX-License-Identifier: GPL-2.0
/*
 * Starts a VMM, talks to the init of its guest (guest.c) over the serial port, and counts what all
 * of that costs the whole machine, in instructions: under `qemu-test/vm --icount` a nanosecond of
 * CLOCK_MONOTONIC_RAW is one, but for those in which the only processor was idle, which the
 * emulator's clock jumps over.  Prints JSON.
 *
 * usage: meter STEP... -- COMMAND...
 *	await=WORD	 until the guest says so, from the start of COMMAND
 *	ask=WORD	 from when the guest gets the word until it answers with it
 *	memory=NAME	 KiB resident beside the guest's memory, the larger mappings
 *	put=SOCKET:PATH:BODY	a request to an API, once it is there
 *	run=COMMANDS	 of the shell, which have to succeed; not counted
 * usage: meter serve	is what the guest sends to, and receives from, over TCP
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "load.h"

/* A guest that says nothing for so many seconds, of a thousand million instructions each, is stuck. */
#define PATIENCE 8
/* The guest's memory has at least these KiB. */
#define GUEST_MEMORY (256 << 10)

struct moment {
	uint64_t clock, idle;
};

struct meter {
	pid_t vmm;
	FILE *from, *to;
	struct moment launch;
	const char *separator;
};

static void must(bool succeeded, const char *what)
{
	if (succeeded)
		return;
	fprintf(stderr, "meter: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* The sum of all fields of /proc/timer_list that tell how long the processor was idle. */
static uint64_t idle_time(void)
{
	FILE *list = fopen("/proc/timer_list", "r");
	char line[256];
	uint64_t sum = 0, n;
	int found = 0;

	must(list, "timer_list");
	while (fgets(line, sizeof(line), list))
		if (sscanf(line, " .idle_sleeptime : %" SCNu64, &n) == 1 ||
		    sscanf(line, " .iowait_sleeptime : %" SCNu64, &n) == 1) {
			sum += n;
			found++;
		}
	fclose(list);
	must(found == 2, "timer_list tells nothing of one processor's idle time");
	return sum;
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* Between the two parts of each nothing is idle: reading the list does not count. */
static struct moment begin(void)
{
	struct moment moment = { .idle = idle_time() };

	moment.clock = now();
	return moment;
}

static void count(struct meter *meter, const char *name, const struct moment *since)
{
	uint64_t clock = now(), idle = idle_time() - since->idle;

	printf("%s\n \"%s\": {\"instructions\": %" PRIu64 ", \"idle\": %" PRIu64 "}",
	       meter->separator, name, clock - since->clock - idle, idle);
	meter->separator = ",";
}

static void launch(struct meter *meter, char **command)
{
	int in[2], out[2];

	must(!pipe(in) && !pipe(out), "pipe");
	meter->from = fdopen(out[0], "r");
	meter->to = fdopen(in[1], "w");
	meter->launch = begin();
	meter->vmm = fork();
	must(meter->vmm >= 0, "fork");
	if (!meter->vmm) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[0]);
		close(in[1]);
		close(out[0]);
		close(out[1]);
		execvp(command[0], command);
		perror(command[0]);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
}

/* Waits for a line of this word alone; what else is said goes to stderr. */
static void await(struct meter *meter, const char *word)
{
	char line[512];

	alarm(PATIENCE);
	while (fgets(line, sizeof(line), meter->from)) {
		line[strcspn(line, "\r\n")] = 0;
		if (!strcmp(line, word)) {
			alarm(0);
			return;
		}
		fprintf(stderr, "guest: %s\n", line);
	}
	fprintf(stderr, "meter: the machine ended before it said '%s'\n", word);
	exit(1);
}

static void ask(struct meter *meter, const char *word)
{
	struct moment start = begin();

	fprintf(meter->to, "%s\n", word);
	must(!fflush(meter->to), "the serial port");
	await(meter, word);
	count(meter, word, &start);
}

static void weigh(struct meter *meter, const char *name)
{
	unsigned long size = 0, rss = 0, anonymous = 0, n;
	char path[64], line[512];
	FILE *smaps;

	snprintf(path, sizeof(path), "/proc/%d/smaps", meter->vmm);
	smaps = fopen(path, "r");
	must(smaps, path);
	while (fgets(line, sizeof(line), smaps)) {
		if (sscanf(line, "Size: %lu", &n) == 1)
			size = n;
		else if (size < GUEST_MEMORY && sscanf(line, "Rss: %lu", &n) == 1)
			rss += n;
		else if (size < GUEST_MEMORY && sscanf(line, "Anonymous: %lu", &n) == 1)
			anonymous += n;
	}
	fclose(smaps);
	printf("%s\n \"%s\": {\"resident\": %lu, \"anonymous\": %lu}", meter->separator, name, rss,
	       anonymous);
	meter->separator = ",";
}

static int reach(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	const struct timespec pause = { .tv_nsec = 1000000 };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), tries;

	must(fd >= 0 && strlen(path) < sizeof(un.sun_path), path);
	strcpy(un.sun_path, path);
	for (tries = 0; tries < 10000; tries++) {
		if (!connect(fd, (struct sockaddr *)&un, sizeof(un)))
			return fd;
		nanosleep(&pause, NULL);
	}
	must(false, path);
	return -1;
}

static void put(char *where)
{
	char *name = strsep(&where, ":"), *path = strsep(&where, ":"), answer[512] = "";
	int fd;

	must(path && where, "put=SOCKET:PATH:BODY");
	fd = reach(name);
	dprintf(fd, "PUT %s HTTP/1.1\r\nHost: vmm\r\nContent-Length: %zu\r\n\r\n%s", path,
		strlen(where), where);
	must(read(fd, answer, sizeof(answer) - 1) > 0, name);
	if (strncmp(answer, "HTTP/1.1 204", 12)) {
		fprintf(stderr, "meter: %s: %s\n", path, answer);
		exit(1);
	}
	close(fd);
}

static void step(struct meter *meter, char *word)
{
	char *value = strchr(word, '=');

	must(value, word);
	*value++ = 0;
	if (!strcmp(word, "await")) {
		await(meter, value);
		count(meter, value, &meter->launch);
	} else if (!strcmp(word, "ask")) {
		ask(meter, value);
	} else if (!strcmp(word, "memory")) {
		weigh(meter, value);
	} else if (!strcmp(word, "put")) {
		put(value);
	} else if (!strcmp(word, "run")) {
		must(!system(value), value);
	} else {
		must(false, word);
	}
}

static int listen_at(int port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	must(!bind(fd, (struct sockaddr *)&in, sizeof(in)) && !listen(fd, 8), "listen");
	return fd;
}

static void serve_one(int fd, bool sends)
{
	static char buffer[NET_PIECE];
	size_t done = 0;
	ssize_t n = 0;

	while (sends && done < NET_BYTES && (n = write(fd, buffer, sizeof(buffer))) > 0)
		done += n;
	while (!sends && (n = read(fd, buffer, sizeof(buffer))) > 0)
		done += n;
	if (n < 0 || done != NET_BYTES)
		fprintf(stderr, "meter: %zu bytes went over TCP\n", done);
	close(fd);
}

static int serve(void)
{
	bool sends = fork();
	int at = listen_at(sends ? SOURCE_PORT : SINK_PORT), fd;

	signal(SIGPIPE, SIG_IGN);
	while ((fd = accept(at, NULL, NULL)) >= 0)
		serve_one(fd, sends);
	return 1;
}

static pid_t running;

static void end_vmm(void)
{
	if (running <= 0)
		return;
	kill(running, SIGKILL);
	waitpid(running, NULL, 0);
	running = 0;
}

static void give_up(int signal)
{
	static const char words[] = "meter: the guest says nothing\n";

	(void)signal;
	if (write(2, words, sizeof(words) - 1) < 0)
		_exit(2);
	end_vmm();
	_exit(1);
}

int main(int argc, char **argv)
{
	struct meter meter = { .separator = "" };
	int i, end = 1;

	if (argc == 2 && !strcmp(argv[1], "serve"))
		return serve();
	while (end < argc && strcmp(argv[end], "--"))
		end++;
	must(end + 1 < argc, "usage: meter STEP... -- COMMAND...");
	signal(SIGPIPE, SIG_IGN);
	signal(SIGALRM, give_up);
	atexit(end_vmm);
	launch(&meter, argv + end + 1);
	running = meter.vmm;
	printf("{");
	for (i = 1; i < end; i++)
		step(&meter, argv[i]);
	printf("\n}\n");
	end_vmm();
	return ferror(stdout) ? 1 : 0;
}
