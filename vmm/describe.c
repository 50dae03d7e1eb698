// SPDX-License-Identifier: GPL-2.0
/*
 * A configuration for people and programs to read. What was given stands in its JSON;
 * the rest is what would have been given to the same effect.
 */
#include <string.h>

#include "config.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct section {
	const char *name;
	bool is_array;
	const char *defaults; /* of an element, where it is an array; NULL: always null */
} sections[] = {
	{ "balloon", false,
	  "{\"stats_polling_interval_s\":0,\"free_page_hinting\":false,"
	  "\"free_page_reporting\":false}" },
	{ "boot-source", false, "{\"initrd_path\":null,\"boot_args\":null}" },
	{ "cpu-config", false, NULL },
	{ "drives", true,
	  "{\"partuuid\":null,\"cache_type\":\"Unsafe\",\"is_read_only\":false,"
	  "\"rate_limiter\":null,\"io_engine\":\"Sync\",\"socket\":null}" },
	{ "entropy", false, "{\"rate_limiter\":null}" },
	{ "logger", false, "{\"log_path\":null,\"level\":\"Warning\",\"show_level\":false}" },
	{ "machine-config", false,
	  "{\"smt\":false,\"track_dirty_pages\":false,\"huge_pages\":\"None\"}" },
	{ "memory-hotplug", false, NULL },
	{ "metrics", false, "{\"emit_id\":false}" },
	{ "mmds-config", false, NULL },
	{ "network-interfaces", true,
	  "{\"guest_mac\":null,\"mtu\":null,\"rx_rate_limiter\":null,"
	  "\"tx_rate_limiter\":null}" },
	{ "vsock", false, "{}" },
};

/* A null in what was given means as little as nothing. */
static json_t *complete(const struct section *section, const json_t *given)
{
	json_t *whole = json_loads(section->defaults, 0, NULL), *value;
	const char *key;

	json_object_foreach((json_t *)given, key, value)
	{
		if (!json_is_null(value))
			json_object_set(whole, key, value);
	}
	return whole;
}

static json_t *describe(const struct section *section, const json_t *json)
{
	const json_t *given = json_object_get(json, section->name), *element;
	json_t *array;
	size_t i;

	if (!section->is_array)
		return json_is_object(given) ? complete(section, given) : NULL;
	array = json_array();
	json_array_foreach(given, i, element)
		json_array_append_new(array, complete(section, element));
	return array;
}

json_t *gabion_config_describe_section(const struct gabion_config *config, const char *name)
{
	size_t i;

	for (i = 0; strcmp(sections[i].name, name); i++)
		;
	return describe(&sections[i], config->json);
}

json_t *gabion_config_describe(const struct gabion_config *config)
{
	json_t *all = json_object(), *section;
	size_t i;

	for (i = 0; i < COUNT(sections); i++) {
		section = describe(&sections[i], config->json);
		if (!section)
			section = json_null();
		if (json_object_set_new(all, sections[i].name, section)) {
			json_decref(all);
			return NULL;
		}
	}
	return all;
}
