// SPDX-License-Identifier: GPL-2.0
/* Parts of gabion vm: kinds of images, what gabion-vmm is told, the console's ring. */
#include "test.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../vm/image.h"
#include "../vm/keeper.h"
#include "../vm/machine.h"
#include "../vm/tap.h"

/* The type of a file with @magic at @offset; NULL: none. */
static const char *type_of(size_t offset, const char *magic, size_t size)
{
	char path[] = "/tmp/vm-image-XXXXXX";
	int fd = mkstemp(path);
	struct gabion_error error;
	const char *type;

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, magic, size, (off_t)offset), size);
	close(fd);
	type = gabion_vm_image_type(path, &error);
	if (!type)
		assert_non_null(strstr(error.text, "not an image of erofs, squashfs or ext4"));
	unlink(path);
	return type;
}

static void test_kinds_of_images(void **state)
{
	struct gabion_error error;

	(void)state;
	assert_string_equal(type_of(0, "hsqs", 4), "squashfs");
	assert_string_equal(type_of(1024, "\xe2\xe1\xf5\xe0", 4), "erofs");
	assert_string_equal(type_of(1080, "\x53\xef", 2), "ext4");
	assert_null(type_of(0,
			    "\x7f"
			    "ELF",
			    4));
	assert_null(type_of(1024, "\xe2\xe1\xf5", 3));
	assert_null(type_of(0, "", 0));
	assert_null(gabion_vm_image_type("/nowhere", &error));
	assert_string_equal(error.text, "/nowhere: No such file or directory");
}

static const struct gabion_vm_entry entry = {.name = "m", .path = "/run/gabion-vm/m", .lock = -1};

static json_t *config_of(const struct gabion_vm_machine *machine)
{
	cleanup_json struct gabion_json json = {0};
	json_t *config;

	gabion_vm_machine_config(machine, &entry, &json);
	config = json_loads(json.data, 0, NULL);
	assert_non_null(config);
	return config;
}

static const char *string_at(const json_t *json, const char *section, const char *key)
{
	const json_t *value = json_object_get(json, section);

	if (json_is_array(value))
		value = json_array_get(value, 0);
	return json_string_value(json_object_get(value, key));
}

static void assert_words(const struct gabion_vm_command *command, const char *expected)
{
	char line[1024] = "";
	size_t i;

	for (i = 0; command->argv[i]; i++)
		snprintf(line + strlen(line), sizeof(line) - strlen(line), "%s%s", i ? " " : "",
			 command->argv[i]);
	assert_string_equal(line, expected);
}

static void test_what_gabion_vmm_is_told(void **state)
{
	const char *words[] = {"true", NULL};
	struct gabion_vm_machine machine = {.name = "m",
					    .vmm = "/bin/vmm",
					    .kernel = "/k \"x\"",
					    .initrd = "/i",
					    .image = "/image",
					    .cpus = 3,
					    .memory_mib = 99,
					    .argv = words};
	struct gabion_vm_command command;
	json_t *config = config_of(&machine);

	(void)state;
	assert_string_equal(string_at(config, "boot-source", "kernel_image_path"), "/k \"x\"");
	assert_string_equal(string_at(config, "boot-source", "initrd_path"), "/i");
	assert_string_equal(string_at(config, "drives", "path_on_host"), "/image");
	assert_true(json_is_true(json_object_get(
		json_array_get(json_object_get(config, "drives"), 0), "is_read_only")));
	assert_string_equal(string_at(config, "vsock", "uds_path"), "/run/gabion-vm/m/vsock");
	assert_int_equal(json_integer_value(json_object_get(
				 json_object_get(config, "machine-config"), "vcpu_count")),
			 3);
	/* No network that was not asked for. */
	assert_null(json_object_get(config, "network-interfaces"));
	json_decref(config);
	machine.tap = "tap7";
	config = config_of(&machine);
	assert_string_equal(string_at(config, "network-interfaces", "host_dev_name"), "tap7");
	json_decref(config);
	gabion_vm_machine_argv(&machine, &entry, &command);
	assert_words(&command,
		     "/bin/vmm --id m --no-api --config-file /run/gabion-vm/m/config.json");
}

