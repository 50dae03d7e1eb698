// SPDX-License-Identifier: GPL-2.0
/*
 * The init of a guest of `gabion vm run`: asks the host what to run, runs it, tells how it ended,
 * powers off.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "session.h"
#include "system.h"

/* No other process is left, and what was written to shares is with the host. */
static void end_everything(void)
{
	kill(-1, SIGKILL);
	sync();
}

static int receive_job(struct gabion_guest_reader *reader, int control,
		       struct gabion_guest_job *job, struct gabion_error *error)
{
	struct gabion_guest_frame frame;
	int got;

	do {
		got = gabion_guest_read(reader, control, &frame);
	} while (!got || got == -EINTR);
	if (got < 0)
		return gabion_error_set(error, got, "no job from the host: %s", strerror(-got));
	got = frame.type == GABION_GUEST_JOB
		      ? gabion_guest_job_decode(job, frame.payload, frame.size)
		      : -EPROTO;
	return got ? gabion_error_set(error, got, "the host's job: %s", strerror(-got)) : 0;
}

static int mount_shares(const struct gabion_guest_job *job, struct gabion_error *error)
{
	size_t i;
	int fd, err = 0;

	for (i = 0; i < job->share_count && !err; i++) {
		fd = gabion_guest_connect(GABION_CHANNEL_SHARE + (unsigned int)i, error);
		err = fd < 0 ? fd : gabion_guest_mount_share(&job->shares[i], fd, error);
	}
	return err;
}

static int connect_streams(const struct gabion_guest_job *job,
			   struct gabion_session_channels *channels, struct gabion_error *error)
{
	channels->in = gabion_guest_connect(GABION_CHANNEL_STDIN, error);
	channels->out = channels->in < 0 ? -1 : gabion_guest_connect(GABION_CHANNEL_STDOUT, error);
	channels->err = channels->out < 0 || job->tty
				? -1
				: gabion_guest_connect(GABION_CHANNEL_STDERR, error);
	if (channels->out < 0 || (channels->err < 0 && !job->tty))
		return error->code;
	/* Not to wait for a host that does not read. */
	if (fcntl(channels->in, F_SETFL, O_NONBLOCK) || fcntl(channels->out, F_SETFL, O_NONBLOCK) ||
	    (!job->tty && fcntl(channels->err, F_SETFL, O_NONBLOCK)))
		return gabion_error_set(error, -errno, "streams: %s", strerror(errno));
	return 0;
}

static int prepare(const struct gabion_guest_job *job, struct gabion_session_channels *channels,
		   struct gabion_error *error)
{
	int err = gabion_guest_enter_root(job, error);

	err = err ? err : gabion_guest_set_up(job, error);
	err = err ? err : mount_shares(job, error);
	return err ? err : connect_streams(job, channels, error);
}

/* Wait until the host has heard. */
static void fail(struct gabion_session_channels *channels, const struct gabion_error *error)
{
	struct gabion_guest_frame frame;

	if (gabion_session_fail(channels->control, 125, "the guest's init: %s", error->text))
		return;
	while (gabion_guest_read(channels->reader, channels->control, &frame) >= 0)
		continue;
}

static int work(struct gabion_error *error)
{
	struct gabion_guest_reader reader = {.max = GABION_GUEST_JOB_MAX};
	struct gabion_session_channels channels = {.reader = &reader};
	struct gabion_guest_job job;
	int err = gabion_guest_begin(error);

	if (err)
		return err;
	channels.control = gabion_guest_connect(GABION_CHANNEL_CONTROL, error);
	if (channels.control < 0)
		return channels.control;
	err = receive_job(&reader, channels.control, &job, error);
	err = err ? err : prepare(&job, &channels, error);
	if (err) {
		fail(&channels, error);
		return err;
	}
	err = gabion_session_run(&job, &channels, end_everything);
	return err ? gabion_error_set(error, err, "the host went away: %s", strerror(-err)) : 0;
}

int main(void)
{
	struct gabion_error error = {0};

	if (getpid() != 1) {
		fputs("gabion-guest-init: is the first program of a guest of `gabion vm run` "
		      "only\n",
		      stderr);
		return 2;
	}
	if (work(&error))
		fprintf(stderr, "gabion-guest-init: %s\n", error.text);
	sync();
	reboot(RB_POWER_OFF);
	return 1;
}
