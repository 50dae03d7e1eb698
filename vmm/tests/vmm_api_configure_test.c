// SPDX-License-Identifier: GPL-2.0
/* The API before the machine is started: what can be said, and what is said about the rest. */
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define START "{\"action_type\":\"InstanceStart\"}"
#define DRIVE(id, root)                                                                            \
	"{\"drive_id\":\"" id "\",\"path_on_host\":\"%s\",\"is_root_device\":" root "}"

static void what_it_is(void **state)
{
	struct client *client = *state;

	client_shows(client, "/",
		     "{\"id\":\"test-1\",\"state\":\"Not started\",\"app_name\":\"gabion-vmm\"}");
	client_shows(client, "/version", "{\"firecracker_version\":\"" GABION_VERSION "\"}");
	client_shows(client, "/machine-config",
		     "{\"vcpu_count\":1,\"mem_size_mib\":128,\"smt\":false,"
		     "\"track_dirty_pages\":false,\"huge_pages\":\"None\"}");
	client_shows(client, "/vm/config",
		     "{\"boot-source\":null,\"drives\":[],\"network-interfaces\":[],"
		     "\"balloon\":null,\"vsock\":null,\"entropy\":null}");
}

static void a_whole_machine(void **state)
{
	struct client *client = *state;

	client_do(client, "PUT", "/machine-config", "{\"vcpu_count\":2,\"mem_size_mib\":64}");
	client_do(client, "PUT", "/boot-source",
		  client_body(client, "{\"kernel_image_path\":\"%s\",\"boot_args\":\"quiet\"}"));
	client_do(client, "PUT", "/drives/data", client_body(client, DRIVE("data", "false")));
	client_do(client, "PUT", "/drives/root", client_body(client, DRIVE("root", "true")));
	client_do(client, "PUT", "/vsock", "{\"guest_cid\":3,\"uds_path\":\"/tmp/v\"}");
	client_do(client, "PUT", "/entropy", "{}");
	client_do(client, "PUT", "/balloon", "{\"amount_mib\":8,\"deflate_on_oom\":true}");
	client_shows(client, "/balloon",
		     "{\"amount_mib\":8,\"deflate_on_oom\":true,\"stats_polling_interval_s\":0,"
		     "\"free_page_hinting\":false,\"free_page_reporting\":false}");
	client_shows(client, "/vm/config",
		     "{\"vsock\":{\"guest_cid\":3,\"uds_path\":\"/tmp/v\"},"
		     "\"entropy\":{\"rate_limiter\":null},\"cpu-config\":null}");
	client_do(client, "PUT", "/actions", START);
	assert_string_equal(client->did, "start");
	/* What it was started with. */
	assert_int_equal(client->api.config.vcpus, 2);
	assert_int_equal(client->api.config.drive_count, 2);
	assert_string_equal(client->api.config.drives[0].options.id, "root");
	assert_string_equal(client->api.config.boot_args, "quiet");
	assert_true(client->api.config.has_entropy);
	client_shows(client, "/", "{\"state\":\"Running\"}");
}

static void a_machine_in_part(void **state)
{
	struct client *client = *state;

	client_do(client, "PATCH", "/machine-config", "{\"mem_size_mib\":256}");
	client_shows(client, "/machine-config", "{\"vcpu_count\":1,\"mem_size_mib\":256}");
	client_do(client, "PATCH", "/machine-config", "{\"vcpu_count\":4,\"mem_size_mib\":null}");
	client_shows(client, "/machine-config", "{\"vcpu_count\":4,\"mem_size_mib\":256}");
	client_refused(client, "PATCH", "/machine-config", "{}", "Empty PATCH request.");
	client_refused(client, "PATCH", "/machine-config", "{\"vcpu_count\":33}",
		       "machine-config.vcpu_count: 33: must be from 1 to 32");
	client_do(client, "PUT", "/balloon", "{\"amount_mib\":200,\"deflate_on_oom\":false}");
	client_refused(client, "PATCH", "/machine-config", "{\"mem_size_mib\":100}",
		       "balloon.amount_mib: 200: must be from 0 to 100");
	client_shows(client, "/machine-config", "{\"vcpu_count\":4,\"mem_size_mib\":256}");
}

