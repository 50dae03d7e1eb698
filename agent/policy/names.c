// SPDX-License-Identifier: GPL-2.0
#include "names.h"

#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <linux/netlink.h>

#include "mem.h"

#define F(asked_, grant_, deny_) [GABION_CLASS_FILE] = { asked_, grant_, deny_ }
#define N(asked_, grant_, deny_) [GABION_CLASS_NET] = { asked_, grant_, deny_ }
#define D(bit_)			 [GABION_CLASS_DOMAIN] = { bit_, bit_, bit_ }
#define F1(bit_)		 F(bit_, bit_, bit_)

static const struct gabion_verb verbs[] = {
	{ "read", { F(GABION_FILE_READ, GABION_FILE_READ | GABION_FILE_STAT, GABION_FILE_READ) } },
	{ "write", { F(GABION_FILE_WRITE, GABION_FILE_WRITE | GABION_FILE_APPEND |
		       GABION_FILE_STAT | GABION_FILE_LOCK,
		       GABION_FILE_WRITE | GABION_FILE_APPEND) } },
	{ "append", { F(GABION_FILE_APPEND, GABION_FILE_APPEND | GABION_FILE_STAT |
			GABION_FILE_LOCK, GABION_FILE_APPEND) } },
	{ "create", { F(GABION_FILE_CREATE, GABION_FILE_CREATE | GABION_FILE_STAT,
			GABION_FILE_CREATE) } },
	{ "delete", { F1(GABION_FILE_DELETE) } },
	{ "execute", { F(GABION_FILE_EXECUTE, GABION_FILE_EXECUTE | GABION_FILE_MAP |
			 GABION_FILE_READ | GABION_FILE_STAT, GABION_FILE_EXECUTE) } },
	{ "map", { F(GABION_FILE_MAP, GABION_FILE_MAP | GABION_FILE_READ | GABION_FILE_STAT,
		     GABION_FILE_MAP) } },
	{ "stat", { F1(GABION_FILE_STAT) } },
	{ "setattr", { F1(GABION_FILE_SETATTR) } },
	{ "chown", { F1(GABION_FILE_CHOWN) } },
	{ "link", { F1(GABION_FILE_LINK) } },
	{ "mknod", { F1(GABION_FILE_MKNOD) } },
	{ "relabel", { F1(GABION_FILE_RELABEL) } },
	{ "lock", { F1(GABION_FILE_LOCK) } },
	{ "ioctl", { F1(GABION_FILE_IOCTL) } },
	{ "watch", { F1(GABION_FILE_WATCH) } },
	{ "search", { F1(GABION_FILE_SEARCH) } },
	{ "connect", { F1(GABION_FILE_CONNECT),
		       N(GABION_NET_CONNECT, GABION_NET_CONNECT, GABION_NET_CONNECT),
		       D(GABION_DOM_CONNECT) } },
	{ "bind", { N(GABION_NET_BIND, GABION_NET_BIND, GABION_NET_BIND) } },
	{ "listen", { N(GABION_NET_LISTEN, GABION_NET_BIND | GABION_NET_LISTEN,
			GABION_NET_LISTEN) } },
	{ "accept", { N(GABION_NET_ACCEPT, GABION_NET_ACCEPT, GABION_NET_ACCEPT) } },
	{ "receive", { N(GABION_NET_RECEIVE, GABION_NET_RECEIVE, GABION_NET_RECEIVE) } },
	{ "signal", { D(GABION_DOM_SIGNAL) } },
	{ "trace", { D(GABION_DOM_TRACE) } },
	{ "inspect", { D(GABION_DOM_INSPECT) } },
	{ "schedule", { D(GABION_DOM_SCHEDULE) } },
	{ "ipc_read", { D(GABION_DOM_IPC_READ) } },
	{ "ipc_write", { D(GABION_DOM_IPC_WRITE) } },
};

#define NVERBS (sizeof(verbs) / sizeof(verbs[0]))

