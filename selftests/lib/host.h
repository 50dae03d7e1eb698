/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Policies that hold the host, and a program that is there before them. Include once,
 * after kselftest_harness.h.
 */
#ifndef GABION_SELFTESTS_HOST_H
#define GABION_SELFTESTS_HOST_H

#include <stdbool.h>
#include "fixture.h"
#include "late.h"
#include "source.h"

#define HOST_CAPABILITIES								\
	"chown, dac_override, dac_read_search, fowner, fsetid, kill, setgid, setuid, setpcap, " \
	"net_bind_service, net_admin, net_raw, ipc_lock, sys_module, sys_chroot, sys_ptrace, "	\
	"sys_admin, sys_boot, sys_nice, sys_resource, sys_time, sys_tty_config, mknod, "	\
	"mac_admin, syslog, bpf, perfmon"

/* What lets the machine and the tests go on. */
#define HOST_ORDINARY								\
	"    knowingly read, write, create, delete, execute, map, setattr, chown, link, mknod, "	\
	"relabel, lock, ioctl, watch, connect  everything, nameless\n"		\
	"    signal, trace, inspect, schedule, connect, ipc_read, ipc_write domain self, granted\n" \
	"    socket unix, inet, inet6, netlink\n"				\
	"    capability " HOST_CAPABILITIES "\n"					\
	"    control mount, umount, chroot, io_uring, jit\n"

#define HOST_ADMIN		"    control admin\n"
#define HOST_DENY(path)	"    deny read, write " path "\n"
#define HOST_POLICY(rules)	"resource everything file /** level none\n"		\
			"domain host {\n" HOST_ORDINARY rules "}\n"

#define HOST_HELD		HOST_POLICY(HOST_ADMIN HOST_DENY("object"))
#define HOST_OTHER		HOST_POLICY(HOST_ADMIN HOST_DENY("object") "    deny append other\n")
#define HOST_DOMAIN(name, rules)	"domain " name " {\n    level middle\n    use everyday\n" rules "}\n"

/* A fixture whose members are GABION_FIXTURE_MEMBERS and the process: `struct late late`. */
#define HOST_LIFE(name)							\
	FIXTURE_SETUP(name)						\
	{								\
		struct gabion_error error = { 0 };			\
		self->client = NULL;					\
		ASSERT_EQ(0, gabion_netlink_open(&self->client, &error)) TH_LOG("%s", error.text);	\
		confine_prepare();					\
		ASSERT_EQ(0, late_install(LATE_PROGRAM));		\
		ASSERT_EQ(0, late_start(&self->late, LATE_PROGRAM));	\
	}								\
									\
	FIXTURE_TEARDOWN(name)						\
	{								\
		int tries, err = -EBUSY;				\
									\
		late_end(&self->late);					\
		for (tries = 0; tries < 150 && err == -EBUSY; tries++) {	\
			usleep(tries * 1000);				\
			err = source_load(self->client, "");		\
		}							\
		EXPECT_EQ(0, err);					\
		gabion_netlink_close(self->client);			\
	}

/* Put the policy in force, with @policy added. */
static inline int host_hold(struct gabion_netlink *client, const char *policy)
{
	int err = source_load(client, policy);

	confine_events_clear(client);
	return err;
}

struct host_seek {
	uint32_t pid;
	bool found;
};

static inline int host_seek_task(const struct gabion_task *task, void *data)
{
	struct host_seek *seek = data;

	seek->found |= task->pid == seek->pid && !strcmp(task->domain, "host");
	return 0;
}

/* Is it one of the tasks that are held, as the host's? */
static inline bool host_is_held(struct gabion_netlink *client, pid_t pid)
{
	struct host_seek seek = { .pid = pid };
	struct gabion_error error = { 0 };

	return !gabion_netlink_tasks(client, host_seek_task, &seek, &error) && seek.found;
}

#endif /* GABION_SELFTESTS_HOST_H */
