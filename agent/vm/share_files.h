/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the guest does with the files of a share. Each function takes a request apart and fills in
 * the reply; 0 or -errno, which becomes the reply then.
 */
#ifndef GABION_VM_SHARE_FILES_H
#define GABION_VM_SHARE_FILES_H

#include <dirent.h>

#include "share_wire.h"

/* Files that the guest holds at once. */
#define SHARE_FIDS_MAX 65536

/**
 * struct share_fid - a file that the guest holds
 * @path:	descriptor of it, O_PATH unless it was created; owned; -1: there is none
 * @open:	opened for reading or writing; owned; -1
 * @dir:	of a folder that is open, instead of @open; owned; NULL
 */
struct share_fid {
	int path, open;
	DIR *dir;
};

/**
 * struct share - one server
 * @root:	O_PATH descriptor of the folder; not owned
 * @msize:	longest message that was agreed on
 * @fids:	[fid_count], by the guest's number; owned
 */
struct share {
	int root;
	bool read_only;
	size_t msize;
	struct share_fid *fids;
	size_t fid_count;
};

/* Let go of the file. */
void share_fid_close(struct share_fid *fid);

/* NULL: the type is none of ours. */
typedef int (*share_operation)(struct share *share, struct share_request *r,
			       struct share_reply *reply);

/* share_files.c: names, attributes, opening */
int share_attach(struct share *share, struct share_request *r, struct share_reply *reply);
int share_walk(struct share *share, struct share_request *r, struct share_reply *reply);
int share_getattr(struct share *share, struct share_request *r, struct share_reply *reply);
int share_statfs(struct share *share, struct share_request *r, struct share_reply *reply);
int share_open(struct share *share, struct share_request *r, struct share_reply *reply);
int share_readlink(struct share *share, struct share_request *r, struct share_reply *reply);
int share_readdir(struct share *share, struct share_request *r, struct share_reply *reply);
int share_read(struct share *share, struct share_request *r, struct share_reply *reply);
int share_clunk(struct share *share, struct share_request *r, struct share_reply *reply);

/* share_change.c: what changes something */
int share_create(struct share *share, struct share_request *r, struct share_reply *reply);
int share_setattr(struct share *share, struct share_request *r, struct share_reply *reply);
int share_symlink(struct share *share, struct share_request *r, struct share_reply *reply);
int share_mkdir(struct share *share, struct share_request *r, struct share_reply *reply);
int share_renameat(struct share *share, struct share_request *r, struct share_reply *reply);
int share_unlinkat(struct share *share, struct share_request *r, struct share_reply *reply);
int share_write(struct share *share, struct share_request *r, struct share_reply *reply);
int share_fsync(struct share *share, struct share_request *r, struct share_reply *reply);

/* The fid that the request names next; NULL: there is none. */
struct share_fid *share_get_fid(struct share *share, struct share_request *r);

/* A name of one component into @name; marks the request as bad when it is something else. */
void share_get_name(struct share_request *r, char name[SHARE_NAME_MAX + 1]);

/* Path of @fd itself: what is opened by it is what was reached, whatever has its name now. */
#define SHARE_FD_PATH 32
void share_fd_path(int fd, char path[SHARE_FD_PATH]);

struct stat;
void share_put_qid(struct share_reply *reply, const struct stat *st);

#endif /* GABION_VM_SHARE_FILES_H */
