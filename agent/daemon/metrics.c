// SPDX-License-Identifier: GPL-2.0
/*
 * Counting.
 */
#include "metrics.h"

#include <stdio.h>
#include <string.h>

#include "../common/cleanup.h"
#include "../common/text.h"
#include "../event/event_words.h"
#include "../policy/strmap.h"

/**
 * struct gabion_metrics - the counters
 * @map:	labels to index in @series
 * @losses:	each domain's on each CPU, as it was told
 */
struct gabion_metrics {
	struct gabion_sink sink;
	struct gabion_strmap map;
	struct gabion_series *series;
	size_t nseries;
	struct gabion_progress losses;
	uint64_t malformed;
};

void gabion_metrics_label(FILE *out, const char *value)
{
	/* Names may hold any byte; the text is UTF-8. */
	cleanup_free char *text = gabion_text_escape(value);
	const char *at;

	for (at = text ? text : "?"; *at; at++) {
		if (*at == '"' || *at == '\\')
			fputc('\\', out);
		fputc(*at, out);
	}
}

/* A number without a name (of a newer module) must not make a series of its own. */
static const char *word(const char *token)
{
	return token ? token : "unknown";
}

/* malloc'ed; NULL: no memory. */
static char *labels_of(const struct gabion_event *e, const char *domain)
{
	bool access = e->type == GABION_EVENT_ACCESS;
	bool judged = access || e->type == GABION_EVENT_TRANSITION;
	char *labels = NULL;
	size_t length;
	FILE *out = open_memstream(&labels, &length);

	if (!out)
		return NULL;
	fputs("domain=\"", out);
	gabion_metrics_label(out, domain);
	fprintf(out, "\",class=\"%s\",verdict=\"%s\",type=\"%s\"",
		access ? word(gabion_event_class_token(e->klass)) : "",
		judged ? word(gabion_event_verdict_token(e->verdict)) : "",
		word(gabion_event_type_token(e->type)));
	if (fclose(out)) {
		free(labels);
		return NULL;
	}
	return labels;
}

/* Those of one more domain, or "(other)": there are few of them. */
static bool has_room(const struct gabion_metrics *m, bool other)
{
	return other || m->nseries < GABION_METRICS_SERIES;
}

static bool count_as(struct gabion_metrics *m, const struct gabion_event *event, const char *domain,
		     bool other)
{
	uint64_t count = gabion_event_has(event, GABION_E_COUNT) ? event->count : 1;
	char *labels = labels_of(event, domain);
	struct gabion_series *series;
	uint32_t index;

	if (labels && gabion_strmap_get(&m->map, labels, &index)) {
		free(labels);
		m->series[index].count += count;
		return true;
	}
	series = labels && has_room(m, other) ?
			 realloc(m->series, (m->nseries + 1) * sizeof(*series)) : NULL;
	if (!series) {
		free(labels);
		return false;
	}
	m->series = series;
	series[m->nseries] = (struct gabion_series){ .labels = labels, .count = count };
	gabion_strmap_add(&m->map, labels, (uint32_t)m->nseries++);
	return true;
}

static void count_loss(struct gabion_metrics *m, const struct gabion_record *record)
{
	struct gabion_loss loss = { .cpu = record->cpu, .count = record->total };

	snprintf(loss.domain, sizeof(loss.domain), "%s", record->text ?: "");
	gabion_progress_set_lost(&m->losses, &loss);
}

static int metrics_put(struct gabion_sink *sink, const struct gabion_record *record,
		       const char *line, size_t length, struct gabion_error *error)
{
	struct gabion_metrics *m = (struct gabion_metrics *)sink;

	(void)line;
	(void)length;
	(void)error;
	switch (record->kind) {
	case GABION_RECORD_EVENT:
		if (!count_as(m, &record->event, record->event.domain ?: "", false))
			count_as(m, &record->event, "(other)", true);
		break;
	case GABION_RECORD_LOSS:
		count_loss(m, record);
		break;
	default:
		m->malformed += record->count;
	}
	return 0;
}

static void metrics_close(struct gabion_sink *sink)
{
	struct gabion_metrics *m = (struct gabion_metrics *)sink;

	while (m->nseries)
		free(m->series[--m->nseries].labels);
	free(m->series);
	gabion_strmap_free(&m->map);
	gabion_progress_free(&m->losses);
	free(m);
}

static const struct gabion_sink_ops metrics_ops = {
	.put = metrics_put,
	.close = metrics_close,
};

struct gabion_metrics *gabion_metrics_new(void)
{
	struct gabion_metrics *m = calloc(1, sizeof(*m));

	if (m)
		m->sink = (struct gabion_sink){
			.ops = &metrics_ops, .name = "metrics", .transient = true
		};
	return m;
}

struct gabion_sink *gabion_metrics_sink(struct gabion_metrics *m)
{
	return &m->sink;
}

const struct gabion_series *gabion_metrics_series(const struct gabion_metrics *m, size_t *n)
{
	*n = m->nseries;
	return m->series;
}

const struct gabion_loss *gabion_metrics_losses(const struct gabion_metrics *m, size_t *n)
{
	*n = m->losses.nlosses;
	return m->losses.losses;
}

uint64_t gabion_metrics_malformed(const struct gabion_metrics *m)
{
	return m->malformed;
}
