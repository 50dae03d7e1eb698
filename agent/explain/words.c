// SPDX-License-Identifier: GPL-2.0
#include "words.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../../core/level.h"
#include "../common/cleanup.h"
#include "../common/text.h"
#include "../event/event_line.h"
#include "../event/event_words.h"
#include "../policy/commands.h"
#include "../policy/endpoint.h"
#include "../policy/outcome.h"
#include "../policy/mem.h"

static void put(FILE *out, const char *name)
{
	cleanup_free char *shown = name ? gabion_text_escape(name) : NULL;

	fputs(shown ? shown : "?", out);
}

static void put_time(FILE *out, uint64_t ns)
{
	time_t seconds = (time_t)(ns / 1000000000);
	struct tm tm;
	char text[64];

	if (!ns)
		return;
	localtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	fprintf(out, "On %s.%03u ", text, (unsigned int)(ns / 1000000 % 1000));
}

static void put_who(FILE *out, const struct gabion_event *e)
{
	size_t i;

	fputs("the program ", out);
	put(out, e->exe ? e->exe : e->comm);
	fputs(" (", out);
	if (e->comm) {
		put(out, e->comm);
		fputs(", ", out);
	}
	fprintf(out, "pid %u", e->tgid);
	if (gabion_event_has(e, GABION_E_UID))
		fprintf(out, ", uid %u", e->uid);
	fputc(')', out);
	for (i = 0; i < e->nancestors; i++) {
		fputs(i ? " < " : ", started by ", out);
		put(out, e->ancestors[i].comm);
		fprintf(out, "[%u]", e->ancestors[i].pid);
	}
	fprintf(out, "%s in domain ", e->nancestors ? "," : "");
	put(out, e->domain);
	if (e->level) {
		fputs(" (level ", out);
		put(out, e->level);
		fputc(')', out);
	}
}

/* "read, write", "capability chown", "the syscall ptrace" */
static void put_permissions(FILE *out, const struct gabion_event *e)
{
	uint32_t bits = e->refused ? e->refused : e->wanted, i;
	const char *separator = "", *command;
	char buffer[16];

	if (e->klass == GABION_CLASS_SYSCALL) {
		cleanup_free char *call = gabion_event_call(e);

		fprintf(out, "the syscall %s of %s", call ? call : "?",
			gabion_event_abi_token(e->abi) ?: "an unknown ABI");
		return;
	}
	if (!gabion_event_class_is_mask(e->klass)) {
		fprintf(out, "%s %s", gabion_event_class_token(e->klass) ?: "?",
			gabion_event_permission(e->klass, e->wanted, buffer, sizeof(buffer)));
		return;
	}
	for (i = 0; i < 32; i++) {
		if (!(bits >> i & 1))
			continue;
		fprintf(out, "%s%s", separator,
			gabion_event_permission(e->klass, i, buffer, sizeof(buffer)));
		separator = ", ";
		if (e->klass != GABION_CLASS_FILE || 1U << i != GABION_FILE_IOCTL ||
		    !gabion_event_has(e, GABION_E_COMMAND))
			continue;
		command = gabion_command_name(e->command);
		if (command)
			fprintf(out, "(%s)", command);
		else
			fprintf(out, "(0x%x)", e->command);
	}
	if (!*separator)
		fputs("an access", out);
}

static void put_object(FILE *out, const struct gabion_event *e)
{
	if (e->object) {
		fprintf(out, " on %s",
			gabion_event_truncated(e, GABION_E_OBJECT) ? "..." : "");
		put(out, e->object);
	}
	if (e->object2) {
		fputs(", to become ", out);
		put(out, e->object2);
	}
	if (gabion_event_has(e, GABION_E_NET)) {
		cleanup_free char *key = gabion_net_key_format(&e->net);

		fprintf(out, " on %s", key);
	}
	if (e->target) {
		fputs(" on domain ", out);
		put(out, e->target);
		if (gabion_event_has(e, GABION_E_TARGET_PID))
			fprintf(out, " (pid %u)", e->target_pid);
	}
	if (e->resource) {
		fputs(", which belongs to ", out);
		put(out, e->resource);
	}
}

static void put_rules(FILE *out, const struct gabion_event *e, const char *otherwise)
{
	size_t i;

	for (i = 0; i < e->nrules; i++) {
		fputs(i ? ", " : "", out);
		put(out, e->rules[i]);
	}
	if (!e->nrules)
		fputs(otherwise, out);
}

static uint32_t flow_of(const struct gabion_event *e, bool write)
{
	uint32_t bits = e->refused ? e->refused : e->wanted;

	return bits & (write ? gabion_class_write_flow(e->klass) : gabion_class_read_flow(e->klass));
}

