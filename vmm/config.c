// SPDX-License-Identifier: GPL-2.0
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../agent/common/cleanup.h"
#include "../agent/common/file.h"
#include "fields.h"

#define MAX_FILE	  (1 << 20)
#define DEFAULT_BOOT_ARGS "console=ttyS0 reboot=k panic=1"
#define COUNT(a)	  (sizeof(a) / sizeof((a)[0]))

/* "vm.json: drives[0]" and the like. */
struct where {
	char text[512];
};

static struct where below(const char *where, const char *between, const char *name)
{
	struct where w;

	snprintf(w.text, sizeof(w.text), "%.400s%s%s", where, between, name);
	return w;
}

static struct where element(const char *where, size_t index)
{
	struct where w;

	snprintf(w.text, sizeof(w.text), "%.480s[%zu]", where, index);
	return w;
}

static int read_bucket(struct gabion_bucket_options *bucket, const json_t *json, const char *where,
		       const char *name, struct gabion_error *error)
{
	const struct gabion_field fields[] = {
		{ "size", GABION_FIELD_NUMBER, true, &bucket->size, 0, INT64_MAX / 2 },
		{ "one_time_burst", GABION_FIELD_NUMBER, false, &bucket->burst, 0, INT64_MAX / 2 },
		{ "refill_time", GABION_FIELD_NUMBER, true, &bucket->refill_ms, 0, UINT32_MAX },
	};
	struct where w = below(where, ".", name);
	int err = json ? gabion_fields_read(json, w.text, fields, COUNT(fields), error) : 0;

	/* As with Firecracker: none. */
	if (!bucket->size || !bucket->refill_ms)
		*bucket = (struct gabion_bucket_options){ 0 };
	return err;
}

static int read_limiter(struct gabion_limiter_options *limiter, const json_t *json,
			const char *where, const char *name, struct gabion_error *error)
{
	json_t *bandwidth = NULL, *ops = NULL;
	const struct gabion_field fields[] = {
		{ "bandwidth", GABION_FIELD_OBJECT, false, &bandwidth, 0, 0 },
		{ "ops", GABION_FIELD_OBJECT, false, &ops, 0, 0 },
	};
	struct where w = below(where, ".", name);
	int err;

	if (!json)
		return 0;
	err = gabion_fields_read(json, w.text, fields, COUNT(fields), error);
	if (!err)
		err = read_bucket(&limiter->bandwidth, bandwidth, w.text, "bandwidth", error);
	return err ? err : read_bucket(&limiter->ops, ops, w.text, "ops", error);
}

static int read_boot_source(struct gabion_config *config, const json_t *json, const char *where,
			    struct gabion_error *error)
{
	const struct gabion_field fields[] = {
		{ "kernel_image_path", GABION_FIELD_STRING, true, &config->kernel, 0, 0 },
		{ "initrd_path", GABION_FIELD_STRING, false, &config->initrd, 0, 0 },
		{ "boot_args", GABION_FIELD_STRING, false, &config->boot_args, 0, 0 },
	};

	return gabion_fields_read(json, where, fields, COUNT(fields), error);
}

static int read_machine(struct gabion_config *config, const json_t *json, const char *where,
			struct gabion_error *error)
{
	const struct gabion_field fields[] = {
		{ "vcpu_count", GABION_FIELD_NUMBER, true, &config->vcpus, 1, GABION_VCPUS_MAX },
		{ "mem_size_mib", GABION_FIELD_NUMBER, true, &config->memory_mib, 1,
		  GABION_MEMORY_MAX_MIB },
		{ "smt", GABION_FIELD_FALSE, false, NULL, 0, 0 },
		{ "track_dirty_pages", GABION_FIELD_BOOL, false, &config->track_dirty_pages, 0, 0 },
		{ "huge_pages", GABION_FIELD_NONE, false, NULL, 0, 0 },
		{ "cpu_template", GABION_FIELD_NONE, false, NULL, 0, 0 },
	};

	return gabion_fields_read(json, where, fields, COUNT(fields), error);
}

/* One of two words. */
static int choose(const char *word, const char *where, const char *name, const char *no,
		  const char *yes, bool *chosen, struct gabion_error *error)
{
	if (word && strcmp(word, no) && strcmp(word, yes))
		return gabion_error_set(error, -EINVAL, "%s.%s: '%s': must be %s or %s", where,
					name, word, no, yes);
	*chosen = word && !strcmp(word, yes);
	return 0;
}

