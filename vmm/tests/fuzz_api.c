// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer entry: bytes as a request of the API: one for the method, one for the state
 * of the machine, a line for the path, and the rest for the body. `make vmm-fuzz`.
 */
#include "client.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* They would make files and interfaces of any name. */
static bool has_effects(const char *path)
{
	return strstr(path, "logger") || strstr(path, "metrics") || strstr(path, "network");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const methods[] = { "GET", "PUT", "PATCH", "DELETE" };
	const uint8_t *end = size > 2 ? memchr(data + 2, '\n', size - 2) : NULL;
	char path[512] = "";
	struct client *client;
	unsigned int status;
	json_t *answer;
	void *state;

	if (!end || (size_t)(end - data) - 2 >= sizeof(path))
		return 0;
	memcpy(path, data + 2, end - data - 2);
	if (has_effects(path))
		return 0;
	if (data[1] & 1)
		client_open_started(&state);
	else
		client_open(&state);
	client = state;
	status = gabion_api_handle(&client->api, methods[data[0] & 3], path, (const char *)end + 1,
				   size - (end + 1 - data), &answer);
	if (status == 204 ? answer != NULL : !answer)
		__builtin_trap();
	json_decref(answer);
	client_close(&state);
	return 0;
}
