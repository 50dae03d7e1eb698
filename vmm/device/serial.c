// SPDX-License-Identifier: GPL-2.0
/*
 * Registers as in the 16550A data sheet.  A byte is sent the moment it is written,
 * unless @out takes none for so long that the buffer is full: then the transmitter is
 * not empty, and the guest waits, as for a slow line.
 */
#include "serial.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum { DATA, IER, IIR, LCR, MCR, LSR, MSR, SCRATCH };

#define IER_RX	      0x01
#define IER_TX	      0x02
#define IIR_NONE      0x01
#define IIR_TX	      0x02
#define IIR_RX	      0x04
#define IIR_FIFO      0xc0
#define FCR_ENABLE    0x01
#define FCR_CLEAR_RX  0x02
#define LCR_DLAB      0x80
#define MCR_LOOP      0x10
#define LSR_READY     0x01
#define LSR_EMPTY     0x60 /* holding and shift register */
#define MSR_CONNECTED 0xb0 /* carrier, data set ready, clear to send */

static bool transmitter_full(const struct gabion_serial *serial)
{
	return serial->buffered == GABION_SERIAL_BUFFER;
}

static unsigned char pending(const struct gabion_serial *serial)
{
	if (serial->ier & IER_RX && serial->fifo_count)
		return IIR_RX;
	if (serial->ier & IER_TX && serial->thr_pending)
		return IIR_TX;
	return IIR_NONE;
}

static void update(const struct gabion_serial *serial)
{
	if (pending(serial) != IIR_NONE)
		gabion_irq_raise(serial->irq);
}

static void watch_input(struct gabion_serial *serial);

static void read_input(void *opaque, uint32_t events)
{
	struct gabion_serial *serial = opaque;
	ssize_t n = read(serial->in, serial->fifo + serial->fifo_count,
			 GABION_SERIAL_FIFO - serial->fifo_count);

	(void)events;
	if (n > 0)
		serial->fifo_count += n;
	else if (!n || (errno != EAGAIN && errno != EINTR))
		serial->in = -1;
	watch_input(serial);
	if (n > 0)
		update(serial);
}

/*
 * Input that is not read waits where it is: the guest sets the pace. Not watched at all
 * meanwhile, for a hang-up would be told of again and again.
 */
static void watch_input(struct gabion_serial *serial)
{
	bool wanted =
		serial->in >= 0 && !serial->in_file && serial->fifo_count < GABION_SERIAL_FIFO;

	if (wanted && serial->input.fd < 0)
		gabion_loop_add(serial->loop, &serial->input, serial->in, EPOLLIN, read_input,
				serial);
	else if (!wanted)
		gabion_loop_remove(serial->loop, &serial->input);
}

static unsigned char take_input(struct gabion_serial *serial)
{
	unsigned char byte = serial->fifo[0];

	if (!serial->fifo_count)
		return 0;
	memmove(serial->fifo, serial->fifo + 1, --serial->fifo_count);
	if (serial->in >= 0 && serial->in_file && !serial->fifo_count)
		read_input(serial, 0);
	else
		watch_input(serial);
	return byte;
}

/* As much as @out takes without making us wait. */
static void flush(struct gabion_serial *serial)
{
	struct pollfd poll_out = { .fd = serial->out, .events = POLLOUT };
	ssize_t n;

	while (serial->buffered && poll(&poll_out, 1, 0) == 1) {
		/* A pipe that says it can be written takes this many without waiting. */
		n = write(serial->out, serial->buffer,
			  serial->buffered < 512 ? serial->buffered : 512);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		/* Nobody will ever read it: the guest need not wait for that. */
		if (n < 0)
			n = serial->buffered;
		serial->buffered -= n;
		memmove(serial->buffer, serial->buffer + n, serial->buffered);
	}
}

static void write_output(void *opaque, uint32_t events)
{
	struct gabion_serial *serial = opaque;
	bool was_full = transmitter_full(serial);

	(void)events;
	flush(serial);
	if (!serial->buffered)
		gabion_loop_remove(serial->loop, &serial->output);
	if (was_full && !transmitter_full(serial)) {
		serial->thr_pending = true;
		update(serial);
	}
}

static void transmit(struct gabion_serial *serial, unsigned char byte)
{
	if (serial->mcr & MCR_LOOP) {
		if (serial->fifo_count < GABION_SERIAL_FIFO)
			serial->fifo[serial->fifo_count++] = byte;
	} else if (!transmitter_full(serial)) {
		serial->buffer[serial->buffered++] = byte;
		flush(serial);
		if (serial->buffered && serial->output.fd < 0)
			gabion_loop_add(serial->loop, &serial->output, serial->out, EPOLLOUT,
					write_output, serial);
	}
	serial->thr_pending = !transmitter_full(serial);
	update(serial);
}

