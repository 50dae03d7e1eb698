// SPDX-License-Identifier: GPL-2.0
#include "pages.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../agent/common/cleanup.h"

static bool is_zero(const unsigned char *page)
{
	return !page[0] && !memcmp(page, page + 1, GABION_PAGE - 1);
}

static bool is_wanted(const struct gabion_memory *memory, bool diff, uint64_t page)
{
	if (diff)
		return memory->dirty[page / 64] >> page % 64 & 1;
	return !is_zero(memory->base + page * GABION_PAGE);
}

static int write_range(const struct gabion_memory *memory, uint64_t offset, uint64_t length, int fd)
{
	ssize_t n;

	while (length) {
		n = pwrite(fd, memory->base + offset, length, offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		offset += n;
		length -= n;
	}
	return 0;
}

int gabion_pages_write(const struct gabion_memory *memory, bool diff, int fd, const char *path,
		       struct gabion_error *error)
{
	uint64_t pages = memory->size / GABION_PAGE, start, end;
	int err = ftruncate(fd, memory->size) ? -errno : 0;

	for (start = 0; !err && start < pages; start = end) {
		end = start;
		while (end < pages && is_wanted(memory, diff, end))
			end++;
		err = write_range(memory, start * GABION_PAGE, (end - start) * GABION_PAGE, fd);
		if (end == start)
			end++;
	}
	return err ? gabion_error_set(error, err, "%s: %s", path, strerror(-err)) : 0;
}

static int copy(int from, int to, off_t start, off_t end)
{
	unsigned char bytes[65536];
	ssize_t n;

	while (start < end) {
		n = end - start < (off_t)sizeof(bytes) ? end - start : (off_t)sizeof(bytes);
		n = pread(from, bytes, n, start);
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		n = pwrite(to, bytes, n, start);
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		start += n;
	}
	return 0;
}

static int merge(int diff, int base)
{
	off_t start, end = 0;
	int err = 0;

	while (!err) {
		start = lseek(diff, end, SEEK_DATA);
		if (start < 0)
			break;
		end = lseek(diff, start, SEEK_HOLE);
		err = end < 0 ? -errno : copy(diff, base, start, end);
	}
	/* Behind the last data there are none. */
	if (!err && errno != ENXIO)
		err = -errno;
	return err ? err : fsync(base) ? -errno : 0;
}

int gabion_pages_merge(const char *base, const char *diff, struct gabion_error *error)
{
	cleanup_fd int from = open(diff, O_RDONLY | O_CLOEXEC);
	cleanup_fd int to = from < 0 ? -1 : open(base, O_RDWR | O_CLOEXEC);
	struct stat a, b;
	int err;

	if (to < 0 || fstat(from, &a) || fstat(to, &b))
		return gabion_error_set(error, -errno, "%s: %s", from < 0 ? diff : base,
					strerror(errno));
	if (!S_ISREG(a.st_mode) || !S_ISREG(b.st_mode) || a.st_size != b.st_size)
		return gabion_error_set(
			error, -EINVAL,
			"%s and %s are not the memory of one machine: they are to be "
			"regular files of one size",
			diff, base);
	err = merge(from, to);
	return err ? gabion_error_set(error, err, "%s into %s: %s", diff, base, strerror(-err)) : 0;
}