static int read_drive(struct gabion_drive *drive, const json_t *json, const char *where,
		      struct gabion_error *error)
{
	const char *cache = NULL, *engine = NULL;
	json_t *limiter = NULL;
	const struct gabion_field fields[] = {
		{ "drive_id", GABION_FIELD_STRING, true, &drive->options.id, 0, 0 },
		{ "path_on_host", GABION_FIELD_STRING, true, &drive->options.path, 0, 0 },
		{ "is_root_device", GABION_FIELD_BOOL, true, &drive->is_root, 0, 0 },
		{ "is_read_only", GABION_FIELD_BOOL, false, &drive->options.read_only, 0, 0 },
		{ "partuuid", GABION_FIELD_STRING, false, &drive->partuuid, 0, 0 },
		{ "cache_type", GABION_FIELD_STRING, false, &cache, 0, 0 },
		{ "io_engine", GABION_FIELD_STRING, false, &engine, 0, 0 },
		{ "rate_limiter", GABION_FIELD_OBJECT, false, &limiter, 0, 0 },
		{ "socket", GABION_FIELD_NULL, false, NULL, 0, 0 },
	};
	int err = gabion_fields_read(json, where, fields, COUNT(fields), error);

	if (!err)
		err = choose(cache, where, "cache_type", "Unsafe", "Writeback",
			     &drive->options.writeback, error);
	if (!err && engine && strcmp(engine, "Sync"))
		err = gabion_error_set(error, -ENOTSUP, "%s.io_engine: '%s': must be Sync", where,
				       engine);
	return err ? err
		   : read_limiter(&drive->options.limiter, limiter, where, "rate_limiter", error);
}

static int read_mac(const char *text, const char *where, uint8_t mac[6], struct gabion_error *error)
{
	int end = 0;

	if (sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &mac[0], &mac[1], &mac[2],
		   &mac[3], &mac[4], &mac[5], &end) != 6 ||
	    text[end] || strlen(text) != 17)
		return gabion_error_set(error, -EINVAL,
					"%s.guest_mac: '%s': must be like "
					"06:00:c0:a8:00:02",
					where, text);
	return 0;
}

static int read_net(struct gabion_net_options *net, const json_t *json, const char *where,
		    struct gabion_error *error)
{
	const char *id, *mac = NULL;
	json_t *rx = NULL, *tx = NULL;
	const struct gabion_field fields[] = {
		{ "iface_id", GABION_FIELD_STRING, true, &id, 0, 0 },
		{ "host_dev_name", GABION_FIELD_STRING, true, &net->tap, 0, 0 },
		{ "guest_mac", GABION_FIELD_STRING, false, &mac, 0, 0 },
		{ "mtu", GABION_FIELD_NULL, false, NULL, 0, 0 },
		{ "rx_rate_limiter", GABION_FIELD_OBJECT, false, &rx, 0, 0 },
		{ "tx_rate_limiter", GABION_FIELD_OBJECT, false, &tx, 0, 0 },
	};
	int err = gabion_fields_read(json, where, fields, COUNT(fields), error);

	if (!err && mac)
		err = read_mac(mac, where, net->mac, error);
	net->has_mac = mac;
	if (!err)
		err = read_limiter(&net->rx, rx, where, "rx_rate_limiter", error);
	return err ? err : read_limiter(&net->tx, tx, where, "tx_rate_limiter", error);
}

static int read_entropy(struct gabion_config *config, const json_t *json, const char *where,
			struct gabion_error *error)
{
	json_t *limiter = NULL;
	const struct gabion_field fields[] = {
		{ "rate_limiter", GABION_FIELD_OBJECT, false, &limiter, 0, 0 },
	};
	int err = gabion_fields_read(json, where, fields, COUNT(fields), error);

	config->has_entropy = true;
	return err ? err : read_limiter(&config->entropy, limiter, where, "rate_limiter", error);
}

static int read_balloon(struct gabion_config *config, const json_t *json, const char *where,
			struct gabion_error *error)
{
	uint64_t mib = 0, interval = 0;
	const struct gabion_field fields[] = {
		{ "amount_mib", GABION_FIELD_NUMBER, true, &mib, 0, config->memory_mib },
		{ "deflate_on_oom", GABION_FIELD_BOOL, true, &config->balloon.deflate_on_oom, 0,
		  0 },
		{ "stats_polling_interval_s", GABION_FIELD_NUMBER, false, &interval, 0,
		  UINT16_MAX },
		{ "free_page_hinting", GABION_FIELD_FALSE, false, NULL, 0, 0 },
		{ "free_page_reporting", GABION_FIELD_FALSE, false, NULL, 0, 0 },
	};
	int err = gabion_fields_read(json, where, fields, COUNT(fields), error);

