// SPDX-License-Identifier: GPL-2.0
/* See swap.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <linux/quota.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/quota.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <unistd.h>
#include "swap.h"

#define DIR	TEST_DIR "/swap"
#define PORTS	7020		/* and the next three */
#define CALLS	600		/* numbers that no kernel has: allowed, they answer ENOSYS */
#define TESTED	610		/* a call that is judged by its argument */

static const char *const words[SWAP_TURNS] = { "always", "first", "second", "never" };

/* --- policies --- */

/*
 * What even and odd policies grant besides: WORD of the objects, and one of each
 * pair of halves.
 */
#define EVEN	"first", "generic", "7021", "setpcap", "bpf", "601", "602", "2",		\
		"sys_time", "jit", "read", "left"
#define ODD	"second", "kobject_uevent", "7022", "sys_pacct", "quota", "602", "601", "1",	\
		"sys_nice", "settime", "write", "right"

#define OBJECTS										\
	"resource s_root    file " DIR "                            level middle\n"	\
	"resource s_always  file " DIR "/{,held_,program_}always    level middle\n"	\
	"resource s_first   file " DIR "/{,held_,program_}first     level middle\n"	\
	"resource s_second  file " DIR "/{,held_,program_}second    level middle\n"	\
	"resource s_left    file " DIR "/left/**                    level middle\n"	\
	"resource s_right   file " DIR "/right/**                   level middle\n"	\
	"resource s_always_port udp 127.0.0.1 port 7020             level middle\n"	\
	"resource s_entry   file " DIR "/entry                      level any\n"	\
	"domain t_always { level middle\n use everyday\n }\n"						\
	"domain t_first  { level middle\n use everyday\n }\n"						\
	"domain t_second { level middle\n use everyday\n }\n"						\
	"domain t_never  { level middle\n use everyday\n }\n"

#define SWAPPED(word, protocol, port, cap, ctl, yes, no, other, half_cap, half_ctl, mode, side)  \
	"resource s_port udp 127.0.0.1 port " port "                level middle\n"	\
	"domain " SWAP_DOMAIN " {\n"							\
	"    level       middle\n    use         everyday\n"				\
	"    read, execute  s_always, s_" word "\n"					\
	"    create, delete  s_" side "\n    relabel     s_left, s_right\n"			\
	"    " mode "  memory\n"							\
	"    connect     s_always_port, s_port\n"					\
	"    netlink     route, " protocol "\n"						\
	"    signal      t_always, t_" word "\n"					\
	"    capability  setgid, syslog, bpf, sys_chroot, " cap ", " half_cap "\n"	\
	"    control     syslog, " ctl ", " half_ctl "\n"				\
	"    syscalls    default as allow\n"						\
	"    syscalls    600, " yes ", 610, -" no ", -603\n"				\
	"    syscalls    -610(arg0 in {" other ", 3})\n"				\
	"}\n"										\
	"domain " SWAP_ENTERED " {\n"							\
	"    level       middle\n    use         everyday\n"				\
	"    enter       " DIR "/entry\n"						\
	"    syscalls    @testing, 600, " yes ", -" no ", -603\n"			\
	"}\n"

#define POLICY(...)	SWAPPED(__VA_ARGS__)

/* So that labels, domains and rules have other numbers. */
#define PADDING										\
	"resource p_one  file " TEST_DIR "/p{a,b,c}/**, " DIR "/[a-m]*ing  level middle\n"	\
	"resource p_two  file /srv/{x,y}/**/z*                      level middle\n"	\
	"domain p_first  { level middle\n    use everyday\n    read p_one\n }\n"		\
	"domain p_second { level middle\n    read, write p_two\n    signal p_first\n }\n"

const char *const swap_policies[SWAP_NPOLICIES] = {
	OBJECTS POLICY(EVEN),
	OBJECTS POLICY(ODD),
	PADDING OBJECTS POLICY(EVEN),
	POLICY(ODD) PADDING OBJECTS,
};

/* --- helpers --- */

static const char *path_of(const char *prefix, enum swap_turn turn)
{
	static __thread char path[64];

	snprintf(path, sizeof(path), DIR "/%s%s", prefix, words[turn]);
	return path;
}

static int done(long result)
{
	int err = result < 0 ? errno : 0;

	if (result > 0)
		close(result);
	return err;
}

