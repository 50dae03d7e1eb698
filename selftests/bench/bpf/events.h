/* SPDX-License-Identifier: GPL-2.0 */
/* What the monitors tell their reader about each thing that is done. */
#ifndef GABION_BENCH_BPF_EVENTS_H
#define GABION_BENCH_BPF_EVENTS_H

#include "event.h"
#include "kernel.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
} events SEC(".maps");

/* What found no room. */
__u64 lost SEC(".data.lost") = 0;

static __always_inline struct event *event_begin(__u64 what)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	int i;

	if (!event) {
		__sync_fetch_and_add(&lost, 1);
		return NULL;
	}
	event->time = bpf_ktime_get_ns();
	event->task = bpf_get_current_pid_tgid();
	event->user = bpf_get_current_uid_gid();
	event->what = what;
	__builtin_memset(event->arguments, 0, sizeof(event->arguments));
	/* What the ring had there is of another. */
	for (i = 0; i < NAMES; i++)
		event->names[i][0] = '\0';
	bpf_get_current_comm(event->command, sizeof(event->command));
	return event;
}

#endif /* GABION_BENCH_BPF_EVENTS_H */
