// SPDX-License-Identifier: GPL-2.0
#include "vcpu.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "boot/cpu.h"
#include "../agent/common/cleanup.h"
#include "cpuid.h"
#include "log.h"

#define STACK		  (256 << 10)
#define KICK		  SIGRTMIN /* for nothing but to interrupt KVM_RUN */
#define LVT0		  0x350
#define LVT1		  0x360
#define MODE_NMI	  4
#define MODE_EXTINT	  7
#define MSR_MISC_ENABLE	  0x1a0
#define MSR_MTRR_DEF_TYPE 0x2ff

static int set_cpuid(struct gabion_vcpu *vcpu, const struct gabion_vcpu_shared *shared,
		     struct gabion_error *error)
{
	size_t size =
		sizeof(*shared->cpuid) + shared->cpuid->nent * sizeof(shared->cpuid->entries[0]);
	cleanup_free struct kvm_cpuid2 *cpuid = malloc(size);

	if (!cpuid)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	memcpy(cpuid, shared->cpuid, size);
	gabion_cpuid_topology(cpuid->entries, cpuid->nent, vcpu->id, shared->count);
	if (ioctl(vcpu->fd, KVM_SET_CPUID2, cpuid))
		return gabion_error_set(error, -errno, "KVM_SET_CPUID2: %s", strerror(errno));
	return 0;
}

/* The two that a firmware sets: fast string instructions, and memory that is cached. */
static int set_msrs(struct gabion_vcpu *vcpu, struct gabion_error *error)
{
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry entries[2];
	} msrs = {
		.head = { .nmsrs = 2 },
		.entries = { { .index = MSR_MISC_ENABLE, .data = 1 },
			     { .index = MSR_MTRR_DEF_TYPE, .data = 1 << 11 | 6 } },
	};

	if (ioctl(vcpu->fd, KVM_SET_MSRS, &msrs) != 2)
		return gabion_error_set(error, -EIO, "KVM_SET_MSRS: %s", strerror(errno));
	return 0;
}

static void set_delivery(struct kvm_lapic_state *lapic, int reg, unsigned int mode)
{
	uint32_t value;

	memcpy(&value, lapic->regs + reg, 4);
	value = (value & ~0x700U) | mode << 8;
	memcpy(lapic->regs + reg, &value, 4);
}

static int set_lapic(struct gabion_vcpu *vcpu, struct gabion_error *error)
{
	struct kvm_lapic_state lapic;

	if (ioctl(vcpu->fd, KVM_GET_LAPIC, &lapic))
		return gabion_error_set(error, -errno, "KVM_GET_LAPIC: %s", strerror(errno));
	set_delivery(&lapic, LVT0, MODE_EXTINT);
	set_delivery(&lapic, LVT1, MODE_NMI);
	if (ioctl(vcpu->fd, KVM_SET_LAPIC, &lapic))
		return gabion_error_set(error, -errno, "KVM_SET_LAPIC: %s", strerror(errno));
	return 0;
}

int gabion_vcpu_create(struct gabion_vcpu *vcpu, const struct gabion_vcpu_shared *shared,
		       unsigned int id, struct gabion_error *error)
{
	int size = ioctl(shared->kvm, KVM_GET_VCPU_MMAP_SIZE, 0), err;
	void *run;

	*vcpu = (struct gabion_vcpu){ .id = id,
				      .fd = -1,
				      .ports = shared->ports,
				      .mmio = shared->mmio,
				      .lock = shared->lock,
				      .pause = shared->pause,
				      .end = shared->end };
	if (size < (int)sizeof(struct kvm_run))
		return gabion_error_set(error, -EIO, "KVM_GET_VCPU_MMAP_SIZE: %s", strerror(errno));
	vcpu->fd = ioctl(shared->vm, KVM_CREATE_VCPU, (unsigned long)id);
	if (vcpu->fd < 0)
		return gabion_error_set(error, -errno, "cannot make vCPU %u: %s", id,
					strerror(errno));
	run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu->fd, 0);
	if (run == MAP_FAILED)
		return gabion_error_set(error, -errno, "cannot map vCPU %u: %s", id,
					strerror(errno));
	vcpu->run = run;
	vcpu->run_size = size;
	err = set_cpuid(vcpu, shared, error);
	if (!err)
		err = set_msrs(vcpu, error);
	if (!err)
		err = set_lapic(vcpu, error);
	return err;
}

