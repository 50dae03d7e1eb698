// SPDX-License-Identifier: GPL-2.0
/*
 * JSON lines to a file or to stdout.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../common/cleanup.h"
#include "../common/log.h"
#include "../common/sync_directory.h"
#include "line_writer.h"
#include "output.h"
#include "rotate.h"

#define OPEN_FLAGS	(O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)

/* Of fsync=interval. */
#define SYNC_SECONDS	1

/* Bytes of lines that wait for the flush; a line that is longer waits alone. */
#define HELD_MAX	(256U << 10)

/* How every record begins. */
#define RECORD_START	"{\"version\":"
/* No line is longer: what the kernel sends in one message is shorter. */
#define LINE_MAX_	(1 << 20)

/**
 * struct file_output - a file that lines are appended to
 * @spec:	borrowed; its path is NULL for stdout, which is neither reopened nor closed
 * @fd:		owned unless stdout
 * @regular:	can be cut back, synced and rotated
 * @dirty:	something was written since the last sync
 * @synced:	CLOCK_MONOTONIC seconds of the last sync
 * @writer:	for what is not regular
 * @held:	owned; lines of a regular file that were put and are written with the flush, all of
 *		them or none
 * @nheld:	bytes of them
 * @capacity:	bytes that there is room for
 * @dropped:	why they could not be written; the put that came upon it says it, and the flush again,
 *		as it concerns the lines that were put before
 * @looked:	since the last flush it was seen to that there is a file to write to
 * @direct:	some lines were written since then: the others are, too, each when it is put, as it
 *		would not be known which of them are in the file if the flush failed
 * @torn:	the last line is a half one
 * @singly:	what could not be written could not be taken back either: as @direct, until reopened
 * @size:	of the file, of the moment of @looked and what was written since
 */
struct file_output {
	struct gabion_sink sink;
	const struct gabion_output_spec *spec;
	int fd;
	bool regular;
	bool dirty;
	time_t synced;
	struct gabion_line_writer writer;
	char *held;
	size_t nheld;
	size_t capacity;
	struct gabion_error dropped;
	bool looked;
	bool direct;
	bool torn;
	bool singly;
	uint64_t size;
};

static const char *name(const struct file_output *f)
{
	return f->spec->path ?: "stdout";
}

/* ---- lines ---- */

static int write_all(int fd, const char *bytes, size_t n, size_t *done)
{
	ssize_t written;

	for (*done = 0; *done < n; *done += written > 0 ? (size_t)written : 0) {
		written = write(fd, bytes + *done, n - *done);
		if (written < 0 && errno != EINTR)
			return -errno;
	}
	return 0;
}

/*
 * The @n bytes that were written now behind those @size there were. If they are not the last ones
 * (others write to it, or stdout is not in append mode) the file is not ours to cut, and some
 * filesystems' are not to be cut (append-only): half a line ends where it is, and from then on lines
 * are written one by one, so that no more than that comes twice.
 */
static int take_back(struct file_output *f, size_t n)
{
	struct stat st;
	int err = 0;

	if (!n)
		return 0;
	if (fstat(f->fd, &st))
		return -errno;
	if ((uint64_t)st.st_size != f->size + n)
		err = -EBUSY;
	else if (ftruncate(f->fd, (off_t)f->size) || lseek(f->fd, (off_t)f->size, SEEK_SET) < 0)
		err = -errno;
	if (err)
		f->torn = f->singly = true;
	return err;
}

/* The end of a half line that stayed. */
static int end_torn_line(struct file_output *f)
{
	size_t written;
	int err = f->torn ? write_all(f->fd, "\n", 1, &written) : 0;

	f->torn = err;
	return err;
}

/* All of @lines or, as half a line would make the next one unreadable too, none of them. */
static int write_lines(struct file_output *f, const char *lines, size_t n,
		       struct gabion_error *error)
{
	size_t written = 0;
	int err = end_torn_line(f) ?: write_all(f->fd, lines, n, &written), undone;

	f->dirty = true;
	if (!err) {
		f->size += n;
		return 0;
	}
	undone = take_back(f, written);
	if (undone)
		return gabion_error_set(error, undone, "%s: cannot take half a line back: %s",
					name(f), strerror(-undone));
	return gabion_error_set(error, err, "cannot write to %s: %s", name(f), strerror(-err));
}

static int write_held(struct file_output *f, struct gabion_error *error)
{
	size_t n = f->nheld;
	int err;

	if (!n)
		return 0;
	f->nheld = 0;
	err = write_lines(f, f->held, n, &f->dropped);
	f->direct = !err;
	return err ? gabion_error_set(error, err, "%s", f->dropped.text) : 0;
}

static int hold(struct file_output *f, const char *line, size_t length, struct gabion_error *error)
{
	size_t wanted = f->nheld + length;
	char *grown;

	if (wanted > f->capacity) {
		wanted = wanted < HELD_MAX ? HELD_MAX : wanted;
		grown = realloc(f->held, wanted);
		if (!grown)
			return gabion_error_set(error, -ENOMEM, "out of memory");
		f->held = grown;
		f->capacity = wanted;
	}
	memcpy(f->held + f->nheld, line, length);
	f->nheld += length;
	return 0;
}

