// SPDX-License-Identifier: GPL-2.0
/* Sockets between host and guest, with the guest's packets written by hand. */
#include "guest.h"

#include <errno.h>
#include <linux/virtio_vsock.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define HEADER	     44
#define RX	     0
#define TX	     1
#define CID	     3
#define RX_BUFFER(n) (BUFFERS + 0x40000 + (n)*0x1000)

struct scene {
	struct guest guest;
	char folder[32], path[64];
	uint16_t taken; /* packets that the guest has looked at */
	unsigned int next_buffer;
};

static void give_buffer(struct scene *scene)
{
	unsigned int n = scene->next_buffer++ % SIZE;

	guest_desc(&scene->guest, RING_AT(RX), n, RX_BUFFER(n), 0x1000, VRING_DESC_F_WRITE, 0);
	guest_offer(&scene->guest, RX, n);
}

static int setup_without_buffers(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct gabion_vsock_options options = { .cid = CID };
	struct gabion_virtio *virtio;
	struct gabion_error error;

	strcpy(scene->folder, "/tmp/vmm-vsock.XXXXXX");
	assert_non_null(mkdtemp(scene->folder));
	snprintf(scene->path, sizeof(scene->path), "%s/v", scene->folder);
	options.path = scene->path;
	guest_open(&scene->guest);
	assert_int_equal(gabion_vsock_create(&virtio, &options, &error), 0);
	guest_attach(&scene->guest, virtio);
	guest_driver(&scene->guest, 0);
	*state = scene;
	return 0;
}

static int setup(void **state)
{
	unsigned int i;

	setup_without_buffers(state);
	for (i = 0; i < SIZE; i++)
		give_buffer(*state);
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	guest_close(&scene->guest);
	/* It takes its socket away. */
	assert_int_equal(rmdir(scene->folder), 0);
	free(scene);
	return 0;
}

static void send_packet(struct scene *scene, struct virtio_vsock_hdr header, const void *data)
{
	struct guest *guest = &scene->guest;

	header.src_cid = header.src_cid ? header.src_cid : CID;
	header.dst_cid = 2;
	header.type = 1;
	memcpy(guest_at(guest, BUFFERS, HEADER), &header, HEADER);
	if (data)
		memcpy(guest_at(guest, BUFFERS + HEADER, header.len), data, header.len);
	guest_desc(guest, RING_AT(TX), 0, BUFFERS, HEADER + (data ? header.len : 0), 0, 0);
	guest_offer(guest, TX, 0);
}

static struct virtio_vsock_hdr packet(uint16_t op, uint32_t guest_port, uint32_t host_port)
{
	return (struct virtio_vsock_hdr){
		.op = op, .src_port = guest_port, .dst_port = host_port, .buf_alloc = 65536
	};
}

/* The next packet that the guest got: its operation, or -1. */
static int next_packet(struct scene *scene, struct virtio_vsock_hdr *header, char *data)
{
	struct guest *guest = &scene->guest;
	struct vring_used_elem used;

	guest_run(guest);
	if (scene->taken == guest_used(guest, RX))
		return -1;
	memcpy(&used,
	       guest_at(guest, RING_AT(RX) + USED_OFFSET + 4 + 8 * (scene->taken++ % SIZE), 8), 8);
	memcpy(header, guest_at(guest, RX_BUFFER(used.id), HEADER), HEADER);
	assert_int_equal(used.len, HEADER + header->len);
	assert_int_equal(header->src_cid, 2);
	assert_int_equal(header->dst_cid, CID);
	if (data)
		memcpy(data, guest_at(guest, RX_BUFFER(used.id) + HEADER, 0x1000 - HEADER),
		       header->len);
	give_buffer(scene);
	return header->op;
}

static int socket_at(struct scene *scene, const char *suffix, bool listens)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s%s", scene->path, suffix);
	if (listens) {
		assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
		assert_int_equal(listen(fd, 5), 0);
	} else {
		assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	}
	return fd;
}

/* The host's program asks for port 52 of the guest, which accepts; its port of the host. */
static uint32_t connected(struct scene *scene, int fd)
{
	struct virtio_vsock_hdr header;
	char text[64] = "", expected[64];

	assert_int_equal(write(fd, "CONNECT 52\n", 11), 11);
	assert_int_equal(next_packet(scene, &header, NULL), VIRTIO_VSOCK_OP_REQUEST);
	assert_int_equal(header.dst_port, 52);
	send_packet(scene, packet(VIRTIO_VSOCK_OP_RESPONSE, 52, header.src_port), NULL);
	assert_true(read(fd, text, sizeof(text)) > 0);
	snprintf(expected, sizeof(expected), "OK %u\n", header.src_port);
	assert_string_equal(text, expected);
	return header.src_port;
}

