/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Debian's nats-server as a process, with JetStream on the disk, and what it has stored.
 */
#ifndef GABION_TESTS_NATS_SERVER_H
#define GABION_TESTS_NATS_SERVER_H

#include <arpa/inet.h>
#include <fcntl.h>
#include <nats/nats.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

#define NATS_SERVER "/usr/sbin/nats-server"
#define NATS_PATIENCE_MS 15000

/*
 * struct nats_server - @login: "USER:PASSWORD@", or "": what the reader connects with;
 * @credentials: file of a JWT and its key, or NULL: the same
 */
struct nats_server {
	char dir[32];
	int port;
	pid_t process;
	const char *login;
	const char *credentials;
	natsConnection *connection;
	jsCtx *context;
};

/* A port that nobody has now. */
static inline int nats_free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	close(fd);
	return ntohs(address.sin_port);
}

static inline void nats_await_port(const struct nats_server *server)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(server->port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int waited, fd, err;

	for (waited = 0; waited < NATS_PATIENCE_MS; waited += 10) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		err = connect(fd, (struct sockaddr *)&address, sizeof(address));
		close(fd);
		if (!err)
			return;
		usleep(10000);
	}
	fail_msg("%s does not listen; see %s/log", NATS_SERVER, server->dir);
}

/* Run it, with what is in its folder from before. */
static inline void nats_run(struct nats_server *server)
{
	char config[64], log[64];

	snprintf(config, sizeof(config), "%s/config", server->dir);
	snprintf(log, sizeof(log), "%s/log", server->dir);
	server->process = fork();
	if (!server->process) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(open(log, O_WRONLY | O_CREAT | O_APPEND, 0600), STDERR_FILENO);
		execl(NATS_SERVER, "nats-server", "-c", config, NULL);
		_exit(127);
	}
	nats_await_port(server);
}

static inline void nats_end(struct nats_server *server, int signal)
{
	if (server->process) {
		kill(server->process, SIGCONT);
		kill(server->process, signal);
		waitpid(server->process, NULL, 0);
	}
	server->process = 0;
}

/* A new server; @config is added to its configuration. */
static inline void nats_start(struct nats_server *server, const char *config)
{
	char path[64];
	FILE *file;

	if (access(NATS_SERVER, X_OK))
		fail_msg("%s is not installed: make deps", NATS_SERVER);
	strcpy(server->dir, "/tmp/gabion-nats-XXXXXX");
	assert_non_null(mkdtemp(server->dir));
	server->port = nats_free_port();
	server->login = "";
	snprintf(path, sizeof(path), "%s/config", server->dir);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "listen: \"127.0.0.1:%d\"\njetstream { store_dir: \"%s/store\" }\n%s\n",
		server->port, server->dir, config);
	fclose(file);
	nats_run(server);
}

/* The reader is no part of what is tested: it has its own connection. */
static inline jsCtx *nats_reader(struct nats_server *server)
{
	natsOptions *options;
	char url[128];

	if (server->context)
		return server->context;
	snprintf(url, sizeof(url), "nats://%s127.0.0.1:%d", server->login, server->port);
	assert_int_equal(natsOptions_Create(&options), NATS_OK);
	assert_int_equal(natsOptions_SetURL(options, url), NATS_OK);
	if (server->credentials)
		assert_int_equal(natsOptions_SetUserCredentialsFromFiles(options,
									 server->credentials, NULL),
				 NATS_OK);
	assert_int_equal(natsConnection_Connect(&server->connection, options), NATS_OK);
	natsOptions_Destroy(options);
	assert_int_equal(natsConnection_JetStream(&server->context, server->connection, NULL),
			 NATS_OK);
	return server->context;
}

static inline void nats_forget_reader(struct nats_server *server)
{
	jsCtx_Destroy(server->context);
	natsConnection_Destroy(server->connection);
	server->context = NULL;
	server->connection = NULL;
}

/* A stream EVENTS that takes gabion.>, @limit messages at most; 0: as many as come. */
static inline void nats_add_stream(struct nats_server *server, int64_t limit)
{
	const char *subject = "gabion.>";
	jsStreamConfig config;
	jsErrCode code = 0;
	natsStatus status;

	jsStreamConfig_Init(&config);
	config.Name = "EVENTS";
	config.Subjects = &subject;
	config.SubjectsLen = 1;
	config.Storage = js_FileStorage;
	if (limit) {
		config.MaxMsgs = limit;
		config.Discard = js_DiscardNew;
	}
	status = js_AddStream(NULL, nats_reader(server), &config, NULL, &code);
	if (status != NATS_OK)
		fail_msg("no stream: %s, %d", natsStatus_GetText(status), code);
}

static inline unsigned int nats_count(struct nats_server *server)
{
	jsStreamInfo *info = NULL;
	unsigned int n;

	assert_int_equal(js_GetStreamInfo(&info, nats_reader(server), "EVENTS", NULL, NULL),
			 NATS_OK);
	n = (unsigned int)info->State.Msgs;
	jsStreamInfo_Destroy(info);
	return n;
}

static inline void nats_await_count(struct nats_server *server, unsigned int n)
{
	int waited;

	for (waited = 0; waited < NATS_PATIENCE_MS && nats_count(server) < n; waited += 10)
		usleep(10000);
	assert_int_equal(nats_count(server), n);
}

/* Message @n of the stream, from 1, is of @subject, has this @id, and @part in it. */
static inline void nats_assert_message(struct nats_server *server, uint64_t n, const char *subject,
				       const char *id, const char *part)
{
	const char *has = NULL;
	natsMsg *message = NULL;
	char text[512];

	assert_int_equal(js_GetMsg(&message, nats_reader(server), "EVENTS", n, NULL, NULL),
			 NATS_OK);
	assert_string_equal(natsMsg_GetSubject(message), subject);
	assert_int_equal(natsMsgHeader_Get(message, "Nats-Msg-Id", &has), NATS_OK);
	assert_string_equal(has, id);
	snprintf(text, sizeof(text), "%.*s", natsMsg_GetDataLength(message),
		 natsMsg_GetData(message));
	if (!strstr(text, part))
		fail_msg("no '%s' in message %d: %s", part, (int)n, text);
	natsMsg_Destroy(message);
}

static inline void nats_stop(struct nats_server *server)
{
	char command[64];

	nats_forget_reader(server);
	nats_end(server, SIGKILL);
	if (!*server->dir)
		return;
	snprintf(command, sizeof(command), "rm -rf %s", server->dir);
	assert_int_equal(system(command), 0);
}

#endif /* GABION_TESTS_NATS_SERVER_H */
