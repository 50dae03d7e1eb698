/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GABION_MAIN_H
#define GABION_MAIN_H

#include <linux/types.h>

#include "core/version.h"

/* Random number of this load of the module: sequence numbers count within it. */
u64 gabion_instance(void);

#endif /* GABION_MAIN_H */