static bool is_refusal(const struct gabion_event *event, uint32_t klass, const char *hook)
{
	return event->klass == klass && event->hook && !strcmp(event->hook, hook);
}

/* Of which of the files PREFIXturn is @event? */
static bool is_file(const struct gabion_event *event, const char *prefix, enum swap_turn *turn)
{
	enum swap_turn t;

	for (t = 0; event->object && t < SWAP_TURNS; t++) {
		*turn = t;
		if (!strcmp(event->object, path_of(prefix, t)))
			return true;
	}
	return false;
}

static bool is_number(uint32_t number, const uint32_t *numbers, enum swap_turn *turn)
{
	for (*turn = 0; *turn < SWAP_TURNS; (*turn)++)
		if (number == numbers[*turn])
			return true;
	return false;
}

/* --- operations --- */

static int try_open(enum swap_turn turn)
{
	return done(open(path_of("", turn), O_RDONLY));
}

static bool event_open(const struct gabion_event *event, enum swap_turn *turn)
{
	return is_refusal(event, GABION_CLASS_FILE, "file_open") && is_file(event, "", turn);
}

static int try_stat(enum swap_turn turn)
{
	struct stat st;

	return done(stat(path_of("", turn), &st));
}

static bool event_stat(const struct gabion_event *event, enum swap_turn *turn)
{
	return is_refusal(event, GABION_CLASS_FILE, "inode_getattr") && is_file(event, "", turn);
}

static const uint32_t protocols[] = { NETLINK_ROUTE, NETLINK_GENERIC, NETLINK_KOBJECT_UEVENT,
				      NETLINK_AUDIT };

static int try_netlink(enum swap_turn turn)
{
	return done(socket(AF_NETLINK, SOCK_RAW, protocols[turn]));
}

static bool event_netlink(const struct gabion_event *event, enum swap_turn *turn)
{
	return is_refusal(event, GABION_CLASS_NETLINK, "socket_create") &&
	       is_number(event->refused, protocols, turn);
}

static int try_connect(enum swap_turn turn)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(PORTS + turn),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), err = 0;

	if (fd < 0 || connect(fd, (void *)&in, sizeof(in)))
		err = errno;
	close(fd);
	return err;
}

static bool event_connect(const struct gabion_event *event, enum swap_turn *turn)
{
	*turn = (event->net.port[0] << 8 | event->net.port[1]) - PORTS;
	return is_refusal(event, GABION_CLASS_NET, "socket_connect") && *turn < SWAP_TURNS;
}

static pid_t targets[SWAP_TURNS];

static int try_signal(enum swap_turn turn)
{
	return done(kill(targets[turn], 0));
}

static bool event_signal(const struct gabion_event *event, enum swap_turn *turn)
{
	for (*turn = 0; *turn < SWAP_TURNS; (*turn)++)
		if (event->target && !strncmp(event->target, "t_", 2) &&
		    !strcmp(event->target + 2, words[*turn]))
			return is_refusal(event, GABION_CLASS_DOMAIN, "task_kill");
	return false;
}

/* What is permitted goes on to fail where arguments are looked at, or changes nothing. */
static int try_capability(enum swap_turn turn)
{
	int err;

	switch (turn) {
	case SWAP_ALWAYS:
		return done(setgroups(0, NULL));
	case SWAP_FIRST:
		err = done(prctl(PR_CAPBSET_DROP, 63, 0, 0, 0));
		break;
	case SWAP_SECOND:
		return done(syscall(SYS_acct, NULL));
	default:
		err = done(syscall(SYS_reboot, 0, 0, 0, 0));
	}
	return err == EINVAL ? 0 : err;
}

static bool event_capability(const struct gabion_event *event, enum swap_turn *turn)
{
	static const uint32_t numbers[] = { CAP_SETGID, CAP_SETPCAP, CAP_SYS_PACCT, CAP_SYS_BOOT };

	return is_refusal(event, GABION_CLASS_CAPABILITY, "capable") &&
	       is_number(event->refused, numbers, turn);
}

