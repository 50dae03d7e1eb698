// SPDX-License-Identifier: GPL-2.0
#include "source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "../common/cleanup.h"

#define SUFFIX ".gabion"

void gabion_sources_free(struct gabion_sources *sources)
{
	size_t i;

	for (i = 0; i < sources->files.n; i++) {
		free(sources->files.v[i].name);
		free(sources->files.v[i].text);
		free(sources->files.v[i].lines);
	}
	free(sources->files.v);
	for (i = 0; i < sources->dirs.n; i++)
		free(sources->dirs.v[i]);
	free(sources->dirs.v);
	free(sources->library);
	memset(sources, 0, sizeof(*sources));
}

char *gabion_path_dir(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return gabion_xstrdup(".");
	return slash == path ? gabion_xstrdup("/") : gabion_xstrndup(path, slash - path);
}

static void add_dir(struct gabion_sources *sources, const char *dir)
{
	size_t i;

	for (i = 0; i < sources->dirs.n; i++)
		if (!strcmp(sources->dirs.v[i], dir))
			return;
	vec_push(&sources->dirs, gabion_xstrdup(dir));
}

void gabion_sources_add_text(struct gabion_sources *sources, const char *name, const char *text,
			     size_t size)
{
	struct gabion_source s = { .name = gabion_xstrdup(name), .size = size };

	s.text = gabion_xcalloc(size + 2, 1);
	if (size)
		memcpy(s.text, text, size);
	vec_push(&sources->files, s);
}

/* Read to the end: the size that fstat gives is only where to begin. */
static int read_all(int fd, size_t guess, char **text, size_t *size)
{
	size_t room = guess + 3, n = 0;
	char *buffer = gabion_xcalloc(room, 1);
	ssize_t got;

	while ((got = read(fd, buffer + n, room - n - 2)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 || n > GABION_SOURCE_SIZE_MAX) {
			int err = got < 0 ? -errno : -EFBIG;

			free(buffer);
			return err;
		}
		n += got;
		if (room - n <= 2) {
			room *= 2;
			buffer = gabion_xrealloc(buffer, room, 1);
		}
	}
	memset(buffer + n, 0, 2);
	*text = buffer;
	*size = n;
	return 0;
}

static void apply_change(const struct gabion_sources *sources, struct gabion_source *s)
{
	size_t i;

	for (i = 0; i < sources->nchanges; i++) {
		const struct gabion_source_change *c = &sources->changes[i];

		if (strcmp(c->name, s->name))
			continue;
		free(s->text);
		s->text = gabion_xcalloc(c->size + 2, 1);
		memcpy(s->text, c->text, c->size);
		s->size = c->size;
	}
}

int gabion_sources_add_file(struct gabion_sources *sources, const char *path,
			    struct gabion_error *error)
{
	struct gabion_source s = {};
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	size_t i;
	int err;

	if (fd < 0 || fstat(fd, &st) < 0)
		return gabion_error_set(error, -errno, "%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return gabion_error_set(error, -EISDIR, "%s: is a directory, not a policy file",
					path);
	for (i = 0; i < sources->files.n; i++)
		if (sources->files.v[i].inode == st.st_ino &&
		    sources->files.v[i].device == st.st_dev)
			return 0;
	if (st.st_size > GABION_SOURCE_SIZE_MAX)
		return gabion_error_set(error, -EFBIG, "%s: larger than 256 MiB", path);
	err = read_all(fd, st.st_size, &s.text, &s.size);
	if (err)
		return gabion_error_set(error, err, "%s: %s", path, strerror(-err));
	s.name = gabion_xstrdup(path);
	s.device = st.st_dev;
	s.inode = st.st_ino;
	apply_change(sources, &s);
	vec_push(&sources->files, s);
	return 1;
}

static int is_policy(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name), m = strlen(SUFFIX);

	return n > m && entry->d_name[0] != '.' && !strcmp(entry->d_name + n - m, SUFFIX);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	/* Not alphasort(): the order must not depend on the locale. */
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int add_directory(struct gabion_sources *sources, const char *path,
			 struct gabion_error *error)
{
	struct dirent **entries;
	int n = scandir(path, &entries, is_policy, by_name), i, err = 0;

	if (n < 0)
		return gabion_error_set(error, -errno, "%s: %s", path, strerror(errno));
	add_dir(sources, path);
	for (i = 0; i < n; i++) {
		cleanup_free char *file =
			gabion_xasprintf("%s%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/",
					 entries[i]->d_name);

		if (err >= 0)
			err = gabion_sources_add_file(sources, file, error);
		free(entries[i]);
	}
	free(entries);
	if (!n)
		return gabion_error_set(error, -ENOENT, "%s: no *%s file in this directory", path,
					SUFFIX);
	return err < 0 ? err : 0;
}

int gabion_sources_add_path(struct gabion_sources *sources, const char *path,
			    struct gabion_error *error)
{
	cleanup_free char *dir = NULL;
	struct stat st;
	int err;

	if (stat(path, &st) < 0)
		return gabion_error_set(error, -errno, "%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return add_directory(sources, path, error);
	err = gabion_sources_add_file(sources, path, error);
	dir = gabion_path_dir(path);
	add_dir(sources, dir);
	return err < 0 ? err : 0;
}

void gabion_sources_suggest(const char *dir, struct gabion_arena *names,
			    struct gabion_suggestion *s)
{
	struct dirent **entries;
	int n = scandir(dir, &entries, is_policy, by_name), i;

	if (n < 0)
		return;
	for (i = 0; i < n; i++) {
		const char *file = entries[i]->d_name;

		gabion_suggest_try(s, gabion_arena_strndup(names, file,
							   strlen(file) - strlen(SUFFIX)));
		free(entries[i]);
	}
	free(entries);
}

static void index_lines(struct gabion_source *s)
{
	const char *end = s->text + s->size, *at = s->text;
	VEC(size_t) lines = {};

	vec_push(&lines, 0);
	while ((at = memchr(at, '\n', end - at)))
		vec_push(&lines, ++at - s->text);
	s->lines = lines.v;
	s->nlines = lines.n;
}

char *gabion_source_line(struct gabion_source *s, uint32_t line)
{
	const char *from, *end;

	if (!s->lines)
		index_lines(s);
	if (!line || line > s->nlines)
		return NULL;
	from = s->text + s->lines[line - 1];
	end = memchr(from, '\n', s->text + s->size - from);
	return gabion_xstrndup(from, (end ? end : s->text + s->size) - from);
}

bool gabion_report(struct gabion_diagnostics *diags, struct gabion_sources *sources,
		   enum gabion_severity severity, const struct gabion_loc *loc, const char *mend,
		   const char *format, ...)
{
	struct gabion_diagnostic d = { .severity = severity };
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&d.message, format, ap) < 0)
		abort();
	va_end(ap);
	if (mend)
		d.mend = gabion_xstrdup(mend);
	if (loc && loc->line && loc->file < sources->files.n) {
		d.file = gabion_xstrdup(sources->files.v[loc->file].name);
		d.line = loc->line;
		d.column = loc->column;
		d.length = loc->length ? loc->length : 1;
		d.source = gabion_source_line(&sources->files.v[loc->file], loc->line);
	}
	return gabion_diagnostics_add(diags, d);
}