/* ---- opening ---- */

static int sync_file(struct file_output *f, struct gabion_error *error)
{
	struct timespec now;

	if (!f->dirty)
		return 0;
	if (fdatasync(f->fd))
		return gabion_error_set(error, -errno, "cannot sync %s: %s", name(f),
					strerror(errno));
	clock_gettime(CLOCK_MONOTONIC, &now);
	f->synced = now.tv_sec;
	f->dirty = false;
	return 0;
}

/* Where the last line of @fd, @size bytes long, begins if it has no end. */
static int find_half_line(int fd, off_t size, off_t *start)
{
	off_t from = size > LINE_MAX_ ? size - LINE_MAX_ : 0;
	size_t n = (size_t)(size - from);
	cleanup_free char *tail = malloc(n + 1);
	const char *end;

	*start = size;
	if (!tail)
		return -ENOMEM;
	if (pread(fd, tail, n, from) != (ssize_t)n)
		return -EIO;
	tail[n] = '\0';
	if (!n || tail[n - 1] == '\n')
		return 0;
	end = memrchr(tail, '\n', n);
	if (!end && from)
		return 0;
	end = end ? end + 1 : tail;
	/* What is not ours is not ours to cut. */
	if (strncmp(end, RECORD_START, strlen(RECORD_START)))
		return 0;
	*start = from + (end - tail);
	return 0;
}

/*
 * Killed while it wrote, the last run left half a line. That event was not
 * acknowledged: it comes again, and the half would make it unreadable.
 */
static int cut_half_line(const char *path, int fd, off_t size, struct gabion_error *error)
{
	cleanup_fd int reader = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	off_t start;
	int err;

	if (reader < 0 && errno == EACCES)
		return 0;
	if (reader < 0)
		return gabion_error_set(error, -errno, "cannot read %s: %s", path, strerror(errno));
	err = find_half_line(reader, size, &start);
	if (!err && start < size && ftruncate(fd, start))
		err = -errno;
	if (err)
		return gabion_error_set(error, err, "%s: cannot see to its last line: %s", path,
					strerror(-err));
	return 0;
}

static int file_reopen(struct gabion_sink *sink, struct gabion_error *error)
{
	struct file_output *f = (struct file_output *)sink;
	const char *path = f->spec->path;
	cleanup_fd int fd = -1;
	struct stat st;
	int err;

	if (!path)
		return 0;
	fd = open(path, OPEN_FLAGS, 0600);
	/* The old one is kept: better there than nowhere. */
	if (fd < 0 || fstat(fd, &st))
		return gabion_error_set(error, -errno, "cannot open %s: %s", path, strerror(errno));
	if (S_ISREG(st.st_mode)) {
		err = cut_half_line(path, fd, st.st_size, error);
		if (!err && f->spec->fsync == GABION_FSYNC_ALWAYS)
			err = gabion_sync_directory(path, error);
		if (err)
			return err;
	}
	if (f->fd >= 0) {
		err = f->regular && f->spec->fsync != GABION_FSYNC_NONE ? sync_file(f, error) : 0;
		if (err)
			return err;
		close(f->fd);
	}
	gabion_line_writer_free(&f->writer);
	f->fd = fd;
	fd = -1;
	f->dirty = false;
	f->torn = f->singly = false;
	f->regular = S_ISREG(st.st_mode);
	return 0;
}

/* ---- writing ---- */

/* The new file is there before the old one is renamed: what fails leaves all as it was. */
static int rotate(struct file_output *f, struct gabion_error *error)
{
	cleanup_free char *fresh = NULL;
	cleanup_fd int fd = -1;
	int err;

	if (f->spec->fsync != GABION_FSYNC_NONE) {
		err = sync_file(f, error);
		if (err)
			return err;
	}
	if (asprintf(&fresh, "%s.new", f->spec->path) < 0) {
		fresh = NULL;
		return gabion_error_set(error, -ENOMEM, "out of memory");
	}
	/* What is there is a rotation's that was killed, or nobody's that writes for us. */
	if (!unlink(fresh) || errno == ENOENT)
		fd = open(fresh, OPEN_FLAGS | O_EXCL, 0600);
	if (fd < 0)
		return gabion_error_set(error, -errno, "cannot create %s: %s", fresh,
					strerror(errno));
	err = gabion_rotate(f->spec->path, f->spec->keep, error);
	if (!err && f->spec->fsync == GABION_FSYNC_ALWAYS)
		err = gabion_sync_directory(f->spec->path, error);
	if (err)
		return err;
	close(f->fd);
	f->fd = fd;
	fd = -1;
	f->dirty = false;
	return 0;
}

