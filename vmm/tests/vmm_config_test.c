// SPDX-License-Identifier: GPL-2.0
/* The configuration file: what is taken, and what is said about the rest. */
#include "../../agent/tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "../config.h"

#define BOOT	"\"boot-source\":{\"kernel_image_path\":\"k\"}"
#define MACHINE "\"machine-config\":{\"vcpu_count\":2,\"mem_size_mib\":128}"
#define BASE	"{" BOOT "," MACHINE

static int parse(struct gabion_config *config, const char *text, struct gabion_error *error)
{
	memset(config, 0, sizeof(*config));
	return gabion_config_parse(config, "vm.json", text, strlen(text), error);
}

static void refused(const char *text, const char *why)
{
	struct gabion_config config;
	struct gabion_error error;

	assert_true(parse(&config, text, &error) < 0);
	if (!strstr(error.text, why))
		fail_msg("'%s' does not say '%s'", error.text, why);
	gabion_config_free(&config);
}

static void everything(void **state)
{
	static const char text[] =
		"{\"boot-source\":{\"kernel_image_path\":\"k\",\"initrd_path\":\"i\","
		"\"boot_args\":\"quiet\"},"
		"\"machine-config\":{\"vcpu_count\":32,\"mem_size_mib\":128,\"smt\":false,"
		"\"track_dirty_pages\":false,\"huge_pages\":\"None\"},"
		"\"drives\":[{\"drive_id\":\"data\",\"path_on_host\":\"d\",\"is_root_device\":"
		"false,"
		"\"cache_type\":\"Writeback\",\"io_engine\":\"Sync\"},"
		"{\"drive_id\":\"root\",\"path_on_host\":\"r\",\"is_root_device\":true,"
		"\"is_read_only\":true,\"rate_limiter\":{\"bandwidth\":{\"size\":10,"
		"\"one_time_burst\":20,\"refill_time\":30},\"ops\":null}}],"
		"\"network-interfaces\":[{\"iface_id\":\"e\",\"host_dev_name\":\"tap0\","
		"\"guest_mac\":\"06:00:AC:10:00:02\"}],"
		"\"entropy\":{},\"balloon\":{\"amount_mib\":8,\"deflate_on_oom\":true,"
		"\"stats_polling_interval_s\":5},"
		"\"logger\":{\"log_path\":\"l\",\"level\":\"debug\",\"show_level\":true},"
		"\"cpu-config\":null,\"mmds-config\":null,\"metrics\":{\"metrics_path\":\"m\"},"
		"\"vsock\":{\"guest_cid\":3,\"uds_path\":\"v\"}}";
	struct gabion_config config;
	struct gabion_error error;
	char *line;

	(void)state;
	assert_int_equal(parse(&config, text, &error), 0);
	assert_int_equal(config.vcpus, 32);
	assert_int_equal(config.drive_count, 2);
	assert_string_equal(config.drives[0].options.id, "root");
	assert_true(config.drives[0].options.read_only);
	assert_int_equal(config.drives[0].options.limiter.bandwidth.burst, 20);
	assert_true(config.drives[1].options.writeback);
	assert_int_equal(config.nets[0].mac[2], 0xac);
	assert_true(config.has_entropy && config.has_balloon);
	assert_int_equal(config.balloon.mib, 8);
	assert_int_equal(config.balloon.stats_interval_s, 5);
	assert_string_equal(config.metrics.path, "m");
	assert_true(config.has_vsock);
	assert_int_equal(config.vsock.cid, 3);
	assert_int_equal(config.log.level, GABION_LOG_DEBUG);
	line = gabion_config_cmdline(&config);
	assert_string_equal(line, "quiet root=/dev/vda ro");
	free(line);
	gabion_config_free(&config);
}

static void the_least(void **state)
{
	struct gabion_config config;
	struct gabion_error error;
	char *line;

	(void)state;
	assert_int_equal(parse(&config, BASE "}", &error), 0);
	line = gabion_config_cmdline(&config);
	assert_string_equal(line, "console=ttyS0 reboot=k panic=1");
	free(line);
	gabion_config_free(&config);
}

