// SPDX-License-Identifier: GPL-2.0
#include "share_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define QID_SIZE    13
#define QID_DIR	    0x80
#define QID_SYMLINK 0x02
#define WALK_MAX    16
/* Everything but btime, gen and data_version. */
#define GETATTR_BASIC 0x7ff
/* Flags of 9P2000.L have the values of x86-64; others of them are the guest's own business. */
#define OPEN_FLAGS (O_ACCMODE | O_TRUNC | O_APPEND)

void share_fid_close(struct share_fid *fid)
{
	if (fid->dir)
		closedir(fid->dir);
	if (fid->open >= 0)
		close(fid->open);
	if (fid->path >= 0)
		close(fid->path);
	*fid = (struct share_fid){-1, -1, NULL};
}

struct share_fid *share_get_fid(struct share *share, struct share_request *r)
{
	uint64_t number = share_get(r, 4);

	if (r->bad || number >= share->fid_count || share->fids[number].path < 0)
		return NULL;
	return &share->fids[number];
}

/* Make fid @number be @path, which goes over to it. */
static int set_fid(struct share *share, uint64_t number, int path)
{
	size_t count = share->fid_count ? share->fid_count : 64;
	struct share_fid *fids;

	if (number >= SHARE_FIDS_MAX)
		return -ENFILE;
	while (count <= number)
		count *= 2;
	if (count > share->fid_count) {
		fids = realloc(share->fids, count * sizeof(*fids));
		if (!fids)
			return -ENOMEM;
		share->fids = fids;
		while (share->fid_count < count)
			fids[share->fid_count++] = (struct share_fid){-1, -1, NULL};
	}
	if (share->fids[number].path >= 0)
		return -EEXIST;
	share->fids[number].path = path;
	return 0;
}

void share_get_name(struct share_request *r, char name[SHARE_NAME_MAX + 1])
{
	share_get_string(r, name, SHARE_NAME_MAX);
	if (!*name || strchr(name, '/') || !strcmp(name, ".") || !strcmp(name, ".."))
		r->bad = true;
}

void share_fd_path(int fd, char path[SHARE_FD_PATH])
{
	snprintf(path, SHARE_FD_PATH, "/proc/self/fd/%d", fd);
}

/* Devices differ below a share when something is mounted there. */
static uint64_t qid_path(dev_t device, ino_t inode)
{
	return inode ^ (uint64_t)device << 40;
}

void share_put_qid(struct share_reply *reply, const struct stat *st)
{
	share_put(reply,
		  S_ISDIR(st->st_mode)	 ? QID_DIR
		  : S_ISLNK(st->st_mode) ? QID_SYMLINK
					 : 0,
		  1);
	share_put(reply, 0, 4);
	share_put(reply, qid_path(st->st_dev, st->st_ino), 8);
}

int share_attach(struct share *share, struct share_request *r, struct share_reply *reply)
{
	uint64_t number = share_get(r, 4);
	int path = fcntl(share->root, F_DUPFD_CLOEXEC, 0), err;
	struct stat st;

	/* Who the user is, and which of our folders is meant, was settled before. */
	err = path < 0 || fstat(path, &st) ? -errno : set_fid(share, number, path);
	if (err && path >= 0)
		close(path);
	if (!err)
		share_put_qid(reply, &st);
	return err;
}

