// SPDX-License-Identifier: GPL-2.0
/*
 * Loads the BPF programs of one of bench/bpf, attaches all of them, says so, and
 * writes their events, a line of JSON each, to the file OUT until it is told to end.  Then it says
 * how many there were.
 *
 * usage: peer_bpf OBJECT OUT CGROUP [KIND:WHAT[:VALUE]]...
 *
 * r:PATH, w:PATH, x:PATH	files and folders that may be read, changed, executed
 * port:NUMBER			of 127.0.0.1
 * call:NUMBER:KIND		a syscall that is of interest, see bpf/syscalls.bpf.c
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include "bpf/event.h"

/* As bpf/rules.bpf.c has them. */
enum { READ = 1, WRITE = 2, EXECUTE = 4 };

struct object {
	uint64_t inode, device;
};

static volatile sig_atomic_t ended;
static uint64_t read_events;
static FILE *out;

static void must(bool succeeded, const char *what)
{
	if (succeeded)
		return;
	perror(what);
	exit(1);
}

static void end(int signal)
{
	(void)signal;
	ended = 1;
}

static struct bpf_map *map_of(struct bpf_object *programs, const char *name)
{
	struct bpf_map *map = bpf_object__find_map_by_name(programs, name);

	must(map, name);
	return map;
}

static void update(struct bpf_object *programs, const char *name, const void *key, uint32_t value)
{
	must(!bpf_map_update_elem(bpf_map__fd(map_of(programs, name)), key, &value, BPF_ANY), name);
}

/* A file's device as the kernel has it. */
static void allow(struct bpf_object *programs, const char *path, uint32_t rights)
{
	struct object object = {};
	struct stat st;

	must(!stat(path, &st), path);
	object.inode = st.st_ino;
	object.device = (uint64_t)major(st.st_dev) << 20 | minor(st.st_dev);
	update(programs, "rules", &object, rights);
}

static void configure(struct bpf_object *programs, const char *word)
{
	unsigned int number, kind;
	uint16_t port;

	if (sscanf(word, "port:%u", &number) == 1) {
		port = number;
		update(programs, "ports", &port, 1);
	} else if (sscanf(word, "call:%u:%u", &number, &kind) == 2) {
		update(programs, "interesting", &number, kind);
	} else if (strchr("rwx", word[0]) && word[1] == ':') {
		allow(programs, word + 2, word[0] == 'r' ? READ : word[0] == 'w' ? READ | WRITE :
				READ | EXECUTE);
	} else {
		fprintf(stderr, "%s: not a rule\n", word);
		exit(64);
	}
}

static void put_string(const char *string, size_t most)
{
	size_t i;

	for (i = 0; i < most && string[i]; i++) {
		if (string[i] == '"' || string[i] == '\\' || (unsigned char)string[i] < ' ')
			fprintf(out, "\\u%04x", string[i]);
		else
			putc_unlocked(string[i], out);
	}
}

static void put_name(const struct event *event)
{
	int part;

	for (part = 0; part < NAMES && event->names[part][0]; part++)
		;
	while (part--) {
		if (event->names[part][0] == '/')
			continue;
		putc_unlocked('/', out);
		put_string(event->names[part], NAME);
	}
}

static int take(void *context, void *data, size_t size)
{
	const struct event *event = data;
	const __u64 *a = event->arguments;

	(void)context;
	must(size == sizeof(*event), "an event of another size");
	fprintf(out, "{\"time\":%llu,\"pid\":%u,\"tid\":%u,\"uid\":%u,\"gid\":%u,\"event\":%llu,"
		"\"arguments\":[%llu,%llu,%llu,%llu,%llu,%llu],\"command\":\"", event->time,
		(uint32_t)(event->task >> 32), (uint32_t)event->task, (uint32_t)event->user,
		(uint32_t)(event->user >> 32), event->what, a[0], a[1], a[2], a[3], a[4], a[5]);
	put_string(event->command, sizeof(event->command));
	fputs("\",\"object\":\"", out);
	put_name(event);
	fputs("\"}\n", out);
	read_events++;
	return 0;
}

static void read_until_ended(struct bpf_object *programs)
{
	struct bpf_map *events = bpf_object__find_map_by_name(programs, "events");
	struct ring_buffer *ring;
	uint64_t lost = 0;
	uint32_t zero = 0;
	int err;

	if (!events) {
		sigset_t none;

		sigemptyset(&none);
		while (!ended)
			sigsuspend(&none);
		return;
	}
	ring = ring_buffer__new(bpf_map__fd(events), take, NULL, NULL);
	must(ring, "ring_buffer__new");
	while (!ended) {
		err = ring_buffer__poll(ring, 1000);
		must(err >= 0 || err == -EINTR, "ring_buffer__poll");
		must(!fflush(out), "events");
	}
	ring_buffer__consume(ring);
	must(!bpf_map_lookup_elem(bpf_map__fd(map_of(programs, ".data.lost")), &zero, &lost), "lost");
	printf("events read %llu, lost %llu, %ld bytes written\n", (unsigned long long)read_events,
	       (unsigned long long)lost, ftell(out));
	ring_buffer__free(ring);
}

int main(int argc, char **argv)
{
	const struct sigaction on_end = { .sa_handler = end };
	struct bpf_program *program;
	struct bpf_object *programs;
	struct stat cgroup;
	uint64_t id;
	int i;

	if (argc < 4) {
		fprintf(stderr, "usage: peer_bpf OBJECT OUT CGROUP [KIND:WHAT[:VALUE]]...\n");
		return 64;
	}
	programs = bpf_object__open_file(argv[1], NULL);
	must(programs, argv[1]);
	out = fopen(argv[2], "w");
	must(out, argv[2]);
	must(!stat(argv[3], &cgroup), argv[3]);
	id = cgroup.st_ino;
	must(!bpf_map__set_initial_value(map_of(programs, ".rodata.cgroup"), &id, sizeof(id)),
	     "cgroup");
	must(!bpf_object__load(programs), "bpf_object__load");
	for (i = 4; i < argc; i++)
		configure(programs, argv[i]);
	bpf_object__for_each_program(program, programs)
		must(bpf_program__attach(program), bpf_program__name(program));
	must(!sigaction(SIGTERM, &on_end, NULL), "sigaction");
	printf("ready\n");
	fflush(stdout);
	read_until_ended(programs);
	return 0;
}
