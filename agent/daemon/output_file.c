// SPDX-License-Identifier: GPL-2.0
/*
 * JSON lines to a file or to stdout.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "output.h"

/**
 * struct file_output - a file that lines are appended to
 * @path:	NULL: stdout, which is neither reopened nor closed
 * @fd:		owned unless stdout
 * @regular:	can be cut back and synced
 */
struct file_output {
	struct gabion_sink sink;
	const char *path;
	int fd;
	bool regular;
};

static int write_all(int fd, const char *bytes, size_t n)
{
	ssize_t written;

	while (n) {
		written = write(fd, bytes, n);
		if (written < 0 && errno != EINTR)
			return -errno;
		if (written > 0) {
			bytes += written;
			n -= (size_t)written;
		}
	}
	return 0;
}

static int file_put(struct gabion_sink *sink, const struct gabion_record *record,
		    const char *line, size_t length, struct gabion_error *error)
{
	struct file_output *f = (struct file_output *)sink;
	struct stat st;
	int err;

	(void)record;
	if (f->fd < 0)
		return gabion_error_set(error, -EBADF, "%s is not open", f->path);
	if (f->regular && fstat(f->fd, &st))
		return gabion_error_set(error, -errno, "%s: %s", f->path, strerror(errno));
	err = write_all(f->fd, line, length);
	if (!err)
		return 0;
	/* Half a line would make the next one unreadable too. */
	if (f->regular && ftruncate(f->fd, st.st_size))
		return gabion_error_set(error, -errno, "%s: cannot take half a line back: %s",
					f->path, strerror(errno));
	return gabion_error_set(error, err, "cannot write to %s: %s", f->path ?: "stdout",
				strerror(-err));
}

static int file_flush(struct gabion_sink *sink, struct gabion_error *error)
{
	struct file_output *f = (struct file_output *)sink;

	if (f->regular && f->fd >= 0 && fdatasync(f->fd))
		return gabion_error_set(error, -errno, "cannot sync %s: %s", f->path,
					strerror(errno));
	return 0;
}

static int file_reopen(struct gabion_sink *sink, struct gabion_error *error)
{
	struct file_output *f = (struct file_output *)sink;
	struct stat st;
	int fd;

	if (!f->path)
		return 0;
	fd = open(f->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK |
			   O_NOCTTY, 0600);
	/* The old one is kept: better there than nowhere. */
	if (fd < 0 || fstat(fd, &st)) {
		gabion_error_set(error, -errno, "cannot open %s: %s", f->path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return error ? error->code : -EIO;
	}
	if (f->fd >= 0)
		close(f->fd);
	f->fd = fd;
	f->regular = S_ISREG(st.st_mode);
	return 0;
}

static void file_close(struct gabion_sink *sink)
{
	struct file_output *f = (struct file_output *)sink;

	if (f->path && f->fd >= 0)
		close(f->fd);
	free(f);
}

static const struct gabion_sink_ops file_ops = {
	.put = file_put,
	.flush = file_flush,
	.reopen = file_reopen,
	.close = file_close,
};

static struct file_output *new_output(const char *spec, struct gabion_error *error)
{
	struct file_output *f = calloc(1, sizeof(*f));

	if (!f) {
		gabion_error_set(error, -ENOMEM, "out of memory");
		return NULL;
	}
	f->sink.ops = &file_ops;
	f->sink.name = spec;
	f->fd = -1;
	return f;
}

int gabion_output_file_open(struct gabion_sink **sink, const char *spec, const char *path,
			    struct gabion_error *error)
{
	struct file_output *f = new_output(spec, error);
	int err;

	if (!f)
		return -ENOMEM;
	f->path = path;
	err = file_reopen(&f->sink, error);
	if (err) {
		file_close(&f->sink);
		return err;
	}
	*sink = &f->sink;
	return 0;
}

int gabion_output_stdout_open(struct gabion_sink **sink, const char *spec,
			      struct gabion_error *error)
{
	struct file_output *f = new_output(spec, error);

	if (!f)
		return -ENOMEM;
	f->fd = STDOUT_FILENO;
	*sink = &f->sink;
	return 0;
}
