/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The configuration of a machine: the sections and fields of Firecracker's, as far as
 * there is something here that they configure.
 */
#ifndef GABION_VMM_CONFIG_H
#define GABION_VMM_CONFIG_H

#include <jansson.h>

#include "layout.h"
#include "log.h"
#include "metrics.h"
#include "virtio/devices.h"

#define GABION_MEMORY_MAX_MIB (1 << 20)

struct gabion_drive {
	struct gabion_block_options options;
	bool is_root;
	const char *partuuid;
};

/**
 * struct gabion_config - all of it
 * @json:	owned; all strings are in it
 * @drives:	the root drive first, the others in their order
 * @has_entropy, @has_balloon, @has_vsock: whether the section is there
 */
struct gabion_config {
	json_t *json;
	const char *kernel, *initrd, *boot_args;
	uint64_t vcpus, memory_mib;
	struct gabion_drive drives[GABION_VIRTIO_MAX];
	unsigned int drive_count;
	struct gabion_net_options nets[GABION_VIRTIO_MAX];
	unsigned int net_count;
	bool has_entropy, has_balloon, has_vsock, track_dirty_pages;
	struct gabion_limiter_options entropy;
	struct gabion_balloon_options balloon;
	struct gabion_vsock_options vsock;
	struct gabion_log_options log;
	struct gabion_metrics_options metrics;
};

/* Take @size bytes of JSON; @name is the file's, for messages. Frees nothing on failure. */
int gabion_config_parse(struct gabion_config *config, const char *name, const char *text,
			size_t size, struct gabion_error *error);

/* The same from a file. */
int gabion_config_read(struct gabion_config *config, const char *path, struct gabion_error *error);

/*
 * Make @config what @json says, whose reference is taken in any case. Sections that a file
 * must have may be missing. On failure @config stays what it was.
 */
int gabion_config_replace(struct gabion_config *config, json_t *json, struct gabion_error *error);

/* What it is made of, in the form of a file, with the defaults of all fields; NULL: no memory. */
json_t *gabion_config_describe(const struct gabion_config *config);

/* One section of that, for an object such as "balloon"; NULL when it is not there. */
json_t *gabion_config_describe_section(const struct gabion_config *config, const char *name);

/* Free it, whole or not; it must have been zero at first. */
void gabion_config_free(struct gabion_config *config);

/* The kernel's command line, with where the root file system is. malloc'ed; NULL: no memory. */
char *gabion_config_cmdline(const struct gabion_config *config);

#endif /* GABION_VMM_CONFIG_H */