/* Make it leave the guest, and wait for its thread. Without the lock. */
static void stop(struct gabion_vcpu *vcpu)
{
	if (!vcpu->started)
		return;
	pthread_mutex_lock(vcpu->lock);
	vcpu->stop = true;
	pthread_cond_broadcast(&vcpu->pause->changed);
	pthread_mutex_unlock(vcpu->lock);
	gabion_vcpu_kick(vcpu);
	pthread_join(vcpu->thread, NULL);
	vcpu->started = false;
}

void gabion_vcpu_destroy(struct gabion_vcpu *vcpu)
{
	stop(vcpu);
	if (vcpu->run)
		munmap(vcpu->run, vcpu->run_size);
	if (vcpu->fd >= 0)
		close(vcpu->fd);
	vcpu->run = NULL;
	vcpu->fd = -1;
}

int gabion_vcpu_boot(struct gabion_vcpu *vcpu, const struct gabion_kernel *kernel,
		     struct gabion_error *error)
{
	struct kvm_sregs sregs;
	struct kvm_regs regs;

	if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs))
		return gabion_error_set(error, -errno, "KVM_GET_SREGS: %s", strerror(errno));
	gabion_cpu_boot_registers(kernel, &regs, &sregs);
	if (ioctl(vcpu->fd, KVM_SET_SREGS, &sregs) || ioctl(vcpu->fd, KVM_SET_REGS, &regs))
		return gabion_error_set(error, -errno,
					"cannot set the registers of the boot "
					"processor: %s",
					strerror(errno));
	return 0;
}

static void access_port(struct gabion_vcpu *vcpu)
{
	const struct kvm_run *run = vcpu->run;
	char *data = (char *)run + run->io.data_offset;
	uint32_t i;

	pthread_mutex_lock(vcpu->lock);
	for (i = 0; i < run->io.count; i++, data += run->io.size) {
		if (run->io.direction == KVM_EXIT_IO_OUT)
			gabion_bus_write(vcpu->ports, run->io.port, data, run->io.size);
		else
			gabion_bus_read(vcpu->ports, run->io.port, data, run->io.size);
	}
	pthread_mutex_unlock(vcpu->lock);
}

static void access_memory(struct gabion_vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	pthread_mutex_lock(vcpu->lock);
	if (run->mmio.is_write)
		gabion_bus_write(vcpu->mmio, run->mmio.phys_addr, run->mmio.data, run->mmio.len);
	else
		gabion_bus_read(vcpu->mmio, run->mmio.phys_addr, run->mmio.data, run->mmio.len);
	pthread_mutex_unlock(vcpu->lock);
}

static void fault(struct gabion_vcpu *vcpu, const char *what, unsigned long long detail)
{
	struct kvm_regs regs = { 0 };

	ioctl(vcpu->fd, KVM_GET_REGS, &regs);
	gabion_vmm_log(GABION_LOG_ERROR, "vCPU %u: %s (%#llx), rip %#llx", vcpu->id, what, detail,
		       (unsigned long long)regs.rip);
	gabion_end_request(vcpu->end, GABION_END_FAULT);
}

/* What made the guest stop; false when it cannot go on. */
static bool handle_exit(struct gabion_vcpu *vcpu)
{
	const struct kvm_run *run = vcpu->run;

	switch (run->exit_reason) {
	case KVM_EXIT_IO:
		access_port(vcpu);
		return true;
	case KVM_EXIT_MMIO:
		access_memory(vcpu);
		return true;
	case KVM_EXIT_INTR:
		return true;
	case KVM_EXIT_SHUTDOWN:
		fault(vcpu, "triple fault", 0);
		return false;
	case KVM_EXIT_FAIL_ENTRY:
		fault(vcpu, "the processor refused to enter the guest",
		      run->fail_entry.hardware_entry_failure_reason);
		return false;
	case KVM_EXIT_INTERNAL_ERROR:
		fault(vcpu, "KVM's internal error", run->internal.suberror);
		return false;
	default:
		fault(vcpu, "unknown reason to leave the guest", run->exit_reason);
		return false;
	}
}

