# SPDX-License-Identifier: GPL-2.0
# What `gabion vm run` boots, in build/guest: `make guest` makes all of it.
#
# guest-kernel: a small kernel from Debian's linux-source-6.1 (vmm/guest/kernel.config), built once in the cache: six
# minutes on two cores. GABION_JOBS=N: compile so many files at a time.

GUEST := $(B)/guest

guest-kernel:
	mkdir -p $(GUEST)
	kernel=$$(vmm/guest/kernel) && cp -u "$$kernel" $(GUEST)/vmlinux

.PHONY: guest-kernel

# The init: static, in an initrd of its own.
include vmm/guest/sources.mk

$(GUEST)/obj/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC $@"; $(CC) -std=gnu11 -D_GNU_SOURCE -O2 -g -fstack-protector-strong $(WARNINGS) -MMD -MP -c -o $@ $<
$(GUEST)/init: $(GUEST_SOURCES:%.c=$(GUEST)/obj/%.o)
	@echo "  LD $@"; $(CC) -static -o $@ $^
-include $(shell find $(GUEST)/obj -name '*.d' 2>/dev/null)

$(GUEST)/initrd: $(GUEST)/init
	rm -rf $(GUEST)/tree
	mkdir -p $(GUEST)/tree/dev
	objcopy --strip-all $< $(GUEST)/tree/init
	cd $(GUEST)/tree && find . -print0 | LC_ALL=C sort -z | cpio --quiet -0 -o -H newc -R 0:0 >$(CURDIR)/$@

# What a guest has when no root file system is named: busybox.
$(GUEST)/rootfs.erofs: mk/guest.mk
	rm -rf $(GUEST)/rootfs $@
	mkdir -p $(addprefix $(GUEST)/rootfs/,bin etc root)
	for name in $$(busybox --list); do ln -sf busybox $(GUEST)/rootfs/bin/$$name; done
	rm -f $(GUEST)/rootfs/bin/busybox && cp "$$(command -v busybox)" $(GUEST)/rootfs/bin/busybox
	echo 'root:x:0:0:root:/root:/bin/sh' >$(GUEST)/rootfs/etc/passwd
	echo 'root:x:0:' >$(GUEST)/rootfs/etc/group
	mkfs.erofs --quiet --all-root -T0 $@ $(GUEST)/rootfs

guest: guest-kernel $(GUEST)/initrd $(GUEST)/rootfs.erofs

.PHONY: guest

# The unit tests of protocol and session run on the host.
$(B)/vmm-asan/tests/vmm_guest_protocol_test $(B)/vmm-asan/tests/vmm_guest_session_test: \
	$(addprefix $(B)/vmm-asan/obj/,$(GUEST_PROTOCOL:.c=.o) $(GUEST_SESSION:.c=.o))

# vm-run-test: gabion vm in a VM with an emulated KVM. The module is loaded; only the part "confined" has a policy.
# PARTS="commands shares": only these.
vm-run-test: vmm agent guest stage-6.1
	qemu-test/vm --kernel 6.1 --nested --with erofs-utils,busybox-static --mem 2048 --timeout 3600 \
		--share $(CURDIR) -- env GABION=$(CURDIR)/$(B)/agent/gabion VMM=$(CURDIR)/$(B)/vmm/gabion-vmm \
		GUEST=$(CURDIR)/$(GUEST) $(CURDIR)/selftests/vmm/vm-run $(PARTS)

.PHONY: vm-run-test
