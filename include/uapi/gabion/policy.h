/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Compiled policy format, version 2 (GABION_POLICY_VERSION).
 *
 * One self-describing, position-independent image.  `gabion` writes it, the
 * kernel verifies every byte of structure in it (core/verify.c) before any of
 * it becomes visible, and both decide with the same code (core/decide.h).
 *
 * All integers are little-endian.  Every section starts at a multiple of 8.
 * The image is S = (D, R, P, sigma): DOMAINS is D; LABELS and DFA of a class
 * name R; the bits of a class are P; ALLOW (masked by LEVELS) is sigma.
 *
 * A *label* stands for one distinct set of resources of a class: the class's
 * DFA maps an object's name to its label, and sigma is indexed by
 * [domain][label], so a decision costs the same for ten rules or ten thousand.
 */
#ifndef _UAPI_GABION_POLICY_H
#define _UAPI_GABION_POLICY_H

#include <linux/types.h>

#define GABION_POLICY_MAGIC	0x4e4f494241470a01ULL	/* "\x01\nGABION" */
#define GABION_POLICY_VERSION	2

/* Bounds that the verifier enforces; a larger policy is refused, not cut. */
#define GABION_POLICY_SIZE_MAX	(256U << 20)	/* bytes in the image */
#define GABION_SECTIONS_MAX	256U
#define GABION_DOMAINS_MAX	4096U
#define GABION_LEVELS_MAX	65535U
#define GABION_LABELS_MAX	65535U		/* per class */
#define GABION_NAME_MAX		64U		/* bytes of a domain's name, NUL included */

/**
 * struct gabion_policy_header - first bytes of the image
 * @magic:	GABION_POLICY_MAGIC
 * @version:	GABION_POLICY_VERSION; another version is refused
 * @size:	bytes in the whole image, this header included
 * @crc:	CRC-32 (IEEE 802.3, reflected) of the whole image with this field 0
 * @nsections:	entries in the section table that follows the header
 * @reserved:	0
 */
struct gabion_policy_header {
	__le64	magic;
	__le32	version;
	__le32	size;
	__le32	crc;
	__le32	nsections;
	__le32	reserved[2];
};

/**
 * enum gabion_section - what a section holds
 * @GABION_SECTION_STRINGS:	NUL-terminated UTF-8 strings; offset 0 is ""; the last byte is NUL
 * @GABION_SECTION_LEVELS:	struct gabion_policy_level[]; at least one
 * @GABION_SECTION_DOMAINS:	struct gabion_policy_domain[]; entry 0 is the host's default
 *				domain, that of every user task which is in no other
 * @GABION_SECTION_RESOURCES:	struct gabion_policy_resource[]; for people and queries only
 * @GABION_SECTION_RULES:	struct gabion_policy_rule[]; for people and queries only
 * @GABION_SECTION_FILTERS:	(optional) struct gabion_policy_filter[], ascending by domain (syscall.h)
 * @GABION_SECTION_CALLS:	__le32 outcomes by syscall number, cut up by the filters
 * @GABION_SECTION_TESTS:	struct gabion_policy_test[], what outcomes that look at arguments do
 * @GABION_SECTION_IOCTLS:	(optional) struct gabion_policy_ioctl[], ascending
 * @GABION_SECTION_LIMITS:	(optional) struct gabion_policy_limit[], ascending
 * @GABION_SECTION_LABELS:	(per class) struct gabion_policy_label[]
 * @GABION_SECTION_MEMBERS:	(per class) __le32 resource indexes, cut up by the labels
 * @GABION_SECTION_DFA:		(per class) struct gabion_policy_dfa and its tables
 * @GABION_SECTION_ALLOW:	(per class) __le32 permissions [ndomains][nlabels]: what the rules
 *				grant, deny rules already taken away, level order not yet applied
 * @GABION_SECTION_TRUSTED:	(per class, optional) same shape: permissions granted although the
 *				level order forbids them (a `trusted` exception)
 * @GABION_SECTION_DENY:	(per class, optional) same shape: permissions an explicit deny rule
 *				took away; used only to name the reason
 * @GABION_SECTION_AUDIT:	(per class, optional) same shape: grants that are recorded
 * @GABION_SECTION_QUIET:	(per class, optional) same shape: refusals that are not recorded
 * @GABION_SECTION_TRANSITION:	(file class, optional) __le16 domain index [ndomains][nlabels],
 *				the domain entered when a file of that label is executed, or
 *				GABION_TRANSITION_NONE to stay
 * @GABION_SECTION_HELPERS:	(file class, optional) __le16 domain index [nlabels], the domain entered
 *				when the kernel itself executes a file of that label (a usermode
 *				helper), or GABION_TRANSITION_NONE: as when the host does
 */
