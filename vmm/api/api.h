/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The API of a machine: Firecracker's paths, fields, status codes and errors, for what is
 * here. Nothing of HTTP: a request is a method, a path and a body (server.h brings them).
 *
 * All of it runs in the thread that turns the loops; what it does to a device goes through
 * struct gabion_vm_ops, which takes the lock of the devices.
 */
#ifndef GABION_VMM_API_API_H
#define GABION_VMM_API_API_H

#include "../config.h"
#include "../metrics.h"
#include "../vm.h"

#define GABION_API_ROUTES 48 /* at most */

/* How often something was asked for, and in vain, since metrics were last written. */
struct gabion_api_count {
	uint64_t asked, failed;
};

/**
 * struct gabion_api - the API of one machine
 * @id:		its name; not owned
 * @config:	what it is, or is to be, made of
 * @ops, @vm:	the machine; not owned
 * @metrics:	where what is counted goes
 * @counts:	by route
 * @pause_us, @resume_us, @full_create_us, @diff_create_us, @load_us: how long that took the
 *		last time
 */
struct gabion_api {
	const char *id;
	struct gabion_config config;
	const struct gabion_vm_ops *ops;
	struct gabion_vm *vm;
	struct gabion_metrics metrics;
	struct gabion_api_count counts[GABION_API_ROUTES];
	uint64_t pause_us, resume_us, full_create_us, diff_create_us, load_us;
};

/* The API of @vm, which has one processor and 128 MiB until other things are said. */
int gabion_api_create(struct gabion_api *api, const char *id, const struct gabion_vm_ops *ops,
		      struct gabion_vm *vm, struct gabion_error *error);
void gabion_api_destroy(struct gabion_api *api);

/*
 * Do what is asked. @path is decoded, without the query; @body has @size bytes, 0 for none.
 * Returns the status of HTTP. *@answer is NULL when there is nothing to say (204), else the
 * caller's: what was asked for, or {"fault_message": "..."}.
 */
unsigned int gabion_api_handle(struct gabion_api *api, const char *method, const char *path,
			       const char *body, size_t size, json_t **answer);

/* {"fault_message": @text}, whatever bytes @text has; NULL: no memory. */
json_t *gabion_api_fault(const char *text);

/* Write what was counted, and count anew. */
int gabion_api_flush(struct gabion_api *api, struct gabion_error *error);

/* 1 to 64 letters, digits and hyphens: whether that can be a machine's name. */
bool gabion_api_id_is_valid(const char *id);

#endif /* GABION_VMM_API_API_H */
