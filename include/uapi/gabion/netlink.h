/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Generic-netlink family "gabion", version 1.
 *
 * Every command needs CAP_MAC_ADMIN in the initial user namespace and a caller
 * whose domain is unconfined or holds `control admin`; the family exists in the
 * initial network namespace only.  Errors are negative errno with extended-ack
 * text that names the attribute and the mend.  An unknown, repeated or
 * oversized attribute is refused.
 */
#ifndef _UAPI_GABION_NETLINK_H
#define _UAPI_GABION_NETLINK_H

#define GABION_GENL_NAME	"gabion"
#define GABION_GENL_VERSION	1

/* Largest policy chunk in one message, bytes. */
#define GABION_CHUNK_MAX	32768U

/**
 * enum gabion_cmd - commands
 *
 * @GABION_CMD_POLICY_BEGIN: open a transaction. In: SIZE. Out: nothing. It belongs to the
 *	socket that opened it and ends with that socket. -EBUSY: another is open.
 * @GABION_CMD_POLICY_CHUNK: In: OFFSET, DATA. Chunks follow each other without gap.
 * @GABION_CMD_POLICY_COMMIT: verify and put in force, atomically. On any error the policy in
 *	force stays and the transaction is gone.
 *	-EBUSY: tasks run in a domain that the new policy does not have (TASKS lists them).
 *	-EPERM: policy locked.
 *	-EDEADLK: it has `audit required` for the domain of the sender, or of the subscriber.
 * @GABION_CMD_POLICY_ABORT: drop the transaction of this socket.
 * @GABION_CMD_POLICY_UNLOAD: no policy in force; refused with -EBUSY while a task is confined.
 * @GABION_CMD_STATUS: Out: INSTANCE, MODULE_VERSION, GENERATION, POLICY_SIZE, NDOMAINS, LOCKED,
 *	CACHE_HITS, CACHE_MISSES, EVENTS_MADE, EVENTS_LOST, EVENTS_PENDING,
 *	EVENTS_ACKNOWLEDGED, EVENTS_FOLDED, NTASKS
 * @GABION_CMD_HOOKS: dump; each message: HOOK_NAME, HOOK_METHOD, HOOK_CHECKS, HOOK_REFUSALS,
 *	HOOK_STATE
 * @GABION_CMD_DOMAINS: dump; each message: DOMAIN, DOMAIN_ID, DOMAIN_FLAGS, LEVEL, NTASKS,
 *	DOMAIN_CHECKS, DOMAIN_REFUSALS, DOMAIN_EVENTS, DOMAIN_LOST, DOMAIN_WITHHELD
 * @GABION_CMD_TASKS: dump of confined threads; each message: PID, TGID, DOMAIN, COMM
 * @GABION_CMD_TASK_ASSIGN: In: PID (a thread-group leader), DOMAIN. All its threads move.
 * @GABION_CMD_TASK_EXEC: In: DOMAIN. The caller's next execve enters that domain.
 * @GABION_CMD_EVENT_SUBSCRIBE: this socket gets EVENT_READY notices; one subscriber at a time,
 *	a new one replaces a dead one, -EBUSY for a live one; -EDEADLK for one in a domain with
 *	`audit required`, which would wait for itself.
 * @GABION_CMD_EVENT_READ: dump. In: EVENT_ACK (optional): events up to this sequence number
 *	were stored by the reader and may be forgotten, as far as they were presented to it;
 *	only the subscriber may. Another reader looks on. Each message: nested EVENT (several)
 *	and LOSS (the exact number of events lost since boot of the module, for each CPU and
 *	each domain that lost any there). Events not acknowledged come again: a reader that dies loses nothing.
 * @GABION_CMD_EVENT_READY: notice from the kernel, no attributes: there are events. It comes some
 *	10 ms after the first of them, or sooner if they are many, and once until EVENT_READ.
 * @GABION_CMD_SYSCALLS: dump; each message: DOMAIN, ABI, CALLS_USED, CALLS_KNOWN. One for each domain
 *	that has a syscall filter and each ABI.
 * @GABION_CMD_LOCK: policy and module stay until reboot.
 * @GABION_CMD_TASK_ENTER: dump. In: PID (optional). Every process of the host's domain whose
 *	executable is the `enter` of a domain moves there, all of its threads or none, as
 *	TASK_ASSIGN would; when the dump begins, all of it is done. Each message, one for each
 *	process that was moved or should have been: PID, COMM, DOMAIN (absent: not known),
 *	EXE (absent: it has no name), ERROR (absent: it was moved). With PID it is done for this
 *	process only, and there is a message whatever comes of it.
 *	-EAGAIN: more processes than one call takes, or they keep appearing: call again.
 */
