// SPDX-License-Identifier: GPL-2.0
#include "nats_options.h"

#include <errno.h>
#include <string.h>

#include "../common/cleanup.h"
#include "../common/file.h"

/* Of one attempt to connect; it does not hold anybody up. */
#define CONNECT_MS	5000
/* Between attempts to connect again. */
#define RECONNECT_MS	500
/* A write that takes longer ends the connection. */
#define WRITE_MS	1000
/* A server that answers no PING for twice as long is gone. */
#define PING_MS		10000

#define CREDENTIALS_MAX	(64 << 10)
/* How what `nsc generate creds` writes begins. */
#define JWT_START	"-----BEGIN"

/* The library would write to stderr; what matters comes as the connection's last error. */
static void on_error(natsConnection *connection, natsSubscription *subscription, natsStatus status,
		     void *data)
{
	(void)connection;
	(void)subscription;
	(void)status;
	(void)data;
}

static int fail(const struct gabion_nats_library *library, const struct gabion_output_spec *spec,
		natsStatus status, const char *what, struct gabion_error *error)
{
	const char *more = library->nats_GetLastError(NULL);

	return gabion_error_set(error, -EINVAL, "%s: %s: %s%s%s", spec->path, what,
				library->natsStatus_GetText(status), more && *more ? ": " : "",
				more ?: "");
}

/* USER:PASSWORD, a token, or a file of a JWT and its key. */
static int set_credentials(natsOptions *options, const struct gabion_nats_library *library,
			   const struct gabion_output_spec *spec, struct gabion_error *error)
{
	cleanup_free void *data = NULL;
	char *text, *password;
	natsStatus status;
	size_t size, length;
	int err;

	err = gabion_file_read(spec->credentials, CREDENTIALS_MAX, &data, &size, error);
	if (err)
		return err;
	text = strndup(data, size);
	if (!text)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	length = strlen(text);
	if (!strncmp(text, JWT_START, strlen(JWT_START))) {
		status = library->natsOptions_SetUserCredentialsFromFiles(options,
									  spec->credentials, NULL);
	} else {
		text[strcspn(text, "\r\n")] = '\0';
		password = strchr(text, ':');
		if (password)
			*password++ = '\0';
		status = password ? library->natsOptions_SetUserInfo(options, text, password) :
				    library->natsOptions_SetToken(options, text);
	}
	explicit_bzero(text, length);
	explicit_bzero(data, size);
	free(text);
	return status == NATS_OK ? 0 : fail(library, spec, status, "credentials", error);
}

static int set_tls(natsOptions *options, const struct gabion_nats_library *library,
		   const struct gabion_output_spec *spec, struct gabion_error *error)
{
	natsStatus status = library->natsOptions_SetSecure(options, true);

	if (status == NATS_OK)
		status = library->natsOptions_LoadCATrustedCertificates(options, spec->ca);
	return status == NATS_OK ? 0 : fail(library, spec, status, spec->ca, error);
}

static int fill(natsOptions *options, const struct gabion_nats_library *library,
		const struct gabion_output_spec *spec, struct gabion_error *error)
{
	natsStatus status;
	int err = 0;

	status = library->natsOptions_SetURL(options, spec->path);
	if (status == NATS_OK)
		status = library->natsOptions_SetName(options, "gabiond");
	if (status == NATS_OK)
		status = library->natsOptions_SetTimeout(options, CONNECT_MS);
	if (status == NATS_OK)
		status = library->natsOptions_SetMaxReconnect(options, -1);
	if (status == NATS_OK)
		status = library->natsOptions_SetReconnectWait(options, RECONNECT_MS);
	if (status == NATS_OK)
		status = library->natsOptions_SetWriteDeadline(options, WRITE_MS);
	if (status == NATS_OK)
		status = library->natsOptions_SetPingInterval(options, PING_MS);
	if (status == NATS_OK)
		status = library->natsOptions_SetErrorHandler(options, on_error, NULL);
	if (status != NATS_OK)
		return fail(library, spec, status, "options", error);
	if (spec->credentials)
		err = set_credentials(options, library, spec, error);
	return err || !spec->ca ? err : set_tls(options, library, spec, error);
}

int gabion_nats_options_make(natsOptions **options, const struct gabion_nats_library *library,
			     const struct gabion_output_spec *spec, struct gabion_error *error)
{
	natsStatus status = library->natsOptions_Create(options);
	int err;

	if (status != NATS_OK)
		return fail(library, spec, status, "options", error);
	err = fill(*options, library, spec, error);
	if (err)
		library->natsOptions_Destroy(gabion_take(*options));
	return err;
}