	config->has_balloon = true;
	config->balloon.mib = mib;
	config->balloon.stats_interval_s = interval;
	return err;
}

static int read_vsock(struct gabion_config *config, const json_t *json, const char *where,
		      struct gabion_error *error)
{
	const char *id;
	const struct gabion_field fields[] = {
		{ "guest_cid", GABION_FIELD_NUMBER, true, &config->vsock.cid, 3, UINT32_MAX - 1 },
		{ "uds_path", GABION_FIELD_STRING, true, &config->vsock.path, 0, 0 },
		{ "vsock_id", GABION_FIELD_STRING, false, &id, 0, 0 },
	};

	config->has_vsock = true;
	return gabion_fields_read(json, where, fields, COUNT(fields), error);
}

static int read_logger(struct gabion_config *config, const json_t *json, const char *where,
		       struct gabion_error *error)
{
	static const char *const levels[] = { "Off", "Error", "Warning", "Info", "Debug" };
	const char *level = NULL;
	const struct gabion_field fields[] = {
		{ "log_path", GABION_FIELD_STRING, false, &config->log.path, 0, 0 },
		{ "level", GABION_FIELD_STRING, false, &level, 0, 0 },
		{ "show_level", GABION_FIELD_BOOL, false, &config->log.show_level, 0, 0 },
		{ "show_log_origin", GABION_FIELD_FALSE, false, NULL, 0, 0 },
		{ "module", GABION_FIELD_NULL, false, NULL, 0, 0 },
	};
	int err = gabion_fields_read(json, where, fields, COUNT(fields), error);
	unsigned int i;

	if (err || !level)
		return err;
	for (i = 0; i < COUNT(levels); i++) {
		if (!strcasecmp(level, levels[i])) {
			config->log.level = i;
			return 0;
		}
	}
	return gabion_error_set(error, -EINVAL,
				"%s.level: '%s': must be Error, Warning, Info, Debug "
				"or Off",
				where, level);
}

static int read_metrics(struct gabion_config *config, const json_t *json, const char *where,
			struct gabion_error *error)
{
	const struct gabion_field fields[] = {
		{ "metrics_path", GABION_FIELD_STRING, true, &config->metrics.path, 0, 0 },
		{ "emit_id", GABION_FIELD_BOOL, false, &config->metrics.emit_id, 0, 0 },
		{ "properties", GABION_FIELD_NULL, false, NULL, 0, 0 },
	};

	return gabion_fields_read(json, where, fields, COUNT(fields), error);
}

/* By its id one is found, to be changed: @key of all elements is a string. */
static int check_ids(const json_t *array, const char *key, const char *where,
		     struct gabion_error *error)
{
	const char *id;
	size_t i, j;

	for (i = 1; i < json_array_size(array); i++) {
		id = json_string_value(json_object_get(json_array_get(array, i), key));
		for (j = 0; j < i; j++)
			if (!strcmp(id, json_string_value(json_object_get(json_array_get(array, j),
									  key))))
				return gabion_error_set(error, -EEXIST,
							"%s[%zu].%s: '%s' is what [%zu] has: take "
							"another",
							where, i, key, id, j);
	}
	return 0;
}

static int read_drives(struct gabion_config *config, const json_t *array, const char *where,
		       struct gabion_error *error)
{
	unsigned int n = config->drive_count = json_array_size(array), i;
	struct gabion_drive root;
	int err = 0;

	if (n > GABION_VIRTIO_MAX)
		return gabion_error_set(error, -E2BIG, "%s: there can be %d", where,
					GABION_VIRTIO_MAX);
	for (i = 0; !err && i < n; i++) {
		struct where w = element(where, i);

		err = read_drive(&config->drives[i], json_array_get(array, i), w.text, error);
		if (err || !config->drives[i].is_root)
			continue;
		/* It is to be /dev/vda. */
		if (config->drives[0].is_root && i)
			return gabion_error_set(error, -EINVAL,
						"%s.is_root_device: another drive is the "
						"root device already: say false",
						w.text);
		root = config->drives[i];
		memmove(config->drives + 1, config->drives, i * sizeof(root));
		config->drives[0] = root;
	}
	return err ? err : check_ids(array, "drive_id", where, error);
}

