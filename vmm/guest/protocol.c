// SPDX-License-Identifier: GPL-2.0
#include "protocol.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Of an encoded job: flags, rows, columns, and how many of each there are; 2 bytes each. */
#define JOB_FIXED 12
#define JOB_TTY	  1
/* In front of each string: its length. In front of a share's path: whether it is read-only. */
#define STRING_HEADER 4

void gabion_guest_put(unsigned char *at, uint32_t value, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes; i++)
		at[i] = (unsigned char)(value >> 8 * i);
}

uint32_t gabion_guest_get(const unsigned char *at, size_t bytes)
{
	uint32_t value = 0;
	size_t i;

	for (i = 0; i < bytes; i++)
		value |= (uint32_t)at[i] << 8 * i;
	return value;
}

void gabion_guest_hello_encode(unsigned char hello[GABION_GUEST_HELLO_SIZE], unsigned int channel)
{
	gabion_guest_put(hello, GABION_GUEST_MAGIC, 4);
	gabion_guest_put(hello + 4, GABION_GUEST_VERSION, 2);
	gabion_guest_put(hello + 6, channel, 2);
}

int gabion_guest_hello_decode(const unsigned char hello[GABION_GUEST_HELLO_SIZE])
{
	uint32_t channel = gabion_guest_get(hello + 6, 2);

	if (gabion_guest_get(hello, 4) != GABION_GUEST_MAGIC ||
	    gabion_guest_get(hello + 4, 2) != GABION_GUEST_VERSION ||
	    channel >= GABION_CHANNELS_END)
		return -EPROTO;
	return (int)channel;
}

static size_t count(const char *const *words)
{
	size_t n = 0;

	while (words[n])
		n++;
	return n;
}

/* How long a job is when it is encoded. */
static size_t encoded_size(const struct gabion_guest_job *job)
{
	const char *fixed[] = {job->rootfs, job->hostname, job->cwd, NULL};
	const char *const *lists[] = {fixed, job->argv, job->env};
	size_t size = JOB_FIXED, i, j;

	for (i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		for (j = 0; lists[i][j]; j++)
			size += STRING_HEADER + strlen(lists[i][j]);
	for (i = 0; i < job->share_count; i++)
		size += 1 + STRING_HEADER + strlen(job->shares[i].path);
	return size;
}

static unsigned char *put_string(unsigned char *at, const char *string)
{
	size_t length = strlen(string);

	gabion_guest_put(at, (uint32_t)length, STRING_HEADER);
	memcpy(at + STRING_HEADER, string, length);
	return at + STRING_HEADER + length;
}

int gabion_guest_job_encode(const struct gabion_guest_job *job, unsigned char **payload,
			    size_t *size)
{
	size_t argc = count(job->argv), envc = count(job->env), i;
	unsigned char *at;

	*size = encoded_size(job);
	if (argc > GABION_GUEST_WORDS_MAX || envc > GABION_GUEST_WORDS_MAX ||
	    job->share_count > GABION_GUEST_SHARES_MAX || *size > GABION_GUEST_JOB_MAX)
		return -E2BIG;
	*payload = at = malloc(*size);
	if (!at)
		return -ENOMEM;
	gabion_guest_put(at, job->tty ? JOB_TTY : 0, 2);
	gabion_guest_put(at + 2, job->rows, 2);
	gabion_guest_put(at + 4, job->columns, 2);
	gabion_guest_put(at + 6, (uint32_t)argc, 2);
	gabion_guest_put(at + 8, (uint32_t)envc, 2);
	gabion_guest_put(at + 10, (uint32_t)job->share_count, 2);
	at += JOB_FIXED;
	at = put_string(at, job->rootfs);
	at = put_string(at, job->hostname);
	at = put_string(at, job->cwd);
	for (i = 0; i < argc; i++)
		at = put_string(at, job->argv[i]);
	for (i = 0; i < envc; i++)
		at = put_string(at, job->env[i]);
	for (i = 0; i < job->share_count; i++) {
		*at++ = job->shares[i].read_only;
		at = put_string(at, job->shares[i].path);
	}
	return 0;
}

/* What is left of a payload, and where its strings go. */
struct decoder {
	const unsigned char *at;
	size_t left;
	char *strings;
};

/* The next string, NUL-terminated; NULL: there is none, or it has a NUL. */
static const char *get_string(struct decoder *d)
{
	char *string = d->strings;
	size_t length;

	if (d->left < STRING_HEADER)
		return NULL;
	length = gabion_guest_get(d->at, STRING_HEADER);
	d->at += STRING_HEADER;
	d->left -= STRING_HEADER;
	if (length > d->left || memchr(d->at, '\0', length))
		return NULL;
	memcpy(string, d->at, length);
	string[length] = '\0';
	d->at += length;
	d->left -= length;
	d->strings += length + 1;
	return string;
}

static bool get_list(struct decoder *d, const char **list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		list[i] = get_string(d);
		if (!list[i])
			return false;
	}
	list[n] = NULL;
	return true;
}

