// SPDX-License-Identifier: GPL-2.0
/*
 * Stands in for gabion-vmm in the tests of gabion vm: there is no machine; the session that a
 * guest's init would run is run here. FAKE in the command's environment is how to be otherwise;
 * FAKE=silent in our own, not to say hello.
 * Of --jail it does what has to do with files: it is in the folder, as the user.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../../vmm/guest/session.h"

static int die(const char *what)
{
	fprintf(stderr, "vm-fake: %s\n", what);
	exit(3);
}

static int say_hello(const char *uds, unsigned int channel)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	unsigned char hello[GABION_GUEST_HELLO_SIZE];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%.90s_%d", uds, GABION_GUEST_PORT);
	gabion_guest_hello_encode(hello, channel);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    send(fd, hello, sizeof(hello), 0) != sizeof(hello))
		die("nobody listens");
	return fd;
}

/* Into vm.pid, so that a test knows whom to look for. */
static void write_pid(void)
{
	FILE *file = fopen("vm.pid", "w");

	if (!file || fprintf(file, "%d\n", getpid()) < 0 || fclose(file))
		die("vm.pid");
}

/* What @argv has behind @option; NULL: it is not there. */
static const char *value_of(char **argv, const char *option)
{
	for (; *argv; argv++)
		if (!strcmp(*argv, option))
			return argv[1];
	return NULL;
}

/* Return: is there a jail? */
static bool enter_jail(char **argv)
{
	const char *folder = value_of(argv, "--jail"), *uid = value_of(argv, "--uid");
	uid_t user = uid ? (uid_t)atoll(uid) : 0;

	if (!folder)
		return false;
	if (!user || chdir(folder) || setgroups(0, NULL) || setresgid(user, user, user) ||
	    setresuid(user, user, user))
		die("no jail");
	return true;
}

static const char *behaviour(const struct gabion_guest_job *job)
{
	size_t i;

	for (i = 0; job->env[i]; i++)
		if (!strncmp(job->env[i], "FAKE=", 5))
			return job->env[i] + 5;
	return "";
}

static void misbehave(const char *how, const char *uds, int control)
{
	static const unsigned char large[] = {0, 0, 0, 1, GABION_GUEST_STARTED, 0, 0, 0};

	if (!strcmp(how, "die"))
		die("kernel panic - \033[31mnot syncing");
	if (!strcmp(how, "twice"))
		say_hello(uds, GABION_CHANNEL_CONTROL);
	if (!strcmp(how, "share"))
		say_hello(uds, GABION_CHANNEL_SHARE);
	if (!strcmp(how, "large") && send(control, large, sizeof(large), 0) < 0)
		die("send");
	if (!strcmp(how, "text"))
		gabion_session_fail(control, 125, "\033[31mno root");
	/* Until it is killed. */
	if (*how)
		poll(NULL, 0, -1);
}

int main(int argc, char **argv)
{
	struct gabion_guest_reader reader = {.max = GABION_GUEST_JOB_MAX};
	struct gabion_session_channels channels = {.reader = &reader, .err = -1};
	struct gabion_guest_frame frame;
	struct gabion_guest_job job;
	const char *file = value_of(argv, "--config-file"), *uds, *image;
	size_t skip;
	json_t *config;
	int got;

	(void)argc;
	write_pid();
	/* There its names begin with "/". */
	skip = enter_jail(argv);
	config = file ? json_load_file(file + skip, 0, NULL) : NULL;
	uds = json_string_value(json_object_get(json_object_get(config, "vsock"), "uds_path"));
	image = json_string_value(json_object_get(
		json_array_get(json_object_get(config, "drives"), 0), "path_on_host"));
	if (!uds || !image || access(image + skip, R_OK))
		die("no configuration");
	uds += skip;
	puts("console: up");
	fflush(stdout);
	if (getenv("FAKE"))
		poll(NULL, 0, -1);
	channels.control = say_hello(uds, GABION_CHANNEL_CONTROL);
	do {
		got = gabion_guest_read(&reader, channels.control, &frame);
	} while (!got);
	if (got < 0 || frame.type != GABION_GUEST_JOB ||
	    gabion_guest_job_decode(&job, frame.payload, frame.size))
		die("no job");
	misbehave(behaviour(&job), uds, channels.control);
	channels.in = say_hello(uds, GABION_CHANNEL_STDIN);
	channels.out = say_hello(uds, GABION_CHANNEL_STDOUT);
	if (!job.tty)
		channels.err = say_hello(uds, GABION_CHANNEL_STDERR);
	fcntl(channels.in, F_SETFL, O_NONBLOCK);
	fcntl(channels.out, F_SETFL, O_NONBLOCK);
	got = gabion_session_run(&job, &channels, NULL);
	gabion_guest_job_free(&job);
	gabion_guest_reader_free(&reader);
	json_decref(config);
	return -got;
}