/* What is described is a configuration file, to the same effect. */
static void described(void **state)
{
	static const char sparse[] =
		BASE ",\"drives\":[{\"drive_id\":\"a\",\"path_on_host\":\"p\","
		     "\"is_root_device\":true,\"is_read_only\":null}],\"vsock\":null}";
	struct gabion_config config, again;
	struct gabion_error error;
	json_t *json, *drive, *other;
	char *text;

	(void)state;
	assert_int_equal(parse(&config, sparse, &error), 0);
	json = gabion_config_describe(&config);
	assert_true(json_is_null(json_object_get(json, "vsock")));
	drive = json_array_get(json_object_get(json, "drives"), 0);
	assert_true(json_is_false(json_object_get(drive, "is_read_only")));
	assert_string_equal(json_string_value(json_object_get(drive, "cache_type")), "Unsafe");
	text = json_dumps(json, 0);
	assert_int_equal(parse(&again, text, &error), 0);
	other = gabion_config_describe(&again);
	assert_true(json_equal(json, other));
	json_decref(other);
	json_decref(json);
	free(text);
	gabion_config_free(&config);
	gabion_config_free(&again);
}

static void replaced(void **state)
{
	struct gabion_config config;
	struct gabion_error error;

	(void)state;
	assert_int_equal(parse(&config, BASE "}", &error), 0);
	/* A bad one leaves what was there. */
	assert_true(gabion_config_replace(&config, json_pack("{s:{s:i}}", "balloon", "amount", 1),
					  &error) < 0);
	assert_non_null(strstr(error.text, "balloon: unknown field 'amount'"));
	assert_string_equal(config.kernel, "k");
	assert_int_equal(
		gabion_config_replace(&config, json_pack("{s:{}}", "entropy"), &error), 0);
	assert_null(config.kernel);
	assert_true(config.has_entropy);
	gabion_config_free(&config);
}

static void what_is_refused(void **state)
{
	(void)state;
	refused("{", "vm.json:1:1: not JSON");
	refused("[]", "vm.json: must be an object, not an array");
	refused("{}", "vm.json: 'boot-source' is missing");
	refused("{" BOOT "}", "vm.json: 'machine-config' is missing");
	refused("{" BOOT "," BOOT "," MACHINE "}", "duplicate");
	refused(BASE ",\"drive\":[]}", "vm.json: unknown field 'drive': there are boot-source");
	refused(BASE ",\"drives\":{}}", "vm.json.drives: must be an array, not an object");
	refused(BASE ",\"drives\":[7]}", "vm.json: drives[0]: must be an object, not a number");
	refused(BASE ",\"drives\":[{}]}", "vm.json: drives[0]: 'drive_id' is missing");
	refused(BASE ",\"mmds-config\":{}}", "vm.json.mmds-config: gabion-vmm does not do this");
	refused(BASE ",\"metrics\":{}}", "vm.json: metrics: 'metrics_path' is missing");
	refused(BASE ",\"vsock\":{\"guest_cid\":2,\"uds_path\":\"v\"}}",
		"vsock.guest_cid: 2: must be");
	refused("{" BOOT ",\"machine-config\":{\"vcpu_count\":33,\"mem_size_mib\":1}}",
		"vm.json: machine-config.vcpu_count: 33: must be from 1 to 32");
	refused("{" BOOT ",\"machine-config\":{\"vcpu_count\":-1,\"mem_size_mib\":1}}",
		"-1: must be");
	refused("{" BOOT ",\"machine-config\":{\"vcpu_count\":1.5,\"mem_size_mib\":1}}",
		"must be a number, not a fraction");
	refused("{" BOOT ",\"machine-config\":{\"vcpu_count\":1,\"mem_size_mib\":1,\"smt\":true}}",
		"machine-config.smt: gabion-vmm does not do this: leave it out, or say false");
	refused("{\"boot-source\":{\"kernel_image_path\":\"\"}," MACHINE "}",
		"boot-source.kernel_image_path: is empty");
	refused("{\"boot-source\":{\"kernel_image_path\":\"a\\u0000b\"}," MACHINE "}", "NUL");
	refused(BASE ",\"balloon\":{\"amount_mib\":129,\"deflate_on_oom\":true}}", "from 0 to 128");
	refused(BASE ",\"logger\":{\"level\":\"loud\"}}", "logger.level: 'loud': must be Error");
}

