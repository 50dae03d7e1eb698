// SPDX-License-Identifier: GPL-2.0
#include "event_line.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../common/cleanup.h"
#include "../common/protocol.h"
#include "../common/text.h"
#include "../policy/commands.h"
#include "../policy/outcome.h"
#include "event_words.h"

#define RED	"\033[1;31m"
#define YELLOW	"\033[1;33m"
#define GREEN	"\033[32m"
#define BOLD	"\033[1m"
#define PLAIN	"\033[0m"

static void put_escaped(FILE *out, const char *s)
{
	cleanup_free char *text = gabion_text_escape(s ? s : "?");

	fputs(text ? text : "?", out);
}

static void put_time(FILE *out, uint64_t ns)
{
	time_t seconds = (time_t)(ns / 1000000000);
	char text[16];
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%H:%M:%S", &tm);
	fprintf(out, "%s.%03u ", text, (unsigned int)(ns / 1000000 % 1000));
}

/* The first word of a line, in a column of its own. */
static void put_word(FILE *out, const char *word, const char *colour, unsigned int flags)
{
	bool on = flags & GABION_LINE_COLOUR;

	fprintf(out, "%s%s%s%*s  ", on ? colour : "", word, on ? PLAIN : "",
		strlen(word) < 6 ? 6 - (int)strlen(word) : 0, "");
}

static void put_verdict(FILE *out, uint32_t verdict, unsigned int flags)
{
	switch (verdict) {
	case GABION_VERDICT_DENIED:
		put_word(out, "DENIED", RED, flags);
		break;
	case GABION_VERDICT_COMPLAIN:
		put_word(out, "COMPLAIN", YELLOW, flags);
		break;
	default:
		put_word(out, "ALLOWED", GREEN, flags);
	}
}

/* syscall ptrace(0x10, 0x1, 0x0, 0x0, 0x0, 0x0) of i386: errno EPERM */
static void put_syscall(FILE *out, const struct gabion_event *event)
{
	cleanup_free char *call = gabion_event_call(event);
	cleanup_free char *outcome = gabion_outcome_format(event->outcome);
	const char *abi = gabion_event_abi_token(event->abi);
	int i;

	fprintf(out, "syscall %s", call ? call : "?");
	if (gabion_event_has(event, GABION_E_ARGUMENTS))
		for (i = 0; i < 6; i++)
			fprintf(out, "%s0x%" PRIx64 "%s", i ? ", " : "(", event->arguments[i],
				i == 5 ? ")" : "");
	if (!abi)
		fprintf(out, " of ABI %u", event->abi);
	else if (event->abi != GABION_ABI_X86_64)
		fprintf(out, " of %s", abi);
	if (gabion_event_has(event, GABION_E_OUTCOME))
		fprintf(out, ": %s", outcome ? outcome : "?");
}

/* ioctl(TIOCSTI), ioctl(0x1234) */
static void put_command(FILE *out, const struct gabion_event *event)
{
	const char *name = gabion_command_name(event->command);

	if (!gabion_event_has(event, GABION_E_COMMAND))
		return;
	if (name)
		fprintf(out, "(%s)", name);
	else
		fprintf(out, "(0x%x)", event->command);
}

static void put_permissions(FILE *out, const struct gabion_event *event)
{
	uint32_t bits = event->refused ? event->refused : event->wanted, i;
	const char *separator = "";
	char buffer[16];

	if (event->klass == GABION_CLASS_SYSCALL) {
		put_syscall(out, event);
		return;
	}
	if (!gabion_event_class_is_mask(event->klass)) {
		/* Number 0 is a name too (chown, mount), so refused cannot tell. */
		fprintf(out, "%s %s",
			gabion_event_class_token(event->klass) ?: "?",
			gabion_event_permission(event->klass, event->wanted, buffer,
						sizeof(buffer)));
		return;
	}
	for (i = 0; i < 32; i++) {
		if (!(bits & (1U << i)))
			continue;
		fprintf(out, "%s%s", separator,
			gabion_event_permission(event->klass, i, buffer, sizeof(buffer)));
		if (event->klass == GABION_CLASS_FILE && 1U << i == GABION_FILE_IOCTL)
			put_command(out, event);
		separator = ",";
	}
	if (!*separator)
		fputs("nothing", out);
}

