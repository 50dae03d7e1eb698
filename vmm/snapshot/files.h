/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files that appear whole or not at all: written under another name in the same folder, and
 * given theirs when all is on the disk. Several do so together.
 */
#ifndef GABION_VMM_SNAPSHOT_FILES_H
#define GABION_VMM_SNAPSHOT_FILES_H

#include <stdbool.h>

#include "../../agent/common/error.h"

/**
 * struct gabion_new_file - one that is being written
 * @path:	the name that it is to have; not owned
 * @temporary:	the name that it has; owned
 * @fd:		for writing; owned
 * @named:	it has @path now; when there was a file before, that is what @temporary is
 * @replaced:	there was one
 */
struct gabion_new_file {
	const char *path;
	char *temporary;
	int fd;
	bool named, replaced;
};

#define GABION_NEW_FILE_NONE                                                                       \
	{                                                                                          \
		.fd = -1                                                                           \
	}

/* Begin one, for its owner alone. What is at @path must be a regular file, or nothing. */
int gabion_new_file_open(struct gabion_new_file *file, const char *path,
			 struct gabion_error *error);

/* All that was written is on the disk, then each has its name; or none has, and all is as before.
 */
int gabion_new_files_commit(struct gabion_new_file *files, unsigned int n,
			    struct gabion_error *error);

/* Close it, and remove what is not, or no longer, of use. Harmless on GABION_NEW_FILE_NONE. */
void gabion_new_file_close(struct gabion_new_file *file);

#endif /* GABION_VMM_SNAPSHOT_FILES_H */
