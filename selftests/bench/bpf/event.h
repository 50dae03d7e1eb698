/* SPDX-License-Identifier: GPL-2.0 */
/* What the monitors' programs tell their reader, bench/peer_bpf.c. */
#ifndef GABION_BENCH_BPF_EVENT_H
#define GABION_BENCH_BPF_EVENT_H

#include <linux/types.h>

/* Parts of a name, from its end, and how long one can be. */
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

#endif /* GABION_BENCH_BPF_EVENT_H */