/* In the order of the bits of include/uapi/gabion/policy.h. */
static const char *const file_bits[] = {
	"read", "write", "append", "create", "delete", "execute", "map", "stat",
	"setattr", "chown", "link", "lock", "ioctl", "connect", "mknod", "relabel",
	"watch", "search",
};

static const char *const net_bits[] = { "bind", "listen", "connect", "accept", "receive" };
static const char *const domain_bits[] = {
	"signal", "trace", "inspect", "connect", "schedule", "ipc_read", "ipc_write",
};

/* include/uapi/linux/capability.h, by number. */
static const char *const capabilities[] = {
	[CAP_CHOWN] = "chown",
	[CAP_DAC_OVERRIDE] = "dac_override",
	[CAP_DAC_READ_SEARCH] = "dac_read_search",
	[CAP_FOWNER] = "fowner",
	[CAP_FSETID] = "fsetid",
	[CAP_KILL] = "kill",
	[CAP_SETGID] = "setgid",
	[CAP_SETUID] = "setuid",
	[CAP_SETPCAP] = "setpcap",
	[CAP_LINUX_IMMUTABLE] = "linux_immutable",
	[CAP_NET_BIND_SERVICE] = "net_bind_service",
	[CAP_NET_BROADCAST] = "net_broadcast",
	[CAP_NET_ADMIN] = "net_admin",
	[CAP_NET_RAW] = "net_raw",
	[CAP_IPC_LOCK] = "ipc_lock",
	[CAP_IPC_OWNER] = "ipc_owner",
	[CAP_SYS_MODULE] = "sys_module",
	[CAP_SYS_RAWIO] = "sys_rawio",
	[CAP_SYS_CHROOT] = "sys_chroot",
	[CAP_SYS_PTRACE] = "sys_ptrace",
	[CAP_SYS_PACCT] = "sys_pacct",
	[CAP_SYS_ADMIN] = "sys_admin",
	[CAP_SYS_BOOT] = "sys_boot",
	[CAP_SYS_NICE] = "sys_nice",
	[CAP_SYS_RESOURCE] = "sys_resource",
	[CAP_SYS_TIME] = "sys_time",
	[CAP_SYS_TTY_CONFIG] = "sys_tty_config",
	[CAP_MKNOD] = "mknod",
	[CAP_LEASE] = "lease",
	[CAP_AUDIT_WRITE] = "audit_write",
	[CAP_AUDIT_CONTROL] = "audit_control",
	[CAP_SETFCAP] = "setfcap",
	[CAP_MAC_OVERRIDE] = "mac_override",
	[CAP_MAC_ADMIN] = "mac_admin",
	[CAP_SYSLOG] = "syslog",
	[CAP_WAKE_ALARM] = "wake_alarm",
	[CAP_BLOCK_SUSPEND] = "block_suspend",
	[CAP_AUDIT_READ] = "audit_read",
	[CAP_PERFMON] = "perfmon",
	[CAP_BPF] = "bpf",
	[CAP_CHECKPOINT_RESTORE] = "checkpoint_restore",
};

/* Address families, by number (bits/socket.h); those that Linux removed are left out. */
static const char *const families[] = {
	[AF_UNIX] = "unix",
	[AF_INET] = "inet",
	[AF_AX25] = "ax25",
	[AF_IPX] = "ipx",
	[AF_APPLETALK] = "appletalk",
	[AF_NETROM] = "netrom",
	[AF_ATMPVC] = "atmpvc",
	[AF_X25] = "x25",
	[AF_INET6] = "inet6",
	[AF_ROSE] = "rose",
	[AF_KEY] = "key",
	[AF_NETLINK] = "netlink",
	[AF_PACKET] = "packet",
	[AF_ATMSVC] = "atmsvc",
	[AF_RDS] = "rds",
	[AF_PPPOX] = "pppox",
	[AF_LLC] = "llc",
	[AF_IB] = "ib",
	[AF_MPLS] = "mpls",
	[AF_CAN] = "can",
	[AF_TIPC] = "tipc",
	[AF_BLUETOOTH] = "bluetooth",
	[AF_RXRPC] = "rxrpc",
	[AF_ISDN] = "isdn",
	[AF_PHONET] = "phonet",
	[AF_IEEE802154] = "ieee802154",
	[AF_CAIF] = "caif",
	[AF_ALG] = "alg",
	[AF_NFC] = "nfc",
	[AF_VSOCK] = "vsock",
	[AF_KCM] = "kcm",
	[AF_QIPCRTR] = "qipcrtr",
	[AF_SMC] = "smc",
	[AF_XDP] = "xdp",
	[AF_MCTP] = "mctp",
};

