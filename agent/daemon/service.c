// SPDX-License-Identifier: GPL-2.0
#include "service.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "../common/cleanup.h"
#include "../common/log.h"
#include "../common/text.h"
#include "../load/compile.h"
#include "../load/last.h"

/* How often events are looked for without a notice: the fallback should one get lost. */
#define TICK_USEC	1000000
/* Batches in a row before signals and readers get their turn. */
#define ROUNDS_MAX	16

/* ---- what systemctl status shows ---- */

static void tell_status(struct gabion_service *s, const char *before)
{
	const char *failing = NULL;
	size_t i;

	for (i = 0; i < s->pump->nsinks && !failing; i++)
		if (s->waits[i] != GABION_WAIT_NOWHERE)
			failing = s->pump->sinks[i]->name;
	s->told = s->pump->events + s->pump->lost;
	sd_notifyf(0, "%sSTATUS=%s; %" PRIu64 " events handed out, %" PRIu64 " lost%s%s", before,
		   s->policy, s->pump->events, s->pump->lost, failing ? "; failing output: " : "",
		   failing ?: "");
}

/* ---- policy ---- */

static int log_entered(const struct gabion_entered *entered, void *data)
{
	/* A process chooses its name: it must not make lines of the log. */
	cleanup_free char *comm = gabion_text_escape(entered->comm ?: "");
	const char *domain = entered->domain ?: "?";
	unsigned int *failed = data;

	if (!comm)
		return -ENOMEM;
	if (!entered->error) {
		gabion_log(LOG_NOTICE, "process %u (%s) is in domain %s now", entered->pid, comm,
			   domain);
		return 0;
	}
	gabion_log(LOG_WARNING, "process %u (%s) is not in domain %s: %s", entered->pid, comm,
		   domain, gabion_entered_reason(entered->error));
	++*failed;
	return 0;
}

static void assign_processes(struct gabion_service *s)
{
	struct gabion_error error = { 0 };
	unsigned int failed = 0;
	size_t n = strlen(s->policy);

	if (gabion_netlink_enter(s->client, 0, log_entered, &failed, &error))
		gabion_log(LOG_ERR, "not every process could be assigned: %s", error.text);
	if (failed || error.code)
		snprintf(s->policy + n, sizeof(s->policy) - n,
			 ", %u processes not assigned%s, see the log", failed,
			 error.code ? " or more" : "");
}

static int load_text(struct gabion_service *s, struct gabion_loaded *loaded,
		     struct gabion_error *error)
{
	cleanup_free char *diagnostics = NULL;
	cleanup_free void *image = NULL;
	struct gabion_error unsaved = { 0 };
	size_t size;
	int err;

	err = gabion_load_compile(&s->options->policy_dir, 1, &image, &size, &diagnostics, error) ?:
	      gabion_load_image(s->client, image, size, loaded, error);
	if (diagnostics)
		gabion_log(err ? LOG_ERR : LOG_WARNING, "%s", diagnostics);
	if (!err && gabion_last_save(s->options->last, image, size, &unsaved))
		gabion_log(LOG_WARNING, "the policy cannot be kept for a boot with an error in its text: %s",
			   unsaved.text);
	return err;
}

/*
 * The text was not loaded. After a boot nothing is in force then, and the last that was is loaded.
 * Return: is it in force?
 */
static bool load_last(struct gabion_service *s, struct gabion_loaded *loaded)
{
	struct gabion_error error = { 0 }, note = { 0 };
	struct gabion_status status;

	if (gabion_netlink_status(s->client, &status, &error)) {
		gabion_log(LOG_CRIT, "whether a policy is in force is not known: %s", error.text);
		snprintf(s->policy, sizeof(s->policy),
			 "whether a policy is in force is not known, see the log");
		return false;
	}
	if (status.policy_size) {
		gabion_log(LOG_ERR, "what was in force stays");
		snprintf(s->policy, sizeof(s->policy), "the policy was not loaded, see the log");
		return false;
	}
	if (gabion_last_load(s->client, s->options->last, loaded, &note, &error)) {
		gabion_log(LOG_CRIT, "NO POLICY IS IN FORCE: %s", error.text);
		snprintf(s->policy, sizeof(s->policy), "NO POLICY IS IN FORCE, see the log");
		return false;
	}
	gabion_log(LOG_CRIT, "the last policy that was in force is loaded instead: %s",
		   s->options->last);
	if (note.code)
		gabion_log(LOG_WARNING, "'gabion status' will not show that: %s", note.text);
	return true;
}

