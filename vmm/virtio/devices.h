/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The virtio devices that there are.  Each is made from its options, which are not
 * kept, and is then given to gabion_machine_attach().
 */
#ifndef GABION_VMM_VIRTIO_DEVICES_H
#define GABION_VMM_VIRTIO_DEVICES_H

#include "../limiter.h"
#include "mmio.h"

/**
 * struct gabion_block_options - a disk (virtio 1.2, 5.2)
 * @id:		what the guest reads as its serial number, the first 20 bytes
 * @path:	raw image or block device
 * @read_only:	the file is opened for reading only, too
 * @writeback:	flushes of the guest are done; otherwise there are none to ask for
 */
struct gabion_block_options {
	const char *id;
	const char *path;
	bool read_only, writeback;
	struct gabion_limiter_options limiter;
};

/* A disk; its file is locked against another that writes. */
int gabion_block_create(struct gabion_virtio **virtio, const struct gabion_block_options *options,
			struct gabion_error *error);

/*
 * The limits of @options from now on; with @reopen the file at @options->path, too, of
 * whatever size, which may be the one that is open; the guest is told. What is wrong leaves
 * the disk as it was. The rest of @options must be as at first.
 */
int gabion_block_update(struct gabion_virtio *virtio, const struct gabion_block_options *options,
			bool reopen, struct gabion_error *error);

/* A source of random bytes (virtio 1.2, 5.4), which are the host kernel's. */
int gabion_rng_create(struct gabion_virtio **virtio, const struct gabion_limiter_options *options,
		      struct gabion_error *error);

/**
 * struct gabion_balloon_options - memory that the guest is to do without (virtio 1.2, 5.5)
 * @mib:	how much
 * @deflate_on_oom: the guest may take it back when it would have to kill processes
 * @stats_interval_s: ask the guest every so often how its memory is; 0: never
 */
struct gabion_balloon_options {
	uint32_t mib;
	bool deflate_on_oom;
	uint16_t stats_interval_s;
};

#define GABION_BALLOON_STATS 16

/**
 * struct gabion_balloon_stats - what is known of it
 * @target_pages, @actual_pages: of 4 KiB: as it was asked for, as the guest says it is
 * @known:	bit n: the guest said @values[n], by virtio's number of it (5.5.6.4)
 */
struct gabion_balloon_stats {
	uint32_t target_pages, actual_pages;
	uint32_t known;
	uint64_t values[GABION_BALLOON_STATS];
};

int gabion_balloon_create(struct gabion_virtio **virtio,
			  const struct gabion_balloon_options *options, struct gabion_error *error);

/* Ask the guest to do without @mib from now on. */
void gabion_balloon_resize(struct gabion_virtio *virtio, uint32_t mib);

/* Ask for statistics at another interval, above 0 as the first one was, and at once. */
void gabion_balloon_set_interval(struct gabion_virtio *virtio, uint16_t seconds);

void gabion_balloon_read(const struct gabion_virtio *virtio, struct gabion_balloon_stats *stats);

/**
 * struct gabion_net_options - a network card (virtio 1.2, 5.1)
 * @tap:	name of a tap device of the host
 * @mac:	address, when @has_mac; otherwise the guest chooses one
 * @rx, @tx:	limits by direction
 */
struct gabion_net_options {
	const char *tap;
	bool has_mac;
	uint8_t mac[6];
	struct gabion_limiter_options rx, tx;
};

/* A card on an existing tap, or on a new one where that is permitted. */
int gabion_net_create(struct gabion_virtio **virtio, const struct gabion_net_options *options,
		      struct gabion_error *error);

/* The same on a descriptor that behaves as a tap; it is the device's from now on. For tests. */
int gabion_net_create_on(struct gabion_virtio **virtio, const struct gabion_net_options *options,
			 int fd, struct gabion_error *error);

/* The limits of @options from now on, or as before; nothing else of it counts. */
int gabion_net_limit(struct gabion_virtio *virtio, const struct gabion_net_options *options,
		     struct gabion_error *error);

/**
 * struct gabion_vsock_options - sockets between host and guest (virtio 1.2, 5.10)
 * @cid:	the guest's address, above 2
 * @path:	unix socket to be made, and the beginning of the names of others (vsock_stream.c)
 */
struct gabion_vsock_options {
	uint64_t cid;
	const char *path;
};

int gabion_vsock_create(struct gabion_virtio **virtio, const struct gabion_vsock_options *options,
			struct gabion_error *error);

#endif /* GABION_VMM_VIRTIO_DEVICES_H */