static bool get_share(struct decoder *d, struct gabion_guest_share *share)
{
	if (!d->left || *d->at > 1)
		return false;
	share->read_only = *d->at++;
	d->left--;
	share->path = get_string(d);
	return share->path && share->path[0] == '/';
}

static bool get_job(struct decoder *d, struct gabion_guest_job *job, size_t argc, size_t envc)
{
	size_t i;

	job->rootfs = get_string(d);
	job->hostname = job->rootfs ? get_string(d) : NULL;
	job->cwd = job->hostname ? get_string(d) : NULL;
	if (!job->cwd || job->cwd[0] != '/' || !get_list(d, job->argv, argc) ||
	    !get_list(d, job->env, envc))
		return false;
	for (i = 0; i < job->share_count; i++)
		if (!get_share(d, &job->shares[i]))
			return false;
	return !d->left;
}

int gabion_guest_job_decode(struct gabion_guest_job *job, const unsigned char *payload, size_t size)
{
	size_t argc, envc, pointers;
	struct decoder d;

	*job = (struct gabion_guest_job){0};
	if (size < JOB_FIXED || size > GABION_GUEST_JOB_MAX)
		return -EPROTO;
	argc = gabion_guest_get(payload + 6, 2);
	envc = gabion_guest_get(payload + 8, 2);
	job->tty = gabion_guest_get(payload, 2) == JOB_TTY;
	job->rows = (uint16_t)gabion_guest_get(payload + 2, 2);
	job->columns = (uint16_t)gabion_guest_get(payload + 4, 2);
	job->share_count = gabion_guest_get(payload + 10, 2);
	if (gabion_guest_get(payload, 2) > JOB_TTY || !argc || argc > GABION_GUEST_WORDS_MAX ||
	    envc > GABION_GUEST_WORDS_MAX || job->share_count > GABION_GUEST_SHARES_MAX)
		return -EPROTO;
	/* The lists, then the strings: each has lost its header and won a NUL. */
	pointers = (argc + 1 + envc + 1) * sizeof(char *);
	job->storage = malloc(pointers + size);
	if (!job->storage)
		return -ENOMEM;
	job->argv = job->storage;
	job->env = job->argv + argc + 1;
	d = (struct decoder){payload + JOB_FIXED, size - JOB_FIXED,
			     (char *)job->storage + pointers};
	if (get_job(&d, job, argc, envc))
		return 0;
	gabion_guest_job_free(job);
	return -EPROTO;
}

void gabion_guest_job_free(struct gabion_guest_job *job)
{
	free(job->storage);
	*job = (struct gabion_guest_job){0};
}

static int write_all(int fd, const unsigned char *bytes, size_t size)
{
	struct pollfd poll_out = {.fd = fd, .events = POLLOUT};
	ssize_t n;

	for (; size; bytes += n, size -= (size_t)n) {
		n = send(fd, bytes, size, MSG_NOSIGNAL);
		if (n >= 0)
			continue;
		if (errno != EINTR && errno != EAGAIN)
			return -errno;
		n = 0;
		if (poll(&poll_out, 1, -1) < 0 && errno != EINTR)
			return -errno;
	}
	return 0;
}

int gabion_guest_send(int fd, enum gabion_guest_type type, const void *payload, size_t size)
{
	unsigned char header[GABION_GUEST_HEADER_SIZE];
	int err;

	gabion_guest_put(header, (uint32_t)size, 4);
	gabion_guest_put(header + 4, type, 4);
	err = write_all(fd, header, sizeof(header));
	return err ? err : write_all(fd, payload, size);
}

/* How many bytes the frame has of which the reader has the beginning; 0: it is too long. */
static size_t frame_size(const struct gabion_guest_reader *reader)
{
	size_t payload;

	if (reader->filled < GABION_GUEST_HEADER_SIZE)
		return GABION_GUEST_HEADER_SIZE;
	payload = gabion_guest_get(reader->buffer, 4);
	return payload > reader->max ? 0 : GABION_GUEST_HEADER_SIZE + payload;
}

int gabion_guest_read(struct gabion_guest_reader *reader, int fd, struct gabion_guest_frame *frame)
{
	size_t size;
	ssize_t n;

	if (!reader->buffer)
		reader->buffer = malloc(GABION_GUEST_HEADER_SIZE + reader->max);
	if (!reader->buffer)
		return -ENOMEM;
	size = frame_size(reader);
	n = read(fd, reader->buffer + reader->filled, size - reader->filled);
	if (n < 0)
		return -errno;
	if (!n)
		return reader->filled ? -EPROTO : -ENODATA;
	reader->filled += (size_t)n;
	size = frame_size(reader);
	if (!size)
		return -EPROTO;
	if (reader->filled < size || reader->filled < GABION_GUEST_HEADER_SIZE)
		return 0;
	frame->type = gabion_guest_get(reader->buffer + 4, 4);
	frame->payload = reader->buffer + GABION_GUEST_HEADER_SIZE;
	frame->size = size - GABION_GUEST_HEADER_SIZE;
	reader->filled = 0;
	return 1;
}

void gabion_guest_reader_free(struct gabion_guest_reader *reader)
{
	free(reader->buffer);
	*reader = (struct gabion_guest_reader){.max = reader->max};
}
