/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GABION_COMMON_VERSION_H
#define GABION_COMMON_VERSION_H

/* The top Makefile knows better. */
#ifndef GABION_VERSION
#define GABION_VERSION "0.1.0"
#endif

#endif /* GABION_COMMON_VERSION_H */
