/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A virtual processor and the thread that runs it.
 */
#ifndef GABION_VMM_VCPU_H
#define GABION_VMM_VCPU_H

#include <linux/kvm.h>
#include <pthread.h>
#include <stdbool.h>

#include "boot/kernel.h"
#include "bus.h"
#include "end.h"
#include "jail/filter.h"

/**
 * struct gabion_pause - how the processors of a machine are kept out of the guest
 * @wanted:	they are to be
 * @out:	how many are: because of @wanted, or for good
 * @changed:	one of these has. All is guarded by the lock of the loop.
 */
struct gabion_pause {
	bool wanted;
	unsigned int out;
	pthread_cond_t changed;
};

/**
 * struct gabion_vcpu - one processor
 * @id:		its number, and its APIC id
 * @fd:		owned
 * @run:	shared with KVM, @run_size bytes; owned
 * @thread:	valid when @started
 * @lock:	held while a device is accessed: the lock of the loop
 * @pause:	the machine's
 * @filters:	that hold its thread, not owned; NULL: none do
 * @stop:	the thread is to end
 */
struct gabion_vcpu {
	unsigned int id;
	int fd;
	struct kvm_run *run;
	size_t run_size;
	pthread_t thread;
	bool started;
	const struct gabion_bus *ports, *mmio;
	pthread_mutex_t *lock;
	struct gabion_pause *pause;
	struct gabion_end *end;
	const struct gabion_filters *filters;
	atomic_bool stop;
};

/* What every vCPU of a machine has in common. */
struct gabion_vcpu_shared {
	int kvm, vm;
	unsigned int count;
	const struct kvm_cpuid2 *cpuid; /* as KVM supports it */
	const struct gabion_bus *ports, *mmio;
	pthread_mutex_t *lock;
	struct gabion_pause *pause;
	struct gabion_end *end;
};

/* Make vCPU @id, in its state after a reset. */
int gabion_vcpu_create(struct gabion_vcpu *vcpu, const struct gabion_vcpu_shared *shared,
		       unsigned int id, struct gabion_error *error);

/* Stop its thread, if there is one, and free it. Harmless when @fd is -1. */
void gabion_vcpu_destroy(struct gabion_vcpu *vcpu);

/* Set the registers of the boot processor. The others wait for its startup message. */
int gabion_vcpu_boot(struct gabion_vcpu *vcpu, const struct gabion_kernel *kernel,
		     struct gabion_error *error);

/*
 * Begin to run, held by @filters (NULL: by none), which live longer. The thread ends by
 * gabion_vcpu_destroy(), or when the guest has ended.
 */
int gabion_vcpu_start(struct gabion_vcpu *vcpu, const struct gabion_filters *filters,
		      struct gabion_error *error);

/* Make it leave the guest once, so that it sees what is wanted of it. From any thread. */
void gabion_vcpu_kick(struct gabion_vcpu *vcpu);

#endif /* GABION_VMM_VCPU_H */
