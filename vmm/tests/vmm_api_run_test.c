// SPDX-License-Identifier: GPL-2.0
/* The API of a machine that runs, and of any: paths, methods, bodies of all kinds. */
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void paused_and_resumed(void **state)
{
	struct client *client = *state;

	client_do(client, "PATCH", "/vm", "{\"state\":\"Paused\"}");
	assert_string_equal(client->did, "pause");
	client_shows(client, "/", "{\"state\":\"Paused\"}");
	/* What is paused is started, too. */
	client_refused(client, "PUT", "/entropy", "{}", "not supported after starting");
	client_do(client, "PATCH", "/vm", "{\"state\":\"Resumed\"}");
	assert_string_equal(client->did, "resume");
	client_shows(client, "/", "{\"state\":\"Running\"}");
	client_refused(client, "PATCH", "/vm", "{\"state\":\"Stopped\"}",
		       "vm.state: 'Stopped': must be Paused or Resumed");
	client_refused(client, "PATCH", "/vm", "{\"state\":\"Paused\",\"now\":true}",
		       "vm: unknown field 'now'");
}

static void three_keys(void **state)
{
	static const char keys[] = "{\"action_type\":\"SendCtrlAltDel\"}";
	struct client *client = *state;

	client_do(client, "PUT", "/actions", keys);
	assert_string_equal(client->did, "ctrl-alt-del");
	client->fail = true;
	client_refused(client, "PUT", "/actions", keys,
		       "The guest does not listen to its keyboard.");
}

static void not_after_the_start(void **state)
{
	static const struct {
		const char *method, *path, *body;
	} late[] = {
		{ "PUT", "/boot-source", "{\"kernel_image_path\":\"k\"}" },
		{ "PUT", "/machine-config", "{\"vcpu_count\":1,\"mem_size_mib\":1}" },
		{ "PATCH", "/machine-config", "{\"vcpu_count\":1}" },
		{ "PUT", "/drives/a", "{\"drive_id\":\"a\"}" },
		{ "PUT", "/network-interfaces/e", "{\"iface_id\":\"e\"}" },
		{ "PUT", "/vsock", "{\"guest_cid\":3,\"uds_path\":\"v\"}" },
		{ "PUT", "/entropy", "{}" },
		{ "PUT", "/balloon", "{\"amount_mib\":1,\"deflate_on_oom\":true}" },
		{ "PUT", "/logger", "{}" },
		{ "PUT", "/metrics", "{\"metrics_path\":\"m\"}" },
		{ "PUT", "/actions", "{\"action_type\":\"InstanceStart\"}" },
	};
	size_t i;

	for (i = 0; i < sizeof(late) / sizeof(late[0]); i++)
		client_refused(*state, late[i].method, late[i].path, late[i].body,
			       "The requested operation is not supported after starting the "
			       "microVM.");
}

static void a_drive_changes(void **state)
{
	struct client *client = *state;

	client_do(client, "PATCH", "/drives/data",
		  client_body(client, "{\"drive_id\":\"data\",\"path_on_host\":\"%s.new\"}"));
	assert_string_equal(client->did, "reopen");
	assert_string_equal(client->drive.id, "data");
	assert_non_null(strstr(client->drive.path, ".new"));
	/* What is not said stays: the one bucket, when only the other is said. */
	client_do(client, "PATCH", "/drives/data",
		  "{\"drive_id\":\"data\",\"rate_limiter\":{\"ops\":"
		  "{\"size\":7,\"one_time_burst\":9,\"refill_time\":8}}}");
	assert_string_equal(client->did, "limit drive");
	assert_int_equal(client->drive.limiter.ops.burst, 9);
	assert_int_equal(client->drive.limiter.bandwidth.size, 5);
	assert_non_null(strstr(client->drive.path, ".new"));
	/* A size of 0 takes a limit away. */
	client_do(client, "PATCH", "/drives/data",
		  "{\"drive_id\":\"data\",\"rate_limiter\":{\"bandwidth\":"
		  "{\"size\":0,\"refill_time\":0}}}");
	assert_int_equal(client->drive.limiter.bandwidth.size, 0);
	assert_int_equal(client->drive.limiter.ops.size, 7);
	/* The root drive is the first of the machine, though it was the second to be said. */
	client_do(client, "PATCH", "/drives/root",
		  client_body(client, "{\"drive_id\":\"root\",\"path_on_host\":\"%s.root\"}"));
	assert_string_equal(client->drive.id, "root");
	assert_non_null(strstr(client->api.config.drives[0].options.path, ".root"));
}