static void load_policy(struct gabion_service *s)
{
	struct gabion_error error = { 0 };
	struct gabion_loaded loaded = { 0 };
	bool last = false;

	if (load_text(s, &loaded, &error)) {
		gabion_log(LOG_ERR, "%s", error.text);
		last = load_last(s, &loaded);
		if (!last)
			return;
	}
	snprintf(s->policy, sizeof(s->policy), "%spolicy generation %u, %u domains",
		 last ? "the text was not loaded, see the log; last " : "", loaded.generation,
		 loaded.ndomains);
	gabion_log(LOG_INFO, "policy in force: generation %u, %u domains, %u labels",
		   loaded.generation, loaded.ndomains, loaded.nlabels);
	if (s->options->assign)
		assign_processes(s);
}

/* ---- events ---- */

static void log_once(struct gabion_service *s, const char *text)
{
	if (!strcmp(s->complaint, text))
		return;
	snprintf(s->complaint, sizeof(s->complaint), "%s", text);
	if (*text)
		gabion_log(LOG_ERR, "%s", text);
}

static enum gabion_wait wait_of(const struct gabion_sink *sink)
{
	if (sink->failure.code)
		return GABION_WAIT_KERNEL;
	return sink->trouble.code ? GABION_WAIT_SPOOL : GABION_WAIT_NOWHERE;
}

static void log_sinks(struct gabion_service *s)
{
	struct gabion_sink *sink;
	enum gabion_wait wait;
	bool changed = false;
	size_t i;

	for (i = 0; i < s->pump->nsinks; i++) {
		sink = s->pump->sinks[i];
		wait = wait_of(sink);
		if (wait == s->waits[i])
			continue;
		changed = true;
		sink->failures += s->waits[i] == GABION_WAIT_NOWHERE;
		s->waits[i] = wait;
		if (wait == GABION_WAIT_NOWHERE)
			gabion_log(LOG_NOTICE, "output %s works again", sink->name);
		else if (wait == GABION_WAIT_SPOOL)
			gabion_log(LOG_ERR, "output %s: %s; its events wait in its spool",
				   sink->name, sink->trouble.text);
		else
			gabion_log(LOG_ERR, "output %s: %s; events wait in the kernel", sink->name,
				   sink->failure.text);
	}
	if (changed)
		tell_status(s, "");
}

static void save_state(void *data)
{
	struct gabion_service *s = data;
	struct gabion_error error = { 0 };

	if (gabion_state_save(s->state, s->pump->sinks, s->pump->nsinks, &error))
		log_once(s, error.text);
}

/*
 * Read until nothing new comes.
 * Return: 0 or -errno when reading is impossible for good.
 */
static int read_events(struct gabion_service *s)
{
	struct gabion_error error = { 0 };
	int more, rounds = 0;

	do {
		more = gabion_pump_run(s->pump, &error);
		if (more < 0)
			break;
		log_sinks(s);
	} while ((more > 0 || gabion_netlink_noticed(s->client)) && ++rounds < ROUNDS_MAX);
	s->behind = rounds == ROUNDS_MAX;
	if (more >= 0) {
		if (rounds < ROUNDS_MAX)
			log_once(s, "");
		return 0;
	}
	/* The family is unregistered: the module was removed, or replaced, under us. */
	if (more == -ENOENT) {
		gabion_log(LOG_ERR, "the kernel module went away: %s", error.text);
		return more;
	}
	gabion_error_prefix(&error, "cannot read events");
	log_once(s, error.text);
	return 0;
}

static void subscribe(struct gabion_service *s)
{
	struct gabion_error error = { 0 };

	if (s->subscribed)
		return;
	if (!gabion_netlink_subscribe(s->client, &error)) {
		s->subscribed = true;
		return;
	}
	gabion_error_prefix(&error, "cannot subscribe to events, trying again");
	log_once(s, error.text);
}

static int handle_events(struct gabion_service *s)
{
	int err;

	subscribe(s);
	if (!s->subscribed)
		return 0;
	err = read_events(s);
	if (err)
		sd_event_exit(s->loop, err);
	return 0;
}

static int on_notice(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct gabion_service *s = data;
	struct gabion_error error = { 0 };
	int err;

	(void)source;
	(void)fd;
	(void)events;
	err = gabion_netlink_wait(s->client, 0, &error);
	if (err < 0)
		log_once(s, error.text);
	return err > 0 ? handle_events(s) : 0;
}

static int on_tick(sd_event_source *source, uint64_t usec, void *data)
{
	struct gabion_service *s = data;
	uint64_t now;

	(void)usec;
	sd_event_now(s->loop, CLOCK_MONOTONIC, &now);
	sd_event_source_set_time(source, now + TICK_USEC);
	if (s->told != s->pump->events + s->pump->lost)
		tell_status(s, "");
	return handle_events(s);
}

