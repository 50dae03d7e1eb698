// SPDX-License-Identifier: GPL-2.0
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../agent/common/cleanup.h"
#include "boot/acpi.h"
#include "device/vmgenid.h"
#include "footprint.h"
#include "log.h"

#define CPUID_ENTRIES 256

static int open_kvm(struct gabion_machine *machine, struct gabion_error *error)
{
	/* What the machine is made of; all are in every kernel since 4.12. */
	static const struct {
		long cap;
		const char *name;
	} needed[] = {
		{ KVM_CAP_USER_MEMORY, "USER_MEMORY" },
		{ KVM_CAP_IRQCHIP, "IRQCHIP" },
		{ KVM_CAP_PIT2, "PIT2" },
		{ KVM_CAP_IRQFD, "IRQFD" },
		{ KVM_CAP_IOEVENTFD, "IOEVENTFD" },
		{ KVM_CAP_EXT_CPUID, "EXT_CPUID" },
		{ KVM_CAP_SET_TSS_ADDR, "SET_TSS_ADDR" },
		{ KVM_CAP_TSC_DEADLINE_TIMER, "TSC_DEADLINE_TIMER" },
		{ KVM_CAP_IMMEDIATE_EXIT, "IMMEDIATE_EXIT" },
	};
	size_t i;

	machine->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (machine->kvm < 0)
		return gabion_error_set(error, -errno,
					"/dev/kvm: %s: is there hardware "
					"virtualisation, and may you use it?",
					strerror(errno));
	if (ioctl(machine->kvm, KVM_GET_API_VERSION, 0) != 12)
		return gabion_error_set(error, -ENOTSUP, "/dev/kvm does not speak version 12");
	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (ioctl(machine->kvm, KVM_CHECK_EXTENSION, needed[i].cap) <= 0)
			return gabion_error_set(error, -ENOTSUP, "this kernel's KVM has no %s",
						needed[i].name);
	machine->vm = ioctl(machine->kvm, KVM_CREATE_VM, 0);
	if (machine->vm < 0)
		return gabion_error_set(error, -errno, "cannot make a virtual machine: %s",
					strerror(errno));
	return 0;
}

static int create_chips(struct gabion_machine *machine, struct gabion_error *error)
{
	/* The speaker's port, so that probing it does not come to us. */
	struct kvm_pit_config pit = { .flags = KVM_PIT_SPEAKER_DUMMY };

	if (ioctl(machine->vm, KVM_SET_TSS_ADDR, GABION_TSS_ADDRESS))
		return gabion_error_set(error, -errno, "KVM_SET_TSS_ADDR: %s", strerror(errno));
	if (ioctl(machine->vm, KVM_CREATE_IRQCHIP, 0))
		return gabion_error_set(error, -errno, "KVM_CREATE_IRQCHIP: %s", strerror(errno));
	if (ioctl(machine->vm, KVM_CREATE_PIT2, &pit))
		return gabion_error_set(error, -errno, "KVM_CREATE_PIT2: %s", strerror(errno));
	return 0;
}

static int add_memory(struct gabion_machine *machine, uint32_t slot, uint64_t address,
		      uint64_t offset, uint64_t size, struct gabion_error *error)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.flags = machine->memory.dirty ? KVM_MEM_LOG_DIRTY_PAGES : 0,
		.guest_phys_addr = address,
		.memory_size = size,
		.userspace_addr = (uintptr_t)machine->memory.base + offset,
	};

	if (size && ioctl(machine->vm, KVM_SET_USER_MEMORY_REGION, &region))
		return gabion_error_set(error, -errno, "KVM_SET_USER_MEMORY_REGION: %s",
					strerror(errno));
	return 0;
}

static int create_memory(struct gabion_machine *machine,
			 const struct gabion_machine_options *options, struct gabion_error *error)
{
	struct gabion_memory *memory = &machine->memory;
	bool boots = options->contents < 0;
	uint64_t low;
	int err;

	err = boots ? gabion_memory_create(memory, options->memory, error)
		    : gabion_memory_map(memory, options->contents, options->memory, error);
	/* Of a machine that boots there is nothing yet that the first diff could be based on. */
	if (!err && options->track)
		err = gabion_memory_track(memory, boots, error);
	if (err)
		return err;
	low = gabion_memory_low(&machine->memory);
	err = add_memory(machine, 0, 0, 0, low, error);
	if (err)
		return err;
	return add_memory(machine, 1, GABION_GAP_END, low, gabion_memory_high(&machine->memory),
			  error);
}

