// SPDX-License-Identifier: GPL-2.0
#include "client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int note(struct gabion_vm *vm, const char *what, struct gabion_error *error)
{
	struct client *client = (struct client *)vm;

	snprintf(client->did, sizeof(client->did), "%s", what);
	return client->fail ? gabion_error_set(error, -EIO, "broken") : 0;
}

static enum gabion_vm_state state_of(const struct gabion_vm *vm)
{
	return ((const struct client *)vm)->state;
}

static int start(struct gabion_vm *vm, const struct gabion_config *config,
		 struct gabion_error *error)
{
	int err = note(vm, "start", error);

	(void)config;
	if (!err)
		((struct client *)vm)->state = GABION_VM_RUNNING;
	return err;
}

static void pause_vm(struct gabion_vm *vm)
{
	note(vm, "pause", NULL);
	((struct client *)vm)->state = GABION_VM_PAUSED;
}

static void resume_vm(struct gabion_vm *vm)
{
	note(vm, "resume", NULL);
	((struct client *)vm)->state = GABION_VM_RUNNING;
}

static int press_ctrl_alt_del(struct gabion_vm *vm)
{
	return note(vm, "ctrl-alt-del", NULL) ? -ENODEV : 0;
}

/* Their strings are the configuration's, which is in force when all went well. */
static int update_drive(struct gabion_vm *vm, const struct gabion_config *config, unsigned int n,
			bool reopen, struct gabion_error *error)
{
	((struct client *)vm)->drive = config->drives[n].options;
	return note(vm, reopen ? "reopen" : "limit drive", error);
}

static int update_net(struct gabion_vm *vm, const struct gabion_config *config, unsigned int n,
		      struct gabion_error *error)
{
	((struct client *)vm)->net = config->nets[n];
	return note(vm, "limit net", error);
}

static void resize_balloon(struct gabion_vm *vm, const struct gabion_config *config)
{
	((struct client *)vm)->balloon = config->balloon;
	note(vm, "resize", NULL);
}

static void poll_balloon(struct gabion_vm *vm, const struct gabion_config *config)
{
	((struct client *)vm)->balloon = config->balloon;
	note(vm, "poll", NULL);
}

static void read_balloon(struct gabion_vm *vm, struct gabion_balloon_stats *stats)
{
	*stats = ((struct client *)vm)->stats;
}

static int save(struct gabion_vm *vm, const struct gabion_config *config,
		const struct gabion_snapshot_target *target, struct gabion_error *error)
{
	(void)config;
	((struct client *)vm)->target = *target;
	return note(vm, target->diff ? "save diff" : "save", error);
}

static int load(struct gabion_vm *vm, const struct gabion_snapshot_source *source,
		struct gabion_config *config, struct gabion_error *error)
{
	int err = note(vm, "load", error);

	(void)config;
	((struct client *)vm)->source = *source;
	if (!err)
		((struct client *)vm)->state =
			source->resume ? GABION_VM_RUNNING : GABION_VM_PAUSED;
	return err;
}

static const struct gabion_vm_ops ops = {
	.state = state_of,
	.start = start,
	.pause = pause_vm,
	.resume = resume_vm,
	.press_ctrl_alt_del = press_ctrl_alt_del,
	.update_drive = update_drive,
	.update_net = update_net,
	.resize_balloon = resize_balloon,
	.poll_balloon = poll_balloon,
	.read_balloon = read_balloon,
	.save = save,
	.load = load,
};

int client_open(void **state)
{
	struct client *client = calloc(1, sizeof(*client));
	struct gabion_error error;
	int fd;

	assert_non_null(client);
	assert_int_equal(gabion_api_create(&client->api, "test-1", &ops, &client->vm, &error), 0);
	strcpy(client->file, "/tmp/vmm-api.XXXXXX");
	fd = mkstemp(client->file);
	assert_int_equal(ftruncate(fd, 4096), 0);
	close(fd);
	*state = client;
	return 0;
}

int client_open_started(void **state)
{
	struct client *client;

	client_open(state);
	client = *state;
	client_do(client, "PUT", "/boot-source",
		  client_body(client, "{\"kernel_image_path\":\"%s\"}"));
	client_do(client, "PUT", "/drives/data",
		  client_body(client, "{\"drive_id\":\"data\",\"path_on_host\":\"%s\","
				      "\"is_root_device\":false,\"rate_limiter\":{\"bandwidth\":"
				      "{\"size\":5,\"refill_time\":6}}}"));
	client_do(client, "PUT", "/drives/root",
		  client_body(client, "{\"drive_id\":\"root\",\"path_on_host\":\"%s\","
				      "\"is_root_device\":true}"));
	client_do(client, "PUT", "/balloon",
		  "{\"amount_mib\":10,\"deflate_on_oom\":true,\"stats_polling_interval_s\":1}");
	client_do(client, "PUT", "/actions", "{\"action_type\":\"InstanceStart\"}");
	return 0;
}

int client_close(void **state)
{
	struct client *client = *state;

	gabion_api_destroy(&client->api);
	unlink(client->file);
	free(client);
	return 0;
}

json_t *client_ask(struct client *client, const char *method, const char *path, const char *body,
		   unsigned int status)
{
	json_t *answer;
	unsigned int got = gabion_api_handle(&client->api, method, path, body,
					     body ? strlen(body) : 0, &answer);

	if (got != status)
		fail_msg("%s %s %s: %u instead of %u: %s", method, path, body ? body : "", got,
			 status, answer ? json_dumps(answer, 0) : "");
	return answer;
}

void client_do(struct client *client, const char *method, const char *path, const char *body)
{
	assert_null(client_ask(client, method, path, body, 204));
}

void client_refused(struct client *client, const char *method, const char *path, const char *body,
		    const char *why)
{
	json_t *answer = client_ask(client, method, path, body, 400);
	const char *text = json_string_value(json_object_get(answer, "fault_message"));

	assert_int_equal(json_object_size(answer), 1);
	assert_non_null(text);
	if (!strstr(text, why))
		fail_msg("%s %s: '%s' does not say '%s'", method, path, text, why);
	json_decref(answer);
}

void client_shows(struct client *client, const char *path, const char *expected)
{
	json_t *answer = client_ask(client, "GET", path, NULL, 200);
	json_t *fields = json_loads(expected, 0, NULL), *value;
	const char *key;

	assert_non_null(fields);
	json_object_foreach(fields, key, value)
	{
		if (!json_equal(json_object_get(answer, key), value))
			fail_msg("%s: %s: %s", path, key, json_dumps(answer, 0));
	}
	json_decref(fields);
	json_decref(answer);
}

const char *client_body(struct client *client, const char *format)
{
	static char body[1024];
	const char *at = strstr(format, "%s");

	snprintf(body, sizeof(body), "%.*s%s%s", (int)(at - format), format, client->file, at + 2);
	return body;
}