enum gabion_cmd {
	GABION_CMD_UNSPEC,
	GABION_CMD_POLICY_BEGIN,
	GABION_CMD_POLICY_CHUNK,
	GABION_CMD_POLICY_COMMIT,
	GABION_CMD_POLICY_ABORT,
	GABION_CMD_POLICY_UNLOAD,
	GABION_CMD_STATUS,
	GABION_CMD_HOOKS,
	GABION_CMD_DOMAINS,
	GABION_CMD_TASKS,
	GABION_CMD_TASK_ASSIGN,
	GABION_CMD_TASK_EXEC,
	GABION_CMD_EVENT_SUBSCRIBE,
	GABION_CMD_EVENT_READ,
	GABION_CMD_EVENT_READY,
	GABION_CMD_LOCK,
	GABION_CMD_SYSCALLS,
	GABION_CMD_TASK_ENTER,
	__GABION_CMD_END,
};

/**
 * enum gabion_attr - attributes of commands and replies
 * @GABION_A_SIZE:		u32, bytes in the whole policy image
 * @GABION_A_OFFSET:		u32, bytes
 * @GABION_A_DATA:		binary, 1..GABION_CHUNK_MAX bytes
 * @GABION_A_MODULE_VERSION:	string
 * @GABION_A_GENERATION:	u32, counts policies put in force; 0 = none yet
 * @GABION_A_POLICY_SIZE:	u32, bytes of the image in force, 0 = none
 * @GABION_A_NDOMAINS:		u32
 * @GABION_A_NTASKS:		u32, confined threads
 * @GABION_A_LOCKED:		u8, 0 or 1
 * @GABION_A_CACHE_HITS:	u64, label cache
 * @GABION_A_CACHE_MISSES:	u64
 * @GABION_A_EVENTS_MADE:	u64, = acknowledged + pending + folded + lost, always
 * @GABION_A_EVENTS_LOST:	u64
 * @GABION_A_EVENTS_PENDING:	u64, in the rings
 * @GABION_A_HOOK_NAME:		string, function name without "security_"
 * @GABION_A_HOOK_METHOD:	string: "direct" or "ipmodify", how ftrace calls it
 * @GABION_A_HOOK_STATE:	string: "armed", or what is wrong
 * @GABION_A_HOOK_CHECKS:	u64, calls that were checked: of most hooks those by
 *				confined tasks, without those of which nothing had to be asked
 *				(kmod/hooks.h)
 * @GABION_A_HOOK_REFUSALS:	u64
 * @GABION_A_DOMAIN:		string, at most GABION_NAME_MAX - 1 bytes
 * @GABION_A_DOMAIN_ID:		u32, the kernel's number for the name, the same until unload
 * @GABION_A_DOMAIN_FLAGS:	u32, GABION_DOMAIN_*
 * @GABION_A_LEVEL:		string
 * @GABION_A_PID:		u32, in the initial pid namespace
 * @GABION_A_TGID:		u32
 * @GABION_A_COMM:		string
 * @GABION_A_EVENT_ACK:		u64, sequence number
 * @GABION_A_EVENT:		nest of enum gabion_event_attr
 * @GABION_A_LOSS:		nest of enum gabion_loss_attr
 * @GABION_A_INSTANCE:		u64, random number of this load of the module: sequence numbers
 *				count within it
 * @GABION_A_ABI:		u32, enum gabion_abi
 * @GABION_A_CALLS_USED:	binary, little-endian bit set by number: calls that the filter of this
 *				domain let run since the module was loaded
 * @GABION_A_CALLS_KNOWN:	u32, size of the running kernel's table of that ABI
 * @GABION_A_EXE:		string, path of a process's executable
 * @GABION_A_ERROR:		u32, errno: why a process was not moved. EMLINK: another one shares its
 *				memory or descriptors; EBUSY: it has an io_uring that the domain
 *				would not let it have; EAGAIN: it was executing something all
 *				the time; EDEADLK: it reads the events, and the domain has `audit
 *				required`; EOWNERDEAD: sharing began in this moment, it was killed; with
 *				PID also ENOENT: no domain is entered by its executable, EEXIST: it is
 *				in DOMAIN already, EINVAL: a kernel thread, or not a group leader,
 *				ESRCH: it has ended
 * @GABION_A_EVENTS_ACKNOWLEDGED: u64, forgotten because the subscriber has stored them
 * @GABION_A_EVENTS_FOLDED:	u64, counted in others (GABION_E_COUNT)
 * @GABION_A_DOMAIN_CHECKS:	u64, checks that tasks of the domain came to since the module was
 *				loaded, like the next four; without calls of which nothing had to be
 *				asked (kmod/hooks.h), and without the syscall filter's. Of the host,
 *				as long as it is not held, only those that every task comes to
 * @GABION_A_DOMAIN_REFUSALS:	u64, of them, and of the syscall filter
 * @GABION_A_DOMAIN_EVENTS:	u64, accesses and transitions that it made events of, lost and folded ones too
 * @GABION_A_DOMAIN_LOST:	u64, of them
 * @GABION_A_DOMAIN_WITHHELD:	u64, refused, and not made events of, because there was no room (`audit
 *				required`)
 */
