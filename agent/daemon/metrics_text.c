// SPDX-License-Identifier: GPL-2.0
/*
 * OpenMetrics 1.0 text.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "../../core/version.h"
#include "metrics.h"

static void family(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# TYPE %s %s\n# HELP %s %s\n", name, type, name, help);
}

/* The unit is the end of the name, too. */
static void family_unit(FILE *out, const char *name, const char *type, const char *unit,
			const char *help)
{
	fprintf(out, "# TYPE %s %s\n# UNIT %s %s\n# HELP %s %s\n", name, type, name, unit, name,
		help);
}

static void counter(FILE *out, const char *name, uint64_t value, const char *help)
{
	family(out, name, "counter", help);
	fprintf(out, "%s_total %" PRIu64 "\n", name, value);
}

static void gauge(FILE *out, const char *name, uint64_t value, const char *help)
{
	family(out, name, "gauge", help);
	fprintf(out, "%s %" PRIu64 "\n", name, value);
}

/* Nanoseconds as seconds. */
static void put_time(FILE *out, const char *name, uint64_t ns)
{
	fprintf(out, "%s %" PRIu64 ".%09" PRIu64 "\n", name, ns / 1000000000, ns % 1000000000);
}

static void put_events(FILE *out, const struct gabion_metrics *metrics)
{
	const struct gabion_series *series;
	const struct gabion_loss *losses;
	size_t n, i;

	family(out, "gabion_events", "counter", "Events read since gabiond was started.");
	series = gabion_metrics_series(metrics, &n);
	for (i = 0; i < n; i++)
		fprintf(out, "gabion_events_total{%s} %" PRIu64 "\n", series[i].labels,
			series[i].count);
	family(out, "gabion_lost_events", "counter",
	       "Events of a domain that a CPU lost since the module was loaded.");
	losses = gabion_metrics_losses(metrics, &n);
	for (i = 0; i < n; i++) {
		fputs("gabion_lost_events_total{domain=\"", out);
		gabion_metrics_label(out, losses[i].domain);
		fprintf(out, "\",cpu=\"%u\"} %" PRIu64 "\n", losses[i].cpu, losses[i].count);
	}
	counter(out, "gabion_malformed_events", gabion_metrics_malformed(metrics),
		"Events that could not be decoded.");
}

static void put_kernel(FILE *out, const struct gabion_status *status)
{
	gauge(out, "gabion_kernel_answers", status != NULL, "1: the module answered.");
	if (!status)
		return;
	counter(out, "gabion_ring_events", status->events_made,
		"Events made since the module was loaded, lost ones included.");
	counter(out, "gabion_ring_lost_events", status->events_lost,
		"Events lost since the module was loaded.");
	counter(out, "gabion_ring_folded_events", status->events_folded,
		"Events counted in others since the module was loaded.");
	gauge(out, "gabion_ring_pending_events", status->events_pending,
	      "Events that wait in the kernel.");
	gauge(out, "gabion_policy_generation", status->generation, "Of the policy in force.");
	gauge(out, "gabion_domains", status->ndomains, "Domains of the policy in force.");
	gauge(out, "gabion_confined_tasks", status->ntasks, "Tasks in a domain.");
	gauge(out, "gabion_locked", status->locked, "1: policy and module stay until reboot.");
}

