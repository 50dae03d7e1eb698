// SPDX-License-Identifier: GPL-2.0
/*
 * The order is of importance (arch/x86/kvm/x86.c, lapic.c). To be asked for the
 * multiprocessor state makes KVM take INIT and SIPI, which changes all the rest: it comes
 * first. When set: registers forget exceptions, and segment registers interrupts, so that
 * events come last; the APIC's base is among the segment registers, its timer's mode in
 * the APIC, its deadline among the MSRs: in this order.
 */
#include "vcpu.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "../../agent/common/cleanup.h"

#define CPUID_ENTRIES 256
#define MSRS_MAX      1024

/* Those of Hyper-V are there to be read in every guest, and are of none that we make. */
#define HYPERV_FIRST 0x40000000
#define HYPERV_LAST  0x400001ff

/**
 * struct processor - all of it
 * @cpuid, @msrs, @xsave: owned
 * @xsave_size:	what this host's processor has
 */
struct processor {
	struct kvm_mp_state mp_state;
	struct kvm_regs regs;
	struct kvm_sregs sregs;
	struct kvm_xcrs xcrs;
	struct kvm_debugregs debugregs;
	struct kvm_lapic_state lapic;
	struct kvm_vcpu_events events;
	uint32_t tsc_khz;
	struct kvm_cpuid2 *cpuid;
	struct kvm_msrs *msrs;
	unsigned char *xsave;
	size_t xsave_size;
};

static void free_processor(struct processor *processor)
{
	free(processor->cpuid);
	free(processor->msrs);
	free(processor->xsave);
	free(processor);
}

static struct processor *new_processor(int vm)
{
	struct processor *processor = calloc(1, sizeof(*processor));
	int more = ioctl(vm, KVM_CHECK_EXTENSION, KVM_CAP_XSAVE2);

	if (!processor)
		return NULL;
	processor->xsave_size = sizeof(struct kvm_xsave);
	if (more > (int)processor->xsave_size)
		processor->xsave_size = more;
	processor->xsave = calloc(1, processor->xsave_size);
	processor->cpuid = calloc(1, sizeof(*processor->cpuid) +
					     CPUID_ENTRIES * sizeof(processor->cpuid->entries[0]));
	processor->msrs = calloc(1, sizeof(*processor->msrs) +
					    MSRS_MAX * sizeof(processor->msrs->entries[0]));
	if (processor->xsave && processor->cpuid && processor->msrs)
		return processor;
	free_processor(processor);
	return NULL;
}

static int fail(const struct gabion_vcpu *vcpu, const char *what, struct gabion_error *error)
{
	return gabion_error_set(error, -errno, "vCPU %u: %s: %s", vcpu->id, what, strerror(errno));
}

/* One register that only its number says: 0, or -errno. */
static int access_msr(const struct gabion_vcpu *vcpu, unsigned long request,
		      struct kvm_msr_entry *entry)
{
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry entry;
	} one = { .head.nmsrs = 1, .entry = *entry };

	if (ioctl(vcpu->fd, request, &one) != 1)
		return -EIO;
	*entry = one.entry;
	return 0;
}

/* Those that can be read: KVM lists some that this guest's CPUID has not. */
static int get_msrs(const struct gabion_vcpu *vcpu, int kvm, struct kvm_msrs *msrs,
		    struct gabion_error *error)
{
	cleanup_free struct kvm_msr_list *list =
		calloc(1, sizeof(*list) + MSRS_MAX * sizeof(list->indices[0]));
	uint32_t i;

	if (!list)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	list->nmsrs = MSRS_MAX;
	if (ioctl(kvm, KVM_GET_MSR_INDEX_LIST, list))
		return fail(vcpu, "KVM_GET_MSR_INDEX_LIST", error);
	for (i = 0; i < list->nmsrs; i++) {
		struct kvm_msr_entry entry = { .index = list->indices[i] };

		if (entry.index >= HYPERV_FIRST && entry.index <= HYPERV_LAST)
			continue;
		if (!access_msr(vcpu, KVM_GET_MSRS, &entry))
			msrs->entries[msrs->nmsrs++] = entry;
	}
	return 0;
}

