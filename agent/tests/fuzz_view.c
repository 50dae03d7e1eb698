// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer entry: compiled images.  What is accepted is used.
 */
#include "../policy/policy.h"
#include "fuzz_image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct gabion_view *view)
{
	static const char *const questions[][2] = {
		{ "read", "/etc/shadow" }, { "execute", "/usr/sbin/d" },
		{ "signal", "host" },	   { "connect", "tcp 10.0.0.1 port 80" },
		{ "capability", "chown" }, { "read", "unreachable" },
		{ "ioctl", "TIOCSTI /dev/tty" }, { "ioctl", "0xffffffff unreachable" },
		{ "netlink", "route" },	   { "ipc_write", "host" },
		{ "syscall", "socket" },   { "syscall", "i386:socketcall(call = 1)" },
	};
	struct gabion_answer answer;
	struct gabion_error error;
	size_t i;
	uint32_t d;

	for (d = 0; d < view->ndomains && d < 8; d++) {
		const char *name = gabion_view_string(view, view->domains[d].name);

		for (i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
			if (!gabion_query(view, name, questions[i][0], questions[i][1], &answer,
					  &error))
				gabion_answer_free(&answer);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gabion_view view;
	const char *why;
	void *image;

	if (size < sizeof(struct gabion_policy_header))
		return 0;
	image = fuzz_image(data, size);
	if (!gabion_view_open(&view, image, size, &why))
		ask(&view);
	free(image);
	return 0;
}
