// SPDX-License-Identifier: GPL-2.0
/*
 * The policy for the host that is shipped (policies/optional/host.gabion): ordinary work goes
 * on, and does not reach the boot chain, kernel control files and the policy store.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/fixture.h"
#include "lib/source.h"

#define WORK	"/run/gabion-host-policy"

static int run(const char *command)
{
	int status = system(command);

	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

FIXTURE(host_policy)
{
	GABION_FIXTURE_MEMBERS
};

/* Without other policies: what is shipped stands alone. */
FIXTURE_SETUP(host_policy)
{
	struct gabion_error error = { 0 };

	self->client = NULL;
	ASSERT_EQ(0, gabion_netlink_open(&self->client, &error)) TH_LOG("%s", error.text);
	ASSERT_EQ(0, run("rm -rf " WORK "; mkdir -p " WORK " /boot /etc/gabion/policy.d"));
	ASSERT_EQ(0, run("mountpoint -q /sys/kernel/debug || "
			 "mount -t debugfs none /sys/kernel/debug"));
}

static int put_in_force(struct gabion_netlink *client)
{
	int err = run("gabion load \"$GABION_POLICY_HOST\"");

	confine_events_clear(client);
	return err;
}

FIXTURE_TEARDOWN(host_policy)
{
	EXPECT_EQ(0, source_load(self->client, ""));
	run("rm -rf " WORK " /boot/gabion-test /etc/modprobe.d/gabion-test.conf "
	    "/etc/gabion/policy.d/test.gabion");
	gabion_netlink_close(self->client);
}

/* --- what it holds back --- */

static int open_to_write(const char *path, int flags)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0600);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int boot(void)
{
	return open_to_write("/boot/gabion-test", O_CREAT);
}

static int modprobe_config(void)
{
	return open_to_write("/etc/modprobe.d/gabion-test.conf", O_CREAT);
}

static int policy_store(void)
{
	return open_to_write("/etc/gabion/policy.d/test.gabion", O_CREAT);
}

static int core_pattern(void)
{
	return open_to_write("/proc/sys/kernel/core_pattern", 0);
}

static int modprobe_path(void)
{
	return open_to_write("/proc/sys/kernel/modprobe", 0);
}

static int sysrq(void)
{
	return open_to_write("/proc/sysrq-trigger", 0);
}

static int kprobes(void)
{
	return open_to_write("/sys/kernel/debug/kprobes/enabled", 0);
}

static int mode_of_boot(void)
{
	return ATTEMPT(chmod("/boot", 0755));
}

static const struct {
	const char *what;
	int (*attempt)(void);
	uint32_t refused;
	const char *object;
} files[] = {
	{ "boot", boot, GABION_FILE_CREATE, "/boot/gabion-test" },
	{ "modprobe.d", modprobe_config, GABION_FILE_CREATE, "/etc/modprobe.d/gabion-test.conf" },
	{ "policy.d", policy_store, GABION_FILE_CREATE, "/etc/gabion/policy.d/test.gabion" },
	{ "core_pattern", core_pattern, GABION_FILE_WRITE, "/proc/sys/kernel/core_pattern" },
	{ "modprobe", modprobe_path, GABION_FILE_WRITE, "/proc/sys/kernel/modprobe" },
	{ "sysrq", sysrq, GABION_FILE_WRITE, "/proc/sysrq-trigger" },
	{ "kprobes", kprobes, GABION_FILE_WRITE, "/sys/kernel/debug/kprobes/enabled" },
	{ "mode", mode_of_boot, GABION_FILE_SETATTR, "/boot" },
};

TEST_F(host_policy, files_that_it_protects)
{
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		EXPECT_EQ(0, files[i].attempt()) TH_LOG("%s", files[i].what);
	run("rm -f /boot/gabion-test /etc/modprobe.d/gabion-test.conf "
	    "/etc/gabion/policy.d/test.gabion");
	ASSERT_EQ(0, put_in_force(self->client));
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		EXPECT_EQ(EACCES, files[i].attempt()) TH_LOG("%s", files[i].what);
		EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
			.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_FILE,
			.refused = files[i].refused, .reason = GABION_REASON_DENY,
			.domain = "host", .object = files[i].object }));
	}
}

