// SPDX-License-Identifier: GPL-2.0
#include "metrics.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../agent/common/cleanup.h"
#include "output.h"

int gabion_metrics_open(struct gabion_metrics *metrics,
			const struct gabion_metrics_options *options, struct gabion_error *error)
{
	if (!options->path)
		return 0;
	if (metrics->fd >= 0)
		return gabion_error_set(error, -EEXIST, "metrics go somewhere already");
	metrics->fd = gabion_output_open("metrics", options->path, error);
	if (metrics->fd < 0)
		return metrics->fd;
	metrics->emit_id = options->emit_id;
	return 0;
}

int gabion_metrics_write(const struct gabion_metrics *metrics, const char *id, json_t *values,
			 struct gabion_error *error)
{
	struct timespec now;
	cleanup_free char *text = NULL;
	ssize_t length, n;

	clock_gettime(CLOCK_REALTIME, &now);
	json_object_set_new(values, "utc_timestamp_ms",
			    json_integer(now.tv_sec * 1000LL + now.tv_nsec / 1000000));
	if (metrics->emit_id)
		json_object_set_new(values, "id", json_string(id));
	text = json_dumps(values, JSON_COMPACT);
	json_decref(values);
	if (!text)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	if (metrics->fd < 0)
		return 0;
	/* Its NUL becomes the end of the line: one write, so that lines stay whole. */
	length = strlen(text);
	text[length++] = '\n';
	n = write(metrics->fd, text, length);
	if (n == length)
		return 0;
	return gabion_error_set(error, n < 0 ? -errno : -EIO, "metrics cannot be written: %s",
				n < 0 ? strerror(errno) : "cut short");
}

void gabion_metrics_close(struct gabion_metrics *metrics)
{
	if (metrics->fd >= 0)
		close(metrics->fd);
	metrics->fd = -1;
}