/* From @from, a descriptor, one name on. Descriptor or -errno. */
static int step(int from, const char *name, struct stat *st)
{
	int fd = openat(from, name, O_PATH | O_NOFOLLOW | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	if (!fstat(fd, st))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

int share_walk(struct share *share, struct share_request *r, struct share_reply *reply)
{
	struct share_fid *from = share_get_fid(share, r);
	uint64_t number = share_get(r, 4), count = share_get(r, 2), i;
	size_t counted = reply->size;
	char name[SHARE_NAME_MAX + 1];
	int fd, next, err = 0;
	struct stat st;

	if (!from || count > WALK_MAX)
		return from ? -EINVAL : -EBADF;
	fd = fcntl(from->path, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	share_put(reply, count, 2);
	for (i = 0; i < count && !err; i++) {
		share_get_name(r, name);
		next = r->bad ? -ENOENT : step(fd, name, &st);
		if (next < 0) {
			err = next;
			break;
		}
		close(fd);
		fd = next;
		share_put_qid(reply, &st);
	}
	if (!err)
		err = set_fid(share, number, fd);
	if (err)
		close(fd);
	/* Part of the way is an answer, too: without a new fid. */
	if (!err || !i || i == count || r->bad)
		return err;
	reply->bytes[counted] = (unsigned char)i;
	return 0;
}

static void put_time(struct share_reply *reply, const struct timespec *time)
{
	share_put(reply, (uint64_t)time->tv_sec, 8);
	share_put(reply, (uint64_t)time->tv_nsec, 8);
}

int share_getattr(struct share *share, struct share_request *r, struct share_reply *reply)
{
	static const struct timespec none;
	struct share_fid *fid = share_get_fid(share, r);
	struct stat st;

	if (!fid)
		return -EBADF;
	if (fstat(fid->path, &st))
		return -errno;
	share_put(reply, GETATTR_BASIC, 8);
	share_put_qid(reply, &st);
	share_put(reply, st.st_mode, 4);
	share_put(reply, st.st_uid, 4);
	share_put(reply, st.st_gid, 4);
	share_put(reply, st.st_nlink, 8);
	share_put(reply, st.st_rdev, 8);
	share_put(reply, (uint64_t)st.st_size, 8);
	share_put(reply, (uint64_t)st.st_blksize, 8);
	share_put(reply, (uint64_t)st.st_blocks, 8);
	put_time(reply, &st.st_atim);
	put_time(reply, &st.st_mtim);
	put_time(reply, &st.st_ctim);
	put_time(reply, &none);
	share_put(reply, 0, 8);
	share_put(reply, 0, 8);
	return 0;
}

int share_statfs(struct share *share, struct share_request *r, struct share_reply *reply)
{
	struct share_fid *fid = share_get_fid(share, r);
	struct statfs fs;

	if (!fid)
		return -EBADF;
	if (fstatfs(fid->path, &fs))
		return -errno;
	share_put(reply, 0x01021997,
		  4); /* V9FS_MAGIC: what the host has is not the guest's business */
	share_put(reply, (uint64_t)fs.f_bsize, 4);
	share_put(reply, fs.f_blocks, 8);
	share_put(reply, fs.f_bfree, 8);
	share_put(reply, fs.f_bavail, 8);
	share_put(reply, fs.f_files, 8);
	share_put(reply, fs.f_ffree, 8);
	share_put(reply, 0, 8);
	share_put(reply, SHARE_NAME_MAX, 4);
	return 0;
}

/* Open what @fid is. 0 or -errno. */
static int open_fid(struct share_fid *fid, mode_t mode, int flags)
{
	char path[SHARE_FD_PATH];
	int fd;

	share_fd_path(fid->path, path);
	fd = open(path, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	if (!S_ISDIR(mode)) {
		fid->open = fd;
		return 0;
	}
	fid->dir = fdopendir(fd);
	if (fid->dir)
		return 0;
	close(fd);
	return -ENOMEM;
}

int share_open(struct share *share, struct share_request *r, struct share_reply *reply)
{
	struct share_fid *fid = share_get_fid(share, r);
	int flags = (int)share_get(r, 4) & OPEN_FLAGS, err;
	struct stat st;

	if (!fid || fid->open >= 0 || fid->dir)
		return -EBADF;
	if (share->read_only && ((flags & O_ACCMODE) != O_RDONLY || flags & O_TRUNC))
		return -EROFS;
	if (fstat(fid->path, &st))
		return -errno;
	/* A device or FIFO of the host is not a file that is shared. */
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return -EACCES;
	err = open_fid(fid, st.st_mode, S_ISDIR(st.st_mode) ? O_RDONLY : flags);
	if (err)
		return err;
	share_put_qid(reply, &st);
	share_put(reply, 0, 4);
	return 0;
}

int share_readlink(struct share *share, struct share_request *r, struct share_reply *reply)
{
	struct share_fid *fid = share_get_fid(share, r);
	char target[SHARE_TARGET_MAX + 1];
	ssize_t n;

	if (!fid)
		return -EBADF;
	n = readlinkat(fid->path, "", target, SHARE_TARGET_MAX);
	if (n < 0)
		return -errno;
	target[n] = '\0';
	share_put_string(reply, target);
	return 0;
}

static void put_entry(struct share_reply *reply, const struct dirent *entry, const struct stat *dir)
{
	share_put(reply,
		  entry->d_type == DT_DIR   ? QID_DIR
		  : entry->d_type == DT_LNK ? QID_SYMLINK
					    : 0,
		  1);
	share_put(reply, 0, 4);
	share_put(reply, qid_path(dir->st_dev, entry->d_ino), 8);
	share_put(reply, (uint64_t)entry->d_off, 8);
	share_put(reply, entry->d_type, 1);
	share_put_string(reply, entry->d_name);
}

/* How many bytes of data @count asks for, and the messages have room for. */
static size_t data_room(const struct share *share, uint64_t count)
{
	size_t room = share->msize - SHARE_IO_HEADER;

	return count < room ? count : room;
}

int share_readdir(struct share *share, struct share_request *r, struct share_reply *reply)
{
	struct share_fid *fid = share_get_fid(share, r);
	uint64_t offset = share_get(r, 8);
	size_t room = data_room(share, share_get(r, 4)), counted = reply->size, n;
	struct dirent *entry;
	struct stat st;

	if (!fid || !fid->dir)
		return -EBADF;
	if (fstat(fid->path, &st))
		return -errno;
	share_put(reply, 0, 4);
	if (offset)
		seekdir(fid->dir, (long)offset);
	else
		rewinddir(fid->dir);
	while ((entry = readdir(fid->dir))) {
		n = QID_SIZE + 8 + 1 + 2 + strlen(entry->d_name);
		if (reply->size - counted - 4 + n > room)
			break;
		put_entry(reply, entry, &st);
	}
	n = reply->size - counted - 4;
	reply->size = counted;
	share_put(reply, n, 4);
	reply->size += n;
	return 0;
}

int share_read(struct share *share, struct share_request *r, struct share_reply *reply)
{
	struct share_fid *fid = share_get_fid(share, r);
	uint64_t offset = share_get(r, 8);
	size_t room = data_room(share, share_get(r, 4));
	ssize_t n;

	if (!fid || fid->open < 0)
		return -EBADF;
	n = pread(fid->open, reply->bytes + reply->size + 4, room, (off_t)offset);
	if (n < 0)
		return -errno;
	share_put(reply, (uint64_t)n, 4);
	reply->size += (size_t)n;
	return 0;
}

int share_clunk(struct share *share, struct share_request *r, struct share_reply *reply)
{
	struct share_fid *fid = share_get_fid(share, r);

	(void)reply;
	if (!fid)
		return -EBADF;
	share_fid_close(fid);
	return 0;
}