static void the_host_connects(void **state)
{
	struct scene *scene = *state;
	struct virtio_vsock_hdr header;
	char data[4096] = "";
	int fd = socket_at(scene, "", false);
	uint32_t port = connected(scene, fd);

	assert_int_equal(write(fd, "to the guest", 12), 12);
	assert_int_equal(next_packet(scene, &header, data), VIRTIO_VSOCK_OP_RW);
	assert_memory_equal(data, "to the guest", 12);
	header = packet(VIRTIO_VSOCK_OP_RW, 52, port);
	header.len = 11;
	send_packet(scene, header, "to the host");
	assert_int_equal(read(fd, data, sizeof(data)), 11);
	/* The end of one direction, and then of the other. */
	shutdown(fd, SHUT_WR);
	assert_int_equal(next_packet(scene, &header, NULL), VIRTIO_VSOCK_OP_SHUTDOWN);
	assert_int_equal(header.flags, VIRTIO_VSOCK_SHUTDOWN_SEND);
	close(fd);
	assert_int_equal(next_packet(scene, &header, NULL), VIRTIO_VSOCK_OP_SHUTDOWN);
	assert_int_equal(header.flags, 3);
	send_packet(scene, packet(VIRTIO_VSOCK_OP_RST, 52, port), NULL);
	assert_int_equal(next_packet(scene, &header, NULL), -1);
}

static void the_guest_connects(void **state)
{
	struct scene *scene = *state;
	struct virtio_vsock_hdr header;
	char data[4096], path[80];
	int listener = socket_at(scene, "_1024", true), fd;

	send_packet(scene, packet(VIRTIO_VSOCK_OP_REQUEST, 7, 1024), NULL);
	assert_int_equal(next_packet(scene, &header, NULL), VIRTIO_VSOCK_OP_RESPONSE);
	fd = accept(listener, NULL, NULL);
	assert_true(fd >= 0);
	header = packet(VIRTIO_VSOCK_OP_RW, 7, 1024);
	header.len = 5;
	send_packet(scene, header, "hello");
	assert_int_equal(read(fd, data, sizeof(data)), 5);
	/* The guest closes. */
	header = packet(VIRTIO_VSOCK_OP_SHUTDOWN, 7, 1024);
	header.flags = 3;
	send_packet(scene, header, NULL);
	assert_int_equal(next_packet(scene, &header, NULL), VIRTIO_VSOCK_OP_RST);
	assert_int_equal(recv(fd, data, sizeof(data), MSG_DONTWAIT), 0);
	close(fd);
	close(listener);
	snprintf(path, sizeof(path), "%s_1024", scene->path);
	unlink(path);
}

static void nobody_listens(void **state)
{
	struct virtio_vsock_hdr header;

	send_packet(*state, packet(VIRTIO_VSOCK_OP_REQUEST, 7, 1025), NULL);
	assert_int_equal(next_packet(*state, &header, NULL), VIRTIO_VSOCK_OP_RST);
	assert_int_equal(header.dst_port, 7);
	assert_int_equal(header.src_port, 1025);
	/* Nor is there a stream that this could be for; and a reset is not answered by one. */
	send_packet(*state, packet(VIRTIO_VSOCK_OP_RW, 7, 1025), NULL);
	assert_int_equal(next_packet(*state, &header, NULL), VIRTIO_VSOCK_OP_RST);
	send_packet(*state, packet(VIRTIO_VSOCK_OP_RST, 7, 1025), NULL);
	assert_int_equal(next_packet(*state, &header, NULL), -1);
}

static void packets_that_lie(void **state)
{
	struct scene *scene = *state;
	struct virtio_vsock_hdr header = packet(VIRTIO_VSOCK_OP_RW, 7, 1025);

	/* From another guest: no answer. */
	header.src_cid = 9;
	send_packet(scene, header, NULL);
	assert_int_equal(next_packet(scene, &header, NULL), -1);
	/* Longer than it is. */
	header = packet(VIRTIO_VSOCK_OP_REQUEST, 7, 1025);
	header.len = 1;
	send_packet(scene, header, NULL);
	assert_int_equal(next_packet(scene, &header, NULL), VIRTIO_VSOCK_OP_RST);
	guest_desc(&scene->guest, RING_AT(TX), 0, BUFFERS, HEADER - 1, 0, 0);
	guest_offer(&scene->guest, TX, 0);
	assert_false(gabion_virtio_is_active(scene->guest.virtio));
}

static void greetings_that_are_wrong(void **state)
{
	static const char *const wrong[] = { "HELLO 52\n",
					     "CONNECT\n",
					     "CONNECT x\n",
					     "CONNECT 5x\n",
					     "CONNECT -1\n",
					     "CONNECT 4294967295\n",
					     "CONNECT 99999999999999999999\n",
					     "CONNECT 0000000000000000000000000000000000052\n" };
	struct scene *scene = *state;
	struct virtio_vsock_hdr header;
	size_t i;
	char byte;
	int fd;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		fd = socket_at(scene, "", false);
		assert_int_equal(write(fd, wrong[i], strlen(wrong[i])), strlen(wrong[i]));
		assert_int_equal(next_packet(scene, &header, NULL), -1);
		/* Closed; with bytes unread it is a reset. */
		assert_true(read(fd, &byte, 1) == 0 || errno == ECONNRESET);
		close(fd);
	}
}