static int create_irq(struct gabion_machine *machine, unsigned int gsi, struct gabion_error *error)
{
	struct kvm_irqfd irqfd = { .gsi = gsi };

	machine->irqs[gsi].eventfd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	irqfd.fd = machine->irqs[gsi].eventfd;
	if (machine->irqs[gsi].eventfd < 0 || ioctl(machine->vm, KVM_IRQFD, &irqfd))
		return gabion_error_set(error, -errno, "interrupt %u: %s", gsi, strerror(errno));
	return 0;
}

static int create_vcpus(struct gabion_machine *machine, unsigned int count,
			struct gabion_error *error)
{
	cleanup_free struct kvm_cpuid2 *cpuid =
		calloc(1, sizeof(*cpuid) + CPUID_ENTRIES * sizeof(cpuid->entries[0]));
	struct gabion_vcpu_shared shared = {
		.kvm = machine->kvm,
		.vm = machine->vm,
		.count = count,
		.cpuid = cpuid,
		.ports = &machine->ports,
		.mmio = &machine->mmio,
		.lock = &machine->loop.lock,
		.pause = &machine->pause,
		.end = machine->end,
	};
	int err = 0;

	if (!cpuid)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	cpuid->nent = CPUID_ENTRIES;
	if (ioctl(machine->kvm, KVM_GET_SUPPORTED_CPUID, cpuid))
		return gabion_error_set(error, -errno, "KVM_GET_SUPPORTED_CPUID: %s",
					strerror(errno));
	while (!err && machine->vcpu_count < count) {
		unsigned int id = machine->vcpu_count++;

		err = gabion_vcpu_create(&machine->vcpus[id], &shared, id, error);
	}
	return err;
}

static int create_devices(struct gabion_machine *machine, struct gabion_error *error)
{
	int err = create_irq(machine, GABION_SERIAL_GSI, error);

	if (!err)
		err = create_irq(machine, GABION_I8042_GSI, error);
	if (!err)
		err = create_irq(machine, GABION_VMGENID_GSI, error);
	if (err)
		return err;
	gabion_serial_init(&machine->serial);
	gabion_i8042_init(&machine->i8042, machine->end, &machine->irqs[GABION_I8042_GSI]);
	gabion_bus_add(&machine->ports, GABION_SERIAL_PORT, 8, &gabion_serial_ops,
		       &machine->serial);
	gabion_bus_add(&machine->ports, GABION_I8042_PORT, 5, &gabion_i8042_ops, &machine->i8042);
	gabion_bus_add(&machine->ports, GABION_POWER_PORT, 2, &gabion_power_ops, machine->end);
	return 0;
}

static void turn_control(void *opaque, uint32_t events)
{
	struct gabion_machine *machine = opaque;

	(void)events;
	/* What is asked there may want to wait for processors, which may wait for the lock. */
	pthread_mutex_unlock(&machine->loop.lock);
	gabion_loop_turn(machine->control, 0);
	pthread_mutex_lock(&machine->loop.lock);
}

static int create_loop(struct gabion_machine *machine, struct gabion_error *error)
{
	int err = gabion_loop_create(&machine->loop, error);

	if (err)
		return err;
	err = gabion_loop_add(&machine->loop, &machine->control_watch, machine->control->epoll,
			      EPOLLIN, turn_control, machine);
	return err ? gabion_error_set(error, err, "epoll_ctl: %s", strerror(-err)) : 0;
}

int gabion_machine_create(struct gabion_machine *machine,
			  const struct gabion_machine_options *options, struct gabion_loop *control,
			  struct gabion_end *end, struct gabion_error *error)
{
	unsigned int i;
	int err;