static int try_control(enum swap_turn turn)
{
	char attributes[128] = "";
	int err;

	switch (turn) {
	case SWAP_ALWAYS:	/* SYSLOG_ACTION_SIZE_BUFFER */
		return done(syscall(SYS_syslog, 10, NULL, 0) < 0 ? -1 : 0);
	case SWAP_FIRST:
		err = done(syscall(SYS_bpf, 9999, attributes, sizeof(attributes)));
		return err == EINVAL ? 0 : err;
	case SWAP_SECOND:
		return done(syscall(SYS_quotactl, QCMD(Q_SYNC, USRQUOTA), NULL, 0, NULL));
	default:
		return done(chroot("/"));
	}
}

static bool event_control(const struct gabion_event *event, enum swap_turn *turn)
{
	static const uint32_t numbers[] = { GABION_CONTROL_SYSLOG, GABION_CONTROL_BPF,
					    GABION_CONTROL_QUOTA, GABION_CONTROL_CHROOT };

	return event->klass == GABION_CLASS_CONTROL && is_number(event->refused, numbers, turn);
}

static int call(long number, long argument)
{
	int err = done(syscall(number, argument));

	return err == ENOSYS ? 0 : err;
}

static int try_call(enum swap_turn turn)
{
	return call(CALLS + turn, 0);
}

static bool event_call(const struct gabion_event *event, enum swap_turn *turn)
{
	*turn = event->refused - CALLS;
	return event->klass == GABION_CLASS_SYSCALL && *turn < SWAP_TURNS;
}

static int try_argument(enum swap_turn turn)
{
	return call(TESTED, turn);
}

static bool event_argument(const struct gabion_event *event, enum swap_turn *turn)
{
	*turn = event->arguments[0];
	return event->klass == GABION_CLASS_SYSCALL && event->refused == TESTED;
}

/* A descriptor that is kept from one round to the next, and taken away when the policy says so. */
static __thread int held[SWAP_TURNS] = { -1, -1, -1, -1 };

static int try_held(enum swap_turn turn)
{
	char byte;
	int err;

	if (held[turn] < 0) {
		held[turn] = open(path_of("held_", turn), O_RDONLY);
		return held[turn] < 0 ? errno : 0;
	}
	/* The way out of a call is where it is taken away, if that has been asked for. */
	syscall(SYS_gettid);
	switch (pread(held[turn], &byte, 1, 0)) {
	case 1:
		return 0;
	default:
		/* What stands in its place has no positions. */
		err = errno == ESPIPE ? EACCES : errno;
		close(held[turn]);
		held[turn] = -1;
		return err;
	}
}

static bool event_held(const struct gabion_event *event, enum swap_turn *turn)
{
	return (is_refusal(event, GABION_CLASS_FILE, "file_open") ||
		is_refusal(event, GABION_CLASS_FILE, "file_receive")) &&
	       is_file(event, "held_", turn);
}

static int run(const char *path, const char *argument)
{
	int status, err = 0;
	pid_t pid = vfork();

	if (!pid) {
		execl(path, "foreign", argument, NULL);
		_exit(errno);
	}
	/* A swap interrupts, as it does every sleep. */
	while (pid < 0 || waitpid(pid, &status, 0) != pid)
		if (errno != EINTR)
			return errno;
	if (WIFSIGNALED(status))
		err = 128 + WTERMSIG(status);
	return err ?: WEXITSTATUS(status);
}

/* A program whose code is no longer granted while it is being loaded dies of it. */
static int try_execute(enum swap_turn turn)
{
	int err = run(path_of("program_", turn), "110");

	return err == 128 + SIGSEGV || err == 128 + SIGKILL ? EACCES : err;
}

static bool event_execute(const struct gabion_event *event, enum swap_turn *turn)
{
	return (is_refusal(event, GABION_CLASS_FILE, "bprm_check") ||
		is_refusal(event, GABION_CLASS_FILE, "mmap_file")) &&
	       is_file(event, "program_", turn);
}

/* Half of the policies let go of the one name, half let the other come into being. */
static int try_rename(enum swap_turn turn)
{
	return done(rename(DIR "/left/file", DIR "/right/file"));
}

static bool event_rename(const struct gabion_event *event, enum swap_turn *turn)
{
	*turn = SWAP_NEVER;
	return is_refusal(event, GABION_CLASS_FILE, "path_rename");
}

