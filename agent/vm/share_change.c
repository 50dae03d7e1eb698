// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "share_files.h"

/* Of SETATTR. */
#define SET_MODE       0x001
#define SET_UID	       0x002
#define SET_GID	       0x004
#define SET_SIZE       0x008
#define SET_ATIME      0x010
#define SET_MTIME      0x020
#define SET_THIS_ATIME 0x080
#define SET_THIS_MTIME 0x100

#define PERMISSIONS 0777
#define SET_IDS	    (S_ISUID | S_ISGID)

/* A folder that may be changed: 0, or -errno. */
static int check_folder(const struct share *share, const struct share_fid *fid,
			const struct share_request *r)
{
	if (!fid)
		return -EBADF;
	if (share->read_only)
		return -EROFS;
	return r->bad ? -EINVAL : 0;
}

/* The qid of the name that was made. */
static int put_made(const struct share_fid *fid, const char *name, struct share_reply *reply)
{
	struct stat st;

	if (fstatat(fid->path, name, &st, AT_SYMLINK_NOFOLLOW))
		return -errno;
	share_put_qid(reply, &st);
	return 0;
}

int share_create(struct share *share, struct share_request *r, struct share_reply *reply)
{
	struct share_fid *fid = share_get_fid(share, r);
	char name[SHARE_NAME_MAX + 1];
	int flags, fd, path, err;
	struct stat st;
	mode_t mode;

	share_get_name(r, name);
	flags = (int)share_get(r, 4) & (O_ACCMODE | O_APPEND);
	mode = (mode_t)share_get(r, 4) & PERMISSIONS;
	err = check_folder(share, fid, r);
	if (err)
		return err;
	if (fid->open >= 0 || fid->dir)
		return -EBADF;
	/* What is there may be anything, and is opened another way. */
	fd = openat(fid->path, name, flags | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return -errno;
	path = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (path < 0 || fstat(fd, &st)) {
		err = -errno;
		if (path >= 0)
			close(path);
		close(fd);
		return err;
	}
	close(fid->path);
	fid->path = path;
	fid->open = fd;
	share_put_qid(reply, &st);
	share_put(reply, 0, 4);
	return 0;
}

int share_symlink(struct share *share, struct share_request *r, struct share_reply *reply)
{
	struct share_fid *fid = share_get_fid(share, r);
	char name[SHARE_NAME_MAX + 1], target[SHARE_TARGET_MAX + 1];
	int err;

	share_get_name(r, name);
	share_get_string(r, target, SHARE_TARGET_MAX);
	err = check_folder(share, fid, r);
	if (!err && symlinkat(target, fid->path, name))
		err = -errno;
	return err ? err : put_made(fid, name, reply);
}

int share_mkdir(struct share *share, struct share_request *r, struct share_reply *reply)
{
	struct share_fid *fid = share_get_fid(share, r);
	char name[SHARE_NAME_MAX + 1];
	mode_t mode;
	int err;

	share_get_name(r, name);
	mode = (mode_t)share_get(r, 4) & (PERMISSIONS | S_ISVTX);
	err = check_folder(share, fid, r);
	if (!err && mkdirat(fid->path, name, mode))
		err = -errno;
	return err ? err : put_made(fid, name, reply);
}

int share_renameat(struct share *share, struct share_request *r, struct share_reply *reply)
{
	char old_name[SHARE_NAME_MAX + 1], new_name[SHARE_NAME_MAX + 1];
	struct share_fid *from, *to;
	int err;

	(void)reply;
	from = share_get_fid(share, r);
	share_get_name(r, old_name);
	to = share_get_fid(share, r);
	share_get_name(r, new_name);
	err = to ? check_folder(share, from, r) : -EBADF;
	if (!err && renameat(from->path, old_name, to->path, new_name))
		err = -errno;
	return err;
}

int share_unlinkat(struct share *share, struct share_request *r, struct share_reply *reply)
{
	struct share_fid *fid = share_get_fid(share, r);
	char name[SHARE_NAME_MAX + 1];
	int flags, err;

	(void)reply;
	share_get_name(r, name);
	flags = (int)share_get(r, 4) & AT_REMOVEDIR;
	err = check_folder(share, fid, r);
	if (!err && unlinkat(fid->path, name, flags))
		err = -errno;
	return err;
}

int share_write(struct share *share, struct share_request *r, struct share_reply *reply)
{
	struct share_fid *fid = share_get_fid(share, r);
	uint64_t offset = share_get(r, 8), count = share_get(r, 4);
	ssize_t n;

	if (!fid || fid->open < 0)
		return -EBADF;
	if (share->read_only)
		return -EROFS;
	if (r->bad || count > r->left)
		return -EINVAL;
	n = pwrite(fid->open, r->at, count, (off_t)offset);
	if (n < 0)
		return -errno;
	share_put(reply, (uint64_t)n, 4);
	return 0;
}

int share_fsync(struct share *share, struct share_request *r, struct share_reply *reply)
{
	struct share_fid *fid = share_get_fid(share, r);

	(void)reply;
	if (!fid || (fid->open < 0 && !fid->dir))
		return -EBADF;
	return fsync(fid->dir ? dirfd(fid->dir) : fid->open) ? -errno : 0;
}

static int set_mode(const char *path, const struct stat *st, uint64_t mode)
{
	/* They would be the host's. */
	if (mode & SET_IDS && !S_ISDIR(st->st_mode))
		return -EPERM;
	return chmod(path, (mode_t)mode & (PERMISSIONS | S_ISVTX)) ? -errno : 0;
}

static int set_size(const char *path, const struct stat *st, uint64_t size)
{
	if (!S_ISREG(st->st_mode))
		return -EINVAL;
	return truncate(path, (off_t)size) ? -errno : 0;
}

/* struct timespec for utimensat(2): which time, and whether it is now. */
static struct timespec get_time(struct share_request *r, uint32_t valid, uint32_t set,
				uint32_t set_this)
{
	struct timespec time;

	time.tv_sec = (time_t)share_get(r, 8);
	time.tv_nsec = (long)share_get(r, 8);
	if (!(valid & set))
		time.tv_nsec = UTIME_OMIT;
	else if (!(valid & set_this))
		time.tv_nsec = UTIME_NOW;
	return time;
}

int share_setattr(struct share *share, struct share_request *r, struct share_reply *reply)
{
	struct share_fid *fid = share_get_fid(share, r);
	uint32_t valid = (uint32_t)share_get(r, 4), mode = (uint32_t)share_get(r, 4);
	uint32_t uid = (uint32_t)share_get(r, 4), gid = (uint32_t)share_get(r, 4);
	uint64_t size = share_get(r, 8);
	struct timespec times[2] = {get_time(r, valid, SET_ATIME, SET_THIS_ATIME),
				    get_time(r, valid, SET_MTIME, SET_THIS_MTIME)};
	char path[SHARE_FD_PATH];
	struct stat st;
	int err;

	(void)reply;
	err = check_folder(share, fid, r);
	if (err)
		return err;
	if (fstat(fid->path, &st))
		return -errno;
	if ((valid & SET_UID && uid != st.st_uid) || (valid & SET_GID && gid != st.st_gid))
		return -EPERM;
	/* By this path a symbolic link would be what it leads to. */
	if (S_ISLNK(st.st_mode))
		return -EOPNOTSUPP;
	share_fd_path(fid->path, path);
	if (valid & SET_MODE)
		err = set_mode(path, &st, mode);
	if (!err && valid & SET_SIZE)
		err = set_size(path, &st, size);
	if (!err && valid & (SET_ATIME | SET_MTIME) && utimensat(AT_FDCWD, path, times, 0))
		err = -errno;
	return err;
}