static const char *const controls[] = {
	[GABION_CONTROL_MOUNT] = "mount",
	[GABION_CONTROL_UMOUNT] = "umount",
	[GABION_CONTROL_PIVOT_ROOT] = "pivot_root",
	[GABION_CONTROL_CHROOT] = "chroot",
	[GABION_CONTROL_MODULE] = "module",
	[GABION_CONTROL_LOAD] = "load",
	[GABION_CONTROL_BPF] = "bpf",
	[GABION_CONTROL_PERF] = "perf",
	[GABION_CONTROL_SYSLOG] = "syslog",
	[GABION_CONTROL_SETTIME] = "settime",
	[GABION_CONTROL_USERNS] = "userns",
	[GABION_CONTROL_KEYS] = "keys",
	[GABION_CONTROL_IO_URING] = "io_uring",
	[GABION_CONTROL_QUOTA] = "quota",
	[GABION_CONTROL_ADMIN] = "admin",
	[GABION_CONTROL_JIT] = "jit",
	[GABION_CONTROL_HARDWARE] = "hardware",
	[GABION_CONTROL_WATCH] = "watch",
	[GABION_CONTROL_TUN] = "tun",
	[GABION_CONTROL_BINDER] = "binder",
};

/* NETLINK_*, by number. */
static const char *const netlink_protocols[GABION_NETLINK_END] = {
	[NETLINK_ROUTE] = "route",
	[NETLINK_USERSOCK] = "usersock",
	[NETLINK_FIREWALL] = "firewall",
	[NETLINK_SOCK_DIAG] = "sock_diag",
	[NETLINK_NFLOG] = "nflog",
	[NETLINK_XFRM] = "xfrm",
	[NETLINK_SELINUX] = "selinux",
	[NETLINK_ISCSI] = "iscsi",
	[NETLINK_AUDIT] = "audit",
	[NETLINK_FIB_LOOKUP] = "fib_lookup",
	[NETLINK_CONNECTOR] = "connector",
	[NETLINK_NETFILTER] = "netfilter",
	[NETLINK_IP6_FW] = "ip6_fw",
	[NETLINK_DNRTMSG] = "dnrtmsg",
	[NETLINK_KOBJECT_UEVENT] = "kobject_uevent",
	[NETLINK_GENERIC] = "generic",
	[NETLINK_SCSITRANSPORT] = "scsitransport",
	[NETLINK_ECRYPTFS] = "ecryptfs",
	[NETLINK_RDMA] = "rdma",
	[NETLINK_CRYPTO] = "crypto",
	[NETLINK_SMC] = "smc",
};

/* Without RLIMIT_CPU: see struct gabion_policy_limit. */
static const char *const limits[GABION_RLIMITS_END] = {
	[RLIMIT_FSIZE] = "fsize",
	[RLIMIT_DATA] = "data",
	[RLIMIT_STACK] = "stack",
	[RLIMIT_CORE] = "core",
	[RLIMIT_RSS] = "rss",
	[RLIMIT_NPROC] = "nproc",
	[RLIMIT_NOFILE] = "nofile",
	[RLIMIT_MEMLOCK] = "memlock",
	[RLIMIT_AS] = "as",
	[RLIMIT_LOCKS] = "locks",
	[RLIMIT_SIGPENDING] = "sigpending",
	[RLIMIT_MSGQUEUE] = "msgqueue",
	[RLIMIT_NICE] = "nice",
	[RLIMIT_RTPRIO] = "rtprio",
	[RLIMIT_RTTIME] = "rttime",
};

_Static_assert(sizeof(controls) / sizeof(controls[0]) == GABION_CONTROL_END,
	       "every control point has a name");
