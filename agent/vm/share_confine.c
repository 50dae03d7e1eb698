// SPDX-License-Identifier: GPL-2.0
/*
 * What a process that serves a share is left with. It serves what a guest made up, so a mistake in
 * it must be worth as little as possible. The filter knows no folders, though: what is left
 * is files, all that the caller could open.
 */
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../seccomp/call_words.h"
#include "share.h"

#define READER 1U
#define WRITER 2U
#define BOTH   (READER | WRITER)

/* Any of them would change a file, or make one. */
#define CHANGING (O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY))

static const struct gabion_call calls[] = {
	/* The guest's messages. */
	CALL(read, BOTH),
	CALL(sendto, BOTH),

	/* What is reached and looked at, one name at a time. */
	CALL_IF(openat, READER, HAS_NO(2, CHANGING)),
	CALL(openat, WRITER),
	CALL(close, BOTH),
	CALL_IF(fcntl, BOTH, IS_INT(1, F_DUPFD_CLOEXEC)),
	CALL_IF(fcntl, BOTH, IS_INT(1, F_GETFL)),
	CALL_IF(fcntl, BOTH, IS_INT(1, F_SETFD)),
	CALL(newfstatat, BOTH),
	CALL(fstat, BOTH),
	CALL(fstatfs, BOTH),
	CALL(readlinkat, BOTH),
	CALL(getdents64, BOTH),
	CALL(lseek, BOTH),
	CALL(pread64, BOTH),
	CALL(fsync, BOTH),

	/* What changes something. */
	CALL(pwrite64, WRITER),
	CALL(symlinkat, WRITER),
	CALL(mkdirat, WRITER),
	CALL(renameat, WRITER),
	CALL(unlinkat, WRITER),
	CALL(chmod, WRITER),
	CALL(truncate, WRITER),
	CALL(utimensat, WRITER),

	/* Memory, none of which becomes code, and the end. */
	CALL_IF(mmap, BOTH, HAS_NO(2, PROT_EXEC)),
	CALL(munmap, BOTH),
	CALL(mremap, BOTH),
	CALL(madvise, BOTH),
	CALL(brk, BOTH),
	CALL(exit_group, BOTH),
};

/*
 * Of root's: as it is about files, what is the guest's is root's, too. Without CAP_FSETID the
 * kernel takes set-user-ID bits from what the guest writes.
 */
static int lose_capabilities(void)
{
	static const cap_value_t kept[] = {CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER};
	cap_t old = cap_get_proc(), new = cap_init();
	cap_flag_value_t has;
	int err = old && new ? 0 : -ENOMEM;
	size_t i;

	for (i = 0; i < sizeof(kept) / sizeof(*kept) && !err; i++)
		if (cap_get_flag(old, kept[i], CAP_EFFECTIVE, &has) ||
		    cap_set_flag(new, CAP_PERMITTED, 1, &kept[i], has) ||
		    cap_set_flag(new, CAP_EFFECTIVE, 1, &kept[i], has))
			err = -errno;
	if (!err && cap_set_proc(new))
		err = -errno;
	cap_free(old);
	cap_free(new);
	return err;
}

int gabion_vm_share_confine(bool read_only)
{
	struct sock_fprog program = {0};
	struct rlimit files;
	int err;

	/* Each file that the guest holds is a descriptor. */
	if (!getrlimit(RLIMIT_NOFILE, &files)) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	umask(0);
	err = lose_capabilities();
	if (!err)
		err = gabion_call_list_build(calls, sizeof(calls) / sizeof(*calls),
					     read_only ? READER : WRITER, SCMP_ACT_KILL_PROCESS,
					     getpid(), &program);
	if (!err)
		err = gabion_call_list_enter(&program);
	free(program.filter);
	return err;
}
