// SPDX-License-Identifier: GPL-2.0
/*
 * From a method, a path and the bytes of a body, which nobody has looked at yet, to a
 * handler and an object.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "request.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define ID	 "{}" /* in a path: of an object */
#define MAX_PATH 256

enum when { ANY_TIME, BEFORE_START, AFTER_START };

/**
 * struct route - what can be asked for
 * @first, @second: of the path; @second NULL for none, or ID
 * @handle:	NULL when there is no such thing here: @what names it
 * @what:	the name in metrics
 */
static const struct route {
	const char *method, *first, *second;
	enum when when;
	gabion_handler *handle;
	const char *what;
} routes[] = {
	{ "GET", "", NULL, ANY_TIME, gabion_get_instance, "instance_info" },
	{ "GET", "version", NULL, ANY_TIME, gabion_get_version, "vmm_version" },
	{ "GET", "vm", "config", ANY_TIME, gabion_get_vm_config, "vm_config" },
	{ "GET", "machine-config", NULL, ANY_TIME, gabion_get_machine, "machine_cfg" },
	{ "GET", "balloon", NULL, ANY_TIME, gabion_get_balloon, "balloon" },
	{ "GET", "balloon", "statistics", AFTER_START, gabion_get_balloon_statistics,
	  "balloon_stats" },
	{ "PUT", "actions", NULL, ANY_TIME, gabion_put_action, "actions" },
	{ "PUT", "balloon", NULL, BEFORE_START, gabion_put_balloon, "balloon" },
	{ "PUT", "boot-source", NULL, BEFORE_START, gabion_put_boot_source, "boot_source" },
	{ "PUT", "drives", ID, BEFORE_START, gabion_put_drive, "drive" },
	{ "PUT", "entropy", NULL, BEFORE_START, gabion_put_entropy, "entropy" },
	{ "PUT", "logger", NULL, BEFORE_START, gabion_put_logger, "logger" },
	{ "PUT", "machine-config", NULL, BEFORE_START, gabion_put_machine, "machine_cfg" },
	{ "PUT", "metrics", NULL, BEFORE_START, gabion_put_metrics, "metrics" },
	{ "PUT", "network-interfaces", ID, BEFORE_START, gabion_put_net, "network" },
	{ "PUT", "vsock", NULL, BEFORE_START, gabion_put_vsock, "vsock" },
	{ "PATCH", "balloon", NULL, AFTER_START, gabion_patch_balloon, "balloon" },
	{ "PATCH", "balloon", "statistics", AFTER_START, gabion_patch_balloon_statistics,
	  "balloon_stats" },
	{ "PATCH", "drives", ID, AFTER_START, gabion_patch_drive, "drive" },
	{ "PATCH", "machine-config", NULL, BEFORE_START, gabion_patch_machine, "machine_cfg" },
	{ "PATCH", "network-interfaces", ID, AFTER_START, gabion_patch_net, "network" },
	{ "PATCH", "vm", NULL, AFTER_START, gabion_patch_vm, "vm" },
	{ "PUT", "snapshot", "create", AFTER_START, gabion_put_snapshot_create, "snapshot_create" },
	{ "PUT", "snapshot", "load", BEFORE_START, gabion_put_snapshot_load, "snapshot_load" },
	{ "GET", "mmds", NULL, ANY_TIME, NULL, "metadata service" },
	{ "PUT", "mmds", NULL, ANY_TIME, NULL, "metadata service" },
	{ "PUT", "mmds", "config", ANY_TIME, NULL, "metadata service" },
	{ "PATCH", "mmds", NULL, ANY_TIME, NULL, "metadata service" },
	{ "PUT", "cpu-config", NULL, ANY_TIME, NULL, "CPU templates" },
	{ "PUT", "serial", NULL, ANY_TIME, NULL, "other output of the serial port than stdout" },
	{ "PUT", "pmem", ID, ANY_TIME, NULL, "persistent memory" },
	{ "PATCH", "pmem", ID, ANY_TIME, NULL, "persistent memory" },
	{ "GET", "hotplug", "memory", ANY_TIME, NULL, "memory that is plugged in" },
	{ "PUT", "hotplug", "memory", ANY_TIME, NULL, "memory that is plugged in" },
	{ "PATCH", "hotplug", "memory", ANY_TIME, NULL, "memory that is plugged in" },
	{ "DELETE", "drives", ID, ANY_TIME, NULL, "devices that are pulled out" },
	{ "DELETE", "network-interfaces", ID, ANY_TIME, NULL, "devices that are pulled out" },
};

