/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One error convention for the agent: functions that can fail return 0 or a
 * negative errno and take an error object as last argument.  The object
 * carries the message for people; it is printed once, at the top.
 */
#ifndef GABION_COMMON_ERROR_H
#define GABION_COMMON_ERROR_H

/**
 * struct gabion_error - what went wrong, in words
 * @code:	negative errno, 0 when nothing went wrong
 * @text:	message without trailing newline: what is wrong and how to mend it
 *
 * Owned by the caller, usually on its stack; no allocation.
 */
struct gabion_error {
	int code;
	char text[1024];
};

/* Set @error (which may be NULL) and return @code, so that callers can `return` it. */
int gabion_error_set(struct gabion_error *error, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Put "@format: " in front of the message that is there; keeps and returns its code. */
int gabion_error_prefix(struct gabion_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* GABION_COMMON_ERROR_H */