enum gabion_attr {
	GABION_A_UNSPEC,
	GABION_A_PAD,
	GABION_A_SIZE,
	GABION_A_OFFSET,
	GABION_A_DATA,
	GABION_A_MODULE_VERSION,
	GABION_A_GENERATION,
	GABION_A_POLICY_SIZE,
	GABION_A_NDOMAINS,
	GABION_A_NTASKS,
	GABION_A_LOCKED,
	GABION_A_CACHE_HITS,
	GABION_A_CACHE_MISSES,
	GABION_A_EVENTS_MADE,
	GABION_A_EVENTS_LOST,
	GABION_A_EVENTS_PENDING,
	GABION_A_HOOK_NAME,
	GABION_A_HOOK_METHOD,
	GABION_A_HOOK_STATE,
	GABION_A_HOOK_CHECKS,
	GABION_A_HOOK_REFUSALS,
	GABION_A_DOMAIN,
	GABION_A_DOMAIN_ID,
	GABION_A_DOMAIN_FLAGS,
	GABION_A_LEVEL,
	GABION_A_PID,
	GABION_A_TGID,
	GABION_A_COMM,
	GABION_A_EVENT_ACK,
	GABION_A_EVENT,
	GABION_A_LOSS,
	GABION_A_INSTANCE,
	GABION_A_ABI,
	GABION_A_CALLS_USED,
	GABION_A_CALLS_KNOWN,
	GABION_A_EXE,
	GABION_A_ERROR,
	GABION_A_EVENTS_ACKNOWLEDGED,
	GABION_A_EVENTS_FOLDED,
	GABION_A_DOMAIN_CHECKS,
	GABION_A_DOMAIN_REFUSALS,
	GABION_A_DOMAIN_EVENTS,
	GABION_A_DOMAIN_LOST,
	GABION_A_DOMAIN_WITHHELD,
	__GABION_A_END,
};
#define GABION_A_MAX	(__GABION_A_END - 1)

