// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer entry: bytes as a snapshot's state, of which somebody made the checksum right: the
 * first says of which device, the rest is its section. What could be loaded has to work: a
 * driver goes on with it. `make vmm-fuzz`.
 */
#include "malice.h"

#include <stdlib.h>

#include "../device/i8042.h"
#include "../device/serial.h"
#include "../log.h"
#include "guest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const struct gabion_log_options quiet = { .level = GABION_LOG_OFF };

	(void)argc;
	(void)argv;
	return gabion_log_open(&quiet, 0);
}

static void make(struct gabion_state *state, const uint8_t *data, size_t size)
{
	struct gabion_state made = { 0 };
	struct gabion_error error;

	gabion_state_begin(&made, "device", 0);
	gabion_state_bytes(&made, (void *)data, size);
	gabion_state_end(&made);
	if (gabion_state_finish(&made, &error) ||
	    gabion_state_open(state, "FILE", made.bytes, made.size, &error))
		abort();
	gabion_state_free(&made);
	gabion_state_begin(state, "device", 0);
}

static void load_virtio(unsigned int kind, struct gabion_state *state)
{
	struct gabion_error error;
	struct guest guest;
	int other = -1;

	guest_open(&guest);
	guest_attach(&guest, malice_device(kind, &other));
	gabion_virtio_transfer(guest.virtio, state);
	gabion_state_end(state);
	if (!gabion_state_finish(state, &error)) {
		gabion_virtio_wake(guest.virtio);
		guest_run(&guest);
		guest_driver(&guest, 0);
		guest_kick(&guest, 0);
	}
	guest_close(&guest);
	if (other >= 0)
		close(other);
}

static void load_serial(struct gabion_state *state)
{
	const struct gabion_irq none = { -1 };
	struct gabion_serial serial;
	unsigned char byte;
	unsigned int i;

	gabion_serial_init(&serial);
	gabion_serial_transfer(&serial, state);
	serial.irq = &none;
	serial.in = serial.out = serial.input.fd = serial.output.fd = -1;
	gabion_serial_wake(&serial);
	for (i = 0; i < 8; i++)
		gabion_serial_ops.read(&serial, i, &byte, 1);
}

static void load_keyboard(struct gabion_state *state)
{
	const struct gabion_irq none = { -1 };
	struct gabion_i8042 i8042;
	unsigned char byte;
	unsigned int i;

	gabion_i8042_init(&i8042, NULL, &none);
	gabion_i8042_transfer(&i8042, state);
	gabion_i8042_wake(&i8042);
	gabion_i8042_ctrl_alt_del(&i8042);
	for (i = 0; i < 2 * GABION_I8042_QUEUE; i++)
		gabion_i8042_ops.read(&i8042, 0, &byte, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gabion_state state;

	if (!size)
		return 0;
	make(&state, data + 1, size - 1);
	switch (data[0] % 7) {
	case 5:
		load_serial(&state);
		break;
	case 6:
		load_keyboard(&state);
		break;
	default:
		load_virtio(data[0] % 7, &state);
	}
	gabion_state_free(&state);
	return 0;
}
