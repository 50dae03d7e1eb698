// SPDX-License-Identifier: GPL-2.0
#include "nats_link.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "../common/cleanup.h"
#include "nats_library.h"
#include "nats_options.h"

/* How long the caller is held up: by the first connection, and by acknowledgements. */
#define PATIENCE_MS	1000

/**
 * struct gabion_nats_link - a connection and what waits for acknowledgement
 * @library:	immutable
 * @spec:	borrowed
 * @connection:	owned; NULL: none
 * @context:	owned; what was published in it is acknowledged to it. NULL: none
 * @published:	since it was settled
 * @again:	CLOCK_MONOTONIC ms before which nothing is tried
 * @trouble:	why nothing is
 * @waited:	it was waited for the first connection
 * @next:	all that are open; like the rest protected by their lock
 * @trying:	a thread is making a connection
 * @made:	owned; what it made
 * @failed:	why it made none
 * @refused:	why the server did not store something; code 0: it did
 */
struct gabion_nats_link {
	struct gabion_nats_library library;
	const struct gabion_output_spec *spec;
	natsConnection *connection;
	jsCtx *context;
	size_t published;
	int64_t again;
	struct gabion_error trouble;
	bool waited;
	struct gabion_nats_link *next;
	bool trying;
	natsConnection *made;
	struct gabion_error failed;
	struct gabion_error refused;
};

/*
 * The library does not say when it has called the last of our functions, so those have to find out
 * whether the link that they were given is still there.
 */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct gabion_nats_link *first;
} links = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

