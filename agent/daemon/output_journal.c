// SPDX-License-Identifier: GPL-2.0
/*
 * Records to the journal, in its native protocol: MESSAGE for people, and each
 * member of the record as a field, names byte for byte as the kernel gave them.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <syslog.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "../common/cleanup.h"
#include "../event/event_line.h"
#include "../event/event_words.h"
#include "output.h"

#define JOURNAL_SOCKET	"/run/systemd/journal/socket"

/* So that `journalctl MESSAGE_ID=...` finds all of a kind; also in docs/events.md. */
#define ID_EVENT	"6c0d3c6d1f0b4bb0a3d19e1c0f5b7a21"
#define ID_LOSS		"b0a1f8a0e4c54e3d9b8f2c7e5d4a6f32"

#define FIELDS_MAX	40

/**
 * struct fields - one journal entry under construction
 * @iov:	each "NAME=value", owned
 * @failed:	out of memory
 */
struct fields {
	struct iovec iov[FIELDS_MAX];
	int n;
	bool failed;
};

static void add(struct fields *f, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct fields *f, const char *format, ...)
{
	char *text;
	va_list args;
	int length;

	if (f->n == FIELDS_MAX) {
		f->failed = true;
		return;
	}
	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0)
		f->failed = true;
	else
		f->iov[f->n++] = (struct iovec){ .iov_base = text, .iov_len = (size_t)length };
}

static void add_string(struct fields *f, const char *name, const char *value)
{
	if (value)
		add(f, "%s=%s", name, value);
}

static void add_number(struct fields *f, const char *name, uint64_t value)
{
	add(f, "%s=%" PRIu64, name, value);
}

static void free_fields(struct fields *f)
{
	while (f->n)
		free(f->iov[--f->n].iov_base);
}

static int priority(const struct gabion_record *record)
{
	if (record->kind != GABION_RECORD_EVENT)
		return LOG_ERR;
	switch (record->event.type) {
	case GABION_EVENT_HOOK:
		return LOG_CRIT;
	case GABION_EVENT_ACCESS:
		if (record->event.verdict == GABION_VERDICT_DENIED)
			return LOG_WARNING;
		if (record->event.verdict == GABION_VERDICT_COMPLAIN)
			return LOG_NOTICE;
		return LOG_INFO;
	case GABION_EVENT_TRANSITION:
		/* A process that should be in a domain, and is not. */
		return record->event.verdict == GABION_VERDICT_DENIED ? LOG_WARNING : LOG_NOTICE;
	default:
		return LOG_NOTICE;
	}
}

static void add_event(struct fields *f, const struct gabion_event *e)
{
	add_number(f, "GABION_SEQUENCE", e->sequence);
	add_string(f, "GABION_TYPE", gabion_event_type_token(e->type));
	add_string(f, "GABION_VERDICT", gabion_event_verdict_token(e->verdict));
	if (gabion_event_has(e, GABION_E_REASON))
		add_string(f, "GABION_REASON", gabion_event_reason_token(e->reason));
	add_string(f, "GABION_CLASS", gabion_event_class_token(e->klass));
	add_string(f, "GABION_DOMAIN", e->domain);
	add_string(f, "GABION_TARGET", e->target);
	add_string(f, "GABION_RESOURCES", e->resource);
	add_string(f, "GABION_OBJECT", e->object);
	add_string(f, "GABION_OBJECT2", e->object2);
	add_string(f, "GABION_HOOK", e->hook);
	add_string(f, "GABION_COMM", e->comm);
	add_string(f, "GABION_EXE", e->exe);
	if (gabion_event_has(e, GABION_E_TGID))
		add_number(f, "GABION_PID", e->tgid);
	if (gabion_event_has(e, GABION_E_PID))
		add_number(f, "GABION_TID", e->pid);
	if (gabion_event_has(e, GABION_E_PPID))
		add_number(f, "GABION_PPID", e->ppid);
	if (gabion_event_has(e, GABION_E_UID))
		add_number(f, "GABION_UID", e->uid);
	if (gabion_event_has(e, GABION_E_GENERATION))
		add_number(f, "GABION_GENERATION", e->generation);
}

static int journal_put(struct gabion_sink *sink, const struct gabion_record *record,
		       const char *line, size_t length, struct gabion_error *error)
{
	cleanup_free char *message = gabion_record_line(record, 0);
	struct fields f = { .failed = !message };
	char instance[24];
	int err;

	(void)sink;
	snprintf(instance, sizeof(instance), "%016" PRIx64, record->instance);
	add_string(&f, "MESSAGE", message);
	add_string(&f, "MESSAGE_ID", record->kind == GABION_RECORD_EVENT ? ID_EVENT : ID_LOSS);
	add_number(&f, "PRIORITY", (uint64_t)priority(record));
	add_string(&f, "SYSLOG_IDENTIFIER", "gabion");
	add_string(&f, "GABION_INSTANCE", instance);
	if (record->kind == GABION_RECORD_EVENT) {
		add_event(&f, &record->event);
	} else {
		add_number(&f, "GABION_COUNT", record->count);
		add_string(&f, "GABION_TYPE", record->kind == GABION_RECORD_LOSS ? "loss" :
										   "malformed");
	}
	/* The whole record, for programs that read the other outputs too. */
	add(&f, "GABION_JSON=%.*s", (int)length - 1, line);
	err = f.failed ? -ENOMEM : sd_journal_sendv(f.iov, f.n);
	free_fields(&f);
	if (err < 0)
		return gabion_error_set(error, err, "cannot write to the journal: %s",
					strerror(-err));
	return 0;
}

/* sd_journal_sendv(3) says success when no journal runs; then nothing was kept. */
static int journal_flush(struct gabion_sink *sink, struct gabion_error *error)
{
	(void)sink;
	if (access(JOURNAL_SOCKET, F_OK))
		return gabion_error_set(error, -errno, "the journal does not run: %s: %s",
					JOURNAL_SOCKET, strerror(errno));
	return 0;
}

static void journal_close(struct gabion_sink *sink)
{
	free(sink);
}

static const struct gabion_sink_ops journal_ops = {
	.put = journal_put,
	.flush = journal_flush,
	.close = journal_close,
};

int gabion_output_journal_open(struct gabion_sink **sink, const struct gabion_output_spec *spec,
			       struct gabion_error *error)
{
	struct gabion_sink *s = calloc(1, sizeof(*s));

	if (!s)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	s->ops = &journal_ops;
	s->name = spec->name;
	*sink = s;
	return 0;
}