/* KVM_RUN was interrupted, and has finished what the guest had begun: here it can rest. */
static void rest(struct gabion_vcpu *vcpu)
{
	struct gabion_pause *pause = vcpu->pause;

	pthread_mutex_lock(vcpu->lock);
	if (pause->wanted && !vcpu->stop) {
		/* The guest's watchdogs are told, if it has KVM's clock. */
		ioctl(vcpu->fd, KVM_KVMCLOCK_CTRL, 0);
		pause->out++;
		pthread_cond_broadcast(&pause->changed);
		while (pause->wanted && !vcpu->stop)
			pthread_cond_wait(&pause->changed, vcpu->lock);
		pause->out--;
	}
	/* stop() sets it after @stop, which is looked at next. */
	*(volatile __u8 *)&vcpu->run->immediate_exit = 0;
	pthread_mutex_unlock(vcpu->lock);
}

/* It will not enter the guest again: nobody is to wait for that. */
static void leave(struct gabion_vcpu *vcpu)
{
	pthread_mutex_lock(vcpu->lock);
	vcpu->pause->out++;
	pthread_cond_broadcast(&vcpu->pause->changed);
	pthread_mutex_unlock(vcpu->lock);
}

static void *run_thread(void *opaque)
{
	struct gabion_vcpu *vcpu = opaque;
	sigset_t kick;
	char name[16];
	int err;

	snprintf(name, sizeof(name), "vcpu%u", vcpu->id);
	pthread_setname_np(pthread_self(), name);
	sigemptyset(&kick);
	sigaddset(&kick, KICK);
	pthread_sigmask(SIG_UNBLOCK, &kick, NULL);
	err = vcpu->filters ? gabion_filters_enter(vcpu->filters, GABION_THREAD_VCPU) : 0;
	if (err) {
		fault(vcpu, "its syscall filter cannot be set", -err);
		vcpu->stop = true;
	}
	while (!vcpu->stop) {
		if (!ioctl(vcpu->fd, KVM_RUN, 0)) {
			if (!handle_exit(vcpu))
				break;
		} else if (errno == EINTR || errno == EAGAIN) {
			rest(vcpu);
		} else {
			fault(vcpu, "KVM_RUN failed", errno);
			break;
		}
	}
	leave(vcpu);
	return NULL;
}

static void ignore(int signal)
{
	(void)signal;
}

/*
 * The usual 8 MiB hold a huge page, which the first touch would take whole: 2 MiB resident
 * for each processor.
 */
static int create_thread(struct gabion_vcpu *vcpu)
{
	pthread_attr_t attributes;
	int err = pthread_attr_init(&attributes);

	if (err)
		return err;
	err = pthread_attr_setstacksize(&attributes, STACK);
	if (!err)
		err = pthread_create(&vcpu->thread, &attributes, run_thread, vcpu);
	pthread_attr_destroy(&attributes);
	return err;
}

int gabion_vcpu_start(struct gabion_vcpu *vcpu, const struct gabion_filters *filters,
		      struct gabion_error *error)
{
	struct sigaction action = { .sa_handler = ignore };
	int err;

	vcpu->filters = filters;
	/* It comes to rest before the guest's first instruction. */
	vcpu->run->immediate_exit = vcpu->pause->wanted;
	sigaction(KICK, &action, NULL);
	err = create_thread(vcpu);
	if (err)
		return gabion_error_set(error, -err, "cannot start vCPU %u: %s", vcpu->id,
					strerror(err));
	vcpu->started = true;
	return 0;
}

void gabion_vcpu_kick(struct gabion_vcpu *vcpu)
{
	/* For a thread that is about to enter: KVM_RUN looks at it last. */
	*(volatile __u8 *)&vcpu->run->immediate_exit = 1;
	pthread_kill(vcpu->thread, KICK);
}