/* Every name is one inside then; its limits are what such a machine needs. */
static void test_what_gabion_vmm_is_told_of_a_jail(void **state)
{
	struct gabion_vm_machine machine = {.name = "m",
					    .vmm = "vmm",
					    .kernel = "/k",
					    .initrd = "/i",
					    .image = "/image",
					    .cpus = 2,
					    .memory_mib = 1024,
					    .uid = 2000000007};
	struct gabion_vm_command command;
	json_t *config = config_of(&machine);

	(void)state;
	assert_string_equal(string_at(config, "boot-source", "kernel_image_path"), "/kernel");
	assert_string_equal(string_at(config, "boot-source", "initrd_path"), "/initrd");
	assert_string_equal(string_at(config, "drives", "path_on_host"), "/rootfs");
	assert_string_equal(string_at(config, "vsock", "uds_path"), "/vsock");
	json_decref(config);
	gabion_vm_machine_argv(&machine, &entry, &command);
	assert_words(&command,
		     "vmm --id m --no-api --jail /run/gabion-vm/m/jail --uid 2000000007 --gid "
		     "2000000007 --cgroup memory.max=1104M --cgroup pids.max=9 --rlimit fsize=1M "
		     "--netns /run/gabion-vm/m/netns --config-file /config.json");
	/* A tap is of the host's network. */
	machine.tap = "tap7";
	machine.vmm_domain = "confined";
	gabion_vm_machine_argv(&machine, &entry, &command);
	assert_words(&command,
		     "vmm --id m --no-api --jail /run/gabion-vm/m/jail --uid 2000000007 --gid "
		     "2000000007 --cgroup memory.max=1104M --cgroup pids.max=9 --rlimit fsize=1M "
		     "--domain confined --config-file /config.json");
}

/* Of a name that is none, no tap is made. */
static void test_taps_that_are_none(void **state)
{
	struct gabion_error error;

	(void)state;
	assert_int_equal(gabion_vm_tap_give("no-such-tap", 0, &error), -ENODEV);
	assert_string_equal(error.text, "network no-such-tap: no such device: ip tuntap add dev "
					"no-such-tap mode tap user root");
	assert_int_equal(gabion_vm_tap_give("a-name-of-more-than-15", 0, &error), -ENODEV);
}

static void test_the_console_keeps_the_last(void **state)
{
	struct gabion_console *console = calloc(1, sizeof(*console));
	char *tail = malloc(GABION_CONSOLE_SIZE);
	size_t i;

	(void)state;
	assert_non_null(console);
	assert_non_null(tail);
	assert_int_equal(gabion_console_tail(console, tail, 10), 0);
	gabion_console_add(console, "hello", 5);
	assert_int_equal(gabion_console_tail(console, tail, 10), 5);
	assert_memory_equal(tail, "hello", 5);
	assert_int_equal(gabion_console_tail(console, tail, 2), 2);
	assert_memory_equal(tail, "lo", 2);
	for (i = 0; i < GABION_CONSOLE_SIZE / 4; i++)
		gabion_console_add(console, "0123456", 7);
	assert_int_equal(gabion_console_tail(console, tail, GABION_CONSOLE_SIZE),
			 GABION_CONSOLE_SIZE);
	for (i = 0; i < GABION_CONSOLE_SIZE; i++)
		if (tail[GABION_CONSOLE_SIZE - 1 - i] != "6543210"[i % 7])
			fail_msg("byte %zu from the end", i);
	free(console);
	free(tail);
}

static void test_names(void **state)
{
	char name[GABION_VM_NAME_MAX + 2];

	(void)state;
	memset(name, 'x', sizeof(name));
	name[GABION_VM_NAME_MAX] = '\0';
	assert_true(gabion_vm_name_is_valid(name));
	name[GABION_VM_NAME_MAX] = 'x';
	name[GABION_VM_NAME_MAX + 1] = '\0';
	assert_false(gabion_vm_name_is_valid(name));
	assert_false(gabion_vm_name_is_valid(""));
	assert_false(gabion_vm_name_is_valid("."));
	assert_false(gabion_vm_name_is_valid("a/b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds_of_images),
		cmocka_unit_test(test_what_gabion_vmm_is_told),
		cmocka_unit_test(test_what_gabion_vmm_is_told_of_a_jail),
		cmocka_unit_test(test_taps_that_are_none),
		cmocka_unit_test(test_the_console_keeps_the_last),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
