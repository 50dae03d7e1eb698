// SPDX-License-Identifier: GPL-2.0
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../common/cleanup.h"

#define STATE_VERSION	1

static void json_cleanup(json_t **value)
{
	json_decref(*value);
}
#define cleanup_json_t __attribute__((cleanup(json_cleanup)))

int gabion_state_init(struct gabion_state *state, const char *path, uint64_t instance,
		      struct gabion_error *error)
{
	static const char *const file = "/proc/sys/kernel/random/boot_id";
	cleanup_file FILE *f = fopen(file, "re");

	*state = (struct gabion_state){ .path = path, .instance = instance };
	if (!f || !fgets(state->boot_id, sizeof(state->boot_id), f))
		return gabion_error_set(error, -errno, "%s: %s", file, strerror(errno));
	state->boot_id[strcspn(state->boot_id, "\n")] = '\0';
	return 0;
}

/* ---- reading ---- */

static int damaged(struct gabion_error *error, const struct gabion_state *state, const char *why)
{
	return gabion_error_set(error, -EBADMSG,
				"%s is damaged (%s): records since the last start may come twice",
				state->path, why);
}

static bool number(const json_t *value, uint64_t *n)
{
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return false;
	*n = (uint64_t)json_integer_value(value);
	return true;
}

static bool load_taken(struct gabion_progress *p, const json_t *ranges)
{
	uint64_t first, last;
	json_t *range;
	size_t i;

	if (!json_is_array(ranges))
		return false;
	json_array_foreach(ranges, i, range)
		if (!number(json_array_get(range, 0), &first) ||
		    !number(json_array_get(range, 1), &last) || first > last ||
		    gabion_progress_add(p, first, last))
			return false;
	return true;
}

/* Each [CPU, COUNT] of the kernel's own events, or [CPU, COUNT, DOMAIN]. */
static bool load_losses(struct gabion_progress *p, const json_t *losses)
{
	struct gabion_loss loss;
	const char *domain;
	uint64_t cpu;
	json_t *item;
	size_t i;

	if (!json_is_array(losses))
		return false;
	json_array_foreach(losses, i, item) {
		domain = json_array_size(item) > 2 ? json_string_value(json_array_get(item, 2)) : "";
		if (!number(json_array_get(item, 0), &cpu) || cpu > UINT32_MAX ||
		    !number(json_array_get(item, 1), &loss.count) || !domain ||
		    strlen(domain) >= sizeof(loss.domain))
			return false;
		loss.cpu = (uint32_t)cpu;
		snprintf(loss.domain, sizeof(loss.domain), "%s", domain);
		if (gabion_progress_set_lost(p, &loss))
			return false;
	}
	return true;
}

static const json_t *find_output(const json_t *outputs, const char *name)
{
	const char *other;
	json_t *output;
	size_t i;

	json_array_foreach(outputs, i, output) {
		other = json_string_value(json_object_get(output, "name"));
		if (other && !strcmp(other, name))
			return output;
	}
	return NULL;
}

static int load_sinks(const struct gabion_state *state, const json_t *outputs,
		      struct gabion_sink **sinks, size_t nsinks, struct gabion_error *error)
{
	const json_t *output;
	size_t i;

	if (!json_is_array(outputs))
		return damaged(error, state, "no outputs");
	for (i = 0; i < nsinks; i++) {
		output = find_output(outputs, sinks[i]->name);
		if (!output || sinks[i]->transient)
			continue;
		if (load_taken(&sinks[i]->progress, json_object_get(output, "taken")) &&
		    load_losses(&sinks[i]->progress, json_object_get(output, "losses")))
			continue;
		/* Half a progress could hide a record that was never taken. */
		gabion_progress_free(&sinks[i]->progress);
		return damaged(error, state, "not the progress of an output");
	}
	return 0;
}