/**
 * enum gabion_event_attr - attributes of one event
 * @GABION_E_SEQUENCE:	u64, counts all events since the module was loaded, from 1
 * @GABION_E_CPU:	u32
 * @GABION_E_BOOTTIME:	u64, ns of CLOCK_BOOTTIME
 * @GABION_E_REALTIME:	u64, ns of CLOCK_REALTIME
 * @GABION_E_TYPE:	u32, enum gabion_event_type
 * @GABION_E_VERDICT:	u32, enum gabion_verdict
 * @GABION_E_REASON:	u32, enum gabion_reason
 * @GABION_E_CLASS:	u32, enum gabion_class
 * @GABION_E_WANTED:	u32, permissions asked for; number of the capability,
 *			family, control, netlink protocol or syscall
 * @GABION_E_REFUSED:	u32, those of them that were not granted
 * @GABION_E_GENERATION: u32, of the policy that decided
 * @GABION_E_DOMAIN:	string, subject
 * @GABION_E_TARGET:	string, domain acted on (domain class), or entered (transition)
 * @GABION_E_LABEL:	u32, label of the object in that policy
 * @GABION_E_RESOURCE:	string, resources of the label joined by ","; absent: none
 * @GABION_E_OBJECT:	string, path or other name; absent for net
 * @GABION_E_OBJECT2:	string, second path (rename, link)
 * @GABION_E_NET:	binary, struct gabion_net_key
 * @GABION_E_HOOK:	string, hook that decided
 * @GABION_E_PID:	u32, thread
 * @GABION_E_TGID:	u32, process
 * @GABION_E_PPID:	u32, parent process
 * @GABION_E_UID:	u32, real uid in the initial user namespace
 * @GABION_E_START:	u64, ns of CLOCK_BOOTTIME when the process started
 * @GABION_E_COMM:	string
 * @GABION_E_EXE:	string, path of the executable; absent if it has none
 * @GABION_E_SIGNAL:	u32, signal number (domain class, signal)
 * @GABION_E_TARGET_PID: u32, process acted on
 * @GABION_E_ABI:	u32, enum gabion_abi (syscall class, like the next three)
 * @GABION_E_ARGUMENTS:	binary, six u64: what the registers held when it was judged
 * @GABION_E_OUTCOME:	u32, action << 16 | data, as in syscall.h
 * @GABION_E_IP:	u64, user address behind the syscall instruction
 * @GABION_E_COMMAND:	u32, ioctl(2) command (file class, ioctl)
 * @GABION_E_CPU_SEQUENCE: u64, counts the events of this CPU since the module was loaded, from 1
 * @GABION_E_ANCESTOR:	nest of enum gabion_ancestor_attr; repeated, the parent first; absent in
 *			an interrupt
 * @GABION_E_TRUNCATED:	u64, bit n: of attribute n there is more than is said here. Of names of
 *			files the beginning is missing, of other strings the end, of what is
 *			repeated the rest
 * @GABION_E_LEVEL:	string, level and categories of DOMAIN, as in the policy that decided, like
 *			the next two
 * @GABION_E_OBJECT_LEVEL: string, those of the object or of TARGET
 * @GABION_E_RULE:	string, "file:line" in the policy's source; repeated. What denied; or where
 *			the level order refused, and where it was granted, what grants
 * @GABION_E_DOMAIN_FLAGS: u32, GABION_DOMAIN_* of TARGET (mode)
 * @GABION_E_ERROR:	u32, errno with which a command was refused (policy)
 * @GABION_E_MESSAGE:	string, what it was told; absent: nothing
 * @GABION_E_COUNT:	u32, so many events say this, and differ in nothing but sequence number and
 *			time; absent: one. Those of the first are given. The subscriber is told it
 *			once and for all, others what it is by now.
 * @GABION_E_LAST:	u64, ns of CLOCK_BOOTTIME of the last of them; absent: one
 */
enum gabion_event_attr {
	GABION_E_UNSPEC,
	GABION_E_PAD,
	GABION_E_SEQUENCE,
	GABION_E_CPU,
	GABION_E_BOOTTIME,
	GABION_E_REALTIME,
	GABION_E_TYPE,
	GABION_E_VERDICT,
	GABION_E_REASON,
	GABION_E_CLASS,
	GABION_E_WANTED,
	GABION_E_REFUSED,
	GABION_E_GENERATION,
	GABION_E_DOMAIN,
	GABION_E_TARGET,
	GABION_E_LABEL,
	GABION_E_RESOURCE,
	GABION_E_OBJECT,
	GABION_E_OBJECT2,
	GABION_E_NET,
	GABION_E_HOOK,
	GABION_E_PID,
	GABION_E_TGID,
	GABION_E_PPID,
	GABION_E_UID,
	GABION_E_START,
	GABION_E_COMM,
	GABION_E_EXE,
	GABION_E_SIGNAL,
	GABION_E_TARGET_PID,
	GABION_E_ABI,
	GABION_E_ARGUMENTS,
	GABION_E_OUTCOME,
	GABION_E_IP,
	GABION_E_COMMAND,
	GABION_E_CPU_SEQUENCE,
	GABION_E_ANCESTOR,
	GABION_E_TRUNCATED,
	GABION_E_LEVEL,
	GABION_E_OBJECT_LEVEL,
	GABION_E_RULE,
	GABION_E_DOMAIN_FLAGS,
	GABION_E_ERROR,
	GABION_E_MESSAGE,
	GABION_E_COUNT,
	GABION_E_LAST,
	__GABION_E_END,
};
#define GABION_E_MAX	(__GABION_E_END - 1)

