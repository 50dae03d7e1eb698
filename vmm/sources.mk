# SPDX-License-Identifier: GPL-2.0
#
# What gabion-vmm is made of. Paths are from the top of the tree.

VMM_SOURCES := $(addprefix vmm/, bus.c config.c cpuid.c describe.c devices.c end.c fields.c footprint.c limiter.c \
	listener.c log.c loop.c machine.c memory.c metrics.c output.c terminal.c vcpu.c vm.c) \
	$(addprefix vmm/api/, action.c api.c configure.c route.c server.c show.c snapshot.c update.c) \
	$(addprefix vmm/boot/, acpi.c aml.c bzimage.c cpu.c elf.c image.c kernel.c params.c) \
	$(addprefix vmm/device/, boot_timer.c i8042.c power.c serial.c vmgenid.c) \
	$(addprefix vmm/jail/, calls.c filter.c group.c jail.c keeper.c options.c process.c refusal.c root.c) \
	$(addprefix vmm/snapshot/, chips.c files.c pages.c snapshot.c state.c vcpu.c) \
	$(addprefix vmm/virtio/, balloon.c block.c mmio.c net.c queue.c rng.c server.c vsock.c vsock_stream.c) \
	agent/common/error.c agent/common/file.c agent/common/microhttpd.c \
	$(addprefix agent/netlink/, attr.c open.c policy.c request.c) \
	$(addprefix agent/seccomp/, bpf.c call_list.c confine.c rlimits.c)
VMM_MAIN := vmm/main.c

VMM_CFLAGS := -std=gnu11 -D_GNU_SOURCE -DGABION_VERSION='"$(VERSION)"' \
	$(shell pkg-config --cflags jansson libcap liblzma libmicrohttpd libnl-genl-3.0 libseccomp) -Iinclude/uapi
VMM_LIBS := $(shell pkg-config --libs jansson libcap liblzma libnl-genl-3.0 libseccomp) -lpthread