static int read_nets(struct gabion_config *config, const json_t *array, const char *where,
		     struct gabion_error *error)
{
	unsigned int n = config->net_count = json_array_size(array), i;
	int err = 0;

	if (n > GABION_VIRTIO_MAX)
		return gabion_error_set(error, -E2BIG, "%s: there can be %d", where,
					GABION_VIRTIO_MAX);
	for (i = 0; !err && i < n; i++) {
		struct where w = element(where, i);

		err = read_net(&config->nets[i], json_array_get(array, i), w.text, error);
	}
	return err ? err : check_ids(array, "iface_id", where, error);
}

/* What the sections are, and in which order they are read. */
struct section {
	const char *name;
	int (*read)(struct gabion_config *config, const json_t *json, const char *where,
		    struct gabion_error *error);
	bool is_array, required;
};

static const struct section sections[] = {
	{ "boot-source", read_boot_source, false, true },
	{ "machine-config", read_machine, false, true },
	{ "drives", read_drives, true, false },
	{ "network-interfaces", read_nets, true, false },
	{ "vsock", read_vsock, false, false },
	{ "entropy", read_entropy, false, false },
	{ "balloon", read_balloon, false, false },
	{ "logger", read_logger, false, false },
	{ "metrics", read_metrics, false, false },
};

/* Those of Firecracker that are not here; its own output has them, as null. */
static const char *const absent[] = { "cpu-config", "mmds-config", "memory-hotplug" };

/* @file is NULL for what did not come from one, and need not be complete. */
static int read_sections(struct gabion_config *config, const char *file, struct gabion_error *error)
{
	struct gabion_field fields[COUNT(sections) + COUNT(absent)];
	json_t *values[COUNT(sections)] = { NULL };
	unsigned int n = 0, i;
	int err;

	for (i = 0; i < COUNT(sections); i++)
		fields[n++] = (struct gabion_field){
			.name = sections[i].name,
			.kind = sections[i].is_array ? GABION_FIELD_ARRAY : GABION_FIELD_OBJECT,
			.required = file && sections[i].required,
			.to = &values[i],
		};
	for (i = 0; i < COUNT(absent); i++)
		fields[n++] = (struct gabion_field){ .name = absent[i], .kind = GABION_FIELD_NULL };
	err = gabion_fields_read(config->json, file ? file : "configuration", fields, n, error);
	for (i = 0; !err && i < COUNT(sections); i++) {
		struct where w = below(file ? file : "", file ? ": " : "", sections[i].name);

		if (values[i])
			err = sections[i].read(config, values[i], w.text, error);
	}
	return err;
}

int gabion_config_parse(struct gabion_config *config, const char *name, const char *text,
			size_t size, struct gabion_error *error)
{
	json_error_t wrong;

	config->log.level = GABION_LOG_WARNING;
	config->json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &wrong);
	if (!config->json)
		return gabion_error_set(error, -EINVAL, "%s:%d:%d: not JSON: %s", name, wrong.line,
					wrong.column, wrong.text);
	return read_sections(config, name, error);
}

int gabion_config_read(struct gabion_config *config, const char *path, struct gabion_error *error)
{
	cleanup_free void *text = NULL;
	size_t size;
	int err = gabion_file_read(path, MAX_FILE, &text, &size, error);

	return err ? err : gabion_config_parse(config, path, text, size, error);
}

int gabion_config_replace(struct gabion_config *config, json_t *json, struct gabion_error *error)
{
	struct gabion_config next = { .json = json, .log.level = GABION_LOG_WARNING };
	int err;

	if (!json)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	err = read_sections(&next, NULL, error);
	if (err) {
		gabion_config_free(&next);
		return err;
	}
	gabion_config_free(config);
	*config = next;
	return 0;
}

void gabion_config_free(struct gabion_config *config)
{
	json_decref(config->json);
	memset(config, 0, sizeof(*config));
}

char *gabion_config_cmdline(const struct gabion_config *config)
{
	const char *args = config->boot_args ? config->boot_args : DEFAULT_BOOT_ARGS;
	const struct gabion_drive *root = config->drive_count ? &config->drives[0] : NULL;
	char *line;

	if (!root || !root->is_root)
		return strdup(args);
	if (asprintf(&line, "%s root=%s%s %s", args, root->partuuid ? "PARTUUID=" : "/dev/vda",
		     root->partuuid ? root->partuuid : "",
		     root->options.read_only ? "ro" : "rw") < 0)
		return NULL;
	return line;
}
