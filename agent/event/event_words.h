/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Words for the numbers in an event.  Tokens are what JSON and the policy
 * language say; phrases are for people.
 */
#ifndef GABION_EVENT_EVENT_WORDS_H
#define GABION_EVENT_EVENT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"

/* Each returns NULL for a number it does not know. */
const char *gabion_event_type_token(uint32_t type);
const char *gabion_event_verdict_token(uint32_t verdict);
const char *gabion_event_reason_token(uint32_t reason);
const char *gabion_event_reason_phrase(uint32_t reason);
const char *gabion_event_class_token(uint32_t klass);
/* enum gabion_abi: "i386". */
const char *gabion_event_abi_token(uint32_t abi);
/* enum gabion_action: "errno". */
const char *gabion_event_action_token(uint32_t action);

/* The mode of a domain with these GABION_DOMAIN_*: "enforce", "complain", "unconfined". */
const char *gabion_event_mode_token(uint32_t flags);

/* The number of @token, or 0 when no number below @end has it. */
uint32_t gabion_event_number(const char *(*token_of)(uint32_t), uint32_t end, const char *token);

/*
 * Is GABION_E_WANTED of the class a mask of permissions (file, net, domain), or
 * one number (of a capability, family, control, netlink protocol or syscall)?
 */
bool gabion_event_class_is_mask(uint32_t klass);

/*
 * Word for bit @index of a mask, or for number @index, of @klass. Numbers without
 * a name are written into @buffer.
 */
const char *gabion_event_permission(uint32_t klass, uint32_t index, char *buffer, size_t size);

/* The call of an event of the syscall class: name or number, malloc'ed; NULL: no memory. */
char *gabion_event_call(const struct gabion_event *event);

#endif /* GABION_EVENT_EVENT_WORDS_H */