_Static_assert(COUNT(routes) <= GABION_API_ROUTES, "room for the counts");

/* "/a/b" in pieces; a slash more at the end is none. More than two pieces are nobody's path. */
struct path {
	char text[MAX_PATH];
	const char *first, *second;
};

static bool split(struct path *path, const char *text)
{
	char *slash;

	while (*text == '/')
		text++;
	path->first = path->text;
	path->second = NULL;
	if (strlen(text) >= sizeof(path->text))
		return false;
	strcpy(path->text, text);
	slash = strchr(path->text, '/');
	if (!slash)
		return true;
	*slash++ = 0;
	if (!*slash)
		return true;
	path->second = slash;
	slash = strchr(slash, '/');
	if (slash)
		*slash++ = 0;
	return !slash || !*slash;
}

static bool matches(const struct route *route, const char *method, const struct path *path)
{
	if (strcmp(route->method, method) || strcmp(route->first, path->first))
		return false;
	if (!route->second)
		return !path->second;
	/* Of an object without a name more is to be said than that there is no such path. */
	if (!strcmp(route->second, ID))
		return true;
	return path->second && !strcmp(route->second, path->second);
}

static const struct route *find(const char *method, const char *text, struct path *path,
				struct gabion_error *error)
{
	bool whole = split(path, text);
	size_t i;

	for (i = 0; whole && i < COUNT(routes); i++)
		if (matches(&routes[i], method, path))
			return &routes[i];
	gabion_error_set(error, -ENOENT, "Invalid request method and/or path: %.16s %.200s.",
			 method, text + strspn(text, "/"));
	return NULL;
}

static int check_id(const char *id, struct gabion_error *error)
{
	if (!id || !*id)
		return gabion_error_set(error, -EINVAL, "The ID cannot be empty.");
	while (isalnum((unsigned char)*id) || *id == '_')
		id++;
	return *id ? gabion_error_set(error, -EINVAL,
				      "API Resource IDs can only contain alphanumeric characters "
				      "and underscores.")
		   : 0;
}

int gabion_api_check_started(const struct gabion_api *api, bool started,
			     struct gabion_error *error)
{
	if (started == (api->ops->state(api->vm) != GABION_VM_NOT_STARTED))
		return 0;
	return gabion_error_set(error, -EPERM,
				"The requested operation is not supported %s starting the microVM.",
				started ? "before" : "after");
}

static int check_body(const char *method, size_t size, struct gabion_error *error)
{
	bool wanted = !strcmp(method, "PUT") || !strcmp(method, "PATCH");

	if (wanted && !size)
		return gabion_error_set(error, -EINVAL, "Empty %s request.", method);
	if (!wanted && size)
		return gabion_error_set(error, -EINVAL, "%.16s request cannot have a body.",
					method);
	return 0;
}

static json_t *parse_body(const char *body, size_t size, struct gabion_error *error)
{
	json_error_t wrong;
	json_t *json = json_loadb(body, size, JSON_REJECT_DUPLICATES, &wrong);

	if (json_is_object(json))
		return json;
	gabion_error_set(error, -EINVAL,
			 "An error occurred when deserializing the json body of a request: %s at "
			 "line %d column %d.",
			 json ? "an array is no object" : wrong.text, json ? 1 : wrong.line,
			 json ? 1 : wrong.column);
	json_decref(json);
	return NULL;
}

