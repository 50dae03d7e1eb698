/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bytes from the kernel (paths, command names) for eyes and terminals.  They
 * may hold anything but NUL: escape sequences, newlines, invalid UTF-8.
 */
#ifndef GABION_COMMON_TEXT_H
#define GABION_COMMON_TEXT_H

#include <stddef.h>

/* Length of the valid UTF-8 sequence at @s (1..4, at most @n), 0: not valid. */
size_t gabion_utf8_sequence(const unsigned char *s, size_t n);

/*
 * Copy of @s in which control characters, bidirectional overrides, backslash
 * and invalid UTF-8 are "\xNN".  Unambiguous.  NULL: no memory.
 */
char *gabion_text_escape(const char *s);

#endif /* GABION_COMMON_TEXT_H */