enum gabion_section {
	GABION_SECTION_STRINGS = 1,
	GABION_SECTION_LEVELS,
	GABION_SECTION_DOMAINS,
	GABION_SECTION_RESOURCES,
	GABION_SECTION_RULES,
	GABION_SECTION_FILTERS,
	GABION_SECTION_CALLS,
	GABION_SECTION_TESTS,
	GABION_SECTION_IOCTLS,
	GABION_SECTION_LIMITS,
	GABION_SECTION_LABELS = 16,
	GABION_SECTION_MEMBERS,
	GABION_SECTION_DFA,
	GABION_SECTION_ALLOW,
	GABION_SECTION_TRUSTED,
	GABION_SECTION_DENY,
	GABION_SECTION_AUDIT,
	GABION_SECTION_QUIET,
	GABION_SECTION_TRANSITION,
	GABION_SECTION_HELPERS,
};

#define GABION_TRANSITION_NONE	0xffffU

/**
 * struct gabion_policy_section - one entry of the section table
 * @type:	enum gabion_section; an unknown type is refused
 * @klass:	enum gabion_class for per-class sections, else 0
 * @offset:	bytes from the start of the image, multiple of 8
 * @length:	bytes; sections do not overlap; each (type, klass) occurs at most once
 */
struct gabion_policy_section {
	__le32	type;
	__le32	klass;
	__le32	offset;
	__le32	length;
};

/**
 * struct gabion_policy_level - a point of the level lattice
 * @rank:	position in the ordered list of levels, 0 is the lowest;
 *		GABION_RANK_ANY is outside the order (e.g. /dev/null)
 * @name:	string offset, e.g. "internal:finance,web"
 * @categories:	bit set of categories
 *
 * a dominates b iff a.rank >= b.rank and a.categories is a superset of
 * b.categories (Bell and LaPadula 1976).
 */
struct gabion_policy_level {
	__le32	rank;
	__le32	name;
	__le64	categories;
};

#define GABION_RANK_ANY		0xffffffffU

/* Domain flags. Domain 0, the host's, is unconfined unless the policy holds it to rules. */
#define GABION_DOMAIN_UNCONFINED	(1U << 0)	/* every check passes */
#define GABION_DOMAIN_COMPLAIN		(1U << 1)	/* refusals are recorded and let pass */
#define GABION_DOMAIN_I386		(1U << 2)	/* may enter through the 32-bit ABI ... */
#define GABION_DOMAIN_X32		(1U << 3)	/* ... x32; said by the filter where it has one */
/*
 * What its tasks do is recorded, or does not happen: where there is no room for an event that
 * grants or lets pass, it is refused; with WAIT a task also waits, at the entry of its next syscall,
 * for room for more. One of both at most; not of domain 0, nor of one that is unconfined.
 */
#define GABION_DOMAIN_AUDIT_REFUSE	(1U << 4)
#define GABION_DOMAIN_AUDIT_WAIT	(1U << 5)
#define GABION_DOMAIN_AUDIT_REQUIRED	(GABION_DOMAIN_AUDIT_REFUSE | GABION_DOMAIN_AUDIT_WAIT)
#define GABION_DOMAIN_ALL_FLAGS		(GABION_DOMAIN_UNCONFINED | GABION_DOMAIN_COMPLAIN | \
					 GABION_DOMAIN_I386 | GABION_DOMAIN_X32 | \
					 GABION_DOMAIN_AUDIT_REQUIRED)

/**
 * struct gabion_policy_domain - one domain
 * @name:		string offset; 1 to GABION_NAME_MAX - 1 bytes, unique
 * @level:		index into LEVELS
 * @flags:		GABION_DOMAIN_*
 * @netlink:		bit set of NETLINK_* protocols; meant only where @families has AF_NETLINK
 * @capabilities:	bit set of CAP_* the domain may use
 * @families:		bit set of AF_* in which it may create sockets
 * @controls:		bit set of enum gabion_control
 */
struct gabion_policy_domain {
	__le32	name;
	__le32	level;
	__le32	flags;
	__le32	netlink;
	__le64	capabilities;
	__le64	families;
	__le64	controls;
};

/**
 * struct gabion_policy_limit - what a domain may use of a resource of setrlimit(2)
 * @domain:	index into DOMAINS
 * @resource:	RLIMIT_*, below GABION_RLIMITS_END; not RLIMIT_CPU, which the kernel arms a timer for
 * @most:	entering the domain lowers both limits to it, and no task of the domain has its
 *		limit set above it
 *
 * Ascending by (@domain, @resource); each pair at most once.
 */