static void put_domains(FILE *out, const struct gabion_kernel_counts *kernel)
{
	static const struct {
		const char *name, *help;
		size_t offset;
	} metrics[] = {
		{ "gabion_domain_checks", "Checks that tasks of a domain came to since the module was loaded.",
		  offsetof(struct gabion_domain_counts, checks) },
		{ "gabion_domain_refusals", "What was refused to a domain.",
		  offsetof(struct gabion_domain_counts, refusals) },
		{ "gabion_domain_events", "Events that a domain made, lost ones included.",
		  offsetof(struct gabion_domain_counts, events) },
		{ "gabion_domain_withheld",
		  "What was refused to a domain because there was no room for the event.",
		  offsetof(struct gabion_domain_counts, withheld) },
	};
	size_t m, i;

	for (m = 0; m < sizeof(metrics) / sizeof(*metrics); m++) {
		family(out, metrics[m].name, "counter", metrics[m].help);
		for (i = 0; i < kernel->ndomains; i++) {
			const char *counts = (const char *)&kernel->domains[i].counts;

			fprintf(out, "%s_total{domain=\"", metrics[m].name);
			gabion_metrics_label(out, kernel->domains[i].name);
			fprintf(out, "\"} %" PRIu64 "\n",
				*(const uint64_t *)(const void *)(counts + metrics[m].offset));
		}
	}
}

static void put_lag(FILE *out, const struct gabion_pump *pump, uint64_t boottime)
{
	uint64_t oldest = pump->oldest;

	family_unit(out, "gabion_lag_seconds", "gauge", "seconds",
		    "Age of the oldest event that an output and its spool did not take; 0: none.");
	put_time(out, "gabion_lag_seconds", oldest && oldest < boottime ? boottime - oldest : 0);
	if (!pump->newest)
		return;
	family_unit(out, "gabion_last_event_timestamp_seconds", "gauge", "seconds",
		    "When the last event happened.");
	put_time(out, "gabion_last_event_timestamp_seconds", pump->newest);
}

static uint64_t taken(const struct gabion_sink *sink)
{
	return sink->taken;
}

static uint64_t failures(const struct gabion_sink *sink)
{
	return sink->failures;
}

static uint64_t failing(const struct gabion_sink *sink)
{
	return sink->failure.code || sink->trouble.code;
}

static uint64_t spooled(const struct gabion_sink *sink)
{
	return sink->spooled;
}

static void put_samples(FILE *out, const struct gabion_pump *pump, const char *sample,
			uint64_t (*value)(const struct gabion_sink *sink))
{
	size_t i;

	for (i = 0; i < pump->nsinks; i++) {
		/* Who comes and goes is no output. */
		if (pump->sinks[i]->transient)
			continue;
		fprintf(out, "%s{output=\"", sample);
		gabion_metrics_label(out, pump->sinks[i]->name);
		fprintf(out, "\"} %" PRIu64 "\n", value(pump->sinks[i]));
	}
}

static void put_outputs(FILE *out, const struct gabion_pump *pump)
{
	family(out, "gabion_output_events", "counter",
	       "Events that the output, or its spool, took since gabiond was started.");
	put_samples(out, pump, "gabion_output_events_total", taken);
	family(out, "gabion_output_failures", "counter", "How often the output began to fail.");
	put_samples(out, pump, "gabion_output_failures_total", failures);
	family(out, "gabion_output_failing", "gauge", "1: the output fails now.");
	put_samples(out, pump, "gabion_output_failing", failing);
	family_unit(out, "gabion_output_spooled_bytes", "gauge", "bytes",
		    "What waits in the output's spool.");
	put_samples(out, pump, "gabion_output_spooled_bytes", spooled);
}

char *gabion_metrics_text(const struct gabion_metrics *metrics, const struct gabion_pump *pump,
			  const struct gabion_kernel_counts *kernel, uint64_t boottime,
			  size_t *length)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, length);

	if (!out)
		return NULL;
	family(out, "gabion_build", "info", "Versions of gabiond and of the module.");
	fputs("gabion_build_info{version=\"" GABION_VERSION "\",module=\"", out);
	gabion_metrics_label(out, kernel->status ? kernel->status->module_version : "");
	fputs("\"} 1\n", out);
	put_events(out, metrics);
	put_kernel(out, kernel->status);
	if (kernel->status)
		put_domains(out, kernel);
	put_lag(out, pump, boottime);
	put_outputs(out, pump);
	fputs("# EOF\n", out);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
