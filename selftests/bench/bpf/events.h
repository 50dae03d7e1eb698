/* SPDX-License-Identifier: GPL-2.0 */
/* What the monitors tell their reader about each thing that is done. */
#ifndef GABION_BENCH_BPF_EVENTS_H
#define GABION_BENCH_BPF_EVENTS_H

#include "kernel.h"

#define NAMES	8
#define NAME	32

struct event {
	__u64 time;
	__u64 task;
	__u64 user;
	__u64 what;
	__u64 arguments[6];
	char command[16];
	char names[NAMES][NAME];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
} events SEC(".maps");

/* What found no room. */
__u64 lost SEC(".data.lost") = 0;

static __always_inline struct event *event_begin(__u64 what)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event) {
		__sync_fetch_and_add(&lost, 1);
		return NULL;
	}
	event->time = bpf_ktime_get_ns();
	event->task = bpf_get_current_pid_tgid();
	event->user = bpf_get_current_uid_gid();
	event->what = what;
	event->names[0][0] = '\0';
	bpf_get_current_comm(event->command, sizeof(event->command));
	return event;
}

#endif /* GABION_BENCH_BPF_EVENTS_H */