struct gabion_policy_limit {
	__le32	domain;
	__le32	resource;
	__le64	most;
};

#define GABION_RLIMITS_END	16U

/**
 * struct gabion_policy_resource - a named set of objects, for messages
 * @name:	string offset
 * @klass:	enum gabion_class
 * @level:	index into LEVELS
 * @file:	string offset, policy source file
 * @line:	1-based line in @file
 * @reserved:	0
 */
struct gabion_policy_resource {
	__le32	name;
	__le32	klass;
	__le32	level;
	__le32	file;
	__le32	line;
	__le32	reserved;
};

/* What a rule does, struct gabion_policy_rule.kind. */
enum gabion_rule_kind {
	GABION_RULE_ALLOW = 1,
	GABION_RULE_DENY,
	GABION_RULE_TRUSTED,
	GABION_RULE_EXEC,
};

/* In permissions of a rule, beside GABION_FILE_IOCTL: single commands are meant. */
#define GABION_RULE_COMMANDS	(1U << 31)

/**
 * struct gabion_policy_rule - where a permission comes from, for messages
 * @kind:	enum gabion_rule_kind
 * @klass:	enum gabion_class; GABION_CLASS_CAPABILITY, _FAMILY, _CONTROL, _NETLINK and
 *		_LIMIT too; one of _LIMIT is of kind GABION_RULE_DENY
 * @domain:	subject, index into DOMAINS
 * @object:	index into RESOURCES (file, net), DOMAINS (domain class), or the
 *		number of the capability, family, control, netlink protocol or limit
 * @permissions: bits of the class, GABION_RULE_COMMANDS
 * @file:	string offset, policy source file
 * @line:	1-based
 * @column:	1-based
 */
struct gabion_policy_rule {
	__le16	kind;
	__le16	klass;
	__le32	domain;
	__le32	object;
	__le32	permissions;
	__le32	file;
	__le32	line;
	__le32	column;
};

/**
 * struct gabion_policy_label - one distinct set of resources
 * @name:	string offset, the resources' names joined by ","
 * @level:	index into LEVELS; all resources of the set have this level
 * @member:	first index into MEMBERS of the class
 * @nmembers:	how many
 *
 * Label 0 of every class is "no resource matches"; label 1 of the file class
 * is "no host-absolute name" (memfd, detached mount, other mount tree).
 */
struct gabion_policy_label {
	__le32	name;
	__le32	level;
	__le32	member;
	__le32	nmembers;
};

#define GABION_LABEL_NONE		0U
#define GABION_LABEL_UNREACHABLE	1U	/* file class only */

/**
 * struct gabion_policy_dfa - deterministic automaton over bytes
 * @nstates:	number of states; state 0 is dead (accepts nothing, leads to itself)
 * @start:	start state
 * @nclasses:	number of byte classes, 1..256
 * @ncells:	number of cells in the comb
 * @classmap:	byte to class; every entry < @nclasses
 *
 * Followed by (each entry __le32):
 *	base[nstates]	 first cell of the state; base + nclasses <= ncells
 *	fallback[nstates] next state where the comb has no cell of this state
 *	accept[nstates]	 label of a name that ends here
 *	cell[ncells]	 pairs { check, next }
 *
 * next(s, c) = cell[base[s] + c].check == s ? cell[base[s] + c].next : fallback[s]
 * One comb look-up for each byte, no chain of defaults: the walk is bounded by
 * the length of the name (cf. row displacement, Aho, Sethi, Ullman 3.9).
 */
struct gabion_policy_dfa {
	__le32	nstates;
	__le32	start;
	__le32	nclasses;
	__le32	ncells;
	__u8	classmap[256];
};

/**
 * struct gabion_policy_cell - one cell of the comb
 * @check:	state that owns the cell; an unused cell has 0xffffffff
 * @next:	next state
 */
struct gabion_policy_cell {
	__le32	check;
	__le32	next;
};

/**
 * enum gabion_class - classes of resources
 * @GABION_CLASS_FILE:		name is the host-absolute path, without trailing NUL
 * @GABION_CLASS_NET:		name is struct gabion_net_key (20 bytes)
 * @GABION_CLASS_DOMAIN:	other domains' processes; label = domain index, no DFA
 * @GABION_CLASS_CAPABILITY:	not a table: struct gabion_policy_domain.capabilities
 * @GABION_CLASS_FAMILY:	not a table: struct gabion_policy_domain.families
 * @GABION_CLASS_CONTROL:	not a table: struct gabion_policy_domain.controls
 * @GABION_CLASS_NETLINK:	not a table: struct gabion_policy_domain.netlink
 * @GABION_CLASS_SYSCALL:	not a table: struct gabion_policy_filter (syscall.h)
 * @GABION_CLASS_LIMIT:		not a table: struct gabion_policy_limit
 */
