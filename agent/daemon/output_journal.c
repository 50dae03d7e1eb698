// SPDX-License-Identifier: GPL-2.0
/*
 * Records to the journal, in its native protocol: MESSAGE for people, and each
 * member of the record as a field, names byte for byte as the kernel gave them.
 */
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "../event/event_line.h"
#include "../event/event_words.h"
#include "datagram.h"
#include "output.h"
#include "priority.h"

#define JOURNAL_SOCKET	"/run/systemd/journal/socket"

/* So that `journalctl MESSAGE_ID=...` finds all of a kind; also in docs/events.md. */
#define ID_EVENT	"6c0d3c6d1f0b4bb0a3d19e1c0f5b7a21"
#define ID_LOSS		"b0a1f8a0e4c54e3d9b8f2c7e5d4a6f32"

#define FIELDS_MAX	64

/* @fd: owned; the socket to send from */
struct journal_output {
	struct gabion_sink sink;
	int fd;
};

/**
 * struct fields - one journal entry under construction
 * @iov:	each a field with its newline, owned
 * @failed:	out of memory
 */
struct fields {
	struct iovec iov[FIELDS_MAX];
	size_t n;
	bool failed;
};

/*
 * "NAME=value\n"; or for a value with newlines "NAME\n", its length in 64 bits,
 * lowest byte first, value and "\n" (https://systemd.io/JOURNAL_NATIVE_PROTOCOL).
 */
static void add_bytes(struct fields *f, const char *name, const char *value, size_t length)
{
	bool binary = memchr(value, '\n', length);
	uint64_t size = htole64(length);
	size_t n = strlen(name);
	char *text = f->n < FIELDS_MAX ? malloc(n + 1 + sizeof(size) + length + 1) : NULL, *end;

	if (!text) {
		f->failed = true;
		return;
	}
	end = mempcpy(text, name, n);
	*end++ = binary ? '\n' : '=';
	if (binary)
		end = mempcpy(end, &size, sizeof(size));
	end = mempcpy(end, value, length);
	*end++ = '\n';
	f->iov[f->n++] = (struct iovec){ .iov_base = text, .iov_len = (size_t)(end - text) };
}

static void add_string(struct fields *f, const char *name, const char *value)
{
	if (value)
		add_bytes(f, name, value, strlen(value));
}

static void add_number(struct fields *f, const char *name, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	add_string(f, name, text);
}

static void free_fields(struct fields *f)
{
	while (f->n)
		free(f->iov[--f->n].iov_base);
}

/* "sh[700] sshd[650] systemd[1]" */
static void add_ancestors(struct fields *f, const struct gabion_event *e)
{
	cleanup_free char *chain = NULL;
	size_t length, i;
	FILE *out = open_memstream(&chain, &length);

	if (!out) {
		f->failed = true;
		return;
	}
	for (i = 0; i < e->nancestors; i++)
		fprintf(out, "%s%s[%u]", i ? " " : "", e->ancestors[i].comm ?: "?",
			e->ancestors[i].pid);
	if (fclose(out))
		f->failed = true;
	else if (e->nancestors)
		add_string(f, "GABION_ANCESTORS", chain);
}

static void add_event(struct fields *f, const struct gabion_event *e)
{
	size_t i;

	add_number(f, "GABION_SEQUENCE", e->sequence);
	add_string(f, "GABION_TYPE", gabion_event_type_token(e->type));
	add_string(f, "GABION_VERDICT", gabion_event_verdict_token(e->verdict));
	if (gabion_event_has(e, GABION_E_REASON))
		add_string(f, "GABION_REASON", gabion_event_reason_token(e->reason));
	add_string(f, "GABION_CLASS", gabion_event_class_token(e->klass));
	add_string(f, "GABION_DOMAIN", e->domain);
	add_string(f, "GABION_LEVEL", e->level);
	add_string(f, "GABION_TARGET", e->target);
	add_string(f, "GABION_RESOURCES", e->resource);
	add_string(f, "GABION_OBJECT", e->object);
	add_string(f, "GABION_OBJECT2", e->object2);
	add_string(f, "GABION_OBJECT_LEVEL", e->object_level);
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
	if (gabion_event_has(e, GABION_E_CPU_SEQUENCE)) {
		add_number(f, "GABION_CPU", e->cpu);
		add_number(f, "GABION_CPU_SEQUENCE", e->cpu_sequence);
	}
	if (gabion_event_has(e, GABION_E_DOMAIN_FLAGS))
		add_string(f, "GABION_MODE", gabion_event_mode_token(e->domain_flags));
	if (gabion_event_has(e, GABION_E_ERROR))
		add_number(f, "ERRNO", e->error);
	add_string(f, "GABION_MESSAGE", e->message);
	add_ancestors(f, e);
	/* A field may come more than once in an entry. */
	for (i = 0; i < e->nrules; i++)
		add_string(f, "GABION_RULE", e->rules[i]);
	if (gabion_event_has(e, GABION_E_COUNT))
		add_number(f, "GABION_COUNT", e->count);
}

static int journal_put(struct gabion_sink *sink, const struct gabion_record *record,
		       const char *line, size_t length, struct gabion_error *error)
{
	const struct journal_output *journal = (struct journal_output *)sink;
	cleanup_free char *message = gabion_record_line(record, 0);
	struct fields f = { .failed = !message };
	char instance[24];
	int err;

	snprintf(instance, sizeof(instance), "%016" PRIx64, record->instance);
	add_string(&f, "MESSAGE", message);
	add_string(&f, "MESSAGE_ID", record->kind == GABION_RECORD_EVENT ? ID_EVENT : ID_LOSS);
	add_number(&f, "PRIORITY", (uint64_t)gabion_record_priority(record));
	add_string(&f, "SYSLOG_IDENTIFIER", "gabion");
	add_string(&f, "GABION_INSTANCE", instance);
	if (record->kind == GABION_RECORD_EVENT) {
		add_event(&f, &record->event);
	} else {
		add_number(&f, "GABION_COUNT", record->count);
		add_string(&f, "GABION_TYPE", record->kind == GABION_RECORD_LOSS ? "loss" :
										   "malformed");
		if (record->kind == GABION_RECORD_LOSS)
			add_string(&f, "GABION_DOMAIN", record->text);
	}
	/* The whole record, for programs that read the other outputs too. */
	add_bytes(&f, "GABION_JSON", line, length - 1);
	err = f.failed ? -ENOMEM :
			 gabion_datagram_send_any(journal->fd, JOURNAL_SOCKET, f.iov, f.n);
	free_fields(&f);
	if (err)
		return gabion_error_set(error, err, "cannot write to the journal: %s",
					gabion_datagram_reason(err));
	return 0;
}

static void journal_close(struct gabion_sink *sink)
{
	struct journal_output *journal = (struct journal_output *)sink;

	close(journal->fd);
	free(journal);
}

static const struct gabion_sink_ops journal_ops = {
	.put = journal_put,
	.close = journal_close,
};

int gabion_output_journal_open(struct gabion_sink **sink, const struct gabion_output_spec *spec,
			       struct gabion_error *error)
{
	struct journal_output *journal = calloc(1, sizeof(*journal));
	int err;

	if (!journal)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	journal->sink.ops = &journal_ops;
	journal->sink.name = spec->name;
	journal->fd = gabion_datagram_socket();
	if (journal->fd < 0) {
		err = journal->fd;
		free(journal);
		return gabion_error_set(error, err, "no socket for the journal: %s",
					strerror(-err));
	}
	*sink = &journal->sink;
	return 0;
}