static void a_drive_does_not_change(void **state)
{
	struct client *client = *state;
	json_t *before = client_ask(client, "GET", "/vm/config", NULL, 200), *after;

	client_refused(client, "PATCH", "/drives/none", "{\"drive_id\":\"none\"}",
		       "There is no drive with the id none.");
	client_refused(client, "PATCH", "/drives/data", "{\"drive_id\":\"root\"}",
		       "The id from the path [data] does not match the id from the body [root]!");
	client_refused(client, "PATCH", "/drives/data", "{}", "drives: 'drive_id' is missing");
	client_refused(client, "PATCH", "/drives/data",
		       "{\"drive_id\":\"data\",\"is_read_only\":true}",
		       "drives: unknown field 'is_read_only'");
	client_refused(client, "PATCH", "/drives/data",
		       "{\"drive_id\":\"data\",\"rate_limiter\":{\"ops\":{\"size\":1}}}",
		       "rate_limiter.ops: 'refill_time' is missing");
	client->fail = true;
	client_refused(client, "PATCH", "/drives/data",
		       "{\"drive_id\":\"data\",\"path_on_host\":\"/other\"}", "broken");
	after = client_ask(client, "GET", "/vm/config", NULL, 200);
	assert_true(json_equal(before, after));
	json_decref(before);
	json_decref(after);
}

/* A card, which no test can make, as if it had come from a file. */
static void limits_of_a_card(void **state)
{
	struct client *client = *state;
	struct gabion_error error;
	json_t *json = json_deep_copy(client->api.config.json);

	json_object_set_new(json, "network-interfaces",
			    json_pack("[{s:s,s:s}]", "iface_id", "eth0", "host_dev_name", "tap0"));
	assert_int_equal(gabion_config_replace(&client->api.config, json, &error), 0);
	client_do(client, "PATCH", "/network-interfaces/eth0",
		  "{\"iface_id\":\"eth0\",\"tx_rate_limiter\":{\"bandwidth\":{\"size\":1,"
		  "\"refill_time\":2}}}");
	assert_string_equal(client->did, "limit net");
	assert_int_equal(client->net.tx.bandwidth.refill_ms, 2);
	assert_int_equal(client->net.rx.bandwidth.size, 0);
	client_refused(client, "PATCH", "/network-interfaces/eth0",
		       "{\"iface_id\":\"eth0\",\"host_dev_name\":\"tap1\"}",
		       "network-interfaces: unknown field 'host_dev_name'");
	client_refused(client, "PATCH", "/network-interfaces/eth1", "{\"iface_id\":\"eth1\"}",
		       "There is no network interface with the id eth1.");
}

static void the_balloon(void **state)
{
	struct client *client = *state;

	client_do(client, "PATCH", "/balloon", "{\"amount_mib\":30}");
	assert_string_equal(client->did, "resize");
	assert_int_equal(client->balloon.mib, 30);
	client_shows(client, "/balloon", "{\"amount_mib\":30,\"deflate_on_oom\":true}");
	client_refused(client, "PATCH", "/balloon", "{\"amount_mib\":129}", "from 0 to 128");
	client_refused(client, "PATCH", "/balloon", "{\"deflate_on_oom\":true}",
		       "balloon: unknown field 'deflate_on_oom'");
	client_do(client, "PATCH", "/balloon/statistics", "{\"stats_polling_interval_s\":60}");
	assert_string_equal(client->did, "poll");
	assert_int_equal(client->balloon.stats_interval_s, 60);
	client_refused(client, "PATCH", "/balloon/statistics", "{\"stats_polling_interval_s\":0}",
		       "cannot be turned on or off");
	client->stats = (struct gabion_balloon_stats){ .target_pages = 7680,
						       .actual_pages = 511,
						       .known = 1 << 4 | 1 << 9 };
	client->stats.values[4] = 1 << 30;
	client->stats.values[9] = UINT64_MAX;
	client_shows(client, "/balloon/statistics",
		     "{\"target_pages\":7680,\"actual_pages\":511,\"target_mib\":30,"
		     "\"actual_mib\":1,\"free_memory\":1073741824,"
		     "\"hugetlb_failures\":9223372036854775807}");
}