/* Most ancestors in an event; where there are more, GABION_E_TRUNCATED says so. */
#define GABION_ANCESTORS_MAX	16U

/**
 * enum gabion_ancestor_attr - a process that the task of an event descends from
 * @GABION_P_PID:	u32, process, in the initial pid namespace
 * @GABION_P_START:	u64, ns of CLOCK_BOOTTIME when it started
 * @GABION_P_COMM:	string
 * @GABION_P_DOMAIN:	string, the domain it was in then
 */
enum gabion_ancestor_attr {
	GABION_P_UNSPEC,
	GABION_P_PAD,
	GABION_P_PID,
	GABION_P_START,
	GABION_P_COMM,
	GABION_P_DOMAIN,
	__GABION_P_END,
};
#define GABION_P_MAX	(__GABION_P_END - 1)

/**
 * enum gabion_loss_attr - exact losses of one domain on one CPU
 * @GABION_L_CPU:	u32
 * @GABION_L_COUNT:	u64, its events lost on this CPU since the module was loaded
 * @GABION_L_DOMAIN:	string, whose access or transition was lost; absent: events of the kernel
 *			itself (policy, lock, hook)
 */
enum gabion_loss_attr {
	GABION_L_UNSPEC,
	GABION_L_PAD,
	GABION_L_CPU,
	GABION_L_COUNT,
	GABION_L_DOMAIN,
	__GABION_L_END,
};
#define GABION_L_MAX	(__GABION_L_END - 1)

/* GABION_E_TYPE */
enum gabion_event_type {
	GABION_EVENT_ACCESS = 1,	/* a decision about one access */
	GABION_EVENT_TRANSITION,	/* a task entered another domain: DOMAIN -> TARGET */
	/*
	 * A policy was put in force; GENERATION 0: the last one was taken away; DENIED:
	 * neither, see ERROR.
	 */
	GABION_EVENT_POLICY,
	GABION_EVENT_HOOK,		/* a hook no longer fires: HOOK */
	GABION_EVENT_LOCK,		/* policy locked */
	GABION_EVENT_MODE,		/* with a new policy the mode of TARGET: DOMAIN_FLAGS */
	GABION_EVENT_SUBSCRIBE,		/* an agent takes the events */
	GABION_EVENT_UNSUBSCRIBE,	/* it does not any longer: its socket was closed */
};

/* GABION_E_VERDICT */
enum gabion_verdict {
	GABION_VERDICT_ALLOWED = 1,	/* granted, and the rule asked for a record */
	GABION_VERDICT_DENIED,
	GABION_VERDICT_COMPLAIN,	/* would have been denied; the domain is in complain mode */
};

/* GABION_E_REASON */
enum gabion_reason {
	GABION_REASON_NONE,
	GABION_REASON_SIGMA,		/* no rule grants it */
	GABION_REASON_DENY,		/* a deny rule takes it away */
	GABION_REASON_LEVEL,		/* a rule grants it, the level order does not */
	GABION_REASON_CAPABILITY,
	GABION_REASON_UNREACHABLE,	/* the object has no host-absolute name */
	GABION_REASON_RELABEL,		/* the new name has another label */
	GABION_REASON_TRANSITION,	/* domain change not possible (no_new_privs, tracer) */
	GABION_REASON_MEMORY,		/* the kernel could not decide and refused */
	GABION_REASON_SYSCALL,		/* the domain's syscall filter */
};

#endif /* _UAPI_GABION_NETLINK_H */
