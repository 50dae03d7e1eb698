// SPDX-License-Identifier: GPL-2.0
#include "image.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int gabion_image_open(struct gabion_image *image, const char *path, struct gabion_error *error)
{
	struct stat st;
	/* Not to wait for the other end of a fifo. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return gabion_error_set(error, -errno, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return gabion_error_set(error, -EINVAL, "%s is not a regular file", path);
	}
	*image = (struct gabion_image){ .path = path, .fd = fd, .size = st.st_size };
	return 0;
}

void gabion_image_close(struct gabion_image *image)
{
	close(image->fd);
	image->fd = -1;
}

int gabion_image_read(const struct gabion_image *image, uint64_t offset, void *to, uint64_t length,
		      const char *what, struct gabion_error *error)
{
	ssize_t n;

	if (offset > image->size || length > image->size - offset)
		return gabion_error_set(
			error, -ENOEXEC,
			"%s: %s would end after the file does: it is cut short or damaged",
			image->path, what);
	while (length) {
		n = pread(image->fd, to, length, offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return gabion_error_set(error, -errno, "%s: %s", image->path,
						strerror(errno));
		if (!n)
			return gabion_error_set(error, -EIO, "%s became shorter while it was read",
						image->path);
		to = (char *)to + n;
		offset += n;
		length -= n;
	}
	return 0;
}

int gabion_image_load(const struct gabion_image *image, uint64_t offset,
		      const struct gabion_memory *memory, uint64_t address, uint64_t length,
		      const char *what, struct gabion_error *error)
{
	void *to;

	if (!length)
		return 0;
	to = gabion_memory_at(memory, address, length);
	if (!to)
		return gabion_error_set(
			error, -ENOSPC,
			"%s: %s needs guest memory at %#llx to %#llx: raise mem_size_mib",
			image->path, what, (unsigned long long)address,
			(unsigned long long)(address + length));
	return gabion_image_read(image, offset, to, length, what, error);
}