static void put_net(FILE *out, const struct gabion_net_key *net)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	const struct gabion_protocol *protocol = gabion_protocol_numbered(net->protocol);
	unsigned int port = (unsigned int)net->port[0] << 8 | net->port[1];
	char address[INET6_ADDRSTRLEN];

	if (protocol)
		fprintf(out, "  %s ", protocol->name);
	else
		fprintf(out, "  protocol %u ", net->protocol);
	if (!memcmp(net->address, mapped, sizeof(mapped)))
		fprintf(out, "%s:%u",
			inet_ntop(AF_INET, net->address + 12, address, sizeof(address)), port);
	else
		fprintf(out, "[%s]:%u",
			inet_ntop(AF_INET6, net->address, address, sizeof(address)), port);
}

/* Of a name that is too long its end, behind dots. */
static void put_name(FILE *out, const struct gabion_event *event, const char *before,
		     const char *name, enum gabion_event_attr attribute)
{
	if (!name)
		return;
	fputs(before, out);
	if (gabion_event_truncated(event, attribute))
		fputs("...", out);
	put_escaped(out, name);
}

static void put_object(FILE *out, const struct gabion_event *event)
{
	const char *name;

	put_name(out, event, "  ", event->object, GABION_E_OBJECT);
	put_name(out, event, " -> ", event->object2, GABION_E_OBJECT2);
	if (gabion_event_has(event, GABION_E_NET))
		put_net(out, &event->net);
	if (event->target) {
		fputs("  domain ", out);
		put_escaped(out, event->target);
	}
	if (gabion_event_has(event, GABION_E_TARGET_PID))
		fprintf(out, " pid %u", event->target_pid);
	if (gabion_event_has(event, GABION_E_SIGNAL)) {
		name = sigabbrev_np((int)event->signal);
		if (name)
			fprintf(out, " SIG%s", name);
		else
			fprintf(out, " signal %u", event->signal);
	}
	if (event->resource) {
		fputs("  [", out);
		put_escaped(out, event->resource);
		fputc(']', out);
	}
}

/* " < sh[700] < sshd[650]": where it comes from, without those that everybody comes from. */
static void put_ancestors(FILE *out, const struct gabion_event *event)
{
	size_t i;

	for (i = 0; i < event->nancestors && event->ancestors[i].pid > 2; i++) {
		if (i == GABION_LINE_ANCESTORS) {
			fputs(" < ...", out);
			return;
		}
		fputs(" < ", out);
		put_escaped(out, event->ancestors[i].comm);
		fprintf(out, "[%u]", event->ancestors[i].pid);
	}
}

static void put_process(FILE *out, const struct gabion_event *event)
{
	if (event->comm || event->tgid) {
		fputs("  ", out);
		put_escaped(out, event->comm);
		fprintf(out, "[%u]", event->tgid);
		put_ancestors(out, event);
	}
	if (gabion_event_has(event, GABION_E_UID))
		fprintf(out, " uid %u", event->uid);
	put_name(out, event, "  exe ", event->exe, GABION_E_EXE);
}

/* "  (the level order forbids it: the domain is internal, the object secret)" */
static void put_reason(FILE *out, const struct gabion_event *event)
{
	const char *phrase = gabion_event_reason_phrase(event->reason);

	if (event->verdict == GABION_VERDICT_ALLOWED)
		return;
	if (phrase)
		fprintf(out, "  (%s", phrase);
	else
		fprintf(out, "  (reason %u", event->reason);
	if (event->reason == GABION_REASON_LEVEL && event->level && event->object_level) {
		fputs(": the domain is ", out);
		put_escaped(out, event->level);
		fputs(", the object ", out);
		put_escaped(out, event->object_level);
	}
	fputc(')', out);
}

static void put_rules(FILE *out, const struct gabion_event *event)
{
	size_t i;

	for (i = 0; i < event->nrules; i++) {
		fputs(i ? ", " : "  rule ", out);
		put_escaped(out, event->rules[i]);
	}
	if (gabion_event_truncated(event, GABION_E_RULE))
		fputs(event->nrules ? ", ..." : "  rule ...", out);
}

static void put_access(FILE *out, const struct gabion_event *event, unsigned int flags)
{
	put_verdict(out, event->verdict, flags);
	put_escaped(out, event->domain);
	fputs("  ", out);
	put_permissions(out, event);
	put_object(out, event);
	put_reason(out, event);
	put_rules(out, event);
	put_process(out, event);
	fprintf(out, "  policy gen %u", event->generation);
}

