// SPDX-License-Identifier: GPL-2.0
/*
 * Assignment by executable.
 */
#include <errno.h>
#include <string.h>

#include "../common/cleanup.h"
#include "request.h"

static const struct gabion_attr_rule rules[GABION_A_MAX + 1] = {
	[GABION_A_PID] = { .kind = GABION_ATTR_U32, .name = "PID" },
	[GABION_A_DOMAIN] = { .kind = GABION_ATTR_STRING, .length = GABION_NAME_MAX,
			      .name = "DOMAIN" },
	[GABION_A_COMM] = { .kind = GABION_ATTR_STRING, .name = "COMM" },
	[GABION_A_EXE] = { .kind = GABION_ATTR_STRING, .name = "EXE" },
	[GABION_A_ERROR] = { .kind = GABION_ATTR_U32, .name = "ERROR" },
};

struct rows {
	int (*row)(const struct gabion_entered *entered, void *data);
	void *data;
};

static int on_entered(struct nlattr *head, int length, void *data, struct gabion_error *error)
{
	struct nlattr *a[GABION_A_MAX + 1];
	const struct rows *rows = data;
	struct gabion_entered entered;
	int err = gabion_attr_parse(a, GABION_A_MAX, head, length, rules, error);

	if (err)
		return err;
	if (!a[GABION_A_PID])
		return gabion_error_set(error, -EBADMSG, "a reply lacks attribute PID");
	entered = (struct gabion_entered){
		.pid = gabion_attr_u32(a[GABION_A_PID]),
		.domain = gabion_attr_string(a[GABION_A_DOMAIN]),
		.comm = gabion_attr_string(a[GABION_A_COMM]),
		.exe = gabion_attr_string(a[GABION_A_EXE]),
		.error = (int)gabion_attr_u32(a[GABION_A_ERROR]),
	};
	err = rows->row(&entered, rows->data);
	return err ? gabion_error_set(error, err, "%s", strerror(-err)) : 0;
}

int gabion_netlink_enter(struct gabion_netlink *client, uint32_t pid,
			 int (*row)(const struct gabion_entered *entered, void *data), void *data,
			 struct gabion_error *error)
{
	cleanup_msg struct nl_msg *msg =
		gabion_request_new(client, GABION_CMD_TASK_ENTER, NLM_F_DUMP, error);
	struct rows rows = { row, data };
	int err;

	if (!msg)
		return -ENOMEM;
	if (pid && nla_put_u32(msg, GABION_A_PID, pid))
		return gabion_error_set(error, -EMSGSIZE, "a netlink message is too small");
	err = gabion_request_run(client, msg, on_entered, &rows, error);
	/* Linux 6.1 does not pass the words on when a dump does not begin. */
	if (err == -ENOENT)
		gabion_error_set(error, err, "no policy is in force: load one first");
	else if (err == -ESRCH)
		gabion_error_set(error, err, "no such process");
	return err;
}

const char *gabion_entered_reason(int error)
{
	switch (error) {
	case EMLINK:
		return "another process shares its memory or descriptors";
	case EBUSY:
		return "it has an io_uring, for which the domain has no `control io_uring` or no "
		       "syscalls";
	case EAGAIN:
		return "it was executing a program all the time";
	case EOWNERDEAD:
		return "another process began to share its memory or descriptors in this moment: "
		       "it was killed";
	case EDEADLK:
		return "it reads the events, and the domain has `audit required`: it would wait for "
		       "itself";
	case ENOENT:
		return "no domain is entered by its executable: name one";
	case EEXIST:
		return "it is in that domain already";
	case EINVAL:
		return "it is a kernel thread, or a thread of another process";
	default:
		return strerror(error);
	}
}