/* Under the lock. */
static bool is_open(const struct gabion_nats_link *link)
{
	const struct gabion_nats_link *l;

	for (l = links.first; l && l != link; l = l->next)
		;
	return l;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* What @error says goes for a while. */
static int pause_after(struct gabion_nats_link *link, const struct gabion_error *error)
{
	link->trouble = *error;
	link->again = now_ms() + GABION_NATS_PAUSE_MS;
	return error->code;
}

static void drop_context(struct gabion_nats_link *link)
{
	if (link->context)
		link->library.jsCtx_Destroy(link->context);
	link->context = NULL;
}

static void drop_connection(struct gabion_nats_link *link)
{
	drop_context(link);
	if (link->connection)
		link->library.natsConnection_Destroy(link->connection);
	link->connection = NULL;
}

/* ---- connecting ---- */

/* struct attempt - a thread's own; @link is not looked into before it is known to be open */
struct attempt {
	struct gabion_nats_link *link;
	struct gabion_nats_library library;
	natsOptions *options;
	char url[];
};

static void *attempt(void *data)
{
	struct attempt *a = data;
	natsConnection *connection = NULL;
	natsStatus status = a->library.natsConnection_Connect(&connection, a->options);
	const char *more = status == NATS_OK ? NULL : a->library.nats_GetLastError(NULL);

	pthread_mutex_lock(&links.lock);
	if (is_open(a->link)) {
		a->link->trying = false;
		a->link->made = gabion_take(connection);
		if (!a->link->made)
			gabion_error_set(&a->link->failed, -ENOTCONN, "cannot connect to %s: %s%s%s",
					 a->url, a->library.natsStatus_GetText(status),
					 more && *more ? ": " : "", more ?: "");
		pthread_cond_broadcast(&links.changed);
	}
	pthread_mutex_unlock(&links.lock);
	a->library.natsConnection_Destroy(connection);
	a->library.natsOptions_Destroy(a->options);
	free(a);
	return NULL;
}

static int start_attempt(struct gabion_nats_link *link, struct gabion_error *error)
{
	size_t size = strlen(link->spec->path) + 1;
	struct attempt *a = malloc(sizeof(*a) + size);
	pthread_attr_t attributes;
	pthread_t thread;
	int err;

	if (!a)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	a->link = link;
	a->library = link->library;
	memcpy(a->url, link->spec->path, size);
	err = gabion_nats_options_make(&a->options, &link->library, link->spec, error);
	if (err) {
		free(a);
		return err;
	}
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	link->trying = true;
	err = -pthread_create(&thread, &attributes, attempt, a);
	pthread_attr_destroy(&attributes);
	if (!err)
		return 0;
	link->trying = false;
	link->library.natsOptions_Destroy(a->options);
	free(a);
	return gabion_error_set(error, err, "no thread to connect with: %s", strerror(-err));
}

/* Under the lock; wait for an attempt, the first time. */
static void wait_for_attempt(struct gabion_nats_link *link)
{
	struct timespec until;

	if (link->waited)
		return;
	link->waited = true;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PATIENCE_MS / 1000;
	while (link->trying && !pthread_cond_timedwait(&links.changed, &links.lock, &until))
		;
}

/* Under the lock. */
static int connect_server(struct gabion_nats_link *link, struct gabion_error *error)
{
	int err;

	if (!link->trying && !link->made) {
		err = start_attempt(link, error);
		if (err)
			return pause_after(link, error);
	}
	wait_for_attempt(link);
	if (link->trying)
		return gabion_error_set(error, -ENOTCONN, "%s does not answer yet",
					link->spec->path);
	if (link->made) {
		link->connection = gabion_take(link->made);
		return 0;
	}
	*error = link->failed;
	return pause_after(link, error);
}

/* After a connection, the library makes it again by itself, unless the server says no. */
static int check_connection(struct gabion_nats_link *link, struct gabion_error *error)
{
	natsConnStatus status = link->library.natsConnection_Status(link->connection);
	const char *why = NULL;

	if (status == NATS_CONN_STATUS_CONNECTED)
		return 0;
	link->library.natsConnection_GetLastError(link->connection, &why);
	gabion_error_set(error, -ENOTCONN, "not connected to %s%s%s", link->spec->path,
			 why && *why ? ": " : "", why ?: "");
	if (status != NATS_CONN_STATUS_CLOSED)
		return error->code;
	drop_connection(link);
	return pause_after(link, error);
}

/* ---- publishing ---- */

/* In a thread of the library. */
static void on_refused(jsCtx *context, jsPubAckErr *why, void *data)
{
	struct gabion_nats_link *link = data;
	const struct gabion_nats_library *library;
	const char *subject;

	(void)context;
	pthread_mutex_lock(&links.lock);
	if (is_open(link) && !link->refused.code) {
		library = &link->library;
		subject = why->Msg ? library->natsMsg_GetSubject(why->Msg) : "?";
		if (why->Err == NATS_NO_RESPONDERS)
			gabion_error_set(&link->refused, -ENOENT,
					 "no stream of JetStream takes %s: add one for %s.>",
					 subject, link->spec->prefix);
		else
			gabion_error_set(&link->refused, -EIO, "%s does not store %s: %s",
					 link->spec->path, subject,
					 why->ErrText && *why->ErrText ? why->ErrText :
					 library->natsStatus_GetText(why->Err));
	}
	pthread_mutex_unlock(&links.lock);
}

static int make_context(struct gabion_nats_link *link, struct gabion_error *error)
{
	jsOptions options;
	natsStatus status;

	if (link->context)
		return 0;
	link->library.jsOptions_Init(&options);
	options.PublishAsync.ErrHandler = on_refused;
	options.PublishAsync.ErrHandlerClosure = link;
	status = link->library.natsConnection_JetStream(&link->context, link->connection, &options);
	if (status == NATS_OK)
		return 0;
	link->context = NULL;
	return gabion_error_set(error, -EIO, "JetStream at %s: %s", link->spec->path,
				link->library.natsStatus_GetText(status));
}

int gabion_nats_link_ready(struct gabion_nats_link *link, struct gabion_error *error)
{
	int err = 0;

	if (now_ms() < link->again)
		return gabion_error_set(error, link->trouble.code, "%s", link->trouble.text);
	if (!link->connection) {
		pthread_mutex_lock(&links.lock);
		err = connect_server(link, error);
		pthread_mutex_unlock(&links.lock);
	}
	return err ?: check_connection(link, error) ?: make_context(link, error);
}

int gabion_nats_link_publish(struct gabion_nats_link *link, const char *subject, const char *id,
			     const char *bytes, size_t length, struct gabion_error *error)
{
	jsPubOptions options = { .MsgId = *id ? id : NULL };
	natsMsg *message = NULL;
	natsStatus status;

	status = link->library.natsMsg_Create(&message, subject, NULL, bytes, (int)length);
	if (status == NATS_OK)
		status = link->library.js_PublishMsgAsync(link->context, &message, &options);
	link->library.natsMsg_Destroy(message);
	if (status == NATS_OK) {
		link->published++;
		return 0;
	}
	return gabion_error_set(error, status == NATS_MAX_PAYLOAD ? -EMSGSIZE : -EIO,
				"cannot publish to %s: %s", link->spec->path,
				link->library.natsStatus_GetText(status));
}

/* Why @status came of waiting, and what the server refused before. */
static int say_unsettled(struct gabion_nats_link *link, natsStatus status,
			 struct gabion_error *error)
{
	const char *why = NULL;

	if (link->refused.code) {
		*error = link->refused;
		return error->code;
	}
	if (link->connection)
		link->library.natsConnection_GetLastError(link->connection, &why);
	return gabion_error_set(error, -ETIMEDOUT, "%s does not acknowledge: %s%s%s",
				link->spec->path, link->library.natsStatus_GetText(status),
				why && *why ? ": " : "", why ?: "");
}

int gabion_nats_link_settle(struct gabion_nats_link *link, struct gabion_error *error)
{
	jsPubOptions options = { .MaxWait = PATIENCE_MS };
	struct gabion_error unsettled = { 0 };
	natsStatus status;

	if (!link->published)
		return 0;
	/* Without a context nobody will ever say what became of it. */
	status = link->context ?
		 link->library.js_PublishAsyncComplete(link->context, &options) :
		 NATS_CONNECTION_CLOSED;
	link->published = 0;
	pthread_mutex_lock(&links.lock);
	if (status != NATS_OK || link->refused.code)
		say_unsettled(link, status, &unsettled);
	link->refused.code = 0;
	pthread_mutex_unlock(&links.lock);
	if (!unsettled.code)
		return 0;
	/* Late answers must not count for what is published next. */
	drop_context(link);
	pause_after(link, &unsettled);
	return gabion_error_set(error, unsettled.code, "%s", unsettled.text);
}

/* ---- life ---- */

int gabion_nats_link_open(struct gabion_nats_link **link, const struct gabion_output_spec *spec,
			  struct gabion_error *error)
{
	struct gabion_nats_link *l = calloc(1, sizeof(*l));
	int err;

	if (!l)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	err = gabion_nats_library_load(&l->library, error);
	if (err) {
		free(l);
		return err;
	}
	l->spec = spec;
	pthread_mutex_lock(&links.lock);
	l->next = links.first;
	links.first = l;
	pthread_mutex_unlock(&links.lock);
	*link = l;
	return 0;
}

void gabion_nats_link_close(struct gabion_nats_link *link)
{
	struct gabion_nats_link **at;

	if (!link)
		return;
	pthread_mutex_lock(&links.lock);
	for (at = &links.first; *at != link; at = &(*at)->next)
		;
	*at = link->next;
	pthread_mutex_unlock(&links.lock);
	drop_connection(link);
	link->library.natsConnection_Destroy(link->made);
	free(link);
}
