// SPDX-License-Identifier: GPL-2.0
/* Requests for what there is. */
#include <errno.h>

#include "request.h"

static int give(json_t *json, json_t **answer, struct gabion_error *error)
{
	*answer = json;
	return json ? 0 : gabion_error_set(error, -ENOMEM, "out of memory");
}

int gabion_get_instance(struct gabion_api *api, const struct gabion_request *request,
			json_t **answer, struct gabion_error *error)
{
	static const char *const states[] = {
		[GABION_VM_NOT_STARTED] = "Not started",
		[GABION_VM_RUNNING] = "Running",
		[GABION_VM_PAUSED] = "Paused",
	};

	(void)request;
	return give(json_pack("{s:s,s:s,s:s,s:s}", "id", api->id, "state",
			      states[api->ops->state(api->vm)], "vmm_version", GABION_VERSION,
			      "app_name", "gabion-vmm"),
		    answer, error);
}

int gabion_get_version(struct gabion_api *api, const struct gabion_request *request,
		       json_t **answer, struct gabion_error *error)
{
	(void)api;
	(void)request;
	/* The field that clients look for. */
	return give(json_pack("{s:s}", "firecracker_version", GABION_VERSION), answer, error);
}

int gabion_get_vm_config(struct gabion_api *api, const struct gabion_request *request,
			 json_t **answer, struct gabion_error *error)
{
	(void)request;
	return give(gabion_config_describe(&api->config), answer, error);
}

int gabion_get_machine(struct gabion_api *api, const struct gabion_request *request,
		       json_t **answer, struct gabion_error *error)
{
	(void)request;
	return give(gabion_config_describe_section(&api->config, "machine-config"), answer, error);
}

static int check_balloon(const struct gabion_api *api, struct gabion_error *error)
{
	return api->config.has_balloon
		       ? 0
		       : gabion_error_set(error, -ENODEV,
					  "Balloon config error: No balloon device found.");
}

int gabion_get_balloon(struct gabion_api *api, const struct gabion_request *request,
		       json_t **answer, struct gabion_error *error)
{
	int err = check_balloon(api, error);

	(void)request;
	return err ? err
		   : give(gabion_config_describe_section(&api->config, "balloon"), answer, error);
}

/* By virtio's number of each; what the guest did not say is left out. */
static void add_values(json_t *json, const struct gabion_balloon_stats *stats)
{
	static const char *const names[GABION_BALLOON_STATS] = {
		"swap_in",	    "swap_out",		  "major_faults",
		"minor_faults",	    "free_memory",	  "total_memory",
		"available_memory", "disk_caches",	  "hugetlb_allocations",
		"hugetlb_failures", "oom_kill",		  "alloc_stall",
		"async_scan",	    "direct_scan",	  "async_reclaim",
		"direct_reclaim",
	};
	unsigned int i;

	for (i = 0; i < GABION_BALLOON_STATS; i++) {
		uint64_t value = stats->values[i];

		if (stats->known & 1U << i)
			json_object_set_new(json, names[i],
					    json_integer(value > INT64_MAX ? INT64_MAX
									   : (json_int_t)value));
	}
}

int gabion_get_balloon_statistics(struct gabion_api *api, const struct gabion_request *request,
				  json_t **answer, struct gabion_error *error)
{
	struct gabion_balloon_stats stats;
	int err = check_balloon(api, error);

	(void)request;
	if (err)
		return err;
	if (!api->config.balloon.stats_interval_s)
		return gabion_error_set(error, -ENODATA,
					"Statistics of the balloon are not enabled.");
	api->ops->read_balloon(api->vm, &stats);
	*answer = json_pack("{s:I,s:I,s:I,s:I}", "target_pages", (json_int_t)stats.target_pages,
			    "actual_pages", (json_int_t)stats.actual_pages, "target_mib",
			    (json_int_t)stats.target_pages >> 8, "actual_mib",
			    (json_int_t)stats.actual_pages >> 8);
	add_values(*answer, &stats);
	return give(*answer, answer, error);
}