static void credit(void **state)
{
	struct scene *scene = *state;
	struct virtio_vsock_hdr header;
	int fd = socket_at(scene, "", false);
	uint32_t port = connected(scene, fd);
	char data[4096] = { 0 };

	/* The guest has room for three bytes, and gets three; nothing spins meanwhile. */
	header = packet(VIRTIO_VSOCK_OP_CREDIT_UPDATE, 52, port);
	header.buf_alloc = 3;
	send_packet(scene, header, NULL);
	assert_int_equal(write(fd, "abcdef", 6), 6);
	assert_int_equal(next_packet(scene, &header, data), VIRTIO_VSOCK_OP_RW);
	assert_int_equal(header.len, 3);
	assert_int_equal(next_packet(scene, &header, data), -1);
	header = packet(VIRTIO_VSOCK_OP_CREDIT_UPDATE, 52, port);
	header.buf_alloc = 3;
	header.fwd_cnt = 3;
	send_packet(scene, header, NULL);
	assert_int_equal(next_packet(scene, &header, data), VIRTIO_VSOCK_OP_RW);
	assert_memory_equal(data, "def", 3);
	/* It asks for ours. */
	send_packet(scene, packet(VIRTIO_VSOCK_OP_CREDIT_REQUEST, 52, port), NULL);
	assert_int_equal(next_packet(scene, &header, NULL), VIRTIO_VSOCK_OP_CREDIT_UPDATE);
	assert_int_equal(header.buf_alloc, 65536);
	close(fd);
}

static void more_than_its_credit(void **state)
{
	struct scene *scene = *state;
	struct virtio_vsock_hdr header;
	int fd = socket_at(scene, "", false);
	uint32_t port = connected(scene, fd);
	static char data[4096];
	unsigned int sent = 0;
	int op;

	/* The host's program reads nothing: its socket fills, then our buffer; then it is over. */
	do {
		header = packet(VIRTIO_VSOCK_OP_RW, 52, port);
		header.len = sizeof(data);
		send_packet(scene, header, data);
		assert_true(++sent < 1000);
		op = next_packet(scene, &header, NULL);
	} while (op == -1 || op == VIRTIO_VSOCK_OP_CREDIT_UPDATE);
	assert_int_equal(op, VIRTIO_VSOCK_OP_RST);
	close(fd);
}

static void all_that_was_sent_arrives(void **state)
{
	struct scene *scene = *state;
	struct virtio_vsock_hdr header;
	int fd = socket_at(scene, "", false);
	uint32_t port = connected(scene, fd), sent = 0, got = 0, taken = 0, i;
	unsigned char data[4000], back[4000];
	ssize_t n;

	while (got < 1 << 20) {
		while (sent - taken + sizeof(data) <= 65536 && sent < 1 << 20) {
			for (i = 0; i < sizeof(data); i++)
				data[i] = (sent + i) * 2654435761U >> 24;
			header = packet(VIRTIO_VSOCK_OP_RW, 52, port);
			header.len = sizeof(data);
			send_packet(scene, header, data);
			sent += sizeof(data);
		}
		n = read(fd, back, sizeof(back));
		for (i = 0; n > 0 && i < n; i++)
			assert_int_equal(back[i], (unsigned char)((got + i) * 2654435761U >> 24));
		got += n > 0 ? n : 0;
		while (next_packet(scene, &header, NULL) == VIRTIO_VSOCK_OP_CREDIT_UPDATE)
			taken = header.fwd_cnt;
	}
	close(fd);
}

static void without_buffers_nothing_spins(void **state)
{
	struct scene *scene = *state;
	struct virtio_vsock_hdr header;
	int fd = socket_at(scene, "", false);

	assert_int_equal(write(fd, "CONNECT 52\n", 11), 11);
	/* guest_run() fails when the loop does not come to rest. */
	assert_int_equal(next_packet(scene, &header, NULL), -1);
	give_buffer(scene);
	assert_int_equal(next_packet(scene, &header, NULL), VIRTIO_VSOCK_OP_REQUEST);
	close(fd);
	guest_run(&scene->guest);
}

static void a_name_in_use(void **state)
{
	struct scene *scene = *state;
	const struct gabion_vsock_options options = { .cid = CID, .path = scene->path };
	struct gabion_virtio *virtio;
	struct gabion_error error;

	assert_int_equal(gabion_vsock_create(&virtio, &options, &error), 0);
	assert_int_equal(gabion_virtio_start(virtio, &scene->guest.memory, &scene->guest.loop,
					     &scene->guest.irq, &error),
			 -EADDRINUSE);
	assert_non_null(strstr(error.text, "a program listens there"));
	gabion_virtio_destroy(virtio);
	assert_int_equal(access(scene->path, F_OK), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(the_host_connects),
		T(the_guest_connects),
		T(nobody_listens),
		T(packets_that_lie),
		T(greetings_that_are_wrong),
		T(credit),
		T(more_than_its_credit),
		T(all_that_was_sent_arrives),
		cmocka_unit_test_setup_teardown(without_buffers_nothing_spins,
						setup_without_buffers, teardown),
		T(a_name_in_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
