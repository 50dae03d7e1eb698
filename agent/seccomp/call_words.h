/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Words to write a list of calls with (call_list.h). For the file that has the list only:
 * they are short, and not ours alone.
 */
#ifndef GABION_SECCOMP_CALL_WORDS_H
#define GABION_SECCOMP_CALL_WORDS_H

#include <sys/syscall.h>

#include "call_list.h"

/* clang-format off */
#define CALL(name, kinds)		{ SYS_##name, kinds, { }, 0 }
#define CALL_IF(name, kinds, ...)	{ SYS_##name, kinds, { __VA_ARGS__ }, 0 }
#define REFUSED(name, kinds, error)	{ SYS_##name, kinds, { }, error }

/* Tests of argument @n, counted from 0. Of an int the kernel takes the lower half. */
#define IS(n, value)		{ n, UINT64_MAX, value }
#define IS_INT(n, value)	{ n, UINT32_MAX, value }
#define BITS(n, mask, on)	{ n, mask, on }
#define HAS_NO(n, bits)		{ n, bits, 0 }
/* clang-format on */

#endif /* GABION_SECCOMP_CALL_WORDS_H */