static void no_balloon(void **state)
{
	struct client *client = *state;

	client_refused(client, "GET", "/balloon", NULL, "No balloon device found.");
	client_do(client, "PUT", "/balloon", "{\"amount_mib\":1,\"deflate_on_oom\":false}");
	client->state = GABION_VM_RUNNING;
	client_refused(client, "GET", "/balloon/statistics", NULL, "not enabled");
	/* As it is: of a device without a timer nothing is asked. */
	client->did[0] = 0;
	client_do(client, "PATCH", "/balloon/statistics", "{\"stats_polling_interval_s\":0}");
	assert_string_equal(client->did, "");
	client_refused(client, "PATCH", "/balloon/statistics", "{\"stats_polling_interval_s\":9}",
		       "cannot be turned on or off");
}

static void paths_and_methods(void **state)
{
	struct client *client = *state;

	client_refused(client, "GET", "/nowhere", NULL,
		       "Invalid request method and/or path: GET nowhere.");
	client_refused(client, "GET", "/vm", NULL, "Invalid request method and/or path: GET vm.");
	client_refused(client, "GET", "/vm/config/more", NULL, "Invalid request method");
	client_refused(client, "PUT", "/vm", "{}", "Invalid request method and/or path: PUT vm.");
	client_refused(client, "DELETE", "/version", NULL, "Invalid request method");
	client_refused(client, "GET", "/entropy", NULL, "Invalid request method");
	client_refused(client, "GET", "/\xff\xfe", NULL, "GET ??.");
	client_refused(client, "PUT", "/boot-source", NULL, "Empty PUT request.");
	client_refused(client, "PATCH", "/vm", NULL, "Empty PATCH request.");
	client_refused(client, "GET", "/", "{}", "GET request cannot have a body.");
	client_refused(client, "PUT", "/drives", "{}", "The ID cannot be empty.");
	client_refused(client, "PUT", "/drives/", "{}", "The ID cannot be empty.");
	client_refused(client, "PUT", "/drives//", "{}", "The ID cannot be empty.");
	client_refused(
		client, "PUT", "/drives/a-b", "{}",
		"API Resource IDs can only contain alphanumeric characters and underscores.");
	client_refused(client, "PUT", "/drives/a", "{\"drive_id\":\"b\"}",
		       "The id from the path [a] does not match the id from the body [b]!");
	client_refused(client, "PUT", "/network-interfaces/a", "{\"iface_id\":\"b\"}",
		       "The id from the path [a] does not match the id from the body [b]!");
	client_shows(client, "//version/", "{\"firecracker_version\":\"" GABION_VERSION "\"}");
}

static void what_there_is_not(void **state)
{
	struct client *client = *state;

	client_refused(
		client, "GET", "/mmds", NULL,
		"The requested operation is not supported: gabion-vmm has no metadata service.");
	client_refused(client, "PUT", "/mmds/config", "{}", "has no metadata service.");
	client_refused(client, "PUT", "/cpu-config", "{}", "has no CPU templates.");
	client_refused(client, "DELETE", "/drives/a", NULL, "has no devices that are pulled out.");
}

