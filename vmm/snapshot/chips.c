// SPDX-License-Identifier: GPL-2.0
#include "chips.h"

#include <errno.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>

/* Two PICs and the IOAPIC, by KVM's numbers. */
#define IRQCHIPS 3

struct chips {
	struct kvm_irqchip irqchips[IRQCHIPS];
	struct kvm_pit_state2 pit;
	struct kvm_clock_data clock;
};

static int fail(const char *what, struct gabion_error *error)
{
	return gabion_error_set(error, -errno, "%s: %s", what, strerror(errno));
}

static int get(int vm, struct chips *chips, struct gabion_error *error)
{
	unsigned int i;

	for (i = 0; i < IRQCHIPS; i++)
		if (ioctl(vm, KVM_GET_IRQCHIP, &chips->irqchips[i]))
			return fail("KVM_GET_IRQCHIP", error);
	if (ioctl(vm, KVM_GET_PIT2, &chips->pit))
		return fail("KVM_GET_PIT2", error);
	if (ioctl(vm, KVM_GET_CLOCK, &chips->clock))
		return fail("KVM_GET_CLOCK", error);
	return 0;
}

static int set(int vm, struct chips *chips, struct gabion_error *error)
{
	/* Only the time: that it was stable is of the host that it was read on. */
	struct kvm_clock_data clock = { .clock = chips->clock.clock };
	unsigned int i;

	for (i = 0; i < IRQCHIPS; i++)
		if (ioctl(vm, KVM_SET_IRQCHIP, &chips->irqchips[i]))
			return fail("KVM_SET_IRQCHIP", error);
	if (ioctl(vm, KVM_SET_PIT2, &chips->pit))
		return fail("KVM_SET_PIT2", error);
	if (ioctl(vm, KVM_SET_CLOCK, &clock))
		return fail("KVM_SET_CLOCK", error);
	return 0;
}

static void transfer(struct chips *chips, struct gabion_state *state)
{
	unsigned int i;

	for (i = 0; i < IRQCHIPS; i++)
		gabion_state_bytes(state, &chips->irqchips[i].chip,
				   sizeof(chips->irqchips[i].chip));
	gabion_state_bytes(state, &chips->pit, sizeof(chips->pit));
	gabion_state_bytes(state, &chips->clock.clock, sizeof(chips->clock.clock));
}

int gabion_chips_transfer(int vm, struct gabion_state *state, struct gabion_error *error)
{
	struct chips chips = { 0 };
	unsigned int i;
	int err = 0;

	for (i = 0; i < IRQCHIPS; i++)
		chips.irqchips[i].chip_id = i;
	if (!state->loading)
		err = get(vm, &chips, error);
	if (err)
		return err;
	gabion_state_begin(state, "chips", 0);
	transfer(&chips, state);
	gabion_state_end(state);
	return state->loading && !state->error.code ? set(vm, &chips, error) : 0;
}
