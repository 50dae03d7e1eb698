/* SPDX-License-Identifier: GPL-2.0 */
/* Policy text in the one form that `gabion fmt` gives it. */
#ifndef GABION_FORMAT_FORMAT_H
#define GABION_FORMAT_FORMAT_H

#include <stddef.h>

#include "../common/error.h"
#include "../policy/diag.h"

/**
 * gabion_format - white space as it ought to be, everything else as it is
 * @name:	of the text in messages
 * @text:	@size bytes
 * @out:	malloc'ed, @out_size bytes and a NUL; only if the result is 0
 * @diags:	what is wrong with the syntax is added
 *
 * No file is read, so that only mistakes of syntax are found. Formatting the
 * result again changes nothing.
 *
 * Return: 0; -EINVAL: the syntax is wrong, see @diags; -EPROTO: the result would not be the same
 * policy, a fault of the formatter.
 */
int gabion_format(const char *name, const char *text, size_t size, char **out, size_t *out_size,
		  struct gabion_diagnostics *diags, struct gabion_error *error);

#endif /* GABION_FORMAT_FORMAT_H */
