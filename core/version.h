/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The version of all of it. dkms.conf cannot look here, and has it once more.
 */
#ifndef GABION_CORE_VERSION_H
#define GABION_CORE_VERSION_H

#define GABION_VERSION "0.1.0"

#endif /* GABION_CORE_VERSION_H */
