// SPDX-License-Identifier: GPL-2.0
#include "api.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include "request.h"

#define ID_MAX 64

json_t *gabion_api_default_config(void)
{
	return json_pack("{s:{s:i,s:i}}", "machine-config", "vcpu_count", 1, "mem_size_mib", 128);
}

uint64_t gabion_api_microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000ULL + now.tv_nsec / 1000;
}

int gabion_api_create(struct gabion_api *api, const char *id, const struct gabion_vm_ops *ops,
		      struct gabion_vm *vm, struct gabion_error *error)
{
	*api = (struct gabion_api){ .id = id, .ops = ops, .vm = vm, .metrics.fd = -1 };
	return gabion_config_replace(&api->config, gabion_api_default_config(), error);
}

void gabion_api_destroy(struct gabion_api *api)
{
	gabion_metrics_close(&api->metrics);
	gabion_config_free(&api->config);
}

bool gabion_api_id_is_valid(const char *id)
{
	size_t n = 0;

	while (isalnum((unsigned char)id[n]) || id[n] == '-')
		n++;
	return !id[n] && n && n <= ID_MAX;
}

int gabion_api_propose(const struct gabion_api *api, struct gabion_config *next, const char *name,
		       json_t *value, struct gabion_error *error)
{
	json_t *json = json_copy(api->config.json);

	*next = (struct gabion_config){ 0 };
	if (json_object_set_new(json, name, value)) {
		json_decref(json);
		json = NULL;
	}
	return gabion_config_replace(next, json, error);
}

int gabion_api_conclude(struct gabion_api *api, struct gabion_config *next, int err)
{
	struct gabion_config *loser = err ? next : &api->config;

	gabion_config_free(loser);
	if (!err)
		api->config = *next;
	return err;
}

unsigned int gabion_api_drive(const struct gabion_config *config, const char *id)
{
	unsigned int i = 0;

	while (strcmp(config->drives[i].options.id, id))
		i++;
	return i;
}

json_t *gabion_json_merge(const json_t *object, const json_t *patch, unsigned int depth)
{
	json_t *merged = object ? json_copy((json_t *)object) : json_object(), *value, *old;
	const char *key;

	json_object_foreach((json_t *)patch, key, value)
	{
		old = json_object_get(merged, key);
		/* As everywhere here, null is as good as nothing. */
		if (json_is_null(value))
			continue;
		if (depth && json_is_object(value) && json_is_object(old))
			json_object_set_new(merged, key, gabion_json_merge(old, value, depth - 1));
		else
			json_object_set(merged, key, value);
	}
	return merged;
}

json_t *gabion_api_merge(const struct gabion_api *api, const char *name, const json_t *patch)
{
	return gabion_json_merge(json_object_get(api->config.json, name), patch, 0);
}

size_t gabion_api_find(const struct gabion_api *api, const char *name, const char *key,
		       const char *id)
{
	const json_t *array = json_object_get(api->config.json, name);
	const char *other;
	size_t i;

	for (i = 0; i < json_array_size(array); i++) {
		other = json_string_value(json_object_get(json_array_get(array, i), key));
		if (other && !strcmp(other, id))
			break;
	}
	return i;
}

json_t *gabion_api_set_element(const struct gabion_api *api, const char *name, size_t index,
			       json_t *element)
{
	const json_t *old = json_object_get(api->config.json, name);
	json_t *array = old ? json_copy((json_t *)old) : json_array();
	int err = index < json_array_size(array) ? json_array_set_new(array, index, element)
						 : json_array_append_new(array, element);

	if (err) {
		json_decref(array);
		return NULL;
	}
	return array;
}

int gabion_request_check_id(const struct gabion_request *request, const char *key,
			    struct gabion_error *error)
{
	const char *id = json_string_value(json_object_get(request->body, key));

	/* One that is not there, or no string, is refused with all the rest. */
	if (!id || !strcmp(id, request->id))
		return 0;
	return gabion_error_set(error, -EINVAL,
				"The id from the path [%s] does not match the id from the body "
				"[%.200s]!",
				request->id, id);
}
