// SPDX-License-Identifier: GPL-2.0
/* Escapes by the kernel: its control files, its memory, code in it, what only root may ask for. */
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/kexec.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <linux/reboot.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/quota.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "lib/escape.h"

#define COMMAND(name, text) static int name(void) { return system(text) ? EIO : 0; }

/* Opening is enough: whoever gets that far writes as often as he likes. */
#define CONTROL_FILE(name, path, flags, permission, ...)			\
	static int name(void)							\
	{									\
		return ATTEMPT(open(path, flags));				\
	}									\
	ESCAPE(name, BY_FILE(GABION_FILE_##permission, path), ##__VA_ARGS__)

#define WRITE_FILE(name, path, ...) CONTROL_FILE(name, path, O_WRONLY, WRITE, ##__VA_ARGS__)
#define READ_FILE(name, path, ...) CONTROL_FILE(name, path, O_RDONLY, READ, ##__VA_ARGS__)

/* --- programs that the kernel starts as root, outside of the domain --- */

WRITE_FILE(core_pattern, "/proc/sys/kernel/core_pattern");
WRITE_FILE(modprobe_path, "/proc/sys/kernel/modprobe");
WRITE_FILE(poweroff_command, "/proc/sys/kernel/poweroff_cmd");
WRITE_FILE(core_pipes, "/proc/sys/kernel/core_pipe_limit");
WRITE_FILE(helper_capabilities, "/proc/sys/kernel/usermodehelper/bset");

COMMAND(mount_binfmt_misc, "modprobe binfmt_misc && { mountpoint -q /proc/sys/fs/binfmt_misc ||"
	" mount -t binfmt_misc b /proc/sys/fs/binfmt_misc; }")
WRITE_FILE(binary_format, "/proc/sys/fs/binfmt_misc/register", .prepare = mount_binfmt_misc);

#define CGROUP_V1 TEST_DIR "/cgroup"
COMMAND(mount_cgroup_v1, "mkdir " CGROUP_V1 " && mount -t cgroup -o none,name=test c " CGROUP_V1)
WRITE_FILE(release_agent, CGROUP_V1 "/release_agent", .prepare = mount_cgroup_v1);

/* --- switches --- */

WRITE_FILE(sysrq_switch, "/proc/sys/kernel/sysrq");
WRITE_FILE(sysrq_trigger, "/proc/sysrq-trigger");
WRITE_FILE(panic_on_oops, "/proc/sys/kernel/panic_on_oops");
WRITE_FILE(address_randomisation, "/proc/sys/kernel/randomize_va_space");
WRITE_FILE(kernel_pointers, "/proc/sys/kernel/kptr_restrict");
WRITE_FILE(protected_hardlinks, "/proc/sys/fs/protected_hardlinks");
WRITE_FILE(mmap_min_addr, "/proc/sys/vm/mmap_min_addr");
WRITE_FILE(overcommit, "/proc/sys/vm/overcommit_memory");
WRITE_FILE(pids, "/proc/sys/kernel/pid_max");
WRITE_FILE(caches, "/proc/sys/vm/drop_caches");
WRITE_FILE(bpf_switch, "/proc/sys/kernel/unprivileged_bpf_disabled");
WRITE_FILE(power_state, "/sys/power/state");
WRITE_FILE(module_parameter, "/sys/module/printk/parameters/time");
WRITE_FILE(processors_offline, "/sys/devices/system/cpu/smt/control");
WRITE_FILE(memory_types, "/proc/mtrr");
WRITE_FILE(kernel_log_write, "/dev/kmsg");
WRITE_FILE(console, "/dev/console");
WRITE_FILE(virtual_console, "/dev/tty1");

/* --- memory and tracing, by file --- */

READ_FILE(memory, "/dev/mem");
READ_FILE(ports, "/dev/port");
READ_FILE(kcore, "/proc/kcore");
READ_FILE(symbols, "/proc/kallsyms");
READ_FILE(page_flags, "/proc/kpageflags");
READ_FILE(kernel_log_read, "/dev/kmsg");
READ_FILE(keys_file, "/proc/keys");
COMMAND(load_msr, "modprobe msr")
READ_FILE(model_registers, "/dev/cpu/0/msr", .prepare = load_msr);
WRITE_FILE(kprobe, "/sys/kernel/tracing/kprobe_events");
WRITE_FILE(uprobe, "/sys/kernel/tracing/uprobe_events");
WRITE_FILE(function_trace, "/sys/kernel/tracing/current_tracer");
READ_FILE(trace_pipe, "/sys/kernel/tracing/trace_pipe");
WRITE_FILE(kprobes_switch, "/sys/kernel/debug/kprobes/enabled");
READ_FILE(debugfs, "/sys/kernel/debug/sleep_time");

/* --- the same where the files are granted: what they lead to is asked about too --- */

#define DRIVER(name, path, flags, ...)						\
	static int name(void)							\
	{									\
		return ATTEMPT(open(path, flags));				\
	}									\
	ESCAPE(name, BY_CONTROL(HARDWARE), .domain = "hostile_driver", ##__VA_ARGS__)

DRIVER(driver_memory, "/dev/mem", O_RDWR);
DRIVER(driver_ports, "/dev/port", O_RDWR);
DRIVER(driver_kcore, "/proc/kcore", O_RDONLY);
DRIVER(driver_kprobe, "/sys/kernel/tracing/kprobe_events", O_WRONLY);
DRIVER(driver_trace, "/sys/kernel/tracing/trace", O_RDONLY);
DRIVER(driver_debugfs, "/sys/kernel/debug/kprobes/enabled", O_WRONLY);

static int port_permission(void)
{
	return ATTEMPT(ioperm(0x80, 1, 1));
}
ESCAPE(port_permission, BY_CONTROL(HARDWARE));

static int port_level(void)
{
	return ATTEMPT(iopl(3));
}
ESCAPE(port_level, BY_CONTROL(HARDWARE));

/* --- code in the kernel --- */

/* Not a module: what counts is whether the kernel gets to look at it. */
static int load_module(void)
{
	static const char image[4096] = "not a module";

	return syscall(SYS_init_module, image, sizeof(image), "") && errno != ENOEXEC ? errno : 0;
}
ESCAPE(load_module, BY_CONTROL(MODULE));

static int load_module_file(void)
{
	int fd = open(OWN "/program", O_RDONLY);

	return syscall(SYS_finit_module, fd, "", 0) && errno != ENOEXEC ? errno : 0;
}
ESCAPE(load_module_file, BY_CONTROL(MODULE));

/* A name that the kernel passes to modprobe. */
static int ask_for_a_module(void)
{
	return ATTEMPT(socket(AF_ALG, SOCK_SEQPACKET, 0));
}
COMMAND(without_alg, "modprobe -r af_alg && modprobe -n af_alg")
ESCAPE(ask_for_a_module, .prepare = without_alg, .error = EAFNOSUPPORT,
       .klass = GABION_CLASS_CONTROL, .refused = GABION_CONTROL_MODULE);

static int bpf_map(void)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4,
				.max_entries = 1 };

	return ATTEMPT(syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)));
}
ESCAPE(bpf_map, BY_CONTROL(BPF));

