// SPDX-License-Identifier: GPL-2.0
#include "snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../agent/common/cleanup.h"
#include "../../agent/common/file.h"
#include "../machine.h"
#include "chips.h"
#include "files.h"
#include "pages.h"
#include "vcpu.h"

#define CONFIG_MAX (1 << 20)

static int transfer_processors(struct gabion_machine *machine, struct gabion_state *state,
			       struct gabion_error *error)
{
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < machine->vcpu_count; i++)
		err = gabion_vcpu_transfer(&machine->vcpus[i], machine->kvm, machine->vm, state,
					   error);
	return err ? err : gabion_chips_transfer(machine->vm, state, error);
}

static void transfer_devices(struct gabion_machine *machine, struct gabion_state *state)
{
	unsigned int i;

	gabion_state_begin(state, "serial", 0);
	gabion_serial_transfer(&machine->serial, state);
	gabion_state_end(state);
	gabion_state_begin(state, "i8042", 0);
	gabion_i8042_transfer(&machine->i8042, state);
	gabion_state_end(state);
	for (i = 0; i < machine->virtios; i++) {
		gabion_state_begin(state, "virtio", i);
		gabion_virtio_transfer(machine->virtio[i], state);
		gabion_state_end(state);
	}
}

static int transfer(struct gabion_machine *machine, struct gabion_state *state,
		    struct gabion_error *error)
{
	int err = transfer_processors(machine, state, error);

	if (err)
		return err;
	transfer_devices(machine, state);
	return gabion_state_finish(state, error);
}

/* As text; logger and metrics are this process's, not the machine's. */
static int save_config(const struct gabion_config *config, struct gabion_state *state,
		       struct gabion_error *error)
{
	json_t *json = json_copy(config->json);
	cleanup_free char *text = NULL;
	uint32_t size;

	json_object_del(json, "logger");
	json_object_del(json, "metrics");
	text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	if (!text)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	gabion_state_begin(state, "config", 0);
	size = gabion_state_count(state, strlen(text), CONFIG_MAX, 1);
	gabion_state_bytes(state, text, size);
	gabion_state_end(state);
	return 0;
}

static int write_state(const struct gabion_state *state, const struct gabion_new_file *file,
		       struct gabion_error *error)
{
	ssize_t n = write(file->fd, state->bytes, state->size);

	if (n == (ssize_t)state->size)
		return 0;
	return gabion_error_set(error, n < 0 ? -errno : -ENOSPC, "%s: %s", file->path,
				n < 0 ? strerror(errno) : "was cut short");
}

static int write_files(const struct gabion_machine *machine, const struct gabion_state *state,
		       const struct gabion_snapshot_target *target, struct gabion_error *error)
{
	struct gabion_new_file files[2] = { GABION_NEW_FILE_NONE, GABION_NEW_FILE_NONE };
	int err = gabion_new_file_open(&files[0], target->memory, error);

	if (!err)
		err = gabion_new_file_open(&files[1], target->state, error);
	if (!err)
		err = gabion_pages_write(&machine->memory, target->diff, files[0].fd,
					 target->memory, error);
	if (!err)
		err = write_state(state, &files[1], error);
	if (!err)
		err = gabion_new_files_commit(files, 2, error);
	gabion_new_file_close(&files[0]);
	gabion_new_file_close(&files[1]);
	return err;
}

int gabion_snapshot_save(struct gabion_machine *machine, const struct gabion_config *config,
			 const struct gabion_snapshot_target *target, struct gabion_error *error)
{
	struct gabion_state state = { 0 };
	int err;

	if (!strcmp(target->state, target->memory))
		return gabion_error_set(error, -EINVAL,
					"state and memory cannot be in one file: take two paths");
	if (target->diff && !machine->memory.dirty)
		return gabion_error_set(error, -EINVAL,
					"a diff needs track_dirty_pages, which is not on: take a "
					"full snapshot");
	err = save_config(config, &state, error);
	if (!err)
		err = transfer(machine, &state, error);
	if (!err)
		err = gabion_machine_collect_dirty(machine, error);
	if (!err)
		err = write_files(machine, &state, target, error);
	gabion_state_free(&state);
	if (!err && machine->memory.dirty)
		memset(machine->memory.dirty, 0,
		       gabion_memory_dirty_words(&machine->memory) * sizeof(uint64_t));
	return err;
}

