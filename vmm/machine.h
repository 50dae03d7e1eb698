/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A virtual machine: KVM's part, memory, buses, interrupt lines, processors.
 */
#ifndef GABION_VMM_MACHINE_H
#define GABION_VMM_MACHINE_H

#include "bus.h"
#include "device/i8042.h"
#include "device/platform.h"
#include "device/serial.h"
#include "end.h"
#include "irq.h"
#include "layout.h"
#include "loop.h"
#include "memory.h"
#include "vcpu.h"
#include "virtio/mmio.h"

/**
 * struct gabion_machine - all of it; owns what it points to
 * @kvm, @vm:	KVM's descriptors
 * @loop:	of the devices: its lock guards them all
 * @control:	of what is not the guest's; not owned
 * @control_watch: has @loop look at @control
 * @irqs:	one for each device, by its interrupt number
 * @virtio:	the first @virtios are there, in the order of their addresses
 * @vcpus:	the first @vcpu_count are there
 * @pause:	of the processors
 * @end:	how the guest ended; not owned
 */
struct gabion_machine {
	int kvm, vm;
	struct gabion_memory memory;
	struct gabion_loop loop;
	struct gabion_loop *control;
	struct gabion_watch control_watch;
	struct gabion_bus ports, mmio;
	struct gabion_irq irqs[GABION_VIRTIO_GSI + GABION_VIRTIO_MAX];
	struct gabion_serial serial;
	struct gabion_i8042 i8042;
	struct gabion_boot_timer boot_timer;
	struct gabion_virtio *virtio[GABION_VIRTIO_MAX];
	unsigned int virtios;
	struct gabion_vcpu vcpus[GABION_VCPUS_MAX];
	unsigned int vcpu_count;
	struct gabion_pause pause;
	struct gabion_end *end;
};

/**
 * struct gabion_machine_options - how large
 * @vcpus:	processors
 * @memory:	bytes
 * @contents:	descriptor of a file that has the memory in it, which is needed only for the
 *		call; -1 for a machine that boots
 * @track:	note which memory changes
 */
struct gabion_machine_options {
	unsigned int vcpus;
	uint64_t memory;
	int contents;
	bool track;
};

/*
 * A machine with serial port, keyboard controller and power off. @control and @end live
 * longer.
 */
int gabion_machine_create(struct gabion_machine *machine,
			  const struct gabion_machine_options *options, struct gabion_loop *control,
			  struct gabion_end *end, struct gabion_error *error);

/* Stop everything and free it, also one that gabion_machine_create() failed on. */
void gabion_machine_destroy(struct gabion_machine *machine);

/* Put @virtio, which is the machine's from now on, at the next address. Before the start. */
int gabion_machine_attach(struct gabion_machine *machine, struct gabion_virtio *virtio,
			  struct gabion_error *error);

/* Add the boot timer, which counts from now. Before the start. */
void gabion_machine_add_boot_timer(struct gabion_machine *machine);

/* Load the kernel and what it is handed. @initrd may be NULL. After all devices. */
int gabion_machine_load(struct gabion_machine *machine, const char *kernel, const char *initrd,
			const char *cmdline, struct gabion_error *error);

/*
 * Let the guest run, its processors held by @filters (NULL: by none), which live longer; with
 * @paused it begins as if gabion_machine_pause() had been called.
 */
int gabion_machine_start(struct gabion_machine *machine, bool paused,
			 const struct gabion_filters *filters, struct gabion_error *error);

/*
 * A snapshot is loaded, and the machine was started, paused: devices go on, and the guest gets
 * another generation ID, and hears of it.
 */
int gabion_machine_wake(struct gabion_machine *machine, struct gabion_error *error);

/* Have @memory.dirty, if it is there, say what the guest changed, too; the guest is paused. */
int gabion_machine_collect_dirty(struct gabion_machine *machine, struct gabion_error *error);

/*
 * Wait for one thing to happen to a device or in @control, and do it; only in @control
 * while the machine is paused. What is called from @control does not hold the lock of
 * the devices. 0 or -errno.
 */
int gabion_machine_turn(struct gabion_machine *machine);

/*
 * Nothing of the guest runs, nor do its devices, from the return on until
 * gabion_machine_resume(). From the thread that turns, without the lock; harmless twice.
 */
void gabion_machine_pause(struct gabion_machine *machine);
void gabion_machine_resume(struct gabion_machine *machine);

#endif /* GABION_VMM_MACHINE_H */