enum gabion_class {
	GABION_CLASS_FILE = 1,
	GABION_CLASS_NET,
	GABION_CLASS_DOMAIN,
	GABION_CLASS_TABLES_END,		/* classes below this have tables */
	GABION_CLASS_CAPABILITY = 16,
	GABION_CLASS_FAMILY,
	GABION_CLASS_CONTROL,
	GABION_CLASS_SYSCALL,
	GABION_CLASS_NETLINK,
	GABION_CLASS_LIMIT,
};

/* Permissions of GABION_CLASS_FILE. */
#define GABION_FILE_READ	(1U << 0)	/* read contents; list a directory */
#define GABION_FILE_WRITE	(1U << 1)	/* overwrite, truncate */
#define GABION_FILE_APPEND	(1U << 2)	/* write at the end only (O_APPEND) */
#define GABION_FILE_CREATE	(1U << 3)	/* bring a name into being: file, directory, link, node */
#define GABION_FILE_DELETE	(1U << 4)	/* take a name away */
#define GABION_FILE_EXECUTE	(1U << 5)	/* execve */
#define GABION_FILE_MAP		(1U << 6)	/* map executable: the program itself, shared objects */
#define GABION_FILE_STAT	(1U << 7)	/* read attributes, xattrs, a symbolic link */
#define GABION_FILE_SETATTR	(1U << 8)	/* mode, times, extended attributes; size of a pipe */
#define GABION_FILE_CHOWN	(1U << 9)	/* owner, group */
#define GABION_FILE_LINK	(1U << 10)	/* give the file one more name */
#define GABION_FILE_LOCK	(1U << 11)	/* flock(2), fcntl(2) locks and leases */
#define GABION_FILE_IOCTL	(1U << 12)	/* any ioctl(2) command; single ones: IOCTLS */
#define GABION_FILE_CONNECT	(1U << 13)	/* connect or send to a unix socket bound to the name */
#define GABION_FILE_MKNOD	(1U << 14)	/* with CREATE: make a device node */
#define GABION_FILE_RELABEL	(1U << 15)	/* rename or link to a name of another label */
#define GABION_FILE_WATCH	(1U << 16)	/* inotify, fanotify, dnotify */
#define GABION_FILE_SEARCH	(1U << 17)	/* be led on: by a directory, by a symbolic link */
#define GABION_FILE_ALL		0x3ffffU

/*
 * Granted to every domain on every label by the compiler, without a rule, unless the policy denies
 * it: the level order, which the kernel applies, is what restricts it.
 */
#define GABION_FILE_IMPLIED	GABION_FILE_SEARCH

/* Which of them let information flow from the object to the domain ... */
#define GABION_FILE_READ_FLOW	(GABION_FILE_READ | GABION_FILE_EXECUTE | GABION_FILE_MAP | \
				 GABION_FILE_STAT | GABION_FILE_LOCK | GABION_FILE_IOCTL | \
				 GABION_FILE_CONNECT | GABION_FILE_WATCH | GABION_FILE_SEARCH)
/* ... and which from the domain to the object. */
#define GABION_FILE_WRITE_FLOW	(GABION_FILE_WRITE | GABION_FILE_APPEND | GABION_FILE_CREATE | \
				 GABION_FILE_DELETE | GABION_FILE_SETATTR | GABION_FILE_CHOWN | \
				 GABION_FILE_LINK | GABION_FILE_LOCK | GABION_FILE_IOCTL | \
				 GABION_FILE_CONNECT | GABION_FILE_MKNOD | GABION_FILE_RELABEL)

/* Permissions of GABION_CLASS_NET. */
#define GABION_NET_BIND		(1U << 0)	/* bind to a local address */
#define GABION_NET_LISTEN	(1U << 1)	/* listen (TCP, SCTP) */
#define GABION_NET_CONNECT	(1U << 2)	/* connect, or send to an address */
#define GABION_NET_ACCEPT	(1U << 3)	/* have a connection made from it */
#define GABION_NET_RECEIVE	(1U << 4)	/* get a datagram from it */
#define GABION_NET_ALL		0x1fU
#define GABION_NET_READ_FLOW	(GABION_NET_LISTEN | GABION_NET_CONNECT | GABION_NET_ACCEPT | \
				 GABION_NET_RECEIVE)
