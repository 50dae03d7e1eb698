/* SPDX-License-Identifier: GPL-2.0 */
/* What guest and host agree on. */
#ifndef BENCH_VMM_LOAD_H
#define BENCH_VMM_LOAD_H

/* Of the disk, in pieces of less than 64 KiB and in larger ones. */
#define DISK_BYTES(piece) ((piece) < (64 << 10) ? 4 << 20 : 16 << 20)
#define NET_BYTES  (16 << 20)
#define NET_PIECE  (64 << 10)

#define HOST_ADDRESS  "10.9.0.1"
#define GUEST_ADDRESS "10.9.0.2"
/* Where the host takes all that comes, and where it sends NET_BYTES. */
#define SINK_PORT   5001
#define SOURCE_PORT 5002

#endif
