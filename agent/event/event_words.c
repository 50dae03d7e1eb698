// SPDX-License-Identifier: GPL-2.0
#include "event_words.h"

#include <stdio.h>
#include <string.h>

#include "../policy/names.h"
#include "../policy/outcome.h"
#include "../policy/syscall_names.h"
#include "../seccomp/call_label.h"

#define WORDS(table, index) ((index) < sizeof(table) / sizeof(*(table)) ? (table)[index] : NULL)

static const char *const types[] = {
	[GABION_EVENT_ACCESS] = "access",
	[GABION_EVENT_TRANSITION] = "transition",
	[GABION_EVENT_POLICY] = "policy",
	[GABION_EVENT_HOOK] = "hook",
	[GABION_EVENT_LOCK] = "lock",
	[GABION_EVENT_MODE] = "mode",
	[GABION_EVENT_SUBSCRIBE] = "subscribe",
	[GABION_EVENT_UNSUBSCRIBE] = "unsubscribe",
};

static const char *const verdicts[] = {
	[GABION_VERDICT_ALLOWED] = "allowed",
	[GABION_VERDICT_DENIED] = "denied",
	[GABION_VERDICT_COMPLAIN] = "complain",
};

static const char *const reasons[] = {
	[GABION_REASON_NONE] = "none",
	[GABION_REASON_SIGMA] = "no-rule",
	[GABION_REASON_DENY] = "deny-rule",
	[GABION_REASON_LEVEL] = "level",
	[GABION_REASON_CAPABILITY] = "capability",
	[GABION_REASON_UNREACHABLE] = "unreachable",
	[GABION_REASON_RELABEL] = "relabel",
	[GABION_REASON_TRANSITION] = "transition",
	[GABION_REASON_MEMORY] = "memory",
	[GABION_REASON_SYSCALL] = "syscall",
};

static const char *const phrases[] = {
	[GABION_REASON_NONE] = "a rule grants it",
	[GABION_REASON_SIGMA] = "no rule grants it",
	[GABION_REASON_DENY] = "a deny rule takes it away",
	[GABION_REASON_LEVEL] = "the level order forbids it",
	[GABION_REASON_CAPABILITY] = "the domain does not have the capability",
	[GABION_REASON_UNREACHABLE] = "the object has no host-absolute name",
	[GABION_REASON_RELABEL] = "the new name has another label",
	[GABION_REASON_TRANSITION] = "the domain cannot be changed here",
	[GABION_REASON_MEMORY] = "the kernel had no memory to decide",
	[GABION_REASON_SYSCALL] = "the domain's syscall filter",
};

const char *gabion_event_type_token(uint32_t type)
{
	return WORDS(types, type);
}

const char *gabion_event_verdict_token(uint32_t verdict)
{
	return WORDS(verdicts, verdict);
}

const char *gabion_event_reason_token(uint32_t reason)
{
	return WORDS(reasons, reason);
}

const char *gabion_event_reason_phrase(uint32_t reason)
{
	return WORDS(phrases, reason);
}

const char *gabion_event_mode_token(uint32_t flags)
{
	if (flags & GABION_DOMAIN_UNCONFINED)
		return "unconfined";
	return flags & GABION_DOMAIN_COMPLAIN ? "complain" : "enforce";
}

const char *gabion_event_class_token(uint32_t klass)
{
	const char *name = gabion_class_name(klass);

	return strcmp(name, "unknown") ? name : NULL;
}

const char *gabion_event_abi_token(uint32_t abi)
{
	return abi < GABION_ABI_END ? gabion_abi_name(abi) : NULL;
}

const char *gabion_event_action_token(uint32_t action)
{
	return action < GABION_ACTION_END ? gabion_action_name(action) : NULL;
}

char *gabion_event_call(const struct gabion_event *event)
{
	char *text;

	if (event->abi < GABION_ABI_END)
		return gabion_call_label(event->abi, event->wanted);
	return asprintf(&text, "%u", event->wanted) < 0 ? NULL : text;
}

uint32_t gabion_event_number(const char *(*token_of)(uint32_t), uint32_t end, const char *token)
{
	const char *word;
	uint32_t i;

	for (i = 0; i < end; i++) {
		word = token_of(i);
		if (word && !strcmp(word, token))
			return i;
	}
	return 0;
}

bool gabion_event_class_is_mask(uint32_t klass)
{
	return klass < GABION_CLASS_TABLES_END;
}

const char *gabion_event_permission(uint32_t klass, uint32_t index, char *buffer, size_t size)
{
	const char *name = gabion_name_of(klass, index);

	if (name)
		return name;
	snprintf(buffer, size, gabion_event_class_is_mask(klass) ? "bit%u" : "%u", index);
	return buffer;
}