static int bpf_program(void)
{
	struct bpf_insn code[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_K },
				   { .code = BPF_JMP | BPF_EXIT } };
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_KPROBE, .insn_cnt = 2,
				.insns = (unsigned long)code, .license = (unsigned long)"GPL" };

	return ATTEMPT(syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr)));
}
ESCAPE(bpf_program, BY_CONTROL(BPF));

static int perf_of(pid_t pid, int cpu)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(attr),
					.config = PERF_COUNT_SW_CPU_CLOCK };

	return ATTEMPT(syscall(SYS_perf_event_open, &attr, pid, cpu, -1, 0));
}

static int perf_of_all(void)
{
	return perf_of(-1, 0);
}
ESCAPE(perf_of_all, BY_CONTROL(PERF));

static int perf_of_the_guard(void)
{
	return perf_of(escape_guard, -1);
}
ESCAPE(perf_of_the_guard, BY_CONTROL(PERF));

static int kexec(void)
{
	/* Nothing to load: forgets what was loaded. */
	return ATTEMPT(syscall(SYS_kexec_load, 0, 0, NULL, KEXEC_ARCH_DEFAULT));
}
ESCAPE(kexec, BY_CONTROL(LOAD));

static int kexec_file(void)
{
	int fd = open(OWN "/program", O_RDONLY);

	return syscall(SYS_kexec_file_load, fd, -1, 0UL, NULL, KEXEC_FILE_NO_INITRAMFS) &&
	       errno != ENOEXEC ? errno : 0;
}
ESCAPE(kexec_file, BY_CONTROL(LOAD));