/*
 * Before the loop waits. Requests take a notice off the socket when they come upon one, and the
 * kernel sends no other until it is read: there is no waiting then, nor after a turn that was ended
 * before there was no more.
 */
static int before_waiting(sd_event_source *tick, void *data)
{
	struct gabion_service *s = data;

	return s->behind || gabion_netlink_noticed(s->client) ? sd_event_source_set_time(tick, 0) : 0;
}

/* ---- metrics ---- */

struct domains {
	struct gabion_kernel_domain *v;
	size_t n;
};

/* Its name is owned then. */
static int add_domain(const struct gabion_kernel_domain *domain, void *data)
{
	struct domains *domains = data;
	struct gabion_kernel_domain *v = reallocarray(domains->v, domains->n + 1, sizeof(*v));
	char *name = strdup(domain->name);

	if (v)
		domains->v = v;
	if (!v || !name) {
		free(name);
		return -ENOMEM;
	}
	v[domains->n] = *domain;
	v[domains->n++].name = name;
	return 0;
}

char *gabion_service_metrics(void *service, size_t *length)
{
	struct gabion_service *s = service;
	struct gabion_status status;
	struct domains domains = { 0 };
	struct gabion_kernel_counts kernel = { 0 };
	struct timespec now;
	char *text;
	size_t i;

	if (!gabion_netlink_status(s->client, &status, NULL) &&
	    !gabion_netlink_domains(s->client, add_domain, &domains, NULL))
		kernel = (struct gabion_kernel_counts){ &status, domains.v, domains.n };
	clock_gettime(CLOCK_BOOTTIME, &now);
	text = gabion_metrics_text(s->metrics, s->pump, &kernel,
				   (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec,
				   length);
	for (i = 0; i < domains.n; i++)
		free((char *)(uintptr_t)domains.v[i].name);
	free(domains.v);
	return text;
}

/* ---- signals ---- */

static int on_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *data)
{
	(void)info;
	(void)data;
	sd_notify(0, "STOPPING=1");
	return sd_event_exit(sd_event_source_get_event(source), 0);
}

static int on_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *data)
{
	struct gabion_service *s = data;
	struct timespec now;
	size_t i;

	(void)source;
	(void)info;
	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
		   (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
	for (i = 0; i < s->pump->nsinks; i++) {
		struct gabion_sink *sink = s->pump->sinks[i];
		struct gabion_error error = { 0 };

		if (sink->ops->reopen && sink->ops->reopen(sink, &error))
			gabion_log(LOG_ERR, "output %s: %s", sink->name, error.text);
	}
	load_policy(s);
	tell_status(s, "READY=1\n");
	return 0;
}

/* ---- life ---- */

static int watch(struct gabion_service *s, struct gabion_error *error)
{
	int err;

	/* The loop keeps the sources: nothing changes them but their own handlers. */
	err = sd_event_add_signal(s->loop, NULL, SIGTERM, on_stop, s);
	if (err >= 0)
		err = sd_event_add_signal(s->loop, NULL, SIGINT, on_stop, s);
	if (err >= 0)
		err = sd_event_add_signal(s->loop, NULL, SIGHUP, on_reload, s);
	if (err >= 0)
		err = sd_event_add_io(s->loop, NULL, gabion_netlink_fd(s->client), EPOLLIN,
				      on_notice, s);
	if (err >= 0)
		err = sd_event_set_watchdog(s->loop, true);
	if (err < 0)
		return gabion_error_set(error, err, "cannot set up the event loop: %s",
					strerror(-err));
	return 0;
}

static int start_tick(struct gabion_service *s, sd_event_source **tick, struct gabion_error *error)
{
	int err = sd_event_add_time(s->loop, tick, CLOCK_MONOTONIC, 0, 0, on_tick, s);

	if (err >= 0)
		err = sd_event_source_set_enabled(*tick, SD_EVENT_ON);
	if (err >= 0)
		err = sd_event_source_set_prepare(*tick, before_waiting);
	if (err < 0)
		return gabion_error_set(error, err, "cannot set up a timer: %s", strerror(-err));
	return 0;
}

int gabion_service_run(struct gabion_service *s, struct gabion_error *error)
{
	sd_event_source *tick = NULL;
	int err;

	s->pump->checkpoint = save_state;
	s->pump->data = s;
	err = watch(s, error) ?: start_tick(s, &tick, error);
	if (!err) {
		load_policy(s);
		tell_status(s, "READY=1\n");
		err = sd_event_loop(s->loop);
		if (err < 0)
			gabion_error_set(error, err, "stopped: %s", strerror(-err));
	}
	/* What came until now, and the last acknowledgement. */
	if (!err && s->subscribed)
		read_events(s);
	sd_event_source_unref(tick);
	return err;
}