static void drives_that_are_refused(void **state)
{
#define DRIVE "{\"drive_id\":\"a\",\"path_on_host\":\"p\",\"is_root_device\":true"
	(void)state;
	refused(BASE ",\"drives\":[" DRIVE "}," DRIVE "}]}",
		"drives[1].is_root_device: another drive is the root device already");
	refused(BASE ",\"drives\":[{\"drive_id\":\"a\",\"path_on_host\":\"q\","
		     "\"is_root_device\":false}," DRIVE "}]}",
		"drives[1].drive_id: 'a' is what [0] has: take another");
	refused(BASE ",\"network-interfaces\":[{\"iface_id\":\"d\",\"host_dev_name\":\"r\"},"
		     "{\"iface_id\":\"e\",\"host_dev_name\":\"s\"},"
		     "{\"iface_id\":\"e\",\"host_dev_name\":\"t\"}]}",
		"network-interfaces[2].iface_id: 'e' is what [1] has: take another");
	refused(BASE ",\"drives\":[" DRIVE ",\"cache_type\":\"Safe\"}]}",
		"drives[0].cache_type: 'Safe': must be Unsafe or Writeback");
	refused(BASE ",\"drives\":[" DRIVE ",\"io_engine\":\"Async\"}]}", "must be Sync");
	refused(BASE ",\"drives\":[" DRIVE ",\"rate_limiter\":{\"ops\":{\"size\":1}}}]}",
		"drives[0].rate_limiter.ops: 'refill_time' is missing");
	refused(BASE ",\"network-interfaces\":[{\"iface_id\":\"e\",\"host_dev_name\":\"t\","
		     "\"guest_mac\":\"06:00\"}]}",
		"network-interfaces[0].guest_mac: '06:00': must be like");
}

static void a_root_by_its_id(void **state)
{
	struct gabion_config config;
	struct gabion_error error;
	char *line;

	(void)state;
	assert_int_equal(
		parse(&config, BASE ",\"drives\":[" DRIVE ",\"partuuid\":\"0eaa-01\"}]}", &error),
		0);
	line = gabion_config_cmdline(&config);
	assert_string_equal(line, "console=ttyS0 reboot=k panic=1 root=PARTUUID=0eaa-01 rw");
	free(line);
	gabion_config_free(&config);
}

static void bytes_at_random(void **state)
{
	static const char text[] = BASE ",\"drives\":[" DRIVE "}],\"entropy\":{}}";
	char copy[sizeof(text)];
	struct gabion_config config;
	struct gabion_error error;
	size_t i;
	int bit;

	(void)state;
	for (i = 0; i < sizeof(text) - 1; i++) {
		for (bit = 0; bit < 8; bit++) {
			memcpy(copy, text, sizeof(text));
			copy[i] ^= 1 << bit;
			memset(&config, 0, sizeof(config));
			error.text[0] = 0;
			if (gabion_config_parse(&config, "vm.json", copy, sizeof(text) - 1, &error))
				assert_true(error.text[0]);
			gabion_config_free(&config);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything),	    cmocka_unit_test(the_least),
		cmocka_unit_test(described),	    cmocka_unit_test(replaced),
		cmocka_unit_test(what_is_refused),  cmocka_unit_test(drives_that_are_refused),
		cmocka_unit_test(a_root_by_its_id), cmocka_unit_test(bytes_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
