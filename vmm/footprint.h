/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is resident of programs and libraries but was of use before the guest ran only:
 * symbol tables, relocations, what sets libraries up (libmicrohttpd brings gnutls along
 * for TLS, which nobody asks for here), reading a kernel, building a filter.
 */
#ifndef GABION_VMM_FOOTPRINT_H
#define GABION_VMM_FOOTPRINT_H

#include <link.h>

/*
 * Give back the pages of all segments of loaded objects that nobody can have written to.
 * They are the files' own: what is used again comes back from the page cache.
 */
void gabion_footprint_shrink(void);

/* The same of one object, as dl_iterate_phdr() has it called; returns 0. */
int gabion_footprint_shrink_object(struct dl_phdr_info *object, size_t size, void *opaque);

#endif /* GABION_VMM_FOOTPRINT_H */
