/* SPDX-License-Identifier: GPL-2.0 */
/* Transport protocols by name, as in policies and in events. */
#ifndef GABION_COMMON_PROTOCOL_H
#define GABION_COMMON_PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct gabion_protocol - a protocol that rules can be about
 * @name:	"tcp"
 * @number:	IPPROTO_*
 * @ports:	its endpoints have ports
 * @addresses:	they have addresses that a rule can be held to. A raw socket's packets say
 *		themselves where they go.
 */
struct gabion_protocol {
	const char *name;
	uint8_t number;
	bool ports;
	bool addresses;
};

/* All of them, one by one; NULL behind the last. */
const struct gabion_protocol *gabion_protocol_at(unsigned int index);

/* NULL: there is none of that name or number. */
const struct gabion_protocol *gabion_protocol_named(const char *name);
const struct gabion_protocol *gabion_protocol_numbered(uint8_t number);

#endif /* GABION_COMMON_PROTOCOL_H */
