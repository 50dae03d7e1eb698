// SPDX-License-Identifier: GPL-2.0
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../../core/view.h"
#include "../common/cleanup.h"
#include "../common/sync_directory.h"

/* Before the name of the output whose spool it is. */
#define MAGIC		"gabion spool 1\n"
#define NAME_MAX_	4000
/* No record is longer; a length beyond is damage. */
#define LENGTH_MAX	(64U << 20)
#define RECORD_MAGIC	0x6c6f6f70U
#define CHUNK		65536

/* @crc: over @head */
struct position {
	uint64_t head;
	uint32_t crc;
	uint32_t zero;
};

/* The first bytes of the file, in the byte order of the machine. */
struct header {
	char magic[16];
	char name[NAME_MAX_];
	struct position position;
};

/* @crc: over what follows it, the line included */
struct record_header {
	uint32_t magic;
	uint32_t crc;
	uint32_t length;
	uint32_t zero;
	uint64_t instance;
	uint64_t sequence;
};

_Static_assert(sizeof(MAGIC) == 16, "the magic fills its place");
_Static_assert(sizeof(struct header) == 4032, "no padding");
_Static_assert(sizeof(struct record_header) == 32, "no padding");

#define START		sizeof(struct header)

static uint32_t checksum(const struct record_header *header, const char *line)
{
	uint32_t crc = gabion_crc32(0, &header->length, sizeof(*header) -
				    offsetof(struct record_header, length));

	return gabion_crc32(crc, line, header->length);
}

static int failed(const struct gabion_spool *spool, int err, const char *what,
		  struct gabion_error *error)
{
	return gabion_error_set(error, err, "%s: cannot %s: %s", spool->path, what,
				strerror(-err));
}

/* Exactly @n bytes at @offset; 0 or -errno. */
static int read_at(int fd, void *data, size_t n, uint64_t offset)
{
	ssize_t got = pread(fd, data, n, (off_t)offset);

	if (got < 0)
		return -errno;
	return got == (ssize_t)n ? 0 : -ENODATA;
}

/* ---- records ---- */

/* Return: 1: there is a whole record at @offset; 0: there is not; -errno. */
static int read_record(struct gabion_spool *spool, uint64_t offset, struct gabion_spooled *record)
{
	cleanup_free char *line = NULL;
	struct record_header header;
	int err;

	if (spool->tail - offset < sizeof(header))
		return 0;
	err = read_at(spool->fd, &header, sizeof(header), offset);
	if (err)
		return err == -ENODATA ? 0 : err;
	if (header.magic != RECORD_MAGIC || !header.length || header.length > LENGTH_MAX ||
	    header.length > spool->tail - offset - sizeof(header))
		return 0;
	line = malloc(header.length);
	if (!line)
		return -ENOMEM;
	err = read_at(spool->fd, line, header.length, offset + sizeof(header));
	if (err)
		return err == -ENODATA ? 0 : err;
	if (checksum(&header, line) != header.crc)
		return 0;
	*record = (struct gabion_spooled){
		.instance = header.instance,
		.sequence = header.sequence,
		.line = gabion_take(line),
		.length = header.length,
		.end = offset + sizeof(header) + header.length,
	};
	return 1;
}

/* Where something that begins like a record is, from @offset on; tail: nowhere. */
static int find_magic(struct gabion_spool *spool, uint64_t offset, uint64_t *found)
{
	static const uint32_t magic = RECORD_MAGIC;
	cleanup_free char *chunk = malloc(CHUNK);
	const char *at;
	ssize_t n;

	*found = spool->tail;
	if (!chunk)
		return -ENOMEM;
	for (; offset + sizeof(magic) <= spool->tail; offset += CHUNK - sizeof(magic) + 1) {
		n = pread(spool->fd, chunk, CHUNK, (off_t)offset);
		if (n < 0)
			return -errno;
		at = memmem(chunk, (size_t)n, &magic, sizeof(magic));
		if (at) {
			*found = offset + (uint64_t)(at - chunk);
			return 0;
		}
	}
	return 0;
}

/* Like gabion_spool_read(), without words. */
static int next_record(struct gabion_spool *spool, uint64_t *offset, struct gabion_spooled *record)
{
	int found, err;

	while (*offset < spool->tail) {
		found = read_record(spool, *offset, record);
		if (found)
			return found;
		err = find_magic(spool, *offset + 1, offset);
		if (err)
			return err;
	}
	return 0;
}

