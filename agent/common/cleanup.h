/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ownership by scope: a variable so marked is released when it goes out of
 * scope, unless gabion_take() moved what it owns elsewhere.
 */
#ifndef GABION_COMMON_CLEANUP_H
#define GABION_COMMON_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void gabion_cleanup_free_(void *p)
{
	free(*(void **)p);
}

static inline void gabion_cleanup_fd_(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void gabion_cleanup_file_(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define cleanup_free	__attribute__((cleanup(gabion_cleanup_free_)))
#define cleanup_fd	__attribute__((cleanup(gabion_cleanup_fd_)))
#define cleanup_file	__attribute__((cleanup(gabion_cleanup_file_)))

/* Move the pointer out of an owning variable. */
#define gabion_take(p)                        \
	({                                    \
		__typeof__(p) taken_ = (p);   \
		(p) = NULL;                   \
		taken_;                       \
	})

#endif /* GABION_COMMON_CLEANUP_H */