	memset(machine, 0, sizeof(*machine));
	machine->kvm = machine->vm = machine->loop.epoll = -1;
	machine->control = control;
	machine->end = end;
	pthread_cond_init(&machine->pause.changed, NULL);
	for (i = 0; i < GABION_VIRTIO_GSI + GABION_VIRTIO_MAX; i++)
		machine->irqs[i].eventfd = -1;
	err = create_loop(machine, error);
	if (!err)
		err = open_kvm(machine, error);
	if (!err)
		err = create_chips(machine, error);
	if (!err)
		err = create_memory(machine, options, error);
	if (!err)
		err = create_devices(machine, error);
	if (!err)
		err = create_vcpus(machine, options->vcpus, error);
	return err;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void gabion_machine_destroy(struct gabion_machine *machine)
{
	unsigned int i;

	for (i = 0; i < machine->vcpu_count; i++)
		gabion_vcpu_destroy(&machine->vcpus[i]);
	gabion_serial_stop(&machine->serial);
	for (i = 0; i < machine->virtios; i++)
		gabion_virtio_destroy(machine->virtio[i]);
	for (i = 0; i < GABION_VIRTIO_GSI + GABION_VIRTIO_MAX; i++)
		close_fd(machine->irqs[i].eventfd);
	close_fd(machine->vm);
	close_fd(machine->kvm);
	if (machine->loop.epoll >= 0)
		gabion_loop_destroy(&machine->loop);
	pthread_cond_destroy(&machine->pause.changed);
	gabion_memory_destroy(&machine->memory);
}

/* Writes to the register that tells of a queue do not come to us, but to its eventfd. */
static int connect_queue(struct gabion_machine *machine, struct gabion_virtio *virtio,
			 unsigned int queue, uint64_t base, struct gabion_error *error)
{
	struct kvm_ioeventfd io = {
		.addr = base + GABION_VIRTIO_NOTIFY,
		.len = 4,
		.datamatch = queue,
		.fd = gabion_virtio_queue_eventfd(virtio, queue),
		.flags = KVM_IOEVENTFD_FLAG_DATAMATCH,
	};

	if (ioctl(machine->vm, KVM_IOEVENTFD, &io))
		return gabion_error_set(error, -errno, "KVM_IOEVENTFD: %s", strerror(errno));
	return 0;
}

int gabion_machine_attach(struct gabion_machine *machine, struct gabion_virtio *virtio,
			  struct gabion_error *error)
{
	unsigned int n = machine->virtios, queue;
	uint64_t base = GABION_VIRTIO_BASE + n * GABION_VIRTIO_SIZE;
	int err;