/* Which way the information would go, and what the order wants for that. */
static void put_level(FILE *out, const struct gabion_event *e)
{
	bool reads = flow_of(e, false), writes = flow_of(e, true);

	fprintf(out, "The order of levels forbids it, whatever rules grant: %s. The domain has level ",
		reads && writes ? "information goes both ways, which needs the same level"
		: reads		? "who reads must have a level that dominates the object's"
				: "who writes must have a level that the object's dominates");
	put(out, e->level);
	fprintf(out, ", %s level ", e->klass == GABION_CLASS_DOMAIN ? "the other" : "the object");
	put(out, e->object_level);
	if (e->nrules) {
		fputs("; what grants it is ", out);
		put_rules(out, e, "");
	}
	fputc('.', out);
}

static void put_no_rule(FILE *out, const struct gabion_event *e)
{
	if (e->nrules) {
		fputs("The deny rule at ", out);
		put_rules(out, e, "");
		fputs(" takes it away, whatever else grants it.", out);
	} else if ((e->klass == GABION_CLASS_FILE || e->klass == GABION_CLASS_NET) && !e->resource) {
		fputs("No rule of the domain grants it, and no resource of the policy covers the "
		      "object.", out);
	} else {
		fputs("No rule of the domain grants it.", out);
	}
}

static void put_call(FILE *out, const struct gabion_event *e)
{
	cleanup_free char *outcome = gabion_event_has(e, GABION_E_OUTCOME)
					     ? gabion_outcome_format(e->outcome) : NULL;

	fprintf(out, "The domain's syscall filter decided: %s.", outcome ? outcome : "refused");
}

static void put_why(FILE *out, const struct gabion_event *e)
{
	switch (e->reason) {
	case GABION_REASON_DENY:
		fputs("The deny rule at ", out);
		put_rules(out, e, "a place that the event does not name");
		fputs(" takes it away, whatever else grants it.", out);
		break;
	case GABION_REASON_LEVEL:
		put_level(out, e);
		break;
	case GABION_REASON_SYSCALL:
		put_call(out, e);
		break;
	case GABION_REASON_UNREACHABLE:
		fputs("The object has no host-absolute name (a memory file, a pipe, something on a "
		      "detached mount), and nothing grants that for such objects.", out);
		break;
	case GABION_REASON_RELABEL:
		fputs("The new name has other resources than the old one, so that the move would "
		      "change who may use the file; that takes relabel on the old name.", out);
		break;
	case GABION_REASON_TRANSITION:
		fputs("The domain cannot be changed here: no_new_privs is set, a tracer is attached "
		      "or a seccomp filter would go along, and the new domain is not one that the "
		      "old one may trace.", out);
		break;
	case GABION_REASON_MEMORY:
		fputs("The kernel had no memory to decide, and refused; no rule was asked.", out);
		break;
	default:
		put_no_rule(out, e);
	}
}

static void put_access(FILE *out, const struct gabion_event *e)
{
	put_who(out, e);
	if (e->verdict == GABION_VERDICT_ALLOWED)
		fputs(" was granted ", out);
	else if (e->verdict == GABION_VERDICT_COMPLAIN)
		fputs(" had, because the domain is in complain mode, what would be refused else: ",
		      out);
	else
		fputs(" was refused ", out);
	put_permissions(out, e);
	put_object(out, e);
	fprintf(out, ", by policy generation %u", e->generation);
	if (e->hook) {
		fputs(" at ", out);
		put(out, e->hook);
	}
	if (gabion_event_has(e, GABION_E_COUNT))
		fprintf(out, ", %u times", e->count);
	fputs(". ", out);
	if (e->verdict != GABION_VERDICT_ALLOWED) {
		put_why(out, e);
	} else {
		fputs("It is recorded because a rule asks for that; what grants it is ", out);
		put_rules(out, e, "named nowhere in the event");
		fputc('.', out);
	}
}

static void put_transition(FILE *out, const struct gabion_event *e)
{
	put_who(out, e);
	if (e->verdict == GABION_VERDICT_DENIED)
		fputs(" could not be moved to domain ", out);
	else
		fputs(gabion_event_has(e, GABION_E_TARGET_PID) ? " moved a process to domain "
							       : " entered domain ", out);
	put(out, e->target);
	if (e->object) {
		fputs(" for ", out);
		put(out, e->object);
	}
	fputs(". ", out);
	if (e->verdict == GABION_VERDICT_DENIED)
		put_why(out, e);
}

/* What is no decision about an access is told as `gabion monitor` does. */
static void put_other(FILE *out, const struct gabion_record *record)
{
	cleanup_free char *line = gabion_record_line(record, 0);

	fprintf(out, "This record is about no access: %s", line ? line : "?");
}

char *gabion_explain_words(const struct gabion_record *record)
{
	const struct gabion_event *e = &record->event;
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return NULL;
	if (record->kind == GABION_RECORD_EVENT && (e->type == GABION_EVENT_ACCESS ||
						    e->type == GABION_EVENT_TRANSITION)) {
		put_time(out, e->realtime);
		(e->type == GABION_EVENT_ACCESS ? put_access : put_transition)(out, e);
	} else {
		put_other(out, record);
	}
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
