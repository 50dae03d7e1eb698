// SPDX-License-Identifier: GPL-2.0
#include "end.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

static void take_signal(void *opaque, uint32_t events)
{
	struct gabion_end *end = opaque;
	struct signalfd_siginfo info;

	(void)events;
	if (read(end->signals, &info, sizeof(info)) == sizeof(info))
		gabion_end_request(end, GABION_END_SIGNAL + info.ssi_signo);
}

static void take_end(void *opaque, uint32_t events)
{
	/* To wake the loop is all it is for. */
	(void)opaque;
	(void)events;
}

int gabion_end_create(struct gabion_end *end, struct gabion_loop *loop, struct gabion_error *error)
{
	sigset_t set;
	int err;

	end->how = -1;
	end->signals = -1;
	end->eventfd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (end->eventfd < 0)
		return gabion_error_set(error, -errno, "eventfd: %s", strerror(errno));
	signal(SIGPIPE, SIG_IGN);
	/* A snapshot that is larger than a limit allows is an error like a full disk. */
	signal(SIGXFSZ, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	end->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (end->signals < 0)
		return gabion_error_set(error, -errno, "signalfd: %s", strerror(errno));
	err = gabion_loop_add(loop, &end->end_watch, end->eventfd, EPOLLIN, take_end, end);
	if (!err)
		err = gabion_loop_add(loop, &end->signal_watch, end->signals, EPOLLIN, take_signal,
				      end);
	return err ? gabion_error_set(error, err, "epoll_ctl: %s", strerror(-err)) : 0;
}

void gabion_end_destroy(struct gabion_end *end)
{
	if (end->eventfd >= 0)
		close(end->eventfd);
	if (end->signals >= 0)
		close(end->signals);
}

void gabion_end_request(struct gabion_end *end, int how)
{
	uint64_t one = 1;
	int running = -1;

	if (!atomic_compare_exchange_strong(&end->how, &running, how))
		return;
	if (write(end->eventfd, &one, sizeof(one)) < 0)
		return;
}