static void bodies(void **state)
{
	static const char *const broken[] = {
		"{",	      "[]",	      "null",
		"7",	      "\"a\"",	      "{\"vcpu_count\":1,\"vcpu_count\":1}",
		"{\"a\":1}x", "{\"\xff\":1}", "{a:1}",
	};
	struct client *client = *state;
	char deep[5000];
	size_t i;

	for (i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		client_refused(client, "PUT", "/machine-config", broken[i],
			       "An error occurred when deserializing the json body of a request: ");
	memset(deep, '[', sizeof(deep));
	deep[sizeof(deep) - 1] = 0;
	client_refused(client, "PUT", "/machine-config", deep, "deserializing the json body");
}

static void metrics(void **state)
{
	struct client *client = *state;
	char text[4096];
	json_t *line, *put;
	FILE *file;
	size_t n;

	assert_int_equal(truncate(client->file, 0), 0);
	client_do(client, "PUT", "/metrics",
		  client_body(client, "{\"metrics_path\":\"%s\",\"emit_id\":true}"));
	client_refused(client, "PUT", "/metrics", client_body(client, "{\"metrics_path\":\"%s\"}"),
		       "metrics go somewhere already");
	client->state = GABION_VM_RUNNING;
	client_do(client, "PUT", "/actions", "{\"action_type\":\"FlushMetrics\"}");
	client_do(client, "PUT", "/actions", "{\"action_type\":\"FlushMetrics\"}");
	file = fopen(client->file, "r");
	assert_non_null(fgets(text, sizeof(text), file));
	line = json_loads(text, 0, NULL);
	put = json_object_get(line, "put_api_requests");
	assert_string_equal(json_string_value(json_object_get(line, "id")), "test-1");
	assert_true(json_integer_value(json_object_get(line, "utc_timestamp_ms")) > 1600000000000);
	assert_int_equal(json_integer_value(json_object_get(put, "metrics_count")), 2);
	assert_int_equal(json_integer_value(json_object_get(put, "metrics_fails")), 1);
	json_decref(line);
	/* Counted anew. */
	assert_non_null(fgets(text, sizeof(text), file));
	line = json_loads(text, 0, NULL);
	put = json_object_get(line, "put_api_requests");
	assert_int_equal(json_integer_value(json_object_get(put, "metrics_count")), 0);
	assert_int_equal(json_integer_value(json_object_get(put, "actions_count")), 1);
	json_decref(line);
	n = fread(text, 1, sizeof(text), file);
	assert_int_equal(n, 0);
	fclose(file);
}

/* Whatever bits are turned over in good bodies, the answer has a status that it may have. */
static void bytes_at_random(void **state)
{
	static const char *const requests[][3] = {
		{ "PUT", "/machine-config",
		  "{\"vcpu_count\":2,\"mem_size_mib\":64,\"smt\":false,\"huge_pages\":\"None\"}" },
		{ "PATCH", "/machine-config", "{\"mem_size_mib\":64}" },
		{ "PUT", "/vsock", "{\"guest_cid\":3,\"uds_path\":\"/tmp/v\"}" },
		{ "PUT", "/entropy",
		  "{\"rate_limiter\":{\"ops\":{\"size\":1,\"refill_time\":2},"
		  "\"bandwidth\":null}}" },
		{ "PUT", "/balloon", "{\"amount_mib\":8,\"deflate_on_oom\":true}" },
		{ "PUT", "/actions", "{\"action_type\":\"InstanceStart\"}" },
	};
	char copy[256];
	size_t i, j, n;
	int bit;

	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		n = strlen(requests[i][2]);
		for (j = 0; j < n * 8; j++) {
			json_t *answer;
			unsigned int status;

			bit = j % 8;
			memcpy(copy, requests[i][2], n + 1);
			copy[j / 8] ^= 1 << bit;
			status = gabion_api_handle(&((struct client *)*state)->api, requests[i][0],
						   requests[i][1], copy, n, &answer);
			assert_true(status == 204 ? !answer : status == 400 && answer);
			json_decref(answer);
		}
	}
}

static void names(void **state)
{
	static const char most[] = "0123456789012345678901234567890123456789012345678901234567890123";

	(void)state;
	assert_true(gabion_api_id_is_valid("a-1") && gabion_api_id_is_valid(most));
	assert_false(gabion_api_id_is_valid("") || gabion_api_id_is_valid("a_b") ||
		     gabion_api_id_is_valid("a b"));
	assert_false(gabion_api_id_is_valid("x0123456789012345678901234567890123456789012345678901"
					    "234567890123"));
}

int main(void)
{
#define BEFORE(name) cmocka_unit_test_setup_teardown(name, client_open, client_close)
#define AFTER(name)  cmocka_unit_test_setup_teardown(name, client_open_started, client_close)
	const struct CMUnitTest tests[] = {
		AFTER(paused_and_resumed),
		AFTER(three_keys),
		AFTER(not_after_the_start),
		AFTER(a_drive_changes),
		AFTER(a_drive_does_not_change),
		AFTER(limits_of_a_card),
		AFTER(the_balloon),
		BEFORE(no_balloon),
		BEFORE(paths_and_methods),
		BEFORE(what_there_is_not),
		BEFORE(bodies),
		BEFORE(metrics),
		BEFORE(bytes_at_random),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
