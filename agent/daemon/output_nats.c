// SPDX-License-Identifier: GPL-2.0
/*
 * Records to NATS JetStream: each a message, taken when the server says that it has stored it.
 */
#include <errno.h>
#include <string.h>
#include <systemd/sd-id128.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "../common/log.h"
#include "nats_link.h"
#include "nats_name.h"
#include "output.h"

/* machine-id(5) wants the id itself kept on the machine; also in docs/events.md. */
#define APPLICATION SD_ID128_MAKE(4f, 1c, 86, 9e, 5a, 0b, 4d, 0c, 9d, 53, 7f, 2e, c1, 60, b8, 3a)

/**
 * struct nats_output - a connection and what messages are called
 * @spec:	borrowed
 * @link:	owned; NULL: something is missing on this host, it is looked for with each record
 * @host:	token of the subjects
 * @id:		what the ids of messages begin with
 */
struct nats_output {
	struct gabion_sink sink;
	const struct gabion_output_spec *spec;
	struct gabion_nats_link *link;
	char host[GABION_NATS_TOKEN_MAX + 1];
	char id[GABION_NATS_TOKEN_MAX + 1];
};

/* Names change, so it is not the name that tells two hosts apart. */
static int name_host(struct nats_output *nats, struct gabion_error *error)
{
	char name[256] = "";
	sd_id128_t id;
	int err;

	if (nats->spec->host) {
		gabion_nats_token(nats->host, nats->spec->host);
		gabion_nats_token(nats->id, nats->spec->host);
		return 0;
	}
	gethostname(name, sizeof(name) - 1);
	gabion_nats_token(nats->host, name);
	err = sd_id128_get_machine_app_specific(APPLICATION, &id);
	if (err < 0)
		return gabion_error_set(error, err,
					"/etc/machine-id cannot be read: %s; give host=NAME, a "
					"name that no other host has", strerror(-err));
	sd_id128_to_string(id, nats->id);
	return 0;
}

static int look_for_all(struct nats_output *nats, struct gabion_error *error)
{
	return nats->link ? 0 : name_host(nats, error) ?:
				gabion_nats_link_open(&nats->link, nats->spec, error);
}

static int publish(struct nats_output *nats, const struct gabion_record *record, const char *line,
		   size_t length, struct gabion_error *error)
{
	cleanup_free char *id = gabion_nats_id(nats->id, record);
	char subject[GABION_NATS_SUBJECT_MAX + 1];

	if (!id)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	gabion_nats_subject(subject, nats->spec->prefix, nats->host, record);
	return gabion_nats_link_publish(nats->link, subject, id, line, length - 1, error);
}

static int nats_put(struct gabion_sink *sink, const struct gabion_record *record,
		    const char *line, size_t length, struct gabion_error *error)
{
	struct nats_output *nats = (struct nats_output *)sink;
	cleanup_json struct gabion_json instead = { 0 };
	struct gabion_record other;
	char text[128];
	int err;

	err = look_for_all(nats, error) ?:
	      gabion_nats_link_ready(nats->link, error) ?:
	      publish(nats, record, line, length, error);
	if (err != -EMSGSIZE)
		return err;
	/* It would hold up all that follows. */
	if (gabion_output_too_long(&other, &instead, text, sizeof(text), record, length, "NATS"))
		return gabion_error_set(error, -ENOMEM, "out of memory");
	return publish(nats, &other, instead.data, instead.length, error);
}

static int nats_flush(struct gabion_sink *sink, struct gabion_error *error)
{
	struct nats_output *nats = (struct nats_output *)sink;

	return nats->link ? gabion_nats_link_settle(nats->link, error) : 0;
}

static void nats_close(struct gabion_sink *sink)
{
	struct nats_output *nats = (struct nats_output *)sink;

	gabion_nats_link_close(nats->link);
	free(nats);
}

static const struct gabion_sink_ops nats_ops = {
	.put = nats_put,
	.flush = nats_flush,
	.close = nats_close,
};

int gabion_output_nats_open(struct gabion_sink **sink, const struct gabion_output_spec *spec,
			    struct gabion_error *error)
{
	struct nats_output *nats = calloc(1, sizeof(*nats));
	struct gabion_error why = { 0 };

	if (!nats)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	nats->sink.ops = &nats_ops;
	nats->sink.name = spec->name;
	nats->spec = spec;
	/* It fails until it can be: the policy must not depend on it. */
	if (look_for_all(nats, &why))
		gabion_log(LOG_ERR, "output %s: %s; it is tried again with each event", spec->name,
			   why.text);
	*sink = &nats->sink;
	return 0;
}
