// SPDX-License-Identifier: GPL-2.0
/*
 * One request after the other, done at once: the guest sees each finish in the order
 * that it began them.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_ids.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../agent/common/cleanup.h"
#include "devices.h"
#include "server.h"

#define SECTOR	   512
#define QUEUE_SIZE 256
/* Segments of a request that the guest may give: a header and a status go with them. */
#define SEG_MAX (QUEUE_SIZE - 2)

/* @resized: what the guest was told before a snapshot of the size is true no more. */
struct block {
	struct gabion_server server;
	int fd;
	bool read_only, writeback, resized;
	uint64_t sectors;
	char id[VIRTIO_BLK_ID_BYTES];
	struct virtio_blk_config config;
};

/* Move the vectors to or from the file; false when not all of it was. */
static bool transfer(int fd, bool write, struct iovec *iov, unsigned int count, uint64_t offset)
{
	ssize_t n;

	while (count) {
		n = write ? pwritev(fd, iov, count, offset) : preadv(fd, iov, count, offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		offset += n;
		while (count && (size_t)n >= iov->iov_len) {
			n -= iov->iov_len;
			iov++;
			count--;
		}
		if (count) {
			iov->iov_base = (char *)iov->iov_base + n;
			iov->iov_len -= n;
		}
	}
	return true;
}

/* @length bytes from @sector on; the bounds are those of the file when it was opened. */
static uint8_t move(struct block *block, bool write, uint64_t sector, uint64_t offset,
		    uint64_t length)
{
	struct iovec slice[GABION_CHAIN_SEGMENTS];
	unsigned int count;

	if (length % SECTOR || sector > block->sectors ||
	    length / SECTOR > block->sectors - sector || (write && block->read_only))
		return VIRTIO_BLK_S_IOERR;
	count = gabion_chain_slice(&block->server.chain, !write, offset, length, slice);
	return transfer(block->fd, write, slice, count, sector * SECTOR) ? VIRTIO_BLK_S_OK
									 : VIRTIO_BLK_S_IOERR;
}

static uint8_t flush(const struct block *block)
{
	if (!block->writeback)
		return VIRTIO_BLK_S_UNSUPP;
	return fdatasync(block->fd) ? VIRTIO_BLK_S_IOERR : VIRTIO_BLK_S_OK;
}

/* Do what the chain asks; how many bytes were written to it, or a negative errno. */
static int64_t serve(struct gabion_server *server)
{
	const struct gabion_chain *chain = &server->chain;
	struct block *block = (struct block *)server;
	struct virtio_blk_outhdr header;
	uint64_t data;
	uint8_t status;

	if (gabion_chain_read(chain, 0, &header, sizeof(header)) != sizeof(header) ||
	    !chain->writable)
		return -EPROTO;
	data = chain->writable - 1;
	switch (header.type) {
	case VIRTIO_BLK_T_IN:
		status = move(block, false, header.sector, 0, data);
		break;
	case VIRTIO_BLK_T_OUT:
		data = 0;
		status = move(block, true, header.sector, sizeof(header),
			      chain->readable - sizeof(header));
		break;
	case VIRTIO_BLK_T_FLUSH:
		data = 0;
		status = flush(block);
		break;
	case VIRTIO_BLK_T_GET_ID:
		if (data > sizeof(block->id))
			data = sizeof(block->id);
		gabion_chain_write(chain, 0, block->id, data);
		status = VIRTIO_BLK_S_OK;
		break;
	default:
		data = 0;
		status = VIRTIO_BLK_S_UNSUPP;
	}
	gabion_chain_write(chain, chain->writable - 1, &status, 1);
	return status == VIRTIO_BLK_S_OK ? data + 1 : 1;
}

static void transfer_state(struct gabion_virtio *virtio, struct gabion_state *state)
{
	struct block *block = (struct block *)virtio;
	uint64_t sectors = block->sectors;

	gabion_server_transfer(virtio, state);
	gabion_state_u64(state, &sectors);
	block->resized = sectors != block->sectors;
}

static void wake(struct gabion_virtio *virtio)
{
	if (((struct block *)virtio)->resized)
		gabion_virtio_config_changed(virtio);
}

static void destroy(struct gabion_virtio *virtio)
{
	struct block *block = (struct block *)virtio;

	gabion_server_stop(&block->server);
	if (block->fd >= 0)
		close(block->fd);
	free(block);
}

static const struct gabion_virtio_ops ops = {
	.name = "block",
	.id = VIRTIO_ID_BLOCK,
	.queues = 1,
	.queue_size = QUEUE_SIZE,
	.start = gabion_server_start,
	.notify = gabion_server_notify,
	.activate = gabion_server_activate,
	.transfer = transfer_state,
	.wake = wake,
	.destroy = destroy,
};

static bool same_file(int fd, const struct stat *st)
{
	struct stat other;

	return fd >= 0 && !fstat(fd, &other) && other.st_dev == st->st_dev &&
	       other.st_ino == st->st_ino;
}

static int lock_file(const struct gabion_block_options *options, int fd, struct gabion_error *error)
{
	int err = flock(fd, (options->read_only ? LOCK_SH : LOCK_EX) | LOCK_NB) ? -errno : 0;

	if (!err)
		return 0;
	return gabion_error_set(error, err, "drive %s: %s: %s", options->id, options->path,
				err == -EWOULDBLOCK
					? "in use by another machine, or as another drive of "
					  "this one"
					: strerror(-err));
}

/* Open the disk's file, in place of the one that may be open. */
static int open_file(struct block *block, const struct gabion_block_options *options,
		     struct gabion_error *error)
{
	cleanup_fd int fd = open(options->path,
				 (options->read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NONBLOCK);
	uint64_t size;
	struct stat st;
	int err;

	if (fd < 0 || fstat(fd, &st))
		return gabion_error_set(error, -errno, "drive %s: %s: %s", options->id,
					options->path, strerror(errno));
	if (S_ISREG(st.st_mode))
		size = st.st_size;
	else if (!S_ISBLK(st.st_mode) || ioctl(fd, BLKGETSIZE64, &size))
		return gabion_error_set(error, -EINVAL,
					"drive %s: %s is neither a file nor a block "
					"device",
					options->id, options->path);
	/* One that is open is locked against a second descriptor, too, even of ours. */
	if (!same_file(block->fd, &st)) {
		err = lock_file(options, fd, error);
		if (err)
			return err;
		if (block->fd >= 0)
			close(block->fd);
		block->fd = fd;
		fd = -1;
	}
	block->config.capacity = block->sectors = size / SECTOR;
	return 0;
}

int gabion_block_update(struct gabion_virtio *virtio, const struct gabion_block_options *options,
			bool reopen, struct gabion_error *error)
{
	struct block *block = (struct block *)virtio;
	int err = gabion_limiter_prepare(&block->server.limiter, &options->limiter, error);

	if (!err && reopen)
		err = open_file(block, options, error);
	if (err)
		return err;
	gabion_limiter_update(&block->server.limiter, &options->limiter);
	if (reopen)
		gabion_virtio_config_changed(virtio);
	return 0;
}

int gabion_block_create(struct gabion_virtio **virtio, const struct gabion_block_options *options,
			struct gabion_error *error)
{
	cleanup_free struct block *block = calloc(1, sizeof(*block));
	int err;

	if (!block)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	block->fd = -1;
	err = open_file(block, options, error);
	if (err)
		return err;
	block->read_only = options->read_only;
	block->writeback = options->writeback;
	memcpy(block->id, options->id, strnlen(options->id, sizeof(block->id)));
	block->config.seg_max = SEG_MAX;
	block->server.limits = options->limiter;
	block->server.serve = serve;
	block->server.virtio.ops = &ops;
	block->server.virtio.config = &block->config;
	block->server.virtio.config_size = sizeof(block->config);
	block->server.virtio.features = 1ULL << VIRTIO_BLK_F_SEG_MAX |
					(uint64_t)options->read_only << VIRTIO_BLK_F_RO |
					(uint64_t)options->writeback << VIRTIO_BLK_F_FLUSH;
	*virtio = &gabion_take(block)->server.virtio;
	return 0;
}