static json_t *load_config(struct gabion_state *state)
{
	cleanup_free char *text = NULL;
	uint32_t size;
	json_t *json;

	gabion_state_begin(state, "config", 0);
	size = gabion_state_count(state, 0, CONFIG_MAX, 1);
	text = calloc(1, size + 1);
	if (text)
		gabion_state_bytes(state, text, size);
	gabion_state_end(state);
	json = text ? json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL) : NULL;
	gabion_state_check(state, json_is_object(json), "the configuration is no object");
	return json;
}

static int set(json_t *object, const char *name, json_t *value, struct gabion_error *error)
{
	return json_object_set(object, name, value)
		       ? gabion_error_set(error, -ENOMEM, "out of memory")
		       : 0;
}

static int override_net(json_t *json, const json_t *override, struct gabion_error *error)
{
	const char *id = json_string_value(json_object_get(override, "iface_id")), *other;
	json_t *net;
	size_t i;

	json_array_foreach(json_object_get(json, "network-interfaces"), i, net)
	{
		other = json_string_value(json_object_get(net, "iface_id"));
		if (other && !strcmp(id, other))
			return set(net, "host_dev_name", json_object_get(override, "host_dev_name"),
				   error);
	}
	return gabion_error_set(error, -ENOENT,
				"network_overrides: the snapshot has no network interface '%s'",
				id);
}

/* What is this host's, not the snapshot's. */
static int override(json_t *json, const struct gabion_snapshot_source *source,
		    const struct gabion_config *own, struct gabion_error *error)
{
	static const char *const kept[] = { "logger", "metrics" };
	json_t *machine = json_object_get(json, "machine-config");
	json_t *vsock = json_object_get(json, "vsock"), *net, *path;
	size_t i;
	int err = 0;

	for (i = 0; i < 2; i++) {
		json_object_del(json, kept[i]);
		if (json_object_get(own->json, kept[i]))
			json_object_set(json, kept[i], json_object_get(own->json, kept[i]));
	}
	json_object_set_new(machine, "track_dirty_pages", json_boolean(source->track));
	json_array_foreach(source->nets, i, net)
	{
		err = err ? err : override_net(json, net, error);
	}
	if (err || !source->vsock)
		return err;
	if (!json_is_object(vsock))
		return gabion_error_set(error, -ENOENT,
					"vsock_override: the snapshot has no vsock");
	path = json_string(source->vsock);
	err = set(vsock, "uds_path", path, error);
	json_decref(path);
	return err;
}

int gabion_snapshot_open(struct gabion_state *state, const struct gabion_snapshot_source *source,
			 struct gabion_config *config, struct gabion_error *error)
{
	cleanup_free void *bytes = NULL;
	json_t *json = NULL;
	size_t size;
	int err = gabion_file_read(source->state, GABION_STATE_MAX, &bytes, &size, error);

	if (!err)
		err = gabion_state_open(state, source->state, bytes, size, error);
	if (err)
		return err;
	json = load_config(state);
	if (state->error.code) {
		json_decref(json);
		return gabion_error_set(error, state->error.code, "%s: %s", source->state,
					state->error.text);
	}
	err = override(json, source, config, error);
	if (err) {
		json_decref(json);
		return err;
	}
	return gabion_config_replace(config, json, error);
}

int gabion_snapshot_load(struct gabion_machine *machine, struct gabion_state *state,
			 struct gabion_error *error)
{
	return transfer(machine, state, error);
}