#define GABION_NET_WRITE_FLOW	(GABION_NET_LISTEN | GABION_NET_CONNECT | GABION_NET_ACCEPT)

/*
 * As GABION_FILE_IMPLIED; from endpoints that no resource is about whatever the level: they are of
 * that of the endpoint which they reach.
 */
#define GABION_NET_IMPLIED	(GABION_NET_ACCEPT | GABION_NET_RECEIVE)

/* Permissions of GABION_CLASS_DOMAIN. */
#define GABION_DOM_SIGNAL	(1U << 0)	/* kill(2) and its relatives */
#define GABION_DOM_TRACE	(1U << 1)	/* ptrace attach, process_vm_writev, pidfd_getfd */
#define GABION_DOM_INSPECT	(1U << 2)	/* /proc/PID, process_vm_readv, priorities and limits */
#define GABION_DOM_CONNECT	(1U << 3)	/* unix sockets */
#define GABION_DOM_SCHEDULE	(1U << 4)	/* set priority, policy, affinity, limits, process group */
#define GABION_DOM_IPC_READ	(1U << 5)	/* System V IPC objects that it made: read, attach r/o */
#define GABION_DOM_IPC_WRITE	(1U << 6)	/* ... write, change, remove; receiving takes both */
#define GABION_DOM_ALL		0x7fU
#define GABION_DOM_READ_FLOW	(GABION_DOM_TRACE | GABION_DOM_INSPECT | GABION_DOM_CONNECT | \
				 GABION_DOM_IPC_READ)
#define GABION_DOM_WRITE_FLOW	(GABION_DOM_SIGNAL | GABION_DOM_TRACE | GABION_DOM_CONNECT | \
				 GABION_DOM_SCHEDULE | GABION_DOM_IPC_WRITE)

/**
 * struct gabion_policy_ioctl - a range of ioctl(2) commands granted on the files of a label
 * @domain:	index into DOMAINS
 * @label:	of the file class
 * @first:	command number, as ioctl(2) takes it
 * @last:	>= @first
 *
 * Ascending by (@domain, @label, @first); ranges of one pair do not overlap.  Says nothing where
 * ALLOW has GABION_FILE_IOCTL, which grants all commands.  Holds only where the level order would
 * not mask GABION_FILE_IOCTL, or TRUSTED has it.  Some commands need no grant, and some
 * GABION_FILE_STAT instead: see gabion_ioctl_permission() in core/ioctl.h.
 */
struct gabion_policy_ioctl {
	__le32	domain;
	__le32	label;
	__le32	first;
	__le32	last;
};

/**
 * struct gabion_net_key - name of a network endpoint, as the DFA reads it
 * @protocol:	IPPROTO_TCP, IPPROTO_UDP, ...
 * @address:	IPv6 address, or IPv4 as ::ffff:a.b.c.d; network order
 * @port:	network order
 * @reserved:	0
 */
struct gabion_net_key {
	__u8	protocol;
	__u8	address[16];
	__u8	port[2];
	__u8	reserved;
};

/**
 * enum gabion_control - kernel control points a domain may be given
 *
 * Each is refused to a confined domain unless `control NAME` grants it.
 */
enum gabion_control {
	GABION_CONTROL_MOUNT,		/* mount, move_mount, fsmount, remount */
	GABION_CONTROL_UMOUNT,
	GABION_CONTROL_PIVOT_ROOT,
	GABION_CONTROL_CHROOT,
	GABION_CONTROL_MODULE,		/* init_module, finit_module, module autoload */
	GABION_CONTROL_LOAD,		/* kexec, firmware and other images given to the kernel */
	GABION_CONTROL_BPF,
	GABION_CONTROL_PERF,
	GABION_CONTROL_SYSLOG,
	GABION_CONTROL_SETTIME,
	GABION_CONTROL_USERNS,		/* create a user namespace */
	GABION_CONTROL_KEYS,
	GABION_CONTROL_IO_URING,	/* SQPOLL, credentials override, uring_cmd */
	GABION_CONTROL_QUOTA,
	GABION_CONTROL_ADMIN,		/* administer Gabion itself */
	GABION_CONTROL_JIT,		/* memory that was written may be executed: JIT compilers */
	GABION_CONTROL_HARDWARE,	/* what lockdown(7) knows: /dev/mem, ports, MSRs, kcore, tracefs, ... */
	GABION_CONTROL_WATCH,		/* fanotify marks on whole mounts and filesystems */
	GABION_CONTROL_TUN,		/* make and attach tun/tap devices */
	GABION_CONTROL_BINDER,
	GABION_CONTROL_END,
};

#endif /* _UAPI_GABION_POLICY_H */