/* EPERM of a check, and of the kernel itself only after it (no such image, no such program). */
static int load_module(void)
{
	return syscall(SYS_init_module, "", 0, "") ? errno : 0;
}

static int load_kernel(void)
{
	return syscall(SYS_kexec_load, 0, 0, NULL, 0) ? errno : 0;
}

static int make_map(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1,
	};
	int fd = syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

TEST_F(host_policy, doors_to_the_kernel)
{
	int (*const doors[])(void) = { load_module, load_kernel, make_map };
	size_t i;

	for (i = 0; i < sizeof(doors) / sizeof(doors[0]); i++)
		EXPECT_NE(EPERM, doors[i]()) TH_LOG("door %zu", i);
	ASSERT_EQ(0, put_in_force(self->client));
	for (i = 0; i < sizeof(doors) / sizeof(doors[0]); i++)
		EXPECT_EQ(EPERM, doors[i]()) TH_LOG("door %zu", i);
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_CONTROL,
		.refused = GABION_CONTROL_LOAD, .domain = "host" }));
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .klass = GABION_CLASS_CONTROL,
		.refused = GABION_CONTROL_BPF, .domain = "host" }));
}

/* --- what goes on --- */

TEST_F(host_policy, ordinary_work)
{
	static const char *const commands[] = {
		"echo text > " WORK "/file && cp " WORK "/file " WORK "/copy && rm " WORK "/copy",
		"mkdir " WORK "/mnt && mount -t tmpfs none " WORK "/mnt && umount " WORK "/mnt",
		"chown 1000:1000 " WORK "/file && chmod 600 " WORK "/file",
		"find /etc /usr/bin -type f | head -n 500 | xargs cat > /dev/null",
		"(sleep 100 & kill $! && ! wait $!)",
		"cat /boot/* > /dev/null 2>&1; ls /boot > /dev/null",
		"ls -l /proc/1/exe /proc/2/status > /dev/null",
		"echo 1 > /proc/sys/net/ipv4/ip_forward && echo 0 > /proc/sys/net/ipv4/ip_forward",
		"timeout 20 bash -c 'exec 3<>/dev/tcp/127.0.0.1/9' 2>&1 | grep -q refused",
		"gabion status > /dev/null",
	};
	size_t i;

	ASSERT_EQ(0, put_in_force(self->client));
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		EXPECT_EQ(0, run(commands[i])) TH_LOG("%s", commands[i]);
	EXPECT_EQ(0, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED }));
}

/* Modules of the kernel's package by kmod, whoever asks; others by nobody. */
TEST_F(host_policy, modules_by_kmod)
{
	ASSERT_EQ(0, run("modprobe xt_mark && rmmod xt_mark"));
	ASSERT_EQ(0, run("cp \"$(modinfo -n xt_mark)\" " WORK "/xt_mark.ko"));
	ASSERT_EQ(0, run("insmod " WORK "/xt_mark.ko && rmmod xt_mark"));
	ASSERT_EQ(0, put_in_force(self->client));
	EXPECT_EQ(0, run("modprobe xt_mark && rmmod xt_mark"));
	EXPECT_NE(0, run("insmod " WORK "/xt_mark.ko 2> /dev/null"));
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
		.verdict = GABION_VERDICT_DENIED, .domain = "modules" }));
}

/* What it holds back is done on purpose. */
TEST_F(host_policy, maintenance)
{
	ASSERT_EQ(0, put_in_force(self->client));
	EXPECT_NE(0, run("touch /boot/gabion-test 2> /dev/null"));
	EXPECT_EQ(0, run("gabion run maintenance -- touch /boot/gabion-test"));
}

TEST_HARNESS_MAIN
