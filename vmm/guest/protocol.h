/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What `gabion vm run` (the host) and the init of its guest say to each other.
 *
 * The guest connects to port GABION_GUEST_PORT of the host over vsock, once for each channel, and
 *begins each connection with a hello. Standard streams are bytes in one direction; the end of the
 *stream is the end of the bytes. A share carries 9P2000.L, with the guest as client. On the control
 *channel both send frames:
 *
 *	host to guest	JOB once, first; then SIGNAL and WINDOW
 *	guest to host	STARTED; then EXITED or KILLED, or instead of all that FAILED; nothing after
 *these
 *
 * The guest closes its streams before it says how the command ended. The host closes the control
 *channel when it has read them to their end, and the guest then powers off.
 *
 * Neither trusts the other: what is longer than its bound, of an unknown kind, or not as it says
 *here ends the session. Integers are little-endian.
 */
#ifndef GABION_VMM_GUEST_PROTOCOL_H
#define GABION_VMM_GUEST_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GABION_GUEST_PORT    1
#define GABION_GUEST_MAGIC   0x76424147 /* "GABv" */
#define GABION_GUEST_VERSION 1

/* Bounds of a job, and of its bytes in a frame. */
#define GABION_GUEST_WORDS_MAX	4096 /* arguments, and variables of the environment */
#define GABION_GUEST_SHARES_MAX 16
#define GABION_GUEST_JOB_MAX	(1 << 20)
/* Of the frames that the guest sends; of the text of FAILED. */
#define GABION_GUEST_REPLY_MAX 1024

enum gabion_guest_channel {
	GABION_CHANNEL_CONTROL,
	GABION_CHANNEL_STDIN,
	GABION_CHANNEL_STDOUT,
	GABION_CHANNEL_STDERR, /* not of a job with a terminal */
	GABION_CHANNEL_SHARE,  /* the first one of the job, and so on */
	GABION_CHANNELS_END = GABION_CHANNEL_SHARE + GABION_GUEST_SHARES_MAX,
};

/* First bytes of a connection: magic (4), version (2), channel (2). */
#define GABION_GUEST_HELLO_SIZE 8

/* A frame: length of the payload (4), type (4), payload. */
#define GABION_GUEST_HEADER_SIZE 8

enum gabion_guest_type {
	GABION_GUEST_JOB = 1, /* struct gabion_guest_job, encoded */
	GABION_GUEST_SIGNAL,  /* number (4): for the command's process group */
	GABION_GUEST_WINDOW,  /* rows (2), columns (2) of the terminal */
	GABION_GUEST_STARTED, /* nothing: the command runs */
	GABION_GUEST_EXITED,  /* status (4) */
	GABION_GUEST_KILLED,  /* signal (4) */
	GABION_GUEST_FAILED,  /* exit status for it (4), text: why the command does not run */
};

/**
 * struct gabion_guest_share - a folder of the host
 * @path:	where the guest mounts it; absolute
 * @read_only:	the host refuses writing, whatever the guest does
 */
struct gabion_guest_share {
	const char *path;
	bool read_only;
};

/**
 * struct gabion_guest_job - what the guest is to do
 * @tty:	the command has a terminal of @rows and @columns
 * @rootfs:	type of the file system on /dev/vda, which is mounted read-only; changes are kept in
 * memory
 * @hostname:	of the guest
 * @cwd:	where the command begins; absolute
 * @argv, @env:	NULL-terminated; at least one argument; looked up in PATH of @env
 * @storage:	of a decoded job: owns all of the strings
 */
struct gabion_guest_job {
	bool tty;
	uint16_t rows, columns;
	const char *rootfs;
	const char *hostname;
	const char *cwd;
	const char **argv;
	const char **env;
	struct gabion_guest_share shares[GABION_GUEST_SHARES_MAX];
	size_t share_count;
	void *storage;
};

/**
 * gabion_guest_job_encode - the payload of a JOB
 * @payload:	malloc'ed, owned by the caller
 * @size:	at most GABION_GUEST_JOB_MAX
 *
 * Return: 0; -E2BIG: beyond a bound; -ENOMEM.
 */
int gabion_guest_job_encode(const struct gabion_guest_job *job, unsigned char **payload,
			    size_t *size);

/**
 * gabion_guest_job_decode - take a payload apart, which is not trusted
 * @job:	on success; release with gabion_guest_job_free()
 *
 * Return: 0; -EPROTO: not a job; -ENOMEM.
 */
int gabion_guest_job_decode(struct gabion_guest_job *job, const unsigned char *payload,
			    size_t size);
void gabion_guest_job_free(struct gabion_guest_job *job);

void gabion_guest_hello_encode(unsigned char hello[GABION_GUEST_HELLO_SIZE], unsigned int channel);
/* Return: the channel; -EPROTO: another program, or another version of this one. */
int gabion_guest_hello_decode(const unsigned char hello[GABION_GUEST_HELLO_SIZE]);

/* Integers in payloads. */
void gabion_guest_put(unsigned char *at, uint32_t value, size_t bytes);
uint32_t gabion_guest_get(const unsigned char *at, size_t bytes);

/**
 * gabion_guest_send - write a frame to a socket or pipe, waiting as long as it takes
 * Return: 0 or -errno; -EPIPE: the other side is gone.
 */
int gabion_guest_send(int fd, enum gabion_guest_type type, const void *payload, size_t size);

/**
 * struct gabion_guest_reader - frames from a descriptor; zero-initialise but for @max
 * @max:	longest payload that is taken
 * @buffer:	owned
 * @filled:	bytes in it
 */
struct gabion_guest_reader {
	size_t max;
	unsigned char *buffer;
	size_t filled;
};

/**
 * struct gabion_guest_frame - one frame
 * @payload:	in the reader's buffer, until it is used next
 */
struct gabion_guest_frame {
	uint32_t type;
	const unsigned char *payload;
	size_t size;
};

/*
 * Read once from @fd what there is, but not beyond one frame. Return: 1 and @frame; 0: not whole
 * yet; -ENODATA: the end, between two frames; -EPROTO: the end within one, or a frame that is too
 * long; -EAGAIN or another -errno.
 */
int gabion_guest_read(struct gabion_guest_reader *reader, int fd, struct gabion_guest_frame *frame);
void gabion_guest_reader_free(struct gabion_guest_reader *reader);

#endif /* GABION_VMM_GUEST_PROTOCOL_H */
