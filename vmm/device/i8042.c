// SPDX-License-Identifier: GPL-2.0
/*
 * As much of the controller and of a keyboard of scan code set 2, untranslated, as
 * Linux's drivers want to see (i8042.c, atkbd.c). There is no port for a mouse.
 */
#include "i8042.h"

#include <errno.h>
#include <string.h>

#define DATA	0 /* port 0x60 */
#define COMMAND 4 /* port 0x64, for reading the status */

/* Status. The system flag says that the self-test was passed, the last that no lock is on. */
#define STATUS_OUTPUT 0x01
#define STATUS_SYSTEM 0x04
#define STATUS_UNLOCK 0x10

#define CONTROL_INTERRUPT 0x01
#define CONTROL_SYSTEM	  0x04
#define CONTROL_DISABLED  0x10

/* Commands of the controller; those above WRITE_OUTPUT are for a mouse. */
#define READ_CONTROL  0x20
#define WRITE_CONTROL 0x60
#define SELF_TEST     0xaa
#define TEST_KEYBOARD 0xab
#define DISABLE	      0xad
#define ENABLE	      0xae
#define WRITE_OUTPUT  0xd1
#define WRITE_LAST    0xd4
#define PULSE_RESET   0xfe

/* Commands of the keyboard, and its answers. */
#define SET_LEDS      0xed
#define SET_CODES     0xf0
#define GET_ID	      0xf2
#define SET_RATE      0xf3
#define SCAN	      0xf4
#define SCAN_NOT      0xf5
#define RESET	      0xff
#define ACKNOWLEDGED  0xfa
#define RESET_IS_DONE 0xaa

void gabion_i8042_init(struct gabion_i8042 *i8042, struct gabion_end *end,
		       const struct gabion_irq *irq)
{
	*i8042 = (struct gabion_i8042){ .end = end,
					.irq = irq,
					.control = CONTROL_SYSTEM | CONTROL_INTERRUPT };
}

/* One edge for each byte: the guest reads one each time. */
static void update(const struct gabion_i8042 *i8042)
{
	if (i8042->count && i8042->control & CONTROL_INTERRUPT)
		gabion_irq_raise(i8042->irq);
}

/* What does not fit is lost, as with a guest that reads no answers. */
static void put(struct gabion_i8042 *i8042, unsigned char byte)
{
	if (i8042->count < GABION_I8042_QUEUE)
		i8042->queue[i8042->count++] = byte;
}

static unsigned char take(struct gabion_i8042 *i8042)
{
	unsigned char byte = i8042->queue[0];

	if (!i8042->count)
		return 0;
	memmove(i8042->queue, i8042->queue + 1, --i8042->count);
	update(i8042);
	return byte;
}

static void read_register(void *device, uint64_t offset, void *data, size_t size)
{
	struct gabion_i8042 *i8042 = device;
	unsigned char value = 0;

	if (offset == DATA)
		value = take(i8042);
	else if (offset == COMMAND)
		value = STATUS_SYSTEM | STATUS_UNLOCK | (i8042->count ? STATUS_OUTPUT : 0);
	memset(data, 0, size);
	memcpy(data, &value, 1);
}

/* Its answer is the next that is read, and is waited for without an interrupt. */
static void answer(struct gabion_i8042 *i8042, unsigned char byte)
{
	i8042->count = 0;
	put(i8042, byte);
}

static void control(struct gabion_i8042 *i8042, unsigned char command)
{
	i8042->command = 0;
	switch (command) {
	case READ_CONTROL:
		answer(i8042, i8042->control);
		break;
	case SELF_TEST:
		answer(i8042, 0x55);
		break;
	case TEST_KEYBOARD:
		answer(i8042, 0);
		break;
	case DISABLE:
		i8042->control |= CONTROL_DISABLED;
		break;
	case ENABLE:
		i8042->control &= ~CONTROL_DISABLED;
		break;
	case PULSE_RESET:
		gabion_end_request(i8042->end, GABION_END_GUEST);
		break;
	default:
		if (command == WRITE_CONTROL ||
		    (command >= WRITE_OUTPUT && command <= WRITE_LAST))
			i8042->command = command;
	}
}

static void keyboard(struct gabion_i8042 *i8042, unsigned char command)
{
	bool parameter = i8042->parameter;

	i8042->parameter = false;
	put(i8042, ACKNOWLEDGED);
	switch (parameter ? 0 : command) {
	case SET_LEDS:
	case SET_CODES:
	case SET_RATE:
		i8042->parameter = true;
		break;
	case GET_ID:
		put(i8042, 0xab);
		put(i8042, 0x83);
		break;
	case SCAN:
	case SCAN_NOT:
		i8042->scanning = command == SCAN;
		break;
	case RESET:
		i8042->scanning = true;
		put(i8042, RESET_IS_DONE);
		break;
	}
	update(i8042);
}

static void write_register(void *device, uint64_t offset, const void *data, size_t size)
{
	struct gabion_i8042 *i8042 = device;
	unsigned char value;

	(void)size;
	memcpy(&value, data, 1);
	if (offset == COMMAND) {
		control(i8042, value);
	} else if (offset == DATA && !i8042->command) {
		keyboard(i8042, value);
	} else if (offset == DATA) {
		if (i8042->command == WRITE_CONTROL) {
			i8042->control = value;
			update(i8042);
		}
		i8042->command = 0;
	}
}

const struct gabion_bus_ops gabion_i8042_ops = { read_register, write_register };

void gabion_i8042_transfer(struct gabion_i8042 *i8042, struct gabion_state *state)
{
	uint32_t count;

	gabion_state_u8(state, &i8042->control);
	gabion_state_u8(state, &i8042->command);
	gabion_state_bool(state, &i8042->parameter);
	gabion_state_bool(state, &i8042->scanning);
	count = gabion_state_count(state, i8042->count, GABION_I8042_QUEUE, 1);
	gabion_state_bytes(state, i8042->queue, count);
	if (state->loading)
		i8042->count = count;
}

void gabion_i8042_wake(const struct gabion_i8042 *i8042)
{
	update(i8042);
}

int gabion_i8042_ctrl_alt_del(struct gabion_i8042 *i8042)
{
	static const unsigned char codes[] = { 0x14, 0x11, 0xe0, 0x71,	     /* pressed */
					       0xe0, 0xf0, 0x71, 0xf0, 0x11, /* released */
					       0xf0, 0x14 };
	size_t i;

	if (!i8042->scanning || i8042->control & CONTROL_DISABLED)
		return -ENODEV;
	if (sizeof(codes) > GABION_I8042_QUEUE - i8042->count)
		return -EBUSY;
	for (i = 0; i < sizeof(codes); i++)
		put(i8042, codes[i]);
	update(i8042);
	return 0;
}
