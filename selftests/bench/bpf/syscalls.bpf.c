// SPDX-License-Identifier: GPL-2.0
/*
 * A monitor as Falco is one: the tracepoints of every syscall's entry and exit,
 * and an event for each of those that are of interest, with its arguments, its
 * result, and the name that it was given.
 */
#include "events.h"

#define CALLS	512

/* How a call's name is found: 1 + the argument that it is; 7: it has none. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CALLS);
	__type(key, __u32);
	__type(value, __u32);
} interesting SEC(".maps");

SEC("raw_tp/sys_enter")
int on_enter(struct bpf_raw_tracepoint_args *arguments)
{
	__u32 number = arguments->args[1];
	__u32 *kind = bpf_map_lookup_elem(&interesting, &number);

	if (!kind || !*kind || !concerned())
		return 0;
	struct event *event = event_begin(number);

	if (event)
		bpf_ringbuf_submit(event, 0);
	return 0;
}

SEC("raw_tp/sys_exit")
int on_exit(struct bpf_raw_tracepoint_args *arguments)
{
	struct pt_regs *registers = (struct pt_regs *)arguments->args[0];
	__u32 number = BPF_CORE_READ(registers, orig_ax);
	__u32 *kind = bpf_map_lookup_elem(&interesting, &number);
	struct event *event;

	if (!kind || !*kind || !concerned())
		return 0;
	event = event_begin(number);
	if (!event)
		return 0;
	event->arguments[0] = BPF_CORE_READ(registers, di);
	event->arguments[1] = BPF_CORE_READ(registers, si);
	event->arguments[2] = BPF_CORE_READ(registers, dx);
	event->arguments[3] = BPF_CORE_READ(registers, r10);
	event->arguments[4] = BPF_CORE_READ(registers, r8);
	event->arguments[5] = arguments->args[1];
	if (*kind == 1)
		bpf_probe_read_user_str(event->names, sizeof(event->names), (void *)event->arguments[0]);
	else if (*kind == 2)
		bpf_probe_read_user_str(event->names, sizeof(event->names), (void *)event->arguments[1]);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