/* Half grant the capability, half the control that goes with it. */
static int try_clock(enum swap_turn turn)
{
	struct timex wrong = { .modes = ADJ_TICK, .tick = 1 };
	int err = done(adjtimex(&wrong) < 0 ? -1 : 0);

	return err == EINVAL ? 0 : err;
}

static bool event_clock(const struct gabion_event *event, enum swap_turn *turn)
{
	*turn = SWAP_NEVER;
	return (event->klass == GABION_CLASS_CAPABILITY && event->refused == CAP_SYS_TIME) ||
	       (event->klass == GABION_CLASS_CONTROL && event->refused == GABION_CONTROL_SETTIME);
}

/* Half grant writing code, half grant writing the file. */
static int try_memory(enum swap_turn turn)
{
	int err = done(open("/proc/self/mem", O_WRONLY));

	return err == EPERM ? EACCES : err;
}

static bool event_memory(const struct gabion_event *event, enum swap_turn *turn)
{
	*turn = SWAP_NEVER;
	return (event->klass == GABION_CLASS_FILE && event->refused == GABION_FILE_WRITE) ||
	       (event->klass == GABION_CLASS_CONTROL && event->refused == GABION_CONTROL_JIT);
}

const struct swap_operation swap_operations[] = {
	{ "open", try_open, EACCES, event_open, .holds = true },
	{ "stat", try_stat, EACCES, event_stat },
	{ "netlink", try_netlink, EACCES, event_netlink, .holds = true },
	{ "connect", try_connect, EACCES, event_connect, .holds = true },
	{ "signal", try_signal, EPERM, event_signal },
	{ "capability", try_capability, EPERM, event_capability },
	{ "control", try_control, EPERM, event_control },
	{ "syscall", try_call, EPERM, event_call },
	{ "syscall's argument", try_argument, EPERM, event_argument },
	{ "held descriptor", try_held, EACCES, event_held, .holds = true, .keeps = true },
	{ "execute", try_execute, EACCES, event_execute, .slow = true },
	{ "rename in halves", try_rename, EACCES, event_rename, .never_only = true },
	{ "clock in halves", try_clock, EPERM, event_clock, .never_only = true },
	{ "memory in halves", try_memory, EACCES, event_memory, .never_only = true },
};

const unsigned int swap_noperations = sizeof(swap_operations) / sizeof(*swap_operations);

int swap_operation_of(const struct gabion_event *event, enum swap_turn *turn)
{
	unsigned int i;

	for (i = 0; i < swap_noperations; i++)
		if (swap_operations[i].event(event, turn))
			return i;
	return -1;
}

/* The program exits with the errno that its call met. */
int swap_enter(enum swap_turn turn)
{
	char number[16];
	int err;

	snprintf(number, sizeof(number), "%d", CALLS + turn);
	err = run(DIR "/entry", number);
	return err == ENOSYS ? 0 : err;
}

bool swap_enter_event(const struct gabion_event *event, enum swap_turn *turn)
{
	return event->domain && !strcmp(event->domain, SWAP_ENTERED) && event_call(event, turn);
}

/* --- what they are about --- */

static int shell(const char *format, ...)
{
	char command[512];
	va_list list;

	va_start(list, format);
	vsnprintf(command, sizeof(command), format, list);
	va_end(list);
	return system(command) ? EIO : 0;
}

int swap_prepare(void)
{
	int err = shell("rm -rf " DIR " && mkdir -p " DIR "/left " DIR "/right && "
			"cp /run/gabion-selftests/foreign-x86-64 " DIR "/entry && "
			"echo content > " DIR "/left/file");
	enum swap_turn t;

	for (t = 0; !err && t < SWAP_TURNS; t++)
		err = shell("echo content > " DIR "/%s && echo content > " DIR "/held_%s && "
			    "cp " DIR "/entry " DIR "/program_%s", words[t], words[t], words[t]);
	return err;
}

int swap_targets_start(struct gabion_netlink *client)
{
	char domain[16];
	enum swap_turn t;

	for (t = 0; t < SWAP_TURNS; t++) {
		snprintf(domain, sizeof(domain), "t_%s", words[t]);
		targets[t] = confine_sleeper(client, domain);
		if (targets[t] < 0)
			return ECHILD;
	}
	return 0;
}

void swap_targets_end(void)
{
	enum swap_turn t;

	for (t = 0; t < SWAP_TURNS; t++)
		confine_release(targets[t]);
}