_Static_assert(1U << (sizeof(file_bits) / sizeof(file_bits[0])) == GABION_FILE_ALL + 1,
	       "every file permission has a name");
_Static_assert(1U << (sizeof(domain_bits) / sizeof(domain_bits[0])) == GABION_DOM_ALL + 1,
	       "every permission on domains has a name");

struct table {
	const char *const *names;
	unsigned int n;
};

static struct table table_of(uint32_t klass)
{
#define TABLE(a) ((struct table){ a, sizeof(a) / sizeof((a)[0]) })
	switch (klass) {
	case GABION_CLASS_FILE:
		return TABLE(file_bits);
	case GABION_CLASS_NET:
		return TABLE(net_bits);
	case GABION_CLASS_DOMAIN:
		return TABLE(domain_bits);
	case GABION_CLASS_CAPABILITY:
		return TABLE(capabilities);
	case GABION_CLASS_FAMILY:
		return TABLE(families);
	case GABION_CLASS_CONTROL:
		return TABLE(controls);
	case GABION_CLASS_NETLINK:
		return TABLE(netlink_protocols);
	case GABION_CLASS_LIMIT:
		return TABLE(limits);
	default:
		return (struct table){ NULL, 0 };
	}
#undef TABLE
}

const struct gabion_verb *gabion_verb_at(unsigned int i)
{
	return i < NVERBS ? &verbs[i] : NULL;
}

const struct gabion_verb *gabion_verb_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < NVERBS; i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

const char *gabion_name_of(uint32_t klass, unsigned int number)
{
	struct table t = table_of(klass);

	return number < t.n ? t.names[number] : NULL;
}

int gabion_number_of(uint32_t klass, const char *name)
{
	struct table t = table_of(klass);
	unsigned int i;

	for (i = 0; i < t.n; i++)
		if (t.names[i] && !strcmp(t.names[i], name))
			return i;
	if (klass != GABION_CLASS_NETLINK || !*name || strspn(name, "0123456789") != strlen(name) ||
	    strlen(name) > 2 || atoi(name) >= GABION_NETLINK_END)
		return -1;
	return atoi(name);
}

void gabion_suggest_names(struct gabion_suggestion *s, uint32_t klass)
{
	struct table t = table_of(klass);
	unsigned int i;

	for (i = 0; i < t.n; i++)
		if (t.names[i])
			gabion_suggest_try(s, t.names[i]);
}

char *gabion_bits_format(uint32_t klass, uint64_t bits)
{
	char *text = NULL;
	unsigned int i;

	for (i = 0; i < 64; i++) {
		const char *name = gabion_name_of(klass, i);
		char *longer;

		if (!(bits >> i & 1))
			continue;
		longer = name ? gabion_xasprintf("%s%s%s", text ? text : "", text ? "," : "", name)
			      : gabion_xasprintf("%s%s%u", text ? text : "", text ? "," : "", i);
		free(text);
		text = longer;
	}
	return text ? text : gabion_xstrdup("none");
}

const char *gabion_class_name(uint32_t klass)
{
	switch (klass) {
	case GABION_CLASS_FILE:
		return "file";
	case GABION_CLASS_NET:
		return "net";
	case GABION_CLASS_DOMAIN:
		return "domain";
	case GABION_CLASS_CAPABILITY:
		return "capability";
	case GABION_CLASS_FAMILY:
		return "family";
	case GABION_CLASS_CONTROL:
		return "control";
	case GABION_CLASS_NETLINK:
		return "netlink";
	case GABION_CLASS_LIMIT:
		return "limit";
	case GABION_CLASS_SYSCALL:
		return "syscall";
	default:
		return "unknown";
	}
}

const char *gabion_rule_kind_name(uint32_t kind)
{
	switch (kind) {
	case GABION_RULE_ALLOW:
		return "allow";
	case GABION_RULE_DENY:
		return "deny";
	case GABION_RULE_TRUSTED:
		return "trusted";
	case GABION_RULE_EXEC:
		return "exec";
	default:
		return "unknown";
	}
}
