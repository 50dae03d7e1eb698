/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records that an output did not take, in a file, in order, until it does.
 *
 * The file is a header and records behind it, each with a checksum. The header
 * says where the first record begins that was not taken yet. What is killed in
 * the middle of an append leaves a record that is not whole: it is cut off, and
 * was not acknowledged. Damage elsewhere is skipped up to the next record that
 * is whole, and counted.
 */
#ifndef GABION_STREAM_SPOOL_H
#define GABION_STREAM_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "../common/error.h"

/* What a spool takes of the disk if nothing else is said. */
#define GABION_SPOOL_DEFAULT (64ULL << 20)

/**
 * struct gabion_spool - zero-initialise
 * @path:	owned
 * @name:	borrowed; of the output, kept in the header
 * @limit:	bytes of records
 * @fd:		owned; -1: the file was not made yet
 * @head:	where the first record begins
 * @tail:	where the next one will
 * @dirty:	appended to since the last sync
 * @fresh:	made since then: its name may not be on the disk yet
 * @damaged:	bytes that were skipped because they are no record
 */
struct gabion_spool {
	char *path;
	const char *name;
	uint64_t limit;
	int fd;
	uint64_t head;
	uint64_t tail;
	bool dirty;
	bool fresh;
	uint64_t damaged;
};

/**
 * struct gabion_spooled - a record in the file
 * @instance:	load of the module that numbered it
 * @sequence:	of an event; 0: it is about the record itself
 * @line:	owned; its JSON with newline
 * @end:	where the next one begins
 */
struct gabion_spooled {
	uint64_t instance;
	uint64_t sequence;
	char *line;
	size_t length;
	uint64_t end;
};

static inline void gabion_spooled_free(struct gabion_spooled *record)
{
	free(record->line);
	record->line = NULL;
}
#define cleanup_spooled __attribute__((cleanup(gabion_spooled_free)))

/*
 * The spool of the output @name in folder @dir, with what an earlier run left there. The
 * file is made when it is first needed. On error it can be closed, and nothing else.
 */
int gabion_spool_open(struct gabion_spool *spool, const char *dir, const char *name,
		      uint64_t limit, struct gabion_error *error);
void gabion_spool_close(struct gabion_spool *spool);

/*
 * Whose spool the file @path is, and how many bytes wait in it: malloc'ed name; NULL: it
 * is none.
 */
char *gabion_spool_owner(const char *path, uint64_t *pending);

/* Bytes of records that wait. */
static inline uint64_t gabion_spool_pending(const struct gabion_spool *spool)
{
	return spool->tail - spool->head;
}

/*
 * Append a record, whole or not at all. -ENOSPC: it would be larger than its limit,
 * or the disk is full; @error tells.
 */
int gabion_spool_append(struct gabion_spool *spool, uint64_t instance, uint64_t sequence,
			const char *line, size_t length, struct gabion_error *error);
/* Take back what was appended since @tail was this. */
int gabion_spool_cut(struct gabion_spool *spool, uint64_t tail, struct gabion_error *error);
/* Make what was appended durable. */
int gabion_spool_sync(struct gabion_spool *spool, struct gabion_error *error);

/*
 * The record at *@offset, between head and tail; past damage, so *@offset may move.
 * Return: 1: @record is there; 0: there is none any more; -errno.
 */
int gabion_spool_read(struct gabion_spool *spool, uint64_t *offset,
		      struct gabion_spooled *record, struct gabion_error *error);
/* All records before @offset were taken. */
int gabion_spool_consume(struct gabion_spool *spool, uint64_t offset, struct gabion_error *error);

#endif /* GABION_STREAM_SPOOL_H */
