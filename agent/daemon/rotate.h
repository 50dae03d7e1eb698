/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of rotated files: PATH.1 is the newest, PATH.KEEP the oldest.
 */
#ifndef GABION_DAEMON_ROTATE_H
#define GABION_DAEMON_ROTATE_H

#include "../common/error.h"

/*
 * Give PATH the name PATH.1, and PATH.new, which the caller made, the name PATH;
 * what was PATH.@keep is gone. Whenever it is killed, every file has some of these
 * names, and the next rotation closes the gap before it gives up the oldest.
 */
int gabion_rotate(const char *path, unsigned int keep, struct gabion_error *error);

#endif /* GABION_DAEMON_ROTATE_H */
