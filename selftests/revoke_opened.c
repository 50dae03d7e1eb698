// SPDX-License-Identifier: GPL-2.0
/*
 * Files that take a control to open, or to do with them what makes them of use, beside their names:
 * they go when a policy takes the control away, the rules about the names staying.
 */
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdlib.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/held.h"
#include "lib/touch.h"

#define OPENED(rules)								\
	"resource kernel_log file /dev/kmsg level middle\n"			\
	REVOCABLE("    read, write, ioctl machine\n    read, write kernel_log\n" rules)

#define OPENED_VARIANT(name, use_, control_, text, others)			\
	FIXTURE_VARIANT_ADD(held, name)						\
	{									\
		.hold = hold_##name, .use = use_, .before = before,		\
		.with = OPENED("    control " text "\n" others),		\
		.without = OPENED(others),					\
		.klass = GABION_CLASS_CONTROL, .refused = GABION_CONTROL_##control_,	\
	}

#define RAWIO	"    capability sys_rawio\n"

/* Of which the first bytes may be read, whoever looks. */
#define BIOS	0xf0000

static int before(struct gabion_netlink *client)
{
	if (mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL) && errno != EBUSY)
		return errno;
	if (mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL) && errno != EBUSY)
		return errno;
	return system("modprobe tun") ? ENODEV : 0;
}

static int read_at(off_t offset)
{
	char byte;

	return lost_outcome(held, pread(held, &byte, 1, offset));
}

static int read_start(void)
{
	return read_at(0);
}

static int hold_kernel_core(void)
{
	return held_take(open("/proc/kcore", O_RDONLY));
}
OPENED_VARIANT(kernel_core, read_start, HARDWARE, "hardware", RAWIO);

static int hold_memory(void)
{
	return held_take(open("/dev/mem", O_RDONLY));
}

static int read_bios(void)
{
	return read_at(BIOS);
}
OPENED_VARIANT(memory, read_bios, HARDWARE, "hardware", RAWIO);

/* What is mapped needs no descriptor. */
static volatile char *mapping;

static int hold_mapped_memory(void)
{
	int err = hold_memory();

	if (err)
		return err;
	mapping = mmap(NULL, 4096, PROT_READ, MAP_SHARED, held, BIOS);
	close(held);
	return mapping == MAP_FAILED ? errno : 0;
}

static void read_mapping(void)
{
	(void)*mapping;
}

static int touch_mapping(void)
{
	return touch(read_mapping);
}
OPENED_VARIANT(mapped_memory, touch_mapping, HARDWARE, "hardware", RAWIO);

static int hold_ports(void)
{
	return held_take(open("/dev/port", O_RDONLY));
}

/* That of the codes that a BIOS shows while it starts. */
static int read_port(void)
{
	return read_at(0x80);
}
OPENED_VARIANT(ports, read_port, HARDWARE, "hardware", RAWIO);

/* Without any descriptor: by the processor. */
static int hold_one_port(void)
{
	return ATTEMPT(ioperm(0x80, 1, 1));
}

static int hold_all_ports(void)
{
	return ATTEMPT(iopl(3));
}

static void read_by_processor(void)
{
	inb(0x80);
}

static int touch_port(void)
{
	return touch(read_by_processor);
}
OPENED_VARIANT(one_port, touch_port, HARDWARE, "hardware", RAWIO);
OPENED_VARIANT(all_ports, touch_port, HARDWARE, "hardware", RAWIO);

/* One that can only be written. */
static int hold_debugfs(void)
{
	return held_take(open("/sys/kernel/debug/clear_warn_once", O_WRONLY));
}
OPENED_VARIANT(debugfs, held_is_there, HARDWARE, "hardware", "");

static int hold_tracefs(void)
{
	return held_take(open("/sys/kernel/tracing/current_tracer", O_RDONLY));
}
OPENED_VARIANT(tracefs, read_start, HARDWARE, "hardware", "");

static int hold_log(void)
{
	return held_take(open("/dev/kmsg", O_RDONLY | O_NONBLOCK));
}

/* Whole messages are read, and from the oldest that there is. */
static int read_log(void)
{
	char message[8192];

	lseek(held, 0, SEEK_SET);
	return lost_outcome(held, read(held, message, sizeof(message)));
}
OPENED_VARIANT(log, read_log, SYSLOG, "syslog", "    capability syslog\n");

static int hold_device(void)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int err = held_take(open("/dev/net/tun", O_RDWR));

	return err ?: ATTEMPT(ioctl(held, TUNSETIFF, &request));
}

static int ask_device(void)
{
	struct ifreq request;

	return lost_outcome(held, ioctl(held, TUNGETIFF, &request));
}
OPENED_VARIANT(device, ask_device, TUN, "tun", "    capability net_admin\n");

/* What the control is not about: to write to the log. */
static int hold_log_to_write(void)
{
	return held_take(open("/dev/kmsg", O_WRONLY));
}

GABION_FIXTURE(opened)

TEST_F(opened, log_to_write_stays)
{
	struct worker worker;

	ASSERT_EQ(0, source_load(self->client, OPENED("    control syslog\n")));
	ASSERT_EQ(0, worker_start(&worker, hold_log_to_write, held_is_there));
	ASSERT_EQ(0, confine_assign(self->client, worker.pid, "revocable"));
	ASSERT_EQ(0, worker_do(&worker, 's'));
	confine_events_clear(self->client);
	ASSERT_EQ(0, source_load(self->client, OPENED("")));
	EXPECT_EQ(0, worker_do(&worker, 'u'));
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .domain = "revocable" }));
	worker_end(&worker);
	EXPECT_EQ(0, source_restore(self->client));
}

TEST_HARNESS_MAIN
