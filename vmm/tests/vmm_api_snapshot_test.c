// SPDX-License-Identifier: GPL-2.0
/* Requests for snapshots, with the fields, words and order of Firecracker's. */
#include "client.h"

#include <string.h>

#define FILES "\"snapshot_path\":\"s\",\"mem_file_path\":\"m\""

static void pause_it(struct client *client)
{
	client_do(client, "PATCH", "/vm", "{\"state\":\"Paused\"}");
}

static void a_full_snapshot(void **state)
{
	struct client *client = *state;

	pause_it(client);
	client_do(client, "PUT", "/snapshot/create", "{" FILES "}");
	assert_string_equal(client->did, "save");
	client_do(client, "PUT", "/snapshot/create", "{" FILES ",\"snapshot_type\":\"Full\"}");
	assert_string_equal(client->did, "save");
}

static void a_diff(void **state)
{
	struct client *client = *state;

	pause_it(client);
	client_do(client, "PUT", "/snapshot/create", "{" FILES ",\"snapshot_type\":\"Diff\"}");
	assert_string_equal(client->did, "save diff");
}

static void no_snapshot(void **state)
{
	static const struct {
		const char *body, *why;
	} wrong[] = {
		{ "{\"snapshot_path\":\"s\"}", "'mem_file_path' is missing" },
		{ "{\"mem_file_path\":\"m\"}", "'snapshot_path' is missing" },
		{ "{" FILES ",\"snapshot_type\":\"Half\"}", "must be Full or Diff" },
		{ "{" FILES ",\"version\":\"1\"}", "unknown field 'version'" },
	};
	struct client *client = *state;
	size_t i;

	client_refused(client, "PUT", "/snapshot/create", "{" FILES "}",
		       "Create snapshot error: Cannot save the microVM state: Operation not "
		       "allowed: it is running: pause it first");
	pause_it(client);
	client->did[0] = 0;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		client_refused(client, "PUT", "/snapshot/create", wrong[i].body, wrong[i].why);
	assert_string_equal(client->did, "");
	client->fail = true;
	client_refused(client, "PUT", "/snapshot/create", "{" FILES "}",
		       "Create snapshot error: broken");
	client_shows(client, "/", "{\"state\":\"Paused\"}");
}

static void no_snapshot_of_nothing(void **state)
{
	client_refused(*state, "PUT", "/snapshot/create", "{" FILES "}",
		       "The requested operation is not supported before starting the microVM.");
}

static void loaded_and_paused(void **state)
{
	struct client *client = *state;

	client_do(client, "PUT", "/snapshot/load",
		  "{\"snapshot_path\":\"s\",\"mem_backend\":{\"backend_type\":\"File\","
		  "\"backend_path\":\"m\"}}");
	assert_string_equal(client->did, "load");
	assert_false(client->source.track);
	assert_null(client->source.nets);
	assert_null(client->source.vsock);
	client_shows(client, "/", "{\"state\":\"Paused\"}");
	client_refused(client, "PUT", "/snapshot/load", "{" FILES "}",
		       "The requested operation is not supported after starting the microVM.");
}

static void loaded_and_resumed(void **state)
{
	struct client *client = *state;

	client_do(client, "PUT", "/logger", "{\"level\":\"Off\"}");
	client_do(client, "PUT", "/snapshot/load",
		  "{" FILES ",\"resume_vm\":true,\"track_dirty_pages\":true,\"network_overrides\":"
		  "[{\"iface_id\":\"a\",\"host_dev_name\":\"b\"}],"
		  "\"vsock_override\":{\"uds_path\":\"v\"}}");
	assert_true(client->source.track);
	assert_non_null(client->source.nets);
	assert_non_null(client->source.vsock);
	client_shows(client, "/", "{\"state\":\"Running\"}");
}

static void the_older_name(void **state)
{
	struct client *client = *state;

	client_do(client, "PUT", "/snapshot/load", "{" FILES ",\"enable_diff_snapshots\":true}");
	assert_true(client->source.track);
}

static void not_loaded(void **state)
{
	static const struct {
		const char *body, *why;
	} wrong[] = {
		{ "{\"mem_file_path\":\"m\"}", "'snapshot_path' is missing" },
		{ "{\"snapshot_path\":\"s\"}",
		  "missing field: either `mem_backend` or `mem_file_path` is required" },
		{ "{" FILES ",\"mem_backend\":{\"backend_type\":\"File\",\"backend_path\":\"m\"}}",
		  "too many fields: either `mem_backend` or `mem_file_path` exclusively" },
		{ "{\"snapshot_path\":\"s\",\"mem_backend\":{\"backend_type\":\"Uffd\","
		  "\"backend_path\":\"m\"}}",
		  "snapshot.mem_backend.backend_type: 'Uffd': gabion-vmm does not do this: say "
		  "File" },
		{ "{\"snapshot_path\":\"s\",\"mem_backend\":{\"backend_path\":\"m\"}}",
		  "'backend_type' is missing" },
		{ "{" FILES ",\"network_overrides\":[{\"iface_id\":\"a\"}]}",
		  "snapshot.network_overrides: 'host_dev_name' is missing" },
		{ "{" FILES ",\"network_overrides\":[1]}", "must be an object" },
		{ "{" FILES ",\"network_overrides\":{}}", "must be an array" },
		{ "{" FILES ",\"vsock_override\":{}}",
		  "snapshot.vsock_override: 'uds_path' is missing" },
		{ "{" FILES ",\"resume_vm\":1}", "must be true or false" },
	};
	struct client *client = *state;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		client_refused(client, "PUT", "/snapshot/load", wrong[i].body, wrong[i].why);
	assert_string_equal(client->did, "");
	client->fail = true;
	client_refused(client, "PUT", "/snapshot/load", "{" FILES "}",
		       "Load snapshot error: broken");
	client_shows(client, "/", "{\"state\":\"Not started\"}");
}

static void not_loaded_into_what_is_configured(void **state)
{
	struct client *client = *state;

	client_do(client, "PUT", "/machine-config", "{\"vcpu_count\":2,\"mem_size_mib\":128}");
	client_refused(client, "PUT", "/snapshot/load", "{" FILES "}",
		       "Load snapshot error: Loading a microVM snapshot not allowed after "
		       "configuring boot-specific resources.");
	client_do(client, "PUT", "/machine-config", "{\"vcpu_count\":1,\"mem_size_mib\":128}");
	client_do(client, "PUT", "/entropy", "{}");
	client_refused(client, "PUT", "/snapshot/load", "{" FILES "}", "boot-specific resources");
	assert_string_equal(client->did, "");
}

static void what_is_tracked_is_shown(void **state)
{
	struct client *client = *state;

	client_do(client, "PUT", "/machine-config",
		  "{\"vcpu_count\":1,\"mem_size_mib\":128,\"track_dirty_pages\":true}");
	client_shows(client, "/machine-config", "{\"track_dirty_pages\":true}");
}

int main(void)
{
#define NEW(test)     cmocka_unit_test_setup_teardown(test, client_open, client_close)
#define STARTED(test) cmocka_unit_test_setup_teardown(test, client_open_started, client_close)
	const struct CMUnitTest tests[] = {
		STARTED(a_full_snapshot),
		STARTED(a_diff),
		STARTED(no_snapshot),
		NEW(no_snapshot_of_nothing),
		NEW(loaded_and_paused),
		NEW(loaded_and_resumed),
		NEW(the_older_name),
		NEW(not_loaded),
		NEW(not_loaded_into_what_is_configured),
		NEW(what_is_tracked_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
