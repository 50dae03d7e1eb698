// SPDX-License-Identifier: GPL-2.0
/*
 * Requests that change a machine that runs. The configuration with the change is read
 * as a whole first, then the device is changed, then that is the configuration.
 */
#include <errno.h>
#include <string.h>

#include "../fields.h"
#include "request.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* What of an element of an array may be changed; the rest of its fields are not known here. */
struct kind {
	const char *section, *key, *what;
	const char *fields[2];
	enum gabion_field_kind kinds[2];
};

static const struct kind drive = { "drives",
				   "drive_id",
				   "drive",
				   { "path_on_host", "rate_limiter" },
				   { GABION_FIELD_STRING, GABION_FIELD_OBJECT } };
static const struct kind net = { "network-interfaces",
				 "iface_id",
				 "network interface",
				 { "rx_rate_limiter", "tx_rate_limiter" },
				 { GABION_FIELD_OBJECT, GABION_FIELD_OBJECT } };

static int check_fields(const struct kind *kind, const struct gabion_request *request,
			struct gabion_error *error)
{
	const void *ignored;
	const struct gabion_field fields[] = {
		{ kind->key, GABION_FIELD_STRING, true, &ignored, 0, 0 },
		{ kind->fields[0], kind->kinds[0], false, &ignored, 0, 0 },
		{ kind->fields[1], kind->kinds[1], false, &ignored, 0, 0 },
	};

	return gabion_fields_read(request->body, kind->section, fields, COUNT(fields), error);
}

static int propose_element(const struct gabion_api *api, const struct kind *kind,
			   const struct gabion_request *request, struct gabion_config *next,
			   size_t *index, struct gabion_error *error)
{
	const json_t *array = json_object_get(api->config.json, kind->section);
	int err = check_fields(kind, request, error);

	if (!err)
		err = gabion_request_check_id(request, kind->key, error);
	if (err)
		return err;
	*index = gabion_api_find(api, kind->section, kind->key, request->id);
	if (*index == json_array_size(array))
		return gabion_error_set(error, -ENOENT, "There is no %s with the id %s.",
					kind->what, request->id);
	return gabion_api_propose(
		api, next, kind->section,
		gabion_api_set_element(api, kind->section, *index,
				       /* A limiter's buckets are exchanged one by one. */
				       gabion_json_merge(json_array_get(array, *index),
							 request->body, 1)),
		error);
}

int gabion_patch_drive(struct gabion_api *api, const struct gabion_request *request,
		       json_t **answer, struct gabion_error *error)
{
	const json_t *path = json_object_get(request->body, "path_on_host");
	struct gabion_config next;
	size_t index;
	int err = propose_element(api, &drive, request, &next, &index, error);

	(void)answer;
	if (err)
		return err;
	err = api->ops->update_drive(api->vm, &next, gabion_api_drive(&next, request->id),
				     path && !json_is_null(path), error);
	return gabion_api_conclude(api, &next, err);
}

int gabion_patch_net(struct gabion_api *api, const struct gabion_request *request, json_t **answer,
		     struct gabion_error *error)
{
	struct gabion_config next;
	size_t index;
	int err = propose_element(api, &net, request, &next, &index, error);

	(void)answer;
	if (err)
		return err;
	return gabion_api_conclude(api, &next, api->ops->update_net(api->vm, &next, index, error));
}

/* One number of the balloon, which must be there. */
static int propose_balloon(const struct gabion_api *api, const struct gabion_request *request,
			   const char *name, struct gabion_config *next, struct gabion_error *error)
{
	uint64_t number;
	const struct gabion_field fields[] = {
		{ name, GABION_FIELD_NUMBER, true, &number, 0, UINT32_MAX },
	};
	int err = gabion_fields_read(request->body, "balloon", fields, COUNT(fields), error);

	if (err)
		return err;
	if (!api->config.has_balloon)
		return gabion_error_set(error, -ENODEV,
					"Balloon config error: No balloon device found.");
	return gabion_api_propose(api, next, "balloon",
				  gabion_api_merge(api, "balloon", request->body), error);
}

int gabion_patch_balloon(struct gabion_api *api, const struct gabion_request *request,
			 json_t **answer, struct gabion_error *error)
{
	struct gabion_config next;
	int err = propose_balloon(api, request, "amount_mib", &next, error);

	(void)answer;
	if (err)
		return err;
	api->ops->resize_balloon(api->vm, &next);
	return gabion_api_conclude(api, &next, 0);
}

int gabion_patch_balloon_statistics(struct gabion_api *api, const struct gabion_request *request,
				    json_t **answer, struct gabion_error *error)
{
	struct gabion_config next;
	int err = propose_balloon(api, request, "stats_polling_interval_s", &next, error);

	(void)answer;
	if (err)
		return err;
	/* The guest was told at its start whether there is a queue for them. */
	if (!next.balloon.stats_interval_s != !api->config.balloon.stats_interval_s)
		err = gabion_error_set(error, -EPERM,
				       "Statistics of the balloon cannot be turned on or off after "
				       "starting the microVM.");
	else if (next.balloon.stats_interval_s)
		api->ops->poll_balloon(api->vm, &next);
	return gabion_api_conclude(api, &next, err);
}
