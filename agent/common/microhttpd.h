/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libmicrohttpd, loaded when there is something to serve: with what it brings along for
 * TLS, which nobody needs here, it is larger than the programs that may use it.
 */
#ifndef GABION_COMMON_MICROHTTPD_H
#define GABION_COMMON_MICROHTTPD_H

#include <microhttpd.h>

#include "error.h"

#define GABION_MICROHTTPD_FUNCTIONS(X)                                                             \
	X(MHD_start_daemon)                                                                        \
	X(MHD_stop_daemon)                                                                         \
	X(MHD_get_daemon_info)                                                                     \
	X(MHD_run)                                                                                 \
	X(MHD_lookup_connection_value)                                                             \
	X(MHD_get_timeout)                                                                         \
	X(MHD_create_response_from_buffer)                                                         \
	X(MHD_add_response_header)                                                                 \
	X(MHD_set_connection_option)                                                               \
	X(MHD_queue_response)                                                                      \
	X(MHD_destroy_response)

#define GABION_MICROHTTPD_MEMBER(name) __typeof__(name) *name;

/* struct gabion_microhttpd - the library's functions */
struct gabion_microhttpd {
	GABION_MICROHTTPD_FUNCTIONS(GABION_MICROHTTPD_MEMBER)
};

/* Load the library, which stays. -ENOENT: it is not installed; @what needs it, for @error. */
int gabion_microhttpd_load(struct gabion_microhttpd *library, const char *what,
			   struct gabion_error *error);

#endif /* GABION_COMMON_MICROHTTPD_H */