/* Would @length bytes more make the file, @size bytes long, longer than it may be? */
static bool is_over(const struct file_output *f, uint64_t size, size_t length)
{
	return f->spec->rotate && size && size + length > f->spec->rotate;
}

/* See to it that @length bytes go where they should. */
static int prepare(struct file_output *f, size_t length, struct gabion_error *error)
{
	struct stat st, there;
	int err;

	if (f->fd < 0) {
		err = file_reopen(&f->sink, error);
		if (err)
			return err;
	}
	if (fstat(f->fd, &st))
		return gabion_error_set(error, -errno, "%s: %s", name(f), strerror(errno));
	f->size = (uint64_t)st.st_size;
	if (!f->regular || !f->spec->path)
		return 0;
	if (st.st_nlink && !is_over(f, f->size, length))
		return 0;
	/* Whoever deleted it, or moved it away, before we rotate: it is made anew. */
	if (st.st_nlink && !lstat(f->spec->path, &there) && there.st_ino == st.st_ino &&
	    there.st_dev == st.st_dev)
		err = rotate(f, error);
	else
		err = file_reopen(&f->sink, error);
	if (!err && fstat(f->fd, &st))
		err = gabion_error_set(error, -errno, "%s: %s", name(f), strerror(errno));
	f->size = (uint64_t)st.st_size;
	return err;
}

static int file_put(struct gabion_sink *sink, const struct gabion_record *record,
		    const char *line, size_t length, struct gabion_error *error)
{
	struct file_output *f = (struct file_output *)sink;
	bool full = f->nheld && f->nheld + length > HELD_MAX;
	int err;

	(void)record;
	if (!f->looked || full || is_over(f, f->size + f->nheld, length)) {
		err = write_held(f, error) ?: prepare(f, length, error);
		if (err)
			return err;
		f->looked = true;
	}
	if (f->regular)
		return f->direct || f->singly ? write_lines(f, line, length, error)
				 : hold(f, line, length, error);
	err = gabion_line_write(&f->writer, f->fd, line, length);
	if (err == -EAGAIN)
		return gabion_error_set(error, err, "the reader of %s does not read", name(f));
	return err ? gabion_error_set(error, err, "cannot write to %s: %s", name(f), strerror(-err))
		   : 0;
}

static int file_flush(struct gabion_sink *sink, struct gabion_error *error)
{
	struct file_output *f = (struct file_output *)sink;
	struct timespec now;
	int err;

	write_held(f, NULL);
	f->looked = f->direct = false;
	err = f->dropped.code;
	if (err) {
		gabion_error_set(error, err, "%s", f->dropped.text);
		f->dropped.code = 0;
		return err;
	}
	if (!f->regular || f->fd < 0 || f->spec->fsync == GABION_FSYNC_NONE)
		return 0;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (f->spec->fsync == GABION_FSYNC_INTERVAL && now.tv_sec < f->synced + SYNC_SECONDS)
		return 0;
	return sync_file(f, error);
}

static void file_close(struct gabion_sink *sink)
{
	struct file_output *f = (struct file_output *)sink;

	if (f->regular && f->fd >= 0 && f->spec->fsync != GABION_FSYNC_NONE)
		sync_file(f, NULL);
	if (f->spec->path && f->fd >= 0)
		close(f->fd);
	gabion_line_writer_free(&f->writer);
	free(f->held);
	free(f);
}

static const struct gabion_sink_ops file_ops = {
	.put = file_put,
	.flush = file_flush,
	.reopen = file_reopen,
	.close = file_close,
};

static struct file_output *new_output(const struct gabion_output_spec *spec,
				      struct gabion_error *error)
{
	struct file_output *f = calloc(1, sizeof(*f));

	if (!f) {
		gabion_error_set(error, -ENOMEM, "out of memory");
		return NULL;
	}
	f->sink.ops = &file_ops;
	f->sink.name = spec->name;
	f->spec = spec;
	f->fd = -1;
	return f;
}

int gabion_output_file_open(struct gabion_sink **sink, const struct gabion_output_spec *spec,
			    struct gabion_error *error)
{
	struct file_output *f = new_output(spec, error);
	struct gabion_error why = { 0 };

	if (!f)
		return -ENOMEM;
	/* It fails until it can be: the policy must not depend on it. */
	if (file_reopen(&f->sink, &why))
		gabion_log(LOG_ERR, "output %s: %s; it is tried again with each event", spec->name,
			   why.text);
	*sink = &f->sink;
	return 0;
}

int gabion_output_stdout_open(struct gabion_sink **sink, const struct gabion_output_spec *spec,
			      struct gabion_error *error)
{
	struct file_output *f = new_output(spec, error);
	struct stat st;

	if (!f)
		return -ENOMEM;
	f->fd = STDOUT_FILENO;
	if (fstat(f->fd, &st)) {
		gabion_error_set(error, -errno, "stdout: %s", strerror(errno));
		free(f);
		return error ? error->code : -EIO;
	}
	f->regular = S_ISREG(st.st_mode);
	*sink = &f->sink;
	return 0;
}
