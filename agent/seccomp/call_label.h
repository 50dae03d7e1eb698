/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GABION_SECCOMP_CALL_LABEL_H
#define GABION_SECCOMP_CALL_LABEL_H

#include "../../core/platform.h"

/* Name of a call; where there is none, its number: "462". malloc'ed; NULL: no memory. */
char *gabion_call_label(u32 abi, u32 number);

#endif /* GABION_SECCOMP_CALL_LABEL_H */
