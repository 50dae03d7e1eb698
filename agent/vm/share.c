// SPDX-License-Identifier: GPL-2.0
#include "share.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "share_files.h"

#define VERSION_MAX 32
#define MSIZE_MIN   4096

static void close_fids(struct share *share)
{
	size_t i;

	for (i = 0; i < share->fid_count; i++)
		share_fid_close(&share->fids[i]);
}

static int version(struct share *share, struct share_request *r, struct share_reply *reply)
{
	uint64_t msize = share_get(r, 4);
	char wanted[VERSION_MAX + 1];

	share_get_string(r, wanted, VERSION_MAX);
	if (r->bad || msize < MSIZE_MIN)
		return -EINVAL;
	close_fids(share);
	share->msize = msize < SHARE_MSIZE ? msize : SHARE_MSIZE;
	share_put(reply, share->msize, 4);
	share_put_string(reply, strcmp(wanted, "9P2000.L") ? "unknown" : wanted);
	return 0;
}

/* Requests are answered in their order: what is to be flushed was. */
static int flush(struct share *share, struct share_request *r, struct share_reply *reply)
{
	(void)share;
	(void)r;
	(void)reply;
	return 0;
}

/* The guest's kernel keeps the locks of its programs; the host's programs do not see them. */
static int lock(struct share *share, struct share_request *r, struct share_reply *reply)
{
	if (!share_get_fid(share, r))
		return -EBADF;
	share_put(reply, 0, 1);
	return 0;
}

static int getlock(struct share *share, struct share_request *r, struct share_reply *reply)
{
	struct share_fid *fid = share_get_fid(share, r);
	uint64_t start, length, process;
	char client[SHARE_NAME_MAX + 1];

	share_get(r, 1);
	start = share_get(r, 8);
	length = share_get(r, 8);
	process = share_get(r, 4);
	share_get_string(r, client, SHARE_NAME_MAX);
	if (!fid || r->bad)
		return -EBADF;
	share_put(reply, F_UNLCK, 1);
	share_put(reply, start, 8);
	share_put(reply, length, 8);
	share_put(reply, process, 4);
	share_put_string(reply, client);
	return 0;
}

/* Device nodes, sockets, and second names of files. */
static int refuse(struct share *share, struct share_request *r, struct share_reply *reply)
{
	(void)r;
	(void)reply;
	return share->read_only ? -EROFS : -EPERM;
}

/* Its fid is gone whatever the answer; the guest has unlinkat for this. */
static int remove_file(struct share *share, struct share_request *r, struct share_reply *reply)
{
	int err = share_clunk(share, r, reply);

	return err ? err : -EOPNOTSUPP;
}

/* Extended attributes, authentication, and forms that the guest has others for. */
static int unsupported(struct share *share, struct share_request *r, struct share_reply *reply)
{
	(void)share;
	(void)r;
	(void)reply;
	return -EOPNOTSUPP;
}

static const share_operation operations[256] = {
	[SHARE_STATFS] = share_statfs,
	[SHARE_LOPEN] = share_open,
	[SHARE_LCREATE] = share_create,
	[SHARE_SYMLINK] = share_symlink,
	[SHARE_MKNOD] = refuse,
	[SHARE_RENAME] = unsupported,
	[SHARE_READLINK] = share_readlink,
	[SHARE_GETATTR] = share_getattr,
	[SHARE_SETATTR] = share_setattr,
	[SHARE_XATTRWALK] = unsupported,
	[SHARE_XATTRCREATE] = unsupported,
	[SHARE_READDIR] = share_readdir,
	[SHARE_FSYNC] = share_fsync,
	[SHARE_LOCK] = lock,
	[SHARE_GETLOCK] = getlock,
	[SHARE_LINK] = refuse,
	[SHARE_MKDIR] = share_mkdir,
	[SHARE_RENAMEAT] = share_renameat,
	[SHARE_UNLINKAT] = share_unlinkat,
	[SHARE_VERSION] = version,
	[SHARE_AUTH] = unsupported,
	[SHARE_ATTACH] = share_attach,
	[SHARE_FLUSH] = flush,
	[SHARE_WALK] = share_walk,
	[SHARE_READ] = share_read,
	[SHARE_WRITE] = share_write,
	[SHARE_CLUNK] = share_clunk,
	[SHARE_REMOVE] = remove_file,
};

/* 0; -ENODATA: the end. */
static int read_all(int fd, unsigned char *bytes, size_t size, bool may_end)
{
	ssize_t n;

	for (; size; bytes += n, size -= (size_t)n) {
		n = read(fd, bytes, size);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n < 0)
			return -errno;
		else if (!n)
			return may_end ? -ENODATA : -EPROTO;
		may_end = may_end && !n;
	}
	return 0;
}

static int write_all(int fd, const unsigned char *bytes, size_t size)
{
	ssize_t n;

	for (; size; bytes += n, size -= (size_t)n) {
		n = send(fd, bytes, size, MSG_NOSIGNAL);
		if (n < 0 && errno != EINTR)
			return -errno;
		n = n < 0 ? 0 : n;
	}
	return 0;
}

static void answer(struct share *share, const unsigned char *message, size_t size,
		   struct share_reply *reply)
{
	struct share_request r = {message + SHARE_HEADER, size - SHARE_HEADER, false};
	unsigned int type = message[4];
	int err;

	reply->size = SHARE_HEADER;
	err = operations[type] ? operations[type](share, &r, reply) : -EOPNOTSUPP;
	if (err || r.bad) {
		type = SHARE_LERROR;
		reply->size = SHARE_HEADER;
		share_put(reply, (uint64_t)(err ? -err : EINVAL), 4);
	}
	size = reply->size;
	reply->size = 0;
	share_put(reply, size, 4);
	share_put(reply, type + 1, 1);
	share_put_bytes(reply, message + 5, 2);
	reply->size = size;
}

/* One message and its answer. */
static int serve_one(struct share *share, int fd, unsigned char *message, struct share_reply *reply)
{
	struct share_request r = {message, 4, false};
	int err = read_all(fd, message, SHARE_HEADER, true);
	uint64_t size;

	if (err)
		return err;
	size = share_get(&r, 4);
	if (size < SHARE_HEADER || size > share->msize)
		return -EPROTO;
	err = read_all(fd, message + SHARE_HEADER, size - SHARE_HEADER, false);
	if (err)
		return err;
	answer(share, message, size, reply);
	return write_all(fd, reply->bytes, reply->size);
}

int gabion_vm_share_serve(int fd, int root, bool read_only)
{
	struct share share = {.root = root, .read_only = read_only, .msize = SHARE_MSIZE};
	unsigned char *message = malloc(SHARE_MSIZE);
	struct share_reply *reply = malloc(sizeof(*reply));
	int err = message && reply ? 0 : -ENOMEM;

	while (!err)
		err = serve_one(&share, fd, message, reply);
	close_fids(&share);
	free(share.fids);
	free(message);
	free(reply);
	return err == -ENODATA ? 0 : err;
}
