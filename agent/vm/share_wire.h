/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages of 9P2000.L: little-endian numbers and counted strings. Taking apart what the guest sent
 * is in one place, bounds first.
 */
#ifndef GABION_VM_SHARE_WIRE_H
#define GABION_VM_SHARE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The longest message, and what a data message has beside its data. */
#define SHARE_MSIZE	 (128 << 10)
#define SHARE_HEADER	 7
#define SHARE_IO_HEADER	 24
#define SHARE_NAME_MAX	 255
#define SHARE_TARGET_MAX 4095

/* Requests; the reply is one more. include/net/9p/9p.h of Linux. */
enum {
	SHARE_LERROR = 6,
	SHARE_STATFS = 8,
	SHARE_LOPEN = 12,
	SHARE_LCREATE = 14,
	SHARE_SYMLINK = 16,
	SHARE_MKNOD = 18,
	SHARE_RENAME = 20,
	SHARE_READLINK = 22,
	SHARE_GETATTR = 24,
	SHARE_SETATTR = 26,
	SHARE_XATTRWALK = 30,
	SHARE_XATTRCREATE = 32,
	SHARE_READDIR = 40,
	SHARE_FSYNC = 50,
	SHARE_LOCK = 52,
	SHARE_GETLOCK = 54,
	SHARE_LINK = 70,
	SHARE_MKDIR = 72,
	SHARE_RENAMEAT = 74,
	SHARE_UNLINKAT = 76,
	SHARE_VERSION = 100,
	SHARE_AUTH = 102,
	SHARE_ATTACH = 104,
	SHARE_FLUSH = 108,
	SHARE_WALK = 110,
	SHARE_READ = 116,
	SHARE_WRITE = 118,
	SHARE_CLUNK = 120,
	SHARE_REMOVE = 122,
};

/**
 * struct share_request - what is left of a message
 * @bad:	it was shorter than it says, or has a string that is none
 */
struct share_request {
	const unsigned char *at;
	size_t left;
	bool bad;
};

/* struct share_reply - under construction; @size counts the header; never more than SHARE_MSIZE */
struct share_reply {
	unsigned char bytes[SHARE_MSIZE];
	size_t size;
};

static inline uint64_t share_get(struct share_request *r, size_t bytes)
{
	uint64_t value = 0;
	size_t i;

	if (r->left < bytes) {
		r->bad = true;
		r->left = 0;
		return 0;
	}
	for (i = 0; i < bytes; i++)
		value |= (uint64_t)r->at[i] << 8 * i;
	r->at += bytes;
	r->left -= bytes;
	return value;
}

/* A string of at most @max bytes into @string, which has room for one more. */
static inline void share_get_string(struct share_request *r, char *string, size_t max)
{
	size_t n = share_get(r, 2);

	if (n > max || n > r->left || memchr(r->at, '\0', n)) {
		r->bad = true;
		n = 0;
	}
	memcpy(string, r->at, n);
	string[n] = '\0';
	r->at += n;
	r->left -= n;
}

static inline void share_put(struct share_reply *reply, uint64_t value, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes && reply->size < sizeof(reply->bytes); i++)
		reply->bytes[reply->size++] = (unsigned char)(value >> 8 * i);
}

static inline void share_put_bytes(struct share_reply *reply, const void *bytes, size_t n)
{
	if (n > sizeof(reply->bytes) - reply->size)
		return;
	memcpy(reply->bytes + reply->size, bytes, n);
	reply->size += n;
}

static inline void share_put_string(struct share_reply *reply, const char *string)
{
	size_t n = strlen(string);

	share_put(reply, n, 2);
	share_put_bytes(reply, string, n);
}

#endif /* GABION_VM_SHARE_WIRE_H */
