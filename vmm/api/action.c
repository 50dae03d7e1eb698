// SPDX-License-Identifier: GPL-2.0
/* Requests to start, pause and resume the machine, and for other things to be done. */
#include <errno.h>
#include <string.h>

#include "../fields.h"
#include "../log.h"
#include "request.h"

/* The word that field @name, the only one of the body, has to be. */
static int read_word(const struct gabion_request *request, const char *where, const char *name,
		     const char **word, struct gabion_error *error)
{
	const struct gabion_field field = { name, GABION_FIELD_STRING, true, word, 0, 0 };

	return gabion_fields_read(request->body, where, &field, 1, error);
}

static int start(struct gabion_api *api, struct gabion_error *error)
{
	int err = gabion_api_check_started(api, false, error);

	if (err)
		return err;
	if (!api->config.kernel)
		return gabion_error_set(error, -ENOENT,
					"Start microvm error: Cannot start microvm without kernel "
					"configuration.");
	err = api->ops->start(api->vm, &api->config, error);
	return err ? gabion_error_prefix(error, "Start microvm error") : 0;
}

static int flush(struct gabion_api *api, struct gabion_error *error)
{
	int err = gabion_api_check_started(api, true, error);

	return err ? err : gabion_api_flush(api, error);
}

static int send_ctrl_alt_del(struct gabion_api *api, struct gabion_error *error)
{
	int err = gabion_api_check_started(api, true, error);

	if (err)
		return err;
	err = api->ops->press_ctrl_alt_del(api->vm);
	if (err == -EBUSY)
		return gabion_error_set(
			error, err, "The guest has not taken the keys that were pressed before.");
	return err ? gabion_error_set(error, err, "The guest does not listen to its keyboard.") : 0;
}

int gabion_put_action(struct gabion_api *api, const struct gabion_request *request, json_t **answer,
		      struct gabion_error *error)
{
	static const struct {
		const char *name;
		int (*act)(struct gabion_api *api, struct gabion_error *error);
	} actions[] = {
		{ "InstanceStart", start },
		{ "FlushMetrics", flush },
		{ "SendCtrlAltDel", send_ctrl_alt_del },
	};
	const char *type;
	int err = read_word(request, "actions", "action_type", &type, error);
	size_t i;

	(void)answer;
	for (i = 0; !err && i < sizeof(actions) / sizeof(actions[0]); i++)
		if (!strcmp(type, actions[i].name))
			return actions[i].act(api, error);
	return err ? err
		   : gabion_error_set(error, -EINVAL,
				      "actions.action_type: '%s': must be InstanceStart, "
				      "FlushMetrics or SendCtrlAltDel",
				      type);
}

int gabion_patch_vm(struct gabion_api *api, const struct gabion_request *request, json_t **answer,
		    struct gabion_error *error)
{
	uint64_t since = gabion_api_microseconds();
	const char *state;
	int err = read_word(request, "vm", "state", &state, error);

	(void)answer;
	if (err)
		return err;
	if (!strcmp(state, "Paused")) {
		api->ops->pause(api->vm);
		api->pause_us = gabion_api_microseconds() - since;
	} else if (!strcmp(state, "Resumed")) {
		api->ops->resume(api->vm);
		api->resume_us = gabion_api_microseconds() - since;
	} else {
		return gabion_error_set(error, -EINVAL, "vm.state: '%s': must be Paused or Resumed",
					state);
	}
	return 0;
}
