// SPDX-License-Identifier: GPL-2.0
#include "event_fields.h"

#define FIELD(key_, attribute_, kind_, member) \
	{ .key = key_, .attribute = GABION_E_##attribute_, .kind = GABION_FIELD_##kind_, \
	  .offset = offsetof(struct gabion_event, member) }

/*
 * The class comes before the permissions: the parser needs it to read them; but the
 * number of a syscall comes with the rest of it, behind them.
 */
const struct gabion_field gabion_event_fields[] = {
	FIELD("sequence", SEQUENCE, U64, sequence),
	FIELD("time", REALTIME, TIME, realtime),
	FIELD("boottime_ns", BOOTTIME, U64, boottime),
	FIELD("cpu", CPU, U32, cpu),
	FIELD("cpu_sequence", CPU_SEQUENCE, U64, cpu_sequence),
	FIELD("generation", GENERATION, U32, generation),
	FIELD("verdict", VERDICT, VERDICT, verdict),
	FIELD("reason", REASON, REASON, reason),
	FIELD("domain", DOMAIN, STRING, domain),
	FIELD("level", LEVEL, STRING, level),
	FIELD("class", CLASS, CLASS, klass),
	FIELD("wanted", WANTED, PERMISSIONS, wanted),
	FIELD("refused", REFUSED, PERMISSIONS, refused),
	FIELD("command", COMMAND, COMMAND, command),
	FIELD("syscall", ABI, SYSCALL, abi),
	FIELD("target", TARGET, STRING, target),
	FIELD("mode", DOMAIN_FLAGS, MODE, domain_flags),
	FIELD("errno", ERROR, ERRNO, error),
	FIELD("message", MESSAGE, STRING, message),
	FIELD("target_pid", TARGET_PID, U32, target_pid),
	FIELD("signal", SIGNAL, U32, signal),
	FIELD("object", OBJECT, STRING, object),
	FIELD("object2", OBJECT2, STRING, object2),
	FIELD("net", NET, NET, net),
	FIELD("label", LABEL, U32, label),
	FIELD("resources", RESOURCE, RESOURCES, resource),
	FIELD("object_level", OBJECT_LEVEL, STRING, object_level),
	FIELD("rules", RULE, RULES, rules),
	FIELD("hook", HOOK, STRING, hook),
	/* The kernel's pid is a thread, its tgid what people call a process. */
	FIELD("pid", TGID, U32, tgid),
	FIELD("tid", PID, U32, pid),
	FIELD("ppid", PPID, U32, ppid),
	FIELD("uid", UID, U32, uid),
	FIELD("start_ns", START, U64, start),
	FIELD("comm", COMM, STRING, comm),
	FIELD("exe", EXE, STRING, exe),
	FIELD("ancestors", ANCESTOR, ANCESTORS, ancestors),
	FIELD("count", COUNT, U32, count),
	FIELD("last_ns", LAST, U64, last),
};

const size_t gabion_event_nfields = sizeof(gabion_event_fields) / sizeof(*gabion_event_fields);