static void said_again(void **state)
{
	struct client *client = *state;

	client_do(client, "PUT", "/drives/a", client_body(client, DRIVE("a", "true")));
	client_do(client, "PUT", "/drives/b", client_body(client, DRIVE("b", "false")));
	client_refused(client, "PUT", "/drives/b", client_body(client, DRIVE("b", "true")),
		       "another drive is the root device already");
	client_do(client, "PUT", "/drives/a", client_body(client, DRIVE("a", "false")));
	client_do(client, "PUT", "/drives/b", client_body(client, DRIVE("b", "true")));
	assert_int_equal(client->api.config.drive_count, 2);
	assert_string_equal(client->api.config.drives[0].options.id, "b");
	client_do(client, "PUT", "/entropy", "{}");
	client_do(client, "PUT", "/entropy",
		  "{\"rate_limiter\":{\"bandwidth\":{\"size\":1,\"refill_time\":2}}}");
	assert_int_equal(client->api.config.entropy.bandwidth.refill_ms, 2);
}

static void wrong_types_and_fields(void **state)
{
	struct client *client = *state;

	client_refused(client, "PUT", "/machine-config", "{\"vcpu_count\":\"2\"}",
		       "machine-config.vcpu_count: must be a number, not a string");
	client_refused(client, "PUT", "/machine-config", "{\"vcpu_count\":2}",
		       "machine-config: 'mem_size_mib' is missing");
	client_refused(client, "PUT", "/machine-config",
		       "{\"vcpu_count\":2,\"mem_size_mib\":128,\"cpus\":1}",
		       "machine-config: unknown field 'cpus'");
	client_refused(client, "PUT", "/machine-config",
		       "{\"vcpu_count\":2,\"mem_size_mib\":128,\"smt\":true}",
		       "machine-config.smt: gabion-vmm does not do this");
	client_refused(client, "PUT", "/boot-source", "{}", "'kernel_image_path' is missing");
	client_refused(client, "PUT", "/boot-source", "{\"kernel_image_path\":7}",
		       "boot-source.kernel_image_path: must be a string, not a number");
	client_refused(client, "PUT", "/drives/a", "{\"drive_id\":\"a\"}",
		       "drives[0]: 'path_on_host' is missing");
	client_refused(client, "PUT", "/drives/a", "{\"drive_id\":7}", "drives[0].drive_id: must");
	client_refused(client, "PUT", "/network-interfaces/e", "{\"iface_id\":\"e\"}",
		       "network-interfaces[0]: 'host_dev_name' is missing");
	client_refused(client, "PUT", "/network-interfaces/e",
		       "{\"iface_id\":\"e\",\"host_dev_name\":\"much-too-long-a-name\"}",
		       "host_dev_name 'much-too-long-a-name'");
	client_refused(client, "PUT", "/vsock", "{\"guest_cid\":2,\"uds_path\":\"v\"}",
		       "vsock.guest_cid: 2: must be from 3");
	client_refused(client, "PUT", "/entropy", "{\"rate_limiter\":[]}",
		       "entropy.rate_limiter: must be an object, not an array");
	client_refused(client, "PUT", "/balloon", "{\"amount_mib\":-1,\"deflate_on_oom\":true}",
		       "balloon.amount_mib: -1: must be");
	client_refused(client, "PUT", "/logger", "{\"level\":\"loud\"}", "logger.level: 'loud'");
	client_refused(client, "PUT", "/metrics", "{}", "metrics: 'metrics_path' is missing");
	client_refused(client, "PUT", "/actions", "{\"action_type\":\"Stop\"}",
		       "actions.action_type: 'Stop': must be InstanceStart");
	client_refused(client, "PUT", "/actions", "{}", "actions: 'action_type' is missing");
	/* None of it left a trace. */
	client_shows(client, "/machine-config", "{\"vcpu_count\":1,\"mem_size_mib\":128}");
	client_shows(client, "/vm/config",
		     "{\"boot-source\":null,\"drives\":[],\"network-interfaces\":[],"
		     "\"balloon\":null,\"vsock\":null,\"entropy\":null,\"logger\":null,"
		     "\"metrics\":null}");
}

