# SPDX-License-Identifier: GPL-2.0
# gabion.ko, for one kernel or several: each is built in a farm of symlinks.

# $(call kbuild,KDIR,FARM,WORDS FOR MAKE)
define kbuild
	mkdir -p $(2)
	cp -rsf $(CURDIR)/kmod $(CURDIR)/core $(CURDIR)/include $(CURDIR)/Kbuild $(2)/
	$(MAKE) -C $(1) M=$(2) W=1 CC=$(MODULE_CC) $(3) modules
endef

module:
	$(call kbuild,$(KDIR),$(CURDIR)/$(B)/module)

# Kernels that the tests run on, by the names that qemu-test knows.
KERNELS ?= 6.1 6.12

# module-6.1: for Debian's kernel of that name, into what qemu-test/vm installs.
module-%:
	$(call kbuild,$$(qemu-test/headers $*),$(CURDIR)/$(B)/module-$*)
	release=$$(qemu-test/kernel-release $*) && \
	install -D -m 644 $(B)/module-$*/gabion.ko \
		$(B)/stage/$$release/lib/modules/$$release/extra/gabion.ko

.PHONY: module