/* A process enters by itself, or is moved by the one that the record is about, or cannot be. */
static void put_transition(FILE *out, const struct gabion_event *event, unsigned int flags)
{
	bool denied = event->verdict == GABION_VERDICT_DENIED;

	put_word(out, denied ? "DENIED" : "ENTERED", denied ? RED : BOLD, flags);
	put_escaped(out, event->domain);
	fputs(" -> ", out);
	put_escaped(out, event->target);
	if (gabion_event_has(event, GABION_E_TARGET_PID)) {
		fprintf(out, "  pid %u", event->target_pid);
		if (event->object) {
			fputc(' ', out);
			put_escaped(out, event->object);
		}
	}
	if (denied)
		fputs("  (it could not be moved)", out);
	put_process(out, event);
}

static void put_error(FILE *out, uint32_t number)
{
	const char *words = strerrordesc_np((int)number);

	if (words)
		fprintf(out, "change of the policy: %s", words);
	else
		fprintf(out, "change of the policy: error %u", number);
}

static void put_policy(FILE *out, const struct gabion_event *event, unsigned int flags)
{
	if (event->verdict == GABION_VERDICT_DENIED) {
		put_word(out, "DENIED", RED, flags);
		put_error(out, event->error);
		if (event->message) {
			fputs(": ", out);
			put_escaped(out, event->message);
		}
	} else if (event->generation) {
		put_word(out, "POLICY", BOLD, flags);
		fprintf(out, "generation %u is in force", event->generation);
	} else {
		put_word(out, "POLICY", BOLD, flags);
		fputs("none is in force any longer", out);
	}
	put_process(out, event);
}

static void put_event(FILE *out, const struct gabion_event *event, unsigned int flags)
{
	switch (event->type) {
	case GABION_EVENT_ACCESS:
		put_access(out, event, flags);
		break;
	case GABION_EVENT_TRANSITION:
		put_transition(out, event, flags);
		break;
	case GABION_EVENT_POLICY:
		put_policy(out, event, flags);
		break;
	case GABION_EVENT_HOOK:
		put_word(out, "HOOK", RED, flags);
		put_escaped(out, event->hook);
		fputs(" no longer fires: its operations are not checked", out);
		break;
	case GABION_EVENT_LOCK:
		put_word(out, "LOCKED", BOLD, flags);
		fputs("policy and module stay until reboot", out);
		put_process(out, event);
		break;
	case GABION_EVENT_MODE:
		put_word(out, "MODE", BOLD, flags);
		fputs("domain ", out);
		put_escaped(out, event->target);
		fprintf(out, " is in mode %s now", gabion_event_mode_token(event->domain_flags));
		put_process(out, event);
		fprintf(out, "  policy gen %u", event->generation);
		break;
	case GABION_EVENT_SUBSCRIBE:
		put_word(out, "AGENT", BOLD, flags);
		fputs("connected: it takes the events", out);
		put_process(out, event);
		break;
	case GABION_EVENT_UNSUBSCRIBE:
		put_word(out, "AGENT", BOLD, flags);
		fputs("disconnected: events wait in the kernel", out);
		put_process(out, event);
		break;
	}
	if (gabion_event_has(event, GABION_E_COUNT))
		fprintf(out, " (%u times)", event->count);
	fprintf(out, " #%" PRIu64, event->sequence);
}

char *gabion_record_line(const struct gabion_record *record, unsigned int flags)
{
	char *line = NULL;
	size_t length;
	FILE *out = open_memstream(&line, &length);

	if (!out)
		return NULL;
	if (flags & GABION_LINE_TIME)
		put_time(out, record->time);
	switch (record->kind) {
	case GABION_RECORD_EVENT:
		put_event(out, &record->event, flags);
		break;
	case GABION_RECORD_LOSS:
		put_word(out, "LOST", RED, flags);
		fprintf(out, "%" PRIu64 " events of ", record->count);
		put_escaped(out, record->text ?: "the kernel itself");
		fprintf(out, " on cpu %u, %" PRIu64 " there since the module was loaded",
			record->cpu, record->total);
		break;
	case GABION_RECORD_MALFORMED:
		put_word(out, "MALFORMED", RED, flags);
		fprintf(out, "%" PRIu64 " events from the kernel: ", record->count);
		put_escaped(out, record->text);
		break;
	case GABION_RECORD_MISSED:
		put_word(out, "MISSED", YELLOW, flags);
		fprintf(out, "%" PRIu64 " records: this reader was too slow", record->count);
		break;
	}
	if (fclose(out)) {
		free(line);
		return NULL;
	}
	return line;
}
