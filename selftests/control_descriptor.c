// SPDX-License-Identifier: GPL-2.0
/*
 * The controls `bpf` and `perf` where the task did not make the map, program or
 * event: it inherited the descriptor, or asks for one by number or name.
 */
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "kselftest_harness.h"

#define ATTEMPT_WITHOUT_FILES
#include "lib/attempt.h"
#include "lib/lost.h"

#define CONTROL_VARIANT(name, made_by, taken_by, errno_, control)		\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .before = made_by, .after = taken_by,		\
		.error = errno_,						\
		.klass = GABION_CLASS_CONTROL, .refused = control,		\
	}
#define BPF_VARIANT(name) CONTROL_VARIANT(name, make_bpf, unmake_bpf, EPERM, GABION_CONTROL_BPF)
/* The descriptor is taken away. */
#define PERF_VARIANT(name) CONTROL_VARIANT(name, make_event, NULL, EACCES, GABION_CONTROL_PERF)

#define PINNED "/run/gabion-test-bpf/map"

static int bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int map, program;

/* A map with one value, pinned, and a program that does nothing. */
static int make_bpf(struct gabion_netlink *client)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr make = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4,
				.max_entries = 1 };
	union bpf_attr load = { .prog_type = BPF_PROG_TYPE_SOCKET_FILTER, .insn_cnt = 2,
				.insns = (unsigned long)insns, .license = (unsigned long)"GPL" };
	union bpf_attr pin = { .pathname = (unsigned long)PINNED };

	if ((mkdir("/run/gabion-test-bpf", 0755) && errno != EEXIST) ||
	    mount("bpf", "/run/gabion-test-bpf", "bpf", 0, NULL))
		return errno;
	map = bpf(BPF_MAP_CREATE, &make);
	program = bpf(BPF_PROG_LOAD, &load);
	pin.bpf_fd = map;
	return map < 0 || program < 0 || bpf(BPF_OBJ_PIN, &pin) ? errno : 0;
}

static void unmake_bpf(void)
{
	umount2("/run/gabion-test-bpf", MNT_DETACH);
}

static int number_of(int fd)
{
	struct bpf_map_info info = { 0 };
	union bpf_attr attr = { .info = { .bpf_fd = fd, .info_len = sizeof(info),
					  .info = (unsigned long)&info } };

	return bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) ? -1 : (int)info.id;
}

static int look_up(void)
{
	unsigned int key = 0, value;
	union bpf_attr attr = { .map_fd = map, .key = (unsigned long)&key,
				.value = (unsigned long)&value };

	return ATTEMPT(bpf(BPF_MAP_LOOKUP_ELEM, &attr));
}
BPF_VARIANT(look_up);

static int change(void)
{
	unsigned int key = 0, value = 1;
	union bpf_attr attr = { .map_fd = map, .key = (unsigned long)&key,
				.value = (unsigned long)&value };

	return ATTEMPT(bpf(BPF_MAP_UPDATE_ELEM, &attr));
}
BPF_VARIANT(change);

static int ask_about_program(void)
{
	return ATTEMPT(number_of(program));
}
BPF_VARIANT(ask_about_program);

static int by_name(void)
{
	union bpf_attr attr = { .pathname = (unsigned long)PINNED };

	return ATTEMPT(bpf(BPF_OBJ_GET, &attr));
}
BPF_VARIANT(by_name);

/* The first number there is: what the domain cannot even ask. */
static int next_number(int command)
{
	union bpf_attr attr = { 0 };

	return bpf(command, &attr) ? -1 : (int)attr.next_id;
}

static int map_by_number(void)
{
	union bpf_attr attr = { .map_id = next_number(BPF_MAP_GET_NEXT_ID) };

	return ATTEMPT(bpf(BPF_MAP_GET_FD_BY_ID, &attr));
}
BPF_VARIANT(map_by_number);

static int program_by_number(void)
{
	union bpf_attr attr = { .prog_id = next_number(BPF_PROG_GET_NEXT_ID) };

	return ATTEMPT(bpf(BPF_PROG_GET_FD_BY_ID, &attr));
}
BPF_VARIANT(program_by_number);

static int event;

static int make_event(struct gabion_netlink *client)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(attr),
					.config = PERF_COUNT_SW_CPU_CLOCK };

	event = syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
	return ATTEMPT(event);
}

static int read_event(void)
{
	uint64_t value;

	return lost_outcome(event, read(event, &value, sizeof(value)));
}
PERF_VARIANT(read_event);

static int map_event(void)
{
	void *where = mmap(NULL, getpagesize(), PROT_READ, MAP_SHARED, event, 0);

	return lost_outcome(event, where == MAP_FAILED ? -1 : 0);
}
PERF_VARIANT(map_event);

static int disable_event(void)
{
	return lost_outcome(event, ioctl(event, PERF_EVENT_IOC_DISABLE, 0));
}
PERF_VARIANT(disable_event);

TEST_HARNESS_MAIN
