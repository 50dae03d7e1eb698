// SPDX-License-Identifier: GPL-2.0
/*
 * gabiond: loads the policy and hands the kernel's audit events out.
 *
 * Enforcement is the kernel's and goes on without it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../cli/cli.h"
#include "../common/cleanup.h"
#include "../common/log.h"
#include "metrics_server.h"
#include "options.h"
#include "output.h"
#include "privilege.h"
#include "publish.h"
#include "service.h"
#include "spools.h"

/* Started by hand there is no RuntimeDirectory=; failing shows when the file is made. */
static void make_parent(const char *path)
{
	cleanup_free char *parent = strdup(path);
	char *slash = parent ? strrchr(parent, '/') : NULL;

	if (!slash || slash == parent)
		return;
	*slash = '\0';
	mkdir(parent, 0700);
}

/* Two daemons would take each other's events and socket. */
static int lock_socket(const char *path, int *lock, struct gabion_error *error)
{
	cleanup_free char *name = NULL;

	if (asprintf(&name, "%s.lock", path) < 0) {
		name = NULL;
		return gabion_error_set(error, -ENOMEM, "out of memory");
	}
	*lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*lock < 0)
		return gabion_error_set(error, -errno, "%s: %s", name, strerror(errno));
	if (flock(*lock, LOCK_EX | LOCK_NB))
		return gabion_error_set(error, -errno, "another gabiond serves %s", path);
	return 0;
}

static int open_outputs(const struct gabion_options *options, struct gabion_sink **sinks,
			size_t *nsinks, struct gabion_error *error)
{
	int err = 0;
	size_t i;

	for (i = 0; i < options->noutputs && !err; i++) {
		err = gabion_output_open(&sinks[i], &options->outputs[i], error);
		if (!err)
			(*nsinks)++;
	}
	return err;
}

static void block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void close_metrics(struct gabion_metrics_server **server)
{
	gabion_metrics_server_close(*server);
}

/* Counting is a sink like the others. */
static int open_metrics(struct gabion_service *service, struct gabion_metrics_server **server,
			struct gabion_sink **sinks, size_t *nsinks, struct gabion_error *error)
{
	if (!service->options->metrics.length)
		return 0;
	service->metrics = gabion_metrics_new();
	if (!service->metrics)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	sinks[(*nsinks)++] = gabion_metrics_sink(service->metrics);
	return gabion_metrics_server_open(server, service->loop, &service->options->metrics,
					  gabion_service_metrics, service, error);
}

static int serve(const struct gabion_options *options, sd_event *loop, struct gabion_sink **sinks,
		 size_t *nsinks, struct gabion_error *error)
{
	struct gabion_metrics_server *server __attribute__((cleanup(close_metrics))) = NULL;
	cleanup_netlink struct gabion_netlink *client = NULL;
	struct gabion_publisher *publisher;
	struct gabion_pump pump = { .sinks = sinks };
	struct gabion_status status;
	struct gabion_state state;
	struct gabion_service service = {
		.options = options, .loop = loop, .state = &state, .pump = &pump
	};
	int err;

	err = gabion_netlink_open(&client, error) ?:
	      gabion_netlink_status(client, &status, error) ?:
	      open_outputs(options, sinks, nsinks, error) ?:
	      gabion_publisher_open(&publisher, loop, options->socket, status.instance, error);
	if (err)
		return err;
	sinks[(*nsinks)++] = gabion_publisher_sink(publisher);
	err = open_metrics(&service, &server, sinks, nsinks, error) ?:
	      gabion_privilege_drop(error) ?:
	      gabion_state_init(&state, options->state, status.instance, error);
	if (err)
		return err;
	if (gabion_state_load(&state, sinks, *nsinks, error))
		gabion_log(LOG_WARNING, "%s", error->text);
	gabion_spools_open(options, sinks, status.instance);
	service.client = pump.client = client;
	pump.instance = status.instance;
	pump.nsinks = *nsinks;
	return gabion_service_run(&service, error);
}

int main(int argc, char **argv)
{
	struct gabion_sink *sinks[GABION_SINKS_MAX] = { NULL };
	struct gabion_error error = { 0 };
	struct gabion_options options;
	cleanup_fd int lock = -1;
	sd_event *loop = NULL;
	size_t nsinks = 0;
	int status, err;

	status = gabion_options_parse(&options, argc, argv);
	if (status >= 0) {
		gabion_options_free(&options);
		return status;
	}
	umask(0077);
	block_signals();
	make_parent(options.socket);
	make_parent(options.last);
	make_parent(options.state);
	make_parent(options.spool);
	err = lock_socket(options.socket, &lock, &error);
	if (!err) {
		err = sd_event_new(&loop);
		if (err < 0)
			gabion_error_set(&error, err, "no event loop: %s", strerror(-err));
		else
			err = serve(&options, loop, sinks, &nsinks, &error);
	}
	while (nsinks)
		gabion_sink_close(sinks[--nsinks]);
	sd_event_unref(loop);
	gabion_options_free(&options);
	if (!err)
		return GABION_EXIT_OK;
	gabion_log(LOG_ERR, "%s", error.text);
	return GABION_EXIT_ERROR;
}
