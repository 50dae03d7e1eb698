// SPDX-License-Identifier: GPL-2.0
#include "bpf.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/cleanup.h"

/* libseccomp before 2.6 writes to a descriptor only. */
int gabion_bpf_export(scmp_filter_ctx ctx, struct sock_filter **insns, size_t *n)
{
	cleanup_fd int fd = memfd_create("filter", MFD_CLOEXEC);
	cleanup_free struct sock_filter *bytes = NULL;
	struct stat st;
	int err;

	if (fd < 0)
		return -errno;
	err = seccomp_export_bpf(ctx, fd);
	if (err)
		return err;
	if (fstat(fd, &st))
		return -errno;
	bytes = malloc((size_t)st.st_size);
	if (!bytes)
		return -ENOMEM;
	if (pread(fd, bytes, (size_t)st.st_size, 0) != st.st_size)
		return -EIO;
	*n = (size_t)st.st_size / sizeof(**insns);
	*insns = gabion_take(bytes);
	return 0;
}
