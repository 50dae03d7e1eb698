/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What route.c and the handlers of requests know of each other. A handler returns 0, with
 * *@answer set when there is one, or a negative errno: the request was refused, with
 * @error for whoever made it.
 */
#ifndef GABION_VMM_API_REQUEST_H
#define GABION_VMM_API_REQUEST_H

#include "api.h"

/**
 * struct gabion_request - one
 * @id:		the object's, from the path; NULL where the path has none
 * @body:	an object; NULL for GET
 */
struct gabion_request {
	const char *id;
	json_t *body;
};

typedef int gabion_handler(struct gabion_api *api, const struct gabion_request *request,
			   json_t **answer, struct gabion_error *error);

/* configure.c: before the start */
gabion_handler gabion_put_balloon, gabion_put_boot_source, gabion_put_drive, gabion_put_entropy,
	gabion_put_logger, gabion_put_machine, gabion_put_metrics, gabion_put_net, gabion_put_vsock,
	gabion_patch_machine;

/* update.c: while it runs */
gabion_handler gabion_patch_balloon, gabion_patch_balloon_statistics, gabion_patch_drive,
	gabion_patch_net;

/* show.c */
gabion_handler gabion_get_balloon, gabion_get_balloon_statistics, gabion_get_instance,
	gabion_get_machine, gabion_get_version, gabion_get_vm_config;

/* action.c */
gabion_handler gabion_put_action, gabion_patch_vm;

/* snapshot.c */
gabion_handler gabion_put_snapshot_create, gabion_put_snapshot_load;

/* What a machine is of which nothing was said; a new reference, NULL: no memory. */
json_t *gabion_api_default_config(void);

/* The time, for how long something takes. */
uint64_t gabion_api_microseconds(void);

/* -EPERM unless the machine is started, or is not, as @started says. */
int gabion_api_check_started(const struct gabion_api *api, bool started,
			     struct gabion_error *error);

/*
 * @next: the configuration with @value, whose reference is taken, in place of section
 * @name. It is not in force until gabion_api_conclude().
 */
int gabion_api_propose(const struct gabion_api *api, struct gabion_config *next, const char *name,
		       json_t *value, struct gabion_error *error);

/* Put @next in force when @err is 0, else free it; returns @err. */
int gabion_api_conclude(struct gabion_api *api, struct gabion_config *next, int err);

/* Which of the drives has @id, which one must: the root drive comes first, wherever it stands. */
unsigned int gabion_api_drive(const struct gabion_config *config, const char *id);

/* Section @name, with what @patch has for its fields; a new reference, NULL: no memory. */
json_t *gabion_api_merge(const struct gabion_api *api, const char *name, const json_t *patch);

/* A copy of @object with the fields of @patch; objects in it are merged down to @depth. */
json_t *gabion_json_merge(const json_t *object, const json_t *patch, unsigned int depth);

/* Where in array section @name the element is that has @id for @key; its size when nowhere. */
size_t gabion_api_find(const struct gabion_api *api, const char *name, const char *key,
		       const char *id);

/* A copy of array section @name with @element, whose reference is taken, at @index, or as last. */
json_t *gabion_api_set_element(const struct gabion_api *api, const char *name, size_t index,
			       json_t *element);

/* -EINVAL when @key of the body says something else than the path. */
int gabion_request_check_id(const struct gabion_request *request, const char *key,
			    struct gabion_error *error);

#endif /* GABION_VMM_API_REQUEST_H */