	if (n == GABION_VIRTIO_MAX) {
		gabion_virtio_destroy(virtio);
		return gabion_error_set(error, -ENOSPC, "more than %d virtio devices",
					GABION_VIRTIO_MAX);
	}
	machine->virtio[machine->virtios++] = virtio;
	err = create_irq(machine, GABION_VIRTIO_GSI + n, error);
	if (!err)
		err = gabion_virtio_start(virtio, &machine->memory, &machine->loop,
					  &machine->irqs[GABION_VIRTIO_GSI + n], error);
	for (queue = 0; !err && queue < virtio->ops->queues; queue++)
		err = connect_queue(machine, virtio, queue, base, error);
	if (!err)
		gabion_bus_add(&machine->mmio, base, GABION_VIRTIO_SIZE, &gabion_virtio_mmio_ops,
			       virtio);
	return err;
}

void gabion_machine_add_boot_timer(struct gabion_machine *machine)
{
	gabion_boot_timer_start(&machine->boot_timer);
	gabion_bus_add(&machine->mmio, GABION_BOOT_TIMER, 4096, &gabion_boot_timer_ops,
		       &machine->boot_timer);
}

int gabion_machine_load(struct gabion_machine *machine, const char *kernel_path, const char *initrd,
			const char *cmdline, struct gabion_error *error)
{
	struct gabion_acpi acpi = { machine->vcpu_count, machine->virtios };
	struct gabion_kernel kernel;
	uint64_t rsdp;
	int err;

	err = gabion_kernel_load(&kernel, kernel_path, &machine->memory, error);
	if (!err && initrd)
		err = gabion_kernel_load_initrd(&kernel, initrd, &machine->memory, error);
	if (!err)
		err = gabion_acpi_write(&acpi, &machine->memory, &rsdp, error);
	if (!err)
		err = gabion_vmgenid_renew(&machine->memory, error);
	if (!err)
		err = gabion_kernel_write_params(&kernel, cmdline, rsdp, &machine->memory, error);
	if (!err)
		err = gabion_vcpu_boot(&machine->vcpus[0], &kernel, error);
	return err;
}

static void wait_for_pause(struct gabion_machine *machine)
{
	while (machine->pause.out < machine->vcpu_count)
		pthread_cond_wait(&machine->pause.changed, &machine->loop.lock);
}

int gabion_machine_start(struct gabion_machine *machine, bool paused,
			 const struct gabion_filters *filters, struct gabion_error *error)
{
	unsigned int i;
	int err;

	machine->pause.wanted = paused;
	err = gabion_serial_start(&machine->serial, &machine->loop,
				  &machine->irqs[GABION_SERIAL_GSI], STDIN_FILENO, STDOUT_FILENO,
				  error);
	/* Nothing is loaded any more, nor set up. */
	gabion_footprint_shrink();
	for (i = 0; !err && i < machine->vcpu_count; i++)
		err = gabion_vcpu_start(&machine->vcpus[i], filters, error);
	if (err || !paused)
		return err;
	pthread_mutex_lock(&machine->loop.lock);
	wait_for_pause(machine);
	pthread_mutex_unlock(&machine->loop.lock);
	return 0;
}

int gabion_machine_wake(struct gabion_machine *machine, struct gabion_error *error)
{
	unsigned int i;
	int err;

	pthread_mutex_lock(&machine->loop.lock);
	gabion_serial_wake(&machine->serial);
	gabion_i8042_wake(&machine->i8042);
	for (i = 0; i < machine->virtios; i++)
		gabion_virtio_wake(machine->virtio[i]);
	err = gabion_vmgenid_renew(&machine->memory, error);
	if (!err)
		gabion_irq_raise(&machine->irqs[GABION_VMGENID_GSI]);
	pthread_mutex_unlock(&machine->loop.lock);
	return err;
}

static int collect_slot(struct gabion_machine *machine, uint32_t slot, uint64_t *to, uint64_t size,
			struct gabion_error *error)
{
	uint64_t words = size / GABION_PAGE / 64, i;
	cleanup_free uint64_t *bits = calloc(words ? words : 1, sizeof(*bits));
	struct kvm_dirty_log log = { .slot = slot, .dirty_bitmap = bits };

	if (!bits)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	if (words && ioctl(machine->vm, KVM_GET_DIRTY_LOG, &log))
		return gabion_error_set(error, -errno, "KVM_GET_DIRTY_LOG: %s", strerror(errno));
	for (i = 0; i < words; i++)
		to[i] |= bits[i];
	return 0;
}

int gabion_machine_collect_dirty(struct gabion_machine *machine, struct gabion_error *error)
{
	uint64_t low = gabion_memory_low(&machine->memory);
	uint64_t *dirty = machine->memory.dirty;
	int err;

	if (!dirty)
		return 0;
	err = collect_slot(machine, 0, dirty, low, error);
	return err ? err
		   : collect_slot(machine, 1, dirty + low / GABION_PAGE / 64,
				  gabion_memory_high(&machine->memory), error);
}

int gabion_machine_turn(struct gabion_machine *machine)
{
	int n = gabion_loop_turn(machine->pause.wanted ? machine->control : &machine->loop, -1);

	return n < 0 ? n : 0;
}

void gabion_machine_pause(struct gabion_machine *machine)
{
	unsigned int i;

	pthread_mutex_lock(&machine->loop.lock);
	if (!machine->pause.wanted) {
		machine->pause.wanted = true;
		for (i = 0; i < machine->vcpu_count; i++)
			gabion_vcpu_kick(&machine->vcpus[i]);
		wait_for_pause(machine);
	}
	pthread_mutex_unlock(&machine->loop.lock);
}

void gabion_machine_resume(struct gabion_machine *machine)
{
	pthread_mutex_lock(&machine->loop.lock);
	machine->pause.wanted = false;
	pthread_cond_broadcast(&machine->pause.changed);
	pthread_mutex_unlock(&machine->loop.lock);
}
