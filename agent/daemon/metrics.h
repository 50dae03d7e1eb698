/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What gabiond counts, as OpenMetrics text. docs/events.md lists the metrics.
 */
#ifndef GABION_DAEMON_METRICS_H
#define GABION_DAEMON_METRICS_H

#include <stdio.h>

#include "../netlink/client.h"
#include "../stream/pump.h"

/*
 * Combinations of domain, class, verdict and type that are counted apart. What is beyond
 * is counted under the domain "(other)", so that a policy of many domains cannot
 * make more of it than a collector bears.
 */
#define GABION_METRICS_SERIES 4096U

struct gabion_metrics;

/* NULL: no memory. */
struct gabion_metrics *gabion_metrics_new(void);
/* A sink that counts and never fails; closing it frees the counters. */
struct gabion_sink *gabion_metrics_sink(struct gabion_metrics *metrics);

/**
 * struct gabion_kernel_counts - what the kernel says now
 * @status:	NULL: nothing
 * @domains:	of the policy in force, @ndomains of them; only names and counts are looked at
 */
struct gabion_kernel_counts {
	const struct gabion_status *status;
	const struct gabion_kernel_domain *domains;
	size_t ndomains;
};

/* The text, malloc'ed, of *@length bytes; NULL: no memory. @boottime: ns of CLOCK_BOOTTIME now. */
char *gabion_metrics_text(const struct gabion_metrics *metrics, const struct gabion_pump *pump,
			  const struct gabion_kernel_counts *kernel, uint64_t boottime,
			  size_t *length);

/* What metrics.c counted, for metrics_text.c. */
struct gabion_series {
	char *labels;		/* owned: domain="nginx",class=... */
	uint64_t count;
};

const struct gabion_series *gabion_metrics_series(const struct gabion_metrics *metrics, size_t *n);
const struct gabion_loss *gabion_metrics_losses(const struct gabion_metrics *metrics, size_t *n);
uint64_t gabion_metrics_malformed(const struct gabion_metrics *metrics);

/* Write @value as the inside of a label's quotes. */
void gabion_metrics_label(FILE *out, const char *value);

#endif /* GABION_DAEMON_METRICS_H */
