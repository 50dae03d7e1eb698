// SPDX-License-Identifier: GPL-2.0
/*
 * Packets go between the guest's buffers and a tap without a copy of ours; checksums
 * and segmentation are left to the host's network stack where the guest agrees.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "devices.h"

#define QUEUE_SIZE 256
enum { RX, TX };
#define HEADER sizeof(struct virtio_net_hdr_mrg_rxbuf)
_Static_assert(HEADER == 12, "virtio 1.2, 5.1.6");
/* An Ethernet header with VLAN tag, and the largest IP packet. */
#define MAX_PACKET (HEADER + 18 + 65535)

struct net {
	struct gabion_virtio virtio;
	int tap;
	struct virtio_net_config config;
	struct gabion_limiter_options rx_limits, tx_limits;
	struct gabion_limiter rx_limiter, tx_limiter;
	struct gabion_watch watch;
	struct gabion_chain chain;
};

/* Packets that the guest has no room for wait in the tap, and we do not wait for them. */
static void wait_for_tap(struct net *net, bool wait)
{
	gabion_loop_change(net->virtio.loop, &net->watch, wait ? EPOLLIN : 0);
}

/* One packet from the tap to the chain: bytes, or -1 when none came. */
static ssize_t receive_one(struct net *net)
{
	static const uint16_t one = 1;
	struct iovec slice[GABION_CHAIN_SEGMENTS];
	unsigned int count = gabion_chain_slice(&net->chain, true, 0, MAX_PACKET, slice);
	ssize_t n = readv(net->tap, slice, count);

	if (n >= (ssize_t)HEADER)
		gabion_chain_write(&net->chain,
				   offsetof(struct virtio_net_hdr_mrg_rxbuf, num_buffers), &one,
				   sizeof(one));
	return n;
}

static void receive(struct net *net)
{
	struct gabion_virtio *virtio = &net->virtio;
	unsigned int budget = QUEUE_SIZE;
	bool wait = true;
	ssize_t n;

	while (budget--) {
		if (!gabion_limiter_allows(&net->rx_limiter) ||
		    !gabion_virtio_pop(virtio, RX, &net->chain)) {
			wait = false;
			break;
		}
		if (net->chain.writable < HEADER) {
			gabion_virtio_fail(virtio, "a receive buffer without room for the header");
			return;
		}
		n = receive_one(net);
		if (n < 0) {
			gabion_queue_unpop(&virtio->queues[RX]);
			break;
		}
		gabion_limiter_charge(&net->rx_limiter, n);
		gabion_queue_push(&virtio->queues[RX], &net->chain, n);
	}
	gabion_virtio_signal(virtio, RX);
	wait_for_tap(net, wait);
}

/* A packet that the tap does not take is lost, as on a wire. */
static void transmit_one(struct net *net)
{
	struct iovec slice[GABION_CHAIN_SEGMENTS];
	unsigned int count;

	if (net->chain.readable > MAX_PACKET)
		return;
	count = gabion_chain_slice(&net->chain, false, 0, net->chain.readable, slice);
	if (writev(net->tap, slice, count) < 0)
		return;
}

static void transmit(struct net *net)
{
	struct gabion_virtio *virtio = &net->virtio;
	unsigned int budget = QUEUE_SIZE;

	while (budget && gabion_limiter_allows(&net->tx_limiter) &&
	       gabion_virtio_pop(virtio, TX, &net->chain)) {
		if (net->chain.readable < HEADER) {
			gabion_virtio_fail(virtio, "a packet without a header");
			return;
		}
		gabion_limiter_charge(&net->tx_limiter, net->chain.readable - HEADER);
		transmit_one(net);
		gabion_queue_push(&virtio->queues[TX], &net->chain, 0);
		budget--;
	}
	gabion_virtio_signal(virtio, TX);
	if (!budget)
		gabion_virtio_requeue(virtio, TX);
}

static void tap_ready(void *opaque, uint32_t events)
{
	struct net *net = opaque;

	/* The interface is gone: nothing will come from it. */
	if (events & (EPOLLERR | EPOLLHUP) && !(events & EPOLLIN))
		gabion_loop_remove(net->virtio.loop, &net->watch);
	else
		receive(net);
}

static void notify(struct gabion_virtio *virtio, unsigned int queue)
{
	struct net *net = (struct net *)virtio;

	if (queue == RX)
		receive(net);
	else
		transmit(net);
}

static void resume_rx(void *opaque)
{
	if (gabion_virtio_is_active(opaque))
		receive(opaque);
}

static void resume_tx(void *opaque)
{
	if (gabion_virtio_is_active(opaque))
		transmit(opaque);
}

/* What of checksums and segmentation the guest lets the tap leave undone. */
static void set_offload(struct net *net)
{
	uint64_t features = net->virtio.driver_features;
	unsigned int offload = 0;

	if (features & 1ULL << VIRTIO_NET_F_GUEST_CSUM)
		offload |= TUN_F_CSUM;
	if (features & 1ULL << VIRTIO_NET_F_GUEST_TSO4)
		offload |= TUN_F_TSO4;
	if (features & 1ULL << VIRTIO_NET_F_GUEST_TSO6)
		offload |= TUN_F_TSO6;
	/* A guest that took segmentation without checksums gets neither: the tap refuses. */
	if (ioctl(net->tap, TUNSETOFFLOAD, offload))
		ioctl(net->tap, TUNSETOFFLOAD, 0);
}

