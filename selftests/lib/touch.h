/* SPDX-License-Identifier: GPL-2.0 */
/* Memory that may be gone: the processor says so. */
#ifndef GABION_SELFTESTS_TOUCH_H
#define GABION_SELFTESTS_TOUCH_H

/* Call @how, which touches memory. Return: 0; EACCES if there is none that may be touched so. */
int touch(void (*how)(void));

/**
 * touch_map - one page of a file, the file closed
 * @flags:	of open(2)
 * @sharing:	MAP_SHARED or MAP_PRIVATE
 *
 * Return: 0 and *@mapping, or an errno.
 */
int touch_map(char **mapping, int flags, int protection, const char *path, int sharing);

#endif /* GABION_SELFTESTS_TOUCH_H */
