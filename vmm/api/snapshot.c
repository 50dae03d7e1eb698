// SPDX-License-Identifier: GPL-2.0
/* Requests to save the machine, and to make one that was saved. */
#include <errno.h>
#include <string.h>

#include "../fields.h"
#include "request.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

int gabion_put_snapshot_create(struct gabion_api *api, const struct gabion_request *request,
			       json_t **answer, struct gabion_error *error)
{
	struct gabion_snapshot_target target = { 0 };
	uint64_t since = gabion_api_microseconds();
	const char *type = "Full";
	const struct gabion_field fields[] = {
		{ "snapshot_path", GABION_FIELD_STRING, true, &target.state, 0, 0 },
		{ "mem_file_path", GABION_FIELD_STRING, true, &target.memory, 0, 0 },
		{ "snapshot_type", GABION_FIELD_STRING, false, &type, 0, 0 },
	};
	int err = gabion_fields_read(request->body, "snapshot", fields, COUNT(fields), error);

	(void)answer;
	if (err)
		return err;
	target.diff = !strcmp(type, "Diff");
	if (!target.diff && strcmp(type, "Full"))
		return gabion_error_set(error, -EINVAL,
					"snapshot.snapshot_type: '%s': must be Full or Diff", type);
	if (api->ops->state(api->vm) != GABION_VM_PAUSED)
		return gabion_error_set(error, -EBUSY,
					"Create snapshot error: Cannot save the microVM state: "
					"Operation not allowed: it is running: pause it first");
	err = api->ops->save(api->vm, &api->config, &target, error);
	if (err)
		return gabion_error_prefix(error, "Create snapshot error");
	*(target.diff ? &api->diff_create_us : &api->full_create_us) =
		gabion_api_microseconds() - since;
	return 0;
}

/* Of Firecracker's ways to bring the memory, a file that is mapped is the one that is here. */
static int read_backend(struct gabion_snapshot_source *source, const json_t *backend,
			struct gabion_error *error)
{
	const char *type;
	const struct gabion_field fields[] = {
		{ "backend_path", GABION_FIELD_STRING, true, &source->memory, 0, 0 },
		{ "backend_type", GABION_FIELD_STRING, true, &type, 0, 0 },
	};
	int err;

	if (!backend == !source->memory)
		return gabion_error_set(error, -EINVAL,
					"%s: either `mem_backend` or `mem_file_path`%s",
					backend ? "too many fields" : "missing field",
					backend ? " exclusively is required" : " is required");
	if (!backend)
		return 0;
	err = gabion_fields_read(backend, "snapshot.mem_backend", fields, COUNT(fields), error);
	if (!err && strcmp(type, "File"))
		return gabion_error_set(error, -ENOTSUP,
					"snapshot.mem_backend.backend_type: '%s': gabion-vmm does "
					"not do this: say File",
					type);
	return err;
}

static int check_nets(const json_t *nets, struct gabion_error *error)
{
	const char *ignored;
	const struct gabion_field fields[] = {
		{ "iface_id", GABION_FIELD_STRING, true, &ignored, 0, 0 },
		{ "host_dev_name", GABION_FIELD_STRING, true, &ignored, 0, 0 },
	};
	const json_t *net;
	size_t i;
	int err = 0;

	json_array_foreach(nets, i, net)
	{
		err = err ? err
			  : gabion_fields_read(net, "snapshot.network_overrides", fields,
					       COUNT(fields), error);
	}
	return err;
}

static int read_source(struct gabion_snapshot_source *source, const json_t *body,
		       struct gabion_error *error)
{
	json_t *backend = NULL, *nets = NULL, *vsock = NULL;
	bool diff = false;
	const struct gabion_field fields[] = {
		{ "snapshot_path", GABION_FIELD_STRING, true, &source->state, 0, 0 },
		{ "mem_file_path", GABION_FIELD_STRING, false, &source->memory, 0, 0 },
		{ "mem_backend", GABION_FIELD_OBJECT, false, &backend, 0, 0 },
		{ "enable_diff_snapshots", GABION_FIELD_BOOL, false, &diff, 0, 0 },
		{ "track_dirty_pages", GABION_FIELD_BOOL, false, &source->track, 0, 0 },
		{ "resume_vm", GABION_FIELD_BOOL, false, &source->resume, 0, 0 },
		{ "network_overrides", GABION_FIELD_ARRAY, false, &nets, 0, 0 },
		{ "vsock_override", GABION_FIELD_OBJECT, false, &vsock, 0, 0 },
	};
	const struct gabion_field path = { "uds_path", GABION_FIELD_STRING, true, &source->vsock, 0,
					   0 };
	int err = gabion_fields_read(body, "snapshot", fields, COUNT(fields), error);

	if (!err)
		err = read_backend(source, backend, error);
	if (!err)
		err = check_nets(nets, error);
	if (!err && vsock)
		err = gabion_fields_read(vsock, "snapshot.vsock_override", &path, 1, error);
	source->nets = nets;
	source->track |= diff;
	return err;
}

/* Nothing was said of the machine, but where the process is to log; a size that is the default. */
static bool is_unconfigured(const struct gabion_api *api)
{
	json_t *json = json_copy(api->config.json), *fresh = gabion_api_default_config();
	bool same;

	json_object_del(json, "logger");
	json_object_del(json, "metrics");
	same = json && json_equal(json, fresh);
	json_decref(json);
	json_decref(fresh);
	return same;
}

int gabion_put_snapshot_load(struct gabion_api *api, const struct gabion_request *request,
			     json_t **answer, struct gabion_error *error)
{
	struct gabion_snapshot_source source = { 0 };
	uint64_t since = gabion_api_microseconds();
	int err = read_source(&source, request->body, error);

	(void)answer;
	if (err)
		return err;
	if (!is_unconfigured(api))
		return gabion_error_set(error, -EPERM,
					"Load snapshot error: Loading a microVM snapshot not "
					"allowed after configuring boot-specific resources.");
	err = api->ops->load(api->vm, &source, &api->config, error);
	if (err)
		return gabion_error_prefix(error, "Load snapshot error");
	api->load_us = gabion_api_microseconds() - since;
	return 0;
}
