/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libnats, loaded when there is an output to NATS: few have one, and it brings OpenSSL along.
 */
#ifndef GABION_DAEMON_NATS_LIBRARY_H
#define GABION_DAEMON_NATS_LIBRARY_H

#include <nats/nats.h>

#include "../common/error.h"

#define GABION_NATS_FUNCTIONS(X)                                                                   \
	X(js_PublishAsyncComplete)                                                                 \
	X(js_PublishMsgAsync)                                                                      \
	X(jsCtx_Destroy)                                                                           \
	X(jsOptions_Init)                                                                          \
	X(natsConnection_Connect)                                                                  \
	X(natsConnection_Destroy)                                                                  \
	X(natsConnection_GetLastError)                                                             \
	X(natsConnection_JetStream)                                                                \
	X(natsConnection_Status)                                                                   \
	X(natsMsg_Create)                                                                          \
	X(natsMsg_Destroy)                                                                         \
	X(natsMsg_GetSubject)                                                                      \
	X(natsOptions_Create)                                                                      \
	X(natsOptions_Destroy)                                                                     \
	X(natsOptions_LoadCATrustedCertificates)                                                   \
	X(natsOptions_SetErrorHandler)                                                             \
	X(natsOptions_SetMaxReconnect)                                                             \
	X(natsOptions_SetName)                                                                     \
	X(natsOptions_SetPingInterval)                                                             \
	X(natsOptions_SetReconnectWait)                                                            \
	X(natsOptions_SetSecure)                                                                   \
	X(natsOptions_SetTimeout)                                                                  \
	X(natsOptions_SetToken)                                                                    \
	X(natsOptions_SetURL)                                                                      \
	X(natsOptions_SetUserCredentialsFromFiles)                                                 \
	X(natsOptions_SetUserInfo)                                                                 \
	X(natsOptions_SetWriteDeadline)                                                            \
	X(natsStatus_GetText)                                                                      \
	X(nats_GetLastError)

#define GABION_NATS_MEMBER(name) __typeof__(name) *name;

/* struct gabion_nats_library - the library's functions */
struct gabion_nats_library {
	GABION_NATS_FUNCTIONS(GABION_NATS_MEMBER)
};

/*
 * Load the library, which stays, and starts no thread before it is used. -ENOENT: it is not
 * installed; -ENOSYS: it lacks a function.
 */
int gabion_nats_library_load(struct gabion_nats_library *library, struct gabion_error *error);

#endif /* GABION_DAEMON_NATS_LIBRARY_H */
