// SPDX-License-Identifier: GPL-2.0
/* Capabilities and kernel control points. */
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/attempt.h"

#define CONTROL_VARIANT(name, control)						\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .error = EPERM, .klass = GABION_CLASS_CONTROL,	\
		.refused = control,						\
	}

#define CAPABILITY_VARIANT(name, capability)					\
	FIXTURE_VARIANT_ADD(attempt, name)					\
	{									\
		.run = name, .error = EPERM, .klass = GABION_CLASS_CAPABILITY,	\
		.refused = capability, .refused_by = "powerless",		\
	}

/* Own mount namespace, so that nothing stays behind. */
static int private_mounts(void)
{
	return unshare(CLONE_NEWNS) ? errno : 0;
}

static int mount_tmpfs(void)
{
	int err = private_mounts();

	return err ?: ATTEMPT(mount("t", TEST_DIR "/object/dir", "tmpfs", 0, NULL));
}
CONTROL_VARIANT(mount_tmpfs, GABION_CONTROL_MOUNT);

static int remount(void)
{
	int err = private_mounts();

	return err ?: ATTEMPT(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
}
CONTROL_VARIANT(remount, GABION_CONTROL_MOUNT);

static int unmount_proc(void)
{
	int err = private_mounts();

	return err ?: ATTEMPT(umount2("/proc", MNT_DETACH));
}
CONTROL_VARIANT(unmount_proc, GABION_CONTROL_UMOUNT);

static int change_root(void)
{
	return ATTEMPT(chroot(TEST_DIR));
}
CONTROL_VARIANT(change_root, GABION_CONTROL_CHROOT);

static int user_namespace(void)
{
	return ATTEMPT(unshare(CLONE_NEWUSER));
}
CONTROL_VARIANT(user_namespace, GABION_CONTROL_USERNS);

/* Not a module: what counts is whether the kernel gets to look at it. */
static int load_module(void)
{
	static const char image[4096] = "not a module";

	if (!syscall(SYS_init_module, image, sizeof(image), ""))
		return 0;
	return errno == ENOEXEC ? 0 : errno;
}
CONTROL_VARIANT(load_module, GABION_CONTROL_MODULE);

static void is_told(int number)
{
}

/* A page of ours: of a file it would be everybody's. Newer kernels tell who has it (SIGBUS). */
static int broken_page(void)
{
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);

	if (page == MAP_FAILED)
		return errno;
	*page = 1;
	signal(SIGBUS, is_told);
	return ATTEMPT(madvise(page, 4096, MADV_HWPOISON));
}
CONTROL_VARIANT(broken_page, GABION_CONTROL_HARDWARE);

/* No swap: what counts is whether the kernel gets to look at it. */
static int swap_file(void)
{
	if (!swapon(TEST_DIR "/object/file", 0))
		return 0;
	return errno == EINVAL ? 0 : errno;
}
CONTROL_VARIANT(swap_file, GABION_CONTROL_HARDWARE);

/* All that end from here on are written down. */
static int account(void)
{
	return ATTEMPT(acct(TEST_DIR "/object/file")) ?: ATTEMPT(acct(NULL));
}
CONTROL_VARIANT(account, GABION_CONTROL_PERF);

static int bpf_map(void)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4,
				.max_entries = 1 };

	return ATTEMPT(syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)));
}
CONTROL_VARIANT(bpf_map, GABION_CONTROL_BPF);

static int perf_event(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(attr),
					.config = PERF_COUNT_SW_CPU_CLOCK };

	return ATTEMPT(syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0));
}
CONTROL_VARIANT(perf_event, GABION_CONTROL_PERF);

static int kernel_log(void)
{
	char buffer[64];

	return ATTEMPT(klogctl(3, buffer, sizeof(buffer)));
}
CONTROL_VARIANT(kernel_log, GABION_CONTROL_SYSLOG);

static int set_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return ATTEMPT(clock_settime(CLOCK_REALTIME, &now));
}
CONTROL_VARIANT(set_clock, GABION_CONTROL_SETTIME);

static int read_keyring(void)
{
	char buffer[64];

	return ATTEMPT(syscall(SYS_keyctl, KEYCTL_DESCRIBE, KEY_SPEC_USER_KEYRING, buffer,
			       sizeof(buffer)));
}
/* Not found rather than not permitted: the search passes over what it may not see. */
FIXTURE_VARIANT_ADD(attempt, read_keyring)
{
	.run = read_keyring, .error = ENOKEY, .klass = GABION_CLASS_CONTROL,
	.refused = GABION_CONTROL_KEYS,
};

static int host_name(void)
{
	struct utsname name;

	uname(&name);
	return ATTEMPT(sethostname(name.nodename, strlen(name.nodename)));
}
CAPABILITY_VARIANT(host_name, 21 /* CAP_SYS_ADMIN */);

static int capability_mknod(void)
{
	return ATTEMPT(mknod(TEST_DIR "/object/null", S_IFCHR | 0600, 0x103));
}
CAPABILITY_VARIANT(capability_mknod, 27);

static int capability_chown(void)
{
	return ATTEMPT(chown(TEST_DIR "/object/file", 7, 7));
}
CAPABILITY_VARIANT(capability_chown, 0);

static int set_uid(void)
{
	return ATTEMPT(setuid(1234));
}
CAPABILITY_VARIANT(set_uid, 7);

static int capability_chroot(void)
{
	return ATTEMPT(chroot("/"));
}
CAPABILITY_VARIANT(capability_chroot, 18);

static int raise_limit(void)
{
	struct rlimit limit = { .rlim_cur = 1 << 21, .rlim_max = 1 << 21 };

	return ATTEMPT(setrlimit(RLIMIT_MEMLOCK, &limit)) ?:
	       ATTEMPT(setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){ 1 << 22, 1 << 22 }));
}
CAPABILITY_VARIANT(raise_limit, 24 /* CAP_SYS_RESOURCE */);

/* No LSM hook sees it; with O_TRUNC it takes away a module that is in use. */
static int delete_module(void)
{
	return ATTEMPT(syscall(SYS_delete_module, "no_such_module", O_NONBLOCK | O_TRUNC));
}

GABION_FIXTURE(module)

TEST_F(module, removing_one_needs_the_control)
{
	EXPECT_EQ(ENOENT, confine_run(self->client, NULL, delete_module));
	EXPECT_EQ(ENOENT, confine_run(self->client, "granted", delete_module));
	EXPECT_EQ(EPERM, confine_run(self->client, "refused", delete_module));
	EXPECT_LE(1, confine_events_count(self->client, &(struct confine_expect){
		.klass = GABION_CLASS_CONTROL, .domain = "refused" }));
}

TEST_HARNESS_MAIN