static void activate(struct gabion_virtio *virtio)
{
	struct net *net = (struct net *)virtio;

	set_offload(net);
	receive(net);
	transmit(net);
}

static void transfer(struct gabion_virtio *virtio, struct gabion_state *state)
{
	struct net *net = (struct net *)virtio;

	gabion_limiter_transfer(&net->rx_limiter, state);
	gabion_limiter_transfer(&net->tx_limiter, state);
}

static void wake(struct gabion_virtio *virtio)
{
	set_offload((struct net *)virtio);
}

static void reset(struct gabion_virtio *virtio)
{
	wait_for_tap((struct net *)virtio, false);
}

static int start(struct gabion_virtio *virtio, struct gabion_error *error)
{
	struct net *net = (struct net *)virtio;
	int err = gabion_limiter_start(&net->rx_limiter, &net->rx_limits, virtio->loop, resume_rx,
				       net, error);

	if (!err)
		err = gabion_limiter_start(&net->tx_limiter, &net->tx_limits, virtio->loop,
					   resume_tx, net, error);
	if (err)
		return err;
	err = gabion_loop_add(virtio->loop, &net->watch, net->tap, 0, tap_ready, net);
	return err ? gabion_error_set(error, err, "cannot wait for a tap: %s", strerror(-err)) : 0;
}

static void destroy(struct gabion_virtio *virtio)
{
	struct net *net = (struct net *)virtio;

	gabion_limiter_stop(&net->rx_limiter);
	gabion_limiter_stop(&net->tx_limiter);
	if (virtio->loop)
		gabion_loop_remove(virtio->loop, &net->watch);
	close(net->tap);
	free(net);
}

static const struct gabion_virtio_ops ops = {
	.name = "network",
	.id = VIRTIO_ID_NET,
	.queues = 2,
	.queue_size = QUEUE_SIZE,
	.start = start,
	.notify = notify,
	.activate = activate,
	.reset = reset,
	.transfer = transfer,
	.wake = wake,
	.destroy = destroy,
};

int gabion_net_limit(struct gabion_virtio *virtio, const struct gabion_net_options *options,
		     struct gabion_error *error)
{
	struct net *net = (struct net *)virtio;
	int err = gabion_limiter_prepare(&net->rx_limiter, &options->rx, error);

	if (!err)
		err = gabion_limiter_prepare(&net->tx_limiter, &options->tx, error);
	if (err)
		return err;
	gabion_limiter_update(&net->rx_limiter, &options->rx);
	gabion_limiter_update(&net->tx_limiter, &options->tx);
	return 0;
}

int gabion_net_create_on(struct gabion_virtio **virtio, const struct gabion_net_options *options,
			 int fd, struct gabion_error *error)
{
	struct net *net = calloc(1, sizeof(*net));

	if (!net) {
		close(fd);
		return gabion_error_set(error, -ENOMEM, "out of memory");
	}
	net->tap = fd;
	net->watch.fd = -1;
	net->rx_limits = options->rx;
	net->tx_limits = options->tx;
	memcpy(net->config.mac, options->mac, sizeof(net->config.mac));
	net->virtio.ops = &ops;
	net->virtio.config = &net->config;
	net->virtio.config_size = offsetof(struct virtio_net_config, mac) + sizeof(net->config.mac);
	net->virtio.features = 1ULL << VIRTIO_NET_F_CSUM | 1ULL << VIRTIO_NET_F_GUEST_CSUM |
			       1ULL << VIRTIO_NET_F_GUEST_TSO4 | 1ULL << VIRTIO_NET_F_GUEST_TSO6 |
			       1ULL << VIRTIO_NET_F_HOST_TSO4 | 1ULL << VIRTIO_NET_F_HOST_TSO6 |
			       (uint64_t)options->has_mac << VIRTIO_NET_F_MAC;
	*virtio = &net->virtio;
	return 0;
}

int gabion_net_create(struct gabion_virtio **virtio, const struct gabion_net_options *options,
		      struct gabion_error *error)
{
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
	int header = HEADER, err;
	int fd;

	if (!*options->tap || strlen(options->tap) >= sizeof(request.ifr_name))
		return gabion_error_set(error, -EINVAL,
					"host_dev_name '%s': an interface has 1 to %zu "
					"characters",
					options->tap, sizeof(request.ifr_name) - 1);
	strcpy(request.ifr_name, options->tap);
	fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return gabion_error_set(error, -errno, "/dev/net/tun: %s", strerror(errno));
	if (ioctl(fd, TUNSETIFF, &request) || ioctl(fd, TUNSETVNETHDRSZ, &header)) {
		err = -errno;
		close(fd);
		return gabion_error_set(error, err, "tap %s: %s", options->tap, strerror(-err));
	}
	return gabion_net_create_on(virtio, options, fd, error);
}