int gabion_spool_read(struct gabion_spool *spool, uint64_t *offset,
		      struct gabion_spooled *record, struct gabion_error *error)
{
	uint64_t from = *offset;
	int found = next_record(spool, offset, record);

	if (found < 0)
		return failed(spool, found, "read", error);
	spool->damaged += *offset - from;
	return found;
}

/* ---- the file ---- */

static struct position position_at(uint64_t head)
{
	return (struct position){ .head = head, .crc = gabion_crc32(0, &head, sizeof(head)) };
}

/* Where it fails, what was taken comes again after the next start, not before. */
static int write_head(struct gabion_spool *spool, uint64_t head, struct gabion_error *error)
{
	struct position position = position_at(head);

	spool->head = head;
	errno = ENOSPC;
	if (pwrite(spool->fd, &position, sizeof(position), offsetof(struct header, position)) !=
	    sizeof(position))
		return failed(spool, -errno, "write", error);
	return 0;
}

static int create(struct gabion_spool *spool, struct gabion_error *error)
{
	struct header header = { .magic = MAGIC, .position = position_at(START) };
	int err;

	memcpy(header.name, spool->name, strlen(spool->name));
	spool->fd = open(spool->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (spool->fd < 0)
		return failed(spool, -errno, "create it", error);
	errno = ENOSPC;
	if (pwrite(spool->fd, &header, sizeof(header), 0) == sizeof(header)) {
		spool->fresh = true;
		return 0;
	}
	err = -errno;
	close(spool->fd);
	spool->fd = -1;
	unlink(spool->path);
	return failed(spool, err, "write", error);
}

/* Cut off what is no record at the end: an append that was killed, most likely. */
static int find_tail(struct gabion_spool *spool, uint64_t size, struct gabion_error *error)
{
	struct gabion_spooled record = { 0 };
	uint64_t offset = spool->head, tail = spool->head;
	int found;

	spool->tail = size;
	while ((found = next_record(spool, &offset, &record)) > 0) {
		gabion_spooled_free(&record);
		offset = tail = record.end;
	}
	if (found < 0)
		return failed(spool, found, "read", error);
	spool->damaged = size - tail;
	return gabion_spool_cut(spool, tail, error);
}

/* It was unlinked; the next append makes another. */
static void forget_file(struct gabion_spool *spool)
{
	close(spool->fd);
	spool->fd = -1;
	spool->head = spool->tail = START;
	spool->dirty = spool->fresh = false;
}

/* The file of an earlier run. */
static int take_over(struct gabion_spool *spool, struct gabion_error *error)
{
	struct position expected;
	struct header header;
	struct stat st;
	int err;

	if (fstat(spool->fd, &st))
		return failed(spool, -errno, "read", error);
	err = read_at(spool->fd, &header, sizeof(header), 0);
	/* Killed before its header was whole: there was nothing in it. */
	if (err == -ENODATA) {
		if (unlink(spool->path))
			return failed(spool, -errno, "remove it", error);
		forget_file(spool);
		return 0;
	}
	if (err)
		return failed(spool, err, "read", error);
	if (memcmp(header.magic, MAGIC, sizeof(header.magic)) ||
	    strnlen(header.name, sizeof(header.name)) != strlen(spool->name) ||
	    memcmp(header.name, spool->name, strlen(spool->name)))
		return gabion_error_set(error, -EBADMSG,
					"%s is not the spool of output %s: move it away",
					spool->path, spool->name);
	/* Which were taken is not known then: they come twice rather than never. */
	expected = position_at(header.position.head);
	spool->head = !memcmp(&expected, &header.position, sizeof(expected)) &&
		      expected.head >= START ? expected.head : START;
	if (spool->head > (uint64_t)st.st_size) {
		err = write_head(spool, START, error);
		if (err)
			return err;
	}
	return find_tail(spool, (uint64_t)st.st_size, error);
}

int gabion_spool_open(struct gabion_spool *spool, const char *dir, const char *name,
		      uint64_t limit, struct gabion_error *error)
{
	int kind = (int)strcspn(name, ":");

	*spool = (struct gabion_spool){
		.name = name, .limit = limit, .fd = -1, .head = START, .tail = START
	};
	if (strlen(name) >= NAME_MAX_)
		return gabion_error_set(error, -ENAMETOOLONG, "output %s: its name is too long for "
					"a spool: give it spool=none", name);
	/* A path is too long for the name of a file: the header has it all. */
	if (asprintf(&spool->path, "%s/%.*s-%08x", dir, kind, name,
		     gabion_crc32(0, name, strlen(name))) < 0) {
		spool->path = NULL;
		return gabion_error_set(error, -ENOMEM, "out of memory");
	}
	spool->fd = open(spool->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (spool->fd >= 0)
		return take_over(spool, error);
	return errno == ENOENT ? 0 : failed(spool, -errno, "open it", error);
}

char *gabion_spool_owner(const char *path, uint64_t *pending)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct header header;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) || read_at(fd, &header, sizeof(header), 0) ||
	    memcmp(header.magic, MAGIC, sizeof(header.magic)))
		return NULL;
	*pending = header.position.head < (uint64_t)st.st_size ?
			   (uint64_t)st.st_size - header.position.head : 0;
	return strndup(header.name, sizeof(header.name));
}