static void what_cannot_be_had(void **state)
{
	struct client *client = *state;

	client_refused(client, "PUT", "/boot-source", "{\"kernel_image_path\":\"/nowhere/k\"}",
		       "Boot source error: The kernel file cannot be opened: /nowhere/k");
	client_refused(
		client, "PUT", "/boot-source",
		client_body(client, "{\"kernel_image_path\":\"%s\",\"initrd_path\":\"/no\"}"),
		"The initrd file cannot be opened: /no");
	client_refused(client, "PUT", "/boot-source", "{\"kernel_image_path\":\"/dev/zero\"}",
		       "The kernel file cannot be opened: /dev/zero is not a regular file");
	client_refused(client, "PUT", "/boot-source",
		       client_body(client, "{\"kernel_image_path\":\"%s\",\"initrd_path\":\"/\"}"),
		       "The initrd file cannot be opened: / is not a regular file");
	client_refused(client, "PUT", "/drives/a",
		       "{\"drive_id\":\"a\",\"path_on_host\":\"/nowhere/d\",\"is_root_device\":"
		       "true}",
		       "drive a: /nowhere/d: No such file");
	client_refused(client, "PUT", "/drives/a",
		       "{\"drive_id\":\"a\",\"path_on_host\":\"/dev/null\",\"is_root_device\":"
		       "true}",
		       "neither a file nor a block device");
	client_refused(client, "PUT", "/logger", "{\"log_path\":\"/nowhere/l\"}", "/nowhere/l");
	client_refused(client, "PUT", "/metrics", "{\"metrics_path\":\"/nowhere/m\"}",
		       "/nowhere/m");
	client_refused(client, "PUT", "/actions", START,
		       "Start microvm error: Cannot start microvm without kernel configuration.");
	assert_string_equal(client->did, "");
}

static void not_before_the_start(void **state)
{
	static const struct {
		const char *method, *path, *body;
	} early[] = {
		{ "GET", "/balloon/statistics", NULL },
		{ "PATCH", "/balloon", "{\"amount_mib\":1}" },
		{ "PATCH", "/balloon/statistics", "{\"stats_polling_interval_s\":1}" },
		{ "PATCH", "/drives/a", "{\"drive_id\":\"a\"}" },
		{ "PATCH", "/network-interfaces/e", "{\"iface_id\":\"e\"}" },
		{ "PATCH", "/vm", "{\"state\":\"Paused\"}" },
		{ "PUT", "/actions", "{\"action_type\":\"FlushMetrics\"}" },
		{ "PUT", "/actions", "{\"action_type\":\"SendCtrlAltDel\"}" },
	};
	size_t i;

	for (i = 0; i < sizeof(early) / sizeof(early[0]); i++)
		client_refused(*state, early[i].method, early[i].path, early[i].body,
			       "The requested operation is not supported before starting the "
			       "microVM.");
}

static void a_start_that_fails(void **state)
{
	struct client *client = *state;

	client_do(client, "PUT", "/boot-source",
		  client_body(client, "{\"kernel_image_path\":\"%s\"}"));
	client->fail = true;
	client_refused(client, "PUT", "/actions", START, "Start microvm error: broken");
	client_shows(client, "/", "{\"state\":\"Not started\"}");
	client->fail = false;
	client_do(client, "PUT", "/machine-config", "{\"vcpu_count\":3,\"mem_size_mib\":128}");
	client_do(client, "PUT", "/actions", START);
}

/* The log goes to the client's file, and stays there when only its level is said. */
static void the_logger(void **state)
{
	static const struct gabion_log_options quiet = { .level = GABION_LOG_OFF };
	struct client *client = *state;
	struct stat st;

	client_do(client, "PUT", "/logger",
		  client_body(client, "{\"log_path\":\"%s\",\"level\":\"Error\"}"));
	gabion_vmm_log(GABION_LOG_INFO, "not this");
	client_do(client, "PUT", "/logger", "{\"level\":\"Info\",\"show_level\":true}");
	gabion_vmm_log(GABION_LOG_INFO, "but this");
	gabion_log_open(&quiet, NULL);
	assert_int_equal(stat(client->file, &st), 0);
	assert_in_range(st.st_size, 4097, 4096 + 80);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, client_open, client_close)
	const struct CMUnitTest tests[] = {
		TEST(what_it_is),
		TEST(a_whole_machine),
		TEST(a_machine_in_part),
		TEST(said_again),
		TEST(wrong_types_and_fields),
		TEST(what_cannot_be_had),
		TEST(not_before_the_start),
		TEST(a_start_that_fails),
		TEST(the_logger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