static int get(const struct gabion_vcpu *vcpu, int kvm, int vm, struct processor *processor,
	       struct gabion_error *error)
{
	bool xsave2 = ioctl(vm, KVM_CHECK_EXTENSION, KVM_CAP_XSAVE2) > 0;
	const struct {
		unsigned long request;
		void *to;
		const char *name;
	} parts[] = {
		{ KVM_GET_MP_STATE, &processor->mp_state, "KVM_GET_MP_STATE" },
		{ KVM_GET_REGS, &processor->regs, "KVM_GET_REGS" },
		{ KVM_GET_SREGS, &processor->sregs, "KVM_GET_SREGS" },
		{ xsave2 ? KVM_GET_XSAVE2 : KVM_GET_XSAVE, processor->xsave, "KVM_GET_XSAVE" },
		{ KVM_GET_XCRS, &processor->xcrs, "KVM_GET_XCRS" },
		{ KVM_GET_DEBUGREGS, &processor->debugregs, "KVM_GET_DEBUGREGS" },
		{ KVM_GET_LAPIC, &processor->lapic, "KVM_GET_LAPIC" },
		{ KVM_GET_CPUID2, processor->cpuid, "KVM_GET_CPUID2" },
		{ KVM_GET_VCPU_EVENTS, &processor->events, "KVM_GET_VCPU_EVENTS" },
	};
	int khz = ioctl(vcpu->fd, KVM_GET_TSC_KHZ, 0);
	size_t i;

	if (khz < 0)
		return fail(vcpu, "KVM_GET_TSC_KHZ", error);
	processor->tsc_khz = khz;
	processor->cpuid->nent = CPUID_ENTRIES;
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (ioctl(vcpu->fd, parts[i].request, parts[i].to))
			return fail(vcpu, parts[i].name, error);
	return get_msrs(vcpu, kvm, processor->msrs, error);
}

/* As often as a clock may be wrong in a million, and is not told of. */
#define TSC_TOLERANCE 250

static int set_tsc(const struct gabion_vcpu *vcpu, uint32_t khz, struct gabion_error *error)
{
	int now = ioctl(vcpu->fd, KVM_GET_TSC_KHZ, 0);
	int64_t difference = (int64_t)khz - now;

	if (now < 0)
		return fail(vcpu, "KVM_GET_TSC_KHZ", error);
	if (llabs(difference) * 1000000 <= (int64_t)now * TSC_TOLERANCE)
		return 0;
	return ioctl(vcpu->fd, KVM_SET_TSC_KHZ, (unsigned long)khz)
		       ? fail(vcpu,
			      "this processor's clock cannot be made as fast as the snapshot's",
			      error)
		       : 0;
}

/* Some can be read and not written; of those nothing else is wanted than what they have. */
static int set_msrs(const struct gabion_vcpu *vcpu, struct kvm_msrs *msrs,
		    struct gabion_error *error)
{
	uint32_t i;

	for (i = 0; i < msrs->nmsrs; i++) {
		struct kvm_msr_entry *wanted = &msrs->entries[i], now = { .index = wanted->index };

		if (!access_msr(vcpu, KVM_SET_MSRS, wanted))
			continue;
		if (access_msr(vcpu, KVM_GET_MSRS, &now) || now.data != wanted->data)
			return gabion_error_set(
				error, -ENOTSUP,
				"vCPU %u: this host's processor does not take %#llx in MSR %#x",
				vcpu->id, (unsigned long long)wanted->data, wanted->index);
	}
	return 0;
}