/* --- what only root may ask for --- */

static int read_kernel_log(void)
{
	char buffer[64];

	return ATTEMPT(klogctl(3, buffer, sizeof(buffer)));
}
ESCAPE(read_kernel_log, BY_CONTROL(SYSLOG));

static int clear_kernel_log(void)
{
	return ATTEMPT(klogctl(8, NULL, 4));	/* the console's level */
}
ESCAPE(clear_kernel_log, BY_CONTROL(SYSLOG));

static int set_clock(void)
{
	struct timeval now;

	gettimeofday(&now, NULL);
	return ATTEMPT(settimeofday(&now, NULL));
}
ESCAPE(set_clock, BY_CONTROL(SETTIME));

/* Asks for the capability only: no hook of the clock sees it. */
static int slew_clock(void)
{
	struct timex t = { .modes = ADJ_SETOFFSET | ADJ_NANO };

	return ATTEMPT(adjtimex(&t));
}
ESCAPE(slew_clock, BY_CAPABILITY(25 /* CAP_SYS_TIME */));

static int add_key(void)
{
	return ATTEMPT(syscall(SYS_add_key, "user", "evil", "1", 1, KEY_SPEC_PROCESS_KEYRING));
}
ESCAPE(add_key, BY_CONTROL(KEYS));

/* /sbin/request-key is started by the kernel, outside of the domain. */
static int request_key(void)
{
	return syscall(SYS_request_key, "user", "evil", "x", KEY_SPEC_PROCESS_KEYRING) < 0 &&
	       errno != ENOKEY && errno != ENOENT ? errno : 0;
}
ESCAPE(request_key, BY_CONTROL(KEYS));

static int quota(void)
{
	struct dqblk block;
	int err = ATTEMPT(quotactl(QCMD(Q_GETQUOTA, USRQUOTA), escape_disk_device, 0,
				   (void *)&block));

	return err == ESRCH ? 0 : err;	/* not switched on: it got that far */
}
ESCAPE(quota, .prepare = escape_disk, BY_CONTROL(QUOTA));

static int reboot_key(void)
{
	return ATTEMPT(syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
			       LINUX_REBOOT_CMD_CAD_OFF, NULL));
}
ESCAPE(reboot_key, BY_CAPABILITY(22 /* CAP_SYS_BOOT */));

static int host_name(void)
{
	struct utsname name;

	uname(&name);
	return ATTEMPT(sethostname(name.nodename, strlen(name.nodename)));
}
ESCAPE(host_name, BY_CAPABILITY(21 /* CAP_SYS_ADMIN */));

static int own_namespace(void)
{
	return ATTEMPT(unshare(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWPID));
}
ESCAPE(own_namespace, BY_CAPABILITY(21));

static int hang_up(void)
{
	return ATTEMPT(syscall(SYS_vhangup));
}
ESCAPE(hang_up, BY_CAPABILITY(26 /* CAP_SYS_TTY_CONFIG */));

static int raise_a_limit(void)
{
	struct rlimit limit = { 1 << 22, 1 << 22 };

	return ATTEMPT(setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 64, 64 })) ?:
	       ATTEMPT(setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 128, 128 })) ?:
	       ATTEMPT(setrlimit(RLIMIT_MEMLOCK, &limit));
}
ESCAPE(raise_a_limit, BY_CAPABILITY(24 /* CAP_SYS_RESOURCE */));

static int real_time(void)
{
	struct rlimit none = { 0, 0 };

	return ATTEMPT(setrlimit(RLIMIT_RTPRIO, &none)) ?:
	       ATTEMPT(sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){ 99 }));
}
ESCAPE(real_time, BY_CAPABILITY(23 /* CAP_SYS_NICE */));

static int raw_packets(void)
{
	return ATTEMPT(socket(AF_PACKET, SOCK_RAW, 0));
}
ESCAPE(raw_packets, .error = EACCES, .klass = GABION_CLASS_FAMILY, .refused = AF_PACKET,
       .domain = "powerless");

TEST_HARNESS_MAIN