static int call(struct gabion_api *api, const struct route *route, const struct path *path,
		const char *body, size_t size, json_t **answer, struct gabion_error *error)
{
	struct gabion_request request = { 0 };
	int err;

	if (!route->handle)
		return gabion_error_set(error, -ENOTSUP,
					"The requested operation is not supported: gabion-vmm has "
					"no %s.",
					route->what);
	if (route->second && !strcmp(route->second, ID)) {
		err = check_id(path->second, error);
		if (err)
			return err;
		request.id = path->second;
	}
	if (route->when != ANY_TIME) {
		err = gabion_api_check_started(api, route->when == AFTER_START, error);
		if (err)
			return err;
	}
	if (size) {
		request.body = parse_body(body, size, error);
		if (!request.body)
			return error->code;
	}
	err = route->handle(api, &request, answer, error);
	json_decref(request.body);
	return err;
}

json_t *gabion_api_fault(const char *text)
{
	json_t *fault = json_pack("{s:s}", "fault_message", text);
	char *c, *copy;

	if (fault)
		return fault;
	/* Some of it was a path, or was cut short: it need not be UTF-8. */
	copy = strdup(text);
	for (c = copy; c && *c; c++)
		*c = *c & 0x80 ? '?' : *c;
	fault = copy ? json_pack("{s:s}", "fault_message", copy) : NULL;
	free(copy);
	return fault;
}

unsigned int gabion_api_handle(struct gabion_api *api, const char *method, const char *path,
			       const char *body, size_t size, json_t **answer)
{
	const struct route *route = NULL;
	struct gabion_error error;
	struct path pieces;
	int err = check_body(method, size, &error);

	*answer = NULL;
	if (!err) {
		route = find(method, path, &pieces, &error);
		err = route ? call(api, route, &pieces, body, size, answer, &error) : error.code;
	}
	if (route) {
		api->counts[route - routes].asked++;
		api->counts[route - routes].failed += !!err;
	}
	if (err)
		*answer = gabion_api_fault(error.text);
	return err ? 400 : *answer ? 200 : 204;
}

/* { "get_api_requests": { "balloon_count": 1, "balloon_fails": 0, ... }, ... } */
static void add_counts(const struct gabion_api *api, json_t *values)
{
	char group[32], name[64];
	json_t *object;
	size_t i, j;

	for (i = 0; i < COUNT(routes); i++) {
		if (!routes[i].handle)
			continue;
		snprintf(group, sizeof(group), "%s_api_requests", routes[i].method);
		for (j = 0; group[j]; j++)
			group[j] = tolower((unsigned char)group[j]);
		object = json_object_get(values, group);
		if (!object) {
			object = json_object();
			json_object_set_new(values, group, object);
		}
		snprintf(name, sizeof(name), "%s_count", routes[i].what);
		json_object_set_new(object, name, json_integer(api->counts[i].asked));
		snprintf(name, sizeof(name), "%s_fails", routes[i].what);
		json_object_set_new(object, name, json_integer(api->counts[i].failed));
	}
}

int gabion_api_flush(struct gabion_api *api, struct gabion_error *error)
{
	json_t *values = json_pack(
		"{s:{s:I,s:I,s:I,s:I,s:I}}", "latencies_us", "pause_vm", (json_int_t)api->pause_us,
		"resume_vm", (json_int_t)api->resume_us, "full_create_snapshot",
		(json_int_t)api->full_create_us, "diff_create_snapshot",
		(json_int_t)api->diff_create_us, "load_snapshot", (json_int_t)api->load_us);
	int err;

	if (!values)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	add_counts(api, values);
	err = gabion_metrics_write(&api->metrics, api->id, values, error);
	if (!err)
		memset(api->counts, 0, sizeof(api->counts));
	return err;
}
