// SPDX-License-Identifier: GPL-2.0
#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/cleanup.h"

#define BACKLOG	8

int gabion_address_unix(struct gabion_address *address, const char *path,
			struct gabion_error *error)
{
	if (strlen(path) >= sizeof(address->un.sun_path))
		return gabion_error_set(error, -ENAMETOOLONG, "%s: too long for a socket", path);
	*address = (struct gabion_address){
		.un.sun_family = AF_UNIX, .length = sizeof(address->un)
	};
	strcpy(address->un.sun_path, path);
	return 0;
}

static bool parse_port(const char *text, in_port_t *port)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || n < 1 || n > UINT16_MAX)
		return false;
	*port = htons((uint16_t)n);
	return true;
}

int gabion_address_parse(struct gabion_address *address, const char *text,
			 struct gabion_error *error)
{
	static const char v4[] = "tcp:127.0.0.1:", v6[] = "tcp:[::1]:";

	*address = (struct gabion_address){ 0 };
	if (!strncmp(text, "unix:/", 6))
		return gabion_address_unix(address, text + 5, error);
	if (!strncmp(text, v4, strlen(v4)) && parse_port(text + strlen(v4), &address->in.sin_port)) {
		address->in.sin_family = AF_INET;
		address->in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		address->length = sizeof(address->in);
		return 0;
	}
	if (!strncmp(text, v6, strlen(v6)) &&
	    parse_port(text + strlen(v6), &address->in6.sin6_port)) {
		address->in6.sin6_family = AF_INET6;
		address->in6.sin6_addr = in6addr_loopback;
		address->length = sizeof(address->in6);
		return 0;
	}
	return gabion_error_set(error, -EINVAL, "'%s': give unix:/PATH, tcp:127.0.0.1:PORT or "
				"tcp:[::1]:PORT: what other machines can reach is refused", text);
}

static void describe(const struct gabion_address *address, char *text, size_t size)
{
	if (address->any.sa_family == AF_UNIX)
		snprintf(text, size, "%s", address->un.sun_path);
	else if (address->any.sa_family == AF_INET)
		snprintf(text, size, "127.0.0.1 port %u", ntohs(address->in.sin_port));
	else
		snprintf(text, size, "::1 port %u", ntohs(address->in6.sin6_port));
}

int gabion_listen(const struct gabion_address *address, int type, struct gabion_error *error)
{
	cleanup_fd int fd = socket(address->any.sa_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	char text[sizeof(address->un.sun_path) + 16];
	int err, listening, on = 1;
	mode_t mask;

	if (fd < 0)
		return gabion_error_set(error, -errno, "socket: %s", strerror(errno));
	if (address->any.sa_family == AF_UNIX)
		unlink(address->un.sun_path);
	else
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	mask = umask(0177);
	err = bind(fd, &address->any, address->length) ? -errno : 0;
	umask(mask);
	if (!err && listen(fd, BACKLOG))
		err = -errno;
	if (err) {
		describe(address, text, sizeof(text));
		return gabion_error_set(error, err, "cannot listen at %s: %s", text, strerror(-err));
	}
	listening = fd;
	fd = -1;
	return listening;
}

void gabion_listen_end(const struct gabion_address *address, int fd)
{
	if (fd < 0)
		return;
	close(fd);
	if (address->any.sa_family == AF_UNIX)
		unlink(address->un.sun_path);
}