static unsigned char modem_status(const struct gabion_serial *serial)
{
	unsigned char mcr = serial->mcr;

	if (!(mcr & MCR_LOOP))
		return MSR_CONNECTED;
	/* Looped back: RTS as CTS, DTR as DSR, OUT1 as RI, OUT2 as DCD. */
	return (mcr & 2) << 3 | (mcr & 1) << 5 | (mcr & 4) << 4 | (mcr & 8) << 4;
}

static void read_register(void *device, uint64_t offset, void *data, size_t size)
{
	struct gabion_serial *serial = device;
	unsigned char value = 0;

	switch (offset) {
	case DATA:
		value = serial->lcr & LCR_DLAB ? serial->divisor[0] : take_input(serial);
		break;
	case IER:
		value = serial->lcr & LCR_DLAB ? serial->divisor[1] : serial->ier;
		break;
	case IIR:
		value = pending(serial);
		if (value == IIR_TX)
			serial->thr_pending = false;
		if (serial->fifo_enabled)
			value |= IIR_FIFO;
		break;
	case LCR:
		value = serial->lcr;
		break;
	case MCR:
		value = serial->mcr;
		break;
	case LSR:
		value = (serial->fifo_count ? LSR_READY : 0) |
			(transmitter_full(serial) ? 0 : LSR_EMPTY);
		break;
	case MSR:
		value = modem_status(serial);
		break;
	case SCRATCH:
		value = serial->scratch;
		break;
	}
	memset(data, 0, size);
	memcpy(data, &value, 1);
}

static void write_register(void *device, uint64_t offset, const void *data, size_t size)
{
	struct gabion_serial *serial = device;
	unsigned char value;

	(void)size;
	memcpy(&value, data, 1);
	switch (offset) {
	case DATA:
		if (serial->lcr & LCR_DLAB)
			serial->divisor[0] = value;
		else
			transmit(serial, value);
		break;
	case IER:
		if (serial->lcr & LCR_DLAB) {
			serial->divisor[1] = value;
			break;
		}
		serial->ier = value & 0x0f;
		serial->thr_pending = !transmitter_full(serial);
		update(serial);
		break;
	case IIR:
		serial->fifo_enabled = value & FCR_ENABLE;
		if (value & FCR_CLEAR_RX) {
			serial->fifo_count = 0;
			watch_input(serial);
		}
		break;
	case LCR:
		serial->lcr = value;
		break;
	case MCR:
		serial->mcr = value & 0x1f;
		break;
	case SCRATCH:
		serial->scratch = value;
		break;
	}
}

const struct gabion_bus_ops gabion_serial_ops = { read_register, write_register };

void gabion_serial_init(struct gabion_serial *serial)
{
	*serial = (struct gabion_serial){.divisor = {1}};
}

void gabion_serial_transfer(struct gabion_serial *serial, struct gabion_state *state)
{
	/* A transmitter that was full is empty where it is loaded. */
	bool thr_pending = serial->thr_pending || transmitter_full(serial);
	uint32_t count;

	gabion_state_u8(state, &serial->ier);
	gabion_state_u8(state, &serial->lcr);
	gabion_state_u8(state, &serial->mcr);
	gabion_state_u8(state, &serial->scratch);
	gabion_state_bytes(state, serial->divisor, sizeof(serial->divisor));
	gabion_state_bool(state, &serial->fifo_enabled);
	gabion_state_bool(state, &thr_pending);
	count = gabion_state_count(state, serial->fifo_count, GABION_SERIAL_FIFO, 1);
	gabion_state_bytes(state, serial->fifo, count);
	if (!state->loading)
		return;
	serial->thr_pending = thr_pending;
	serial->fifo_count = count;
}

void gabion_serial_wake(const struct gabion_serial *serial)
{
	update(serial);
}

int gabion_serial_start(struct gabion_serial *serial, struct gabion_loop *loop,
			const struct gabion_irq *irq, int in, int out, struct gabion_error *error)
{
	int err;

	serial->loop = loop;
	serial->irq = irq;
	serial->in = in;
	serial->out = out;
	serial->input.fd = serial->output.fd = -1;
	err = gabion_loop_add(loop, &serial->input, in, EPOLLIN, read_input, serial);
	/* A regular file, or /dev/null: it has all it will have. */
	if (err == -EPERM) {
		serial->in_file = true;
		if (!serial->fifo_count)
			read_input(serial, 0);
	} else if (err) {
		return gabion_error_set(error, err, "cannot wait for input of the serial port: %s",
					strerror(-err));
	}
	watch_input(serial);
	return 0;
}

void gabion_serial_stop(struct gabion_serial *serial)
{
	if (!serial->loop)
		return;
	flush(serial);
	gabion_loop_remove(serial->loop, &serial->input);
	gabion_loop_remove(serial->loop, &serial->output);
}