static int set(const struct gabion_vcpu *vcpu, struct processor *processor,
	       struct gabion_error *error)
{
	const struct part {
		unsigned long request;
		void *from;
		const char *name;
	} parts[] = {
		{ KVM_SET_MP_STATE, &processor->mp_state, "KVM_SET_MP_STATE" },
		{ KVM_SET_REGS, &processor->regs, "KVM_SET_REGS" },
		{ KVM_SET_SREGS, &processor->sregs, "KVM_SET_SREGS" },
		{ KVM_SET_XSAVE, processor->xsave, "KVM_SET_XSAVE" },
		{ KVM_SET_XCRS, processor->xcrs.nr_xcrs ? &processor->xcrs : NULL, "KVM_SET_XCRS" },
		{ KVM_SET_DEBUGREGS, &processor->debugregs, "KVM_SET_DEBUGREGS" },
		{ KVM_SET_LAPIC, &processor->lapic, "KVM_SET_LAPIC" },
	};
	int err;
	size_t i;

	if (ioctl(vcpu->fd, KVM_SET_CPUID2, processor->cpuid))
		return fail(vcpu, "KVM_SET_CPUID2", error);
	err = set_tsc(vcpu, processor->tsc_khz, error);
	if (err)
		return err;
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i].from && ioctl(vcpu->fd, parts[i].request, parts[i].from))
			return fail(vcpu, parts[i].name, error);
	err = set_msrs(vcpu, processor->msrs, error);
	if (err)
		return err;
	return ioctl(vcpu->fd, KVM_SET_VCPU_EVENTS, &processor->events)
		       ? fail(vcpu, "KVM_SET_VCPU_EVENTS", error)
		       : 0;
}

static void transfer_cpuid(struct kvm_cpuid2 *cpuid, struct gabion_state *state)
{
	size_t size = sizeof(cpuid->entries[0]);

	cpuid->nent = gabion_state_count(state, cpuid->nent, CPUID_ENTRIES, size);
	gabion_state_bytes(state, cpuid->entries, cpuid->nent * size);
}

static void transfer_msrs(struct kvm_msrs *msrs, struct gabion_state *state)
{
	uint32_t i;

	msrs->nmsrs = gabion_state_count(state, msrs->nmsrs, MSRS_MAX, 12);
	for (i = 0; i < msrs->nmsrs; i++) {
		gabion_state_u32(state, &msrs->entries[i].index);
		gabion_state_bytes(state, &msrs->entries[i].data, sizeof(msrs->entries[i].data));
	}
}

/* Structures of KVM's ABI, as they are. */
static void transfer(struct processor *processor, struct gabion_state *state)
{
	gabion_state_bytes(state, &processor->mp_state, sizeof(processor->mp_state));
	gabion_state_bytes(state, &processor->regs, sizeof(processor->regs));
	gabion_state_bytes(state, &processor->sregs, sizeof(processor->sregs));
	gabion_state_bytes(state, &processor->xcrs, sizeof(processor->xcrs));
	gabion_state_bytes(state, &processor->debugregs, sizeof(processor->debugregs));
	gabion_state_bytes(state, &processor->lapic, sizeof(processor->lapic));
	gabion_state_bytes(state, &processor->events, sizeof(processor->events));
	gabion_state_u32(state, &processor->tsc_khz);
	transfer_cpuid(processor->cpuid, state);
	transfer_msrs(processor->msrs, state);
	gabion_state_same(state, processor->xsave_size,
			  "this host's processor has other registers");
	gabion_state_bytes(state, processor->xsave, processor->xsave_size);
}

int gabion_vcpu_transfer(struct gabion_vcpu *vcpu, int kvm, int vm, struct gabion_state *state,
			 struct gabion_error *error)
{
	struct processor *processor = new_processor(vm);
	int err = 0;

	if (!processor)
		return gabion_error_set(error, -ENOMEM, "out of memory");
	if (!state->loading)
		err = get(vcpu, kvm, vm, processor, error);
	if (!err) {
		gabion_state_begin(state, "cpu", vcpu->id);
		transfer(processor, state);
		gabion_state_end(state);
	}
	if (!err && state->loading && !state->error.code)
		err = set(vcpu, processor, error);
	free_processor(processor);
	return err;
}