int gabion_state_load(const struct gabion_state *state, struct gabion_sink **sinks,
		      size_t nsinks, struct gabion_error *error)
{
	cleanup_json_t json_t *root = NULL;
	cleanup_file FILE *f = fopen(state->path, "re");
	const char *boot_id, *instance;
	json_error_t why;
	char ours[24];

	if (!f)
		return errno == ENOENT ? 0 : gabion_error_set(error, -errno, "%s: %s", state->path,
							      strerror(errno));
	root = json_loadf(f, JSON_REJECT_DUPLICATES, &why);
	if (!json_is_object(root))
		return damaged(error, state, why.text);
	if (json_integer_value(json_object_get(root, "version")) != STATE_VERSION)
		return damaged(error, state, "unknown version");
	boot_id = json_string_value(json_object_get(root, "boot_id"));
	instance = json_string_value(json_object_get(root, "instance"));
	if (!boot_id || !instance)
		return damaged(error, state, "no boot or instance");
	snprintf(ours, sizeof(ours), "%016" PRIx64, state->instance);
	if (strcmp(boot_id, state->boot_id) || strcmp(instance, ours))
		return 0;
	return load_sinks(state, json_object_get(root, "outputs"), sinks, nsinks, error);
}

/* ---- writing ---- */

static void save_progress(struct gabion_json *json, const struct gabion_progress *p)
{
	size_t i;

	gabion_json_open(json, "taken", '[');
	for (i = 0; i < p->nranges; i++) {
		gabion_json_open(json, NULL, '[');
		gabion_json_unsigned(json, NULL, p->ranges[i].first);
		gabion_json_unsigned(json, NULL, p->ranges[i].last);
		gabion_json_close(json, ']');
	}
	gabion_json_close(json, ']');
	gabion_json_open(json, "losses", '[');
	for (i = 0; i < p->nlosses; i++) {
		gabion_json_open(json, NULL, '[');
		gabion_json_unsigned(json, NULL, p->losses[i].cpu);
		gabion_json_unsigned(json, NULL, p->losses[i].count);
		if (p->losses[i].domain[0])
			gabion_json_string(json, NULL, p->losses[i].domain);
		gabion_json_close(json, ']');
	}
	gabion_json_close(json, ']');
}

static void save_root(struct gabion_json *json, const struct gabion_state *state,
		      struct gabion_sink *const *sinks, size_t nsinks)
{
	size_t i;

	gabion_json_open(json, NULL, '{');
	gabion_json_unsigned(json, "version", STATE_VERSION);
	gabion_json_string(json, "boot_id", state->boot_id);
	gabion_json_hex(json, "instance", state->instance);
	gabion_json_open(json, "outputs", '[');
	for (i = 0; i < nsinks; i++) {
		if (sinks[i]->transient)
			continue;
		gabion_json_open(json, NULL, '{');
		gabion_json_string(json, "name", sinks[i]->name);
		save_progress(json, &sinks[i]->progress);
		gabion_json_close(json, '}');
	}
	gabion_json_close(json, ']');
	gabion_json_close(json, '}');
}

int gabion_state_save(const struct gabion_state *state, struct gabion_sink *const *sinks,
		      size_t nsinks, struct gabion_error *error)
{
	cleanup_json struct gabion_json json = { 0 };
	cleanup_free char *temporary = NULL;
	cleanup_fd int fd = -1;
	ssize_t n;

	save_root(&json, state, sinks, nsinks);
	if (json.failed || asprintf(&temporary, "%s.new", state->path) < 0)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	/*
	 * Renamed over the old one, so a reader sees one or the other; not synced,
	 * because it means nothing after the next boot.
	 */
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return gabion_error_set(error, -errno, "cannot create %s: %s", temporary,
					strerror(errno));
	n = write(fd, json.data, json.length);
	if (n != (ssize_t)json.length) {
		gabion_error_set(error, n < 0 ? -errno : -ENOSPC, "cannot write %s: %s", temporary,
				 strerror(n < 0 ? errno : ENOSPC));
		unlink(temporary);
		return error ? error->code : -EIO;
	}
	if (rename(temporary, state->path))
		return gabion_error_set(error, -errno, "cannot rename %s: %s", temporary,
					strerror(errno));
	return 0;
}
