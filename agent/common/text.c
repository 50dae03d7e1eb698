// SPDX-License-Identifier: GPL-2.0
#include "text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Unicode 15, table 3-7: well-formed byte sequences. */
size_t gabion_utf8_sequence(const unsigned char *s, size_t n)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t length, i;

	if (!n)
		return 0;
	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	length = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (n < length)
		return 0;
	switch (s[0]) {
	case 0xe0:
		low = 0xa0;
		break;
	case 0xed:
		high = 0x9f;	/* surrogates */
		break;
	case 0xf0:
		low = 0x90;
		break;
	case 0xf4:
		high = 0x8f;
		break;
	}
	if (s[1] < low || s[1] > high)
		return 0;
	for (i = 2; i < length; i++)
		if (s[i] < 0x80 || s[i] > 0xbf)
			return 0;
	return length;
}

/* Would showing this sequence let a name move the cursor or reorder the line? */
static bool dangerous(const unsigned char *s, size_t length)
{
	if (length == 1)
		return s[0] < 0x20 || s[0] == 0x7f || s[0] == '\\';
	if (length == 2)
		return s[0] == 0xc2 && s[1] < 0xa0;	/* C1 controls */
	if (length == 3 && s[0] == 0xe2)
		return (s[1] == 0x80 && ((s[2] >= 0xa8 && s[2] <= 0xae) ||
					 s[2] == 0x8e || s[2] == 0x8f)) ||
		       (s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9);
	return false;
}

char *gabion_text_escape(const char *s)
{
	const unsigned char *in = (const unsigned char *)s;
	size_t n = strlen(s), length, i;
	char *out = malloc(4 * n + 1), *o = out;

	if (!out)
		return NULL;
	while (n) {
		length = gabion_utf8_sequence(in, n);
		if (length && !dangerous(in, length)) {
			memcpy(o, in, length);
			o += length;
		} else {
			if (!length)
				length = 1;
			for (i = 0; i < length; i++)
				o += sprintf(o, "\\x%02x", in[i]);
		}
		in += length;
		n -= length;
	}
	*o = '\0';
	return out;
}
