// SPDX-License-Identifier: GPL-2.0
/*
 * Requests that say what the machine is to be made of. Each is a section of the
 * configuration, or an element of one, and is read as in a file. What can be tried is
 * tried at once, so that a mistake is told of where it was made.
 */
#include <errno.h>

#include "../boot/image.h"
#include "../log.h"
#include "request.h"

/* Sections of which nothing more is to be checked. */
static int put_section(struct gabion_api *api, const struct gabion_request *request,
		       const char *name, struct gabion_error *error)
{
	struct gabion_config next;
	int err = gabion_api_propose(api, &next, name, json_incref(request->body), error);

	return err ? err : gabion_api_conclude(api, &next, 0);
}

int gabion_put_balloon(struct gabion_api *api, const struct gabion_request *request,
		       json_t **answer, struct gabion_error *error)
{
	(void)answer;
	return put_section(api, request, "balloon", error);
}

int gabion_put_entropy(struct gabion_api *api, const struct gabion_request *request,
		       json_t **answer, struct gabion_error *error)
{
	(void)answer;
	return put_section(api, request, "entropy", error);
}

int gabion_put_machine(struct gabion_api *api, const struct gabion_request *request,
		       json_t **answer, struct gabion_error *error)
{
	(void)answer;
	return put_section(api, request, "machine-config", error);
}

int gabion_patch_machine(struct gabion_api *api, const struct gabion_request *request,
			 json_t **answer, struct gabion_error *error)
{
	const struct gabion_request whole = {
		.body = gabion_api_merge(api, "machine-config", request->body),
	};
	int err;

	(void)answer;
	if (!json_object_size(request->body))
		err = gabion_error_set(error, -EINVAL, "Empty PATCH request.");
	else
		err = put_section(api, &whole, "machine-config", error);
	json_decref(whole.body);
	return err;
}

static int try_file(const char *what, const char *path, struct gabion_error *error)
{
	struct gabion_image image;
	int err = gabion_image_open(&image, path, error);

	if (err)
		return gabion_error_prefix(error,
					   "Boot source error: The %s file cannot be opened", what);
	gabion_image_close(&image);
	return 0;
}

int gabion_put_boot_source(struct gabion_api *api, const struct gabion_request *request,
			   json_t **answer, struct gabion_error *error)
{
	struct gabion_config next;
	int err = gabion_api_propose(api, &next, "boot-source", json_incref(request->body), error);

	(void)answer;
	if (err)
		return err;
	err = try_file("kernel", next.kernel, error);
	if (!err && next.initrd)
		err = try_file("initrd", next.initrd, error);
	return gabion_api_conclude(api, &next, err);
}

/* The configuration with the body for the element that the path names. */
static int propose_element(const struct gabion_api *api, const struct gabion_request *request,
			   struct gabion_config *next, size_t *index, const char *name,
			   const char *key, struct gabion_error *error)
{
	int err = gabion_request_check_id(request, key, error);

	*index = gabion_api_find(api, name, key, request->id);
	return err ? err
		   : gabion_api_propose(api, next, name,
					gabion_api_set_element(api, name, *index,
							       json_incref(request->body)),
					error);
}

/* A device that can be made can be made again. */
static int try_device(int err, struct gabion_virtio *virtio)
{
	if (!err)
		gabion_virtio_destroy(virtio);
	return err;
}

int gabion_put_drive(struct gabion_api *api, const struct gabion_request *request, json_t **answer,
		     struct gabion_error *error)
{
	struct gabion_virtio *virtio = NULL;
	struct gabion_config next;
	size_t index;
	int err = propose_element(api, request, &next, &index, "drives", "drive_id", error);

	(void)answer;
	if (err)
		return err;
	err = gabion_block_create(
		&virtio, &next.drives[gabion_api_drive(&next, request->id)].options, error);
	return gabion_api_conclude(api, &next, try_device(err, virtio));
}

int gabion_put_net(struct gabion_api *api, const struct gabion_request *request, json_t **answer,
		   struct gabion_error *error)
{
	struct gabion_virtio *virtio = NULL;
	struct gabion_config next;
	size_t index;
	int err = propose_element(api, request, &next, &index, "network-interfaces", "iface_id",
				  error);

	(void)answer;
	if (err)
		return err;
	err = gabion_net_create(&virtio, &next.nets[index], error);
	return gabion_api_conclude(api, &next, try_device(err, virtio));
}

int gabion_put_vsock(struct gabion_api *api, const struct gabion_request *request, json_t **answer,
		     struct gabion_error *error)
{
	struct gabion_virtio *virtio = NULL;
	struct gabion_config next;
	int err = gabion_api_propose(api, &next, "vsock", json_incref(request->body), error);

	(void)answer;
	if (err)
		return err;
	err = gabion_vsock_create(&virtio, &next.vsock, error);
	return gabion_api_conclude(api, &next, try_device(err, virtio));
}

/* What is not said stays as it is. */
int gabion_put_logger(struct gabion_api *api, const struct gabion_request *request, json_t **answer,
		      struct gabion_error *error)
{
	struct gabion_config next;
	int err = gabion_api_propose(api, &next, "logger",
				     gabion_api_merge(api, "logger", request->body), error);

	(void)answer;
	return err ? err : gabion_api_conclude(api, &next, gabion_log_open(&next.log, error));
}

int gabion_put_metrics(struct gabion_api *api, const struct gabion_request *request,
		       json_t **answer, struct gabion_error *error)
{
	struct gabion_config next;
	int err = gabion_api_propose(api, &next, "metrics", json_incref(request->body), error);

	(void)answer;
	return err ? err
		   : gabion_api_conclude(api, &next,
					 gabion_metrics_open(&api->metrics, &next.metrics, error));
}