void gabion_spool_close(struct gabion_spool *spool)
{
	if (spool->fd >= 0)
		close(spool->fd);
	free(spool->path);
	*spool = (struct gabion_spool){ .fd = -1 };
}

/* ---- writing ---- */

/*
 * Whole blocks of what was taken go back to the file system. Where it cannot do
 * that they count until the spool is empty.
 */
static bool punch(const struct gabion_spool *spool)
{
	return !fallocate(spool->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, START,
			  (off_t)(spool->head - START));
}

static bool has_room(const struct gabion_spool *spool, size_t n)
{
	if (spool->tail - START + n <= spool->limit)
		return true;
	return spool->tail - spool->head + n <= spool->limit && spool->head > START &&
	       punch(spool);
}

int gabion_spool_append(struct gabion_spool *spool, uint64_t instance, uint64_t sequence,
			const char *line, size_t length, struct gabion_error *error)
{
	struct record_header header = {
		.magic = RECORD_MAGIC,
		.length = (uint32_t)length,
		.instance = instance,
		.sequence = sequence,
	};
	struct iovec iov[] = {
		{ &header, sizeof(header) },
		{ (char *)(uintptr_t)line, length },
	};
	ssize_t written;
	int err;

	if (length > LENGTH_MAX || !has_room(spool, sizeof(header) + length))
		return gabion_error_set(error, -ENOSPC, "its spool is full (%llu bytes)",
					(unsigned long long)spool->limit);
	err = spool->fd < 0 ? create(spool, error) : 0;
	if (err)
		return err;
	header.crc = checksum(&header, line);
	written = pwritev(spool->fd, iov, 2, (off_t)spool->tail);
	if (written == (ssize_t)(sizeof(header) + length)) {
		spool->tail += (uint64_t)written;
		spool->dirty = true;
		return 0;
	}
	err = written < 0 ? -errno : -ENOSPC;
	/* What cannot be cut is no whole record, and is overwritten or skipped. */
	gabion_spool_cut(spool, spool->tail, NULL);
	return failed(spool, err, "write", error);
}

int gabion_spool_cut(struct gabion_spool *spool, uint64_t tail, struct gabion_error *error)
{
	spool->tail = tail;
	if (spool->fd >= 0 && ftruncate(spool->fd, (off_t)tail))
		return failed(spool, -errno, "cut it", error);
	return 0;
}

int gabion_spool_sync(struct gabion_spool *spool, struct gabion_error *error)
{
	int err;

	if (!spool->dirty)
		return 0;
	if (fdatasync(spool->fd))
		return failed(spool, -errno, "sync", error);
	/* Without its name a file is lost with the power. */
	err = spool->fresh ? gabion_sync_directory(spool->path, error) : 0;
	if (err)
		return err;
	spool->dirty = spool->fresh = false;
	return 0;
}

int gabion_spool_consume(struct gabion_spool *spool, uint64_t offset, struct gabion_error *error)
{
	if (spool->fd < 0)
		return 0;
	/* An empty one is removed: no kill can leave that half done. */
	if (offset < spool->tail || unlink(spool->path))
		return write_head(spool, offset, error);
	forget_file(spool);
	return 0;
}
