# SPDX-License-Identifier: GPL-2.0
# The kernel's own selftests, from Debian's linux-source, unmodified.

LINUX_SUITES := seccomp landlock openat2 pidfd mount_setattr exec ftrace
# Those that run; from the command line.
KERNEL_SUITES ?= $(LINUX_SUITES)
LINUX_TARBALL := /usr/src/linux-source-6.1.tar.xz
LINUX_TESTS := $(B)/kernel-tests/linux-source-6.1/tools/testing/selftests
# Modules that ftrace's tests load.
LINUX_SAMPLES := samples/ftrace/ftrace-direct.c samples/ftrace/ftrace-direct-too.c \
	samples/trace_printk/trace-printk.c

# Built as `make -C tools/testing/selftests/SUITE` does; list: which programs `make run_tests`
# would run. mount_setattr's Makefile forgets to say.
$(LINUX_TESTS)/list:
	mkdir -p $(B)/kernel-tests && rm -f $@.part
	tar -C $(B)/kernel-tests -xf $(LINUX_TARBALL) $(addprefix linux-source-6.1/, \
		$(LINUX_SAMPLES) $(addprefix tools/testing/selftests/, lib.mk kselftest.h \
		kselftest_harness.h clone3/clone3_selftests.h $(LINUX_SUITES)))
	for suite in $(LINUX_SUITES); do \
		$(MAKE) -C $(LINUX_TESTS)/$$suite OUTPUT=$(CURDIR)/$(LINUX_TESTS)/$$suite || exit; \
		$(MAKE) -s --no-print-directory -C $(LINUX_TESTS)/$$suite COLLECTION=$$suite \
			OUTPUT=$(CURDIR)/$(LINUX_TESTS)/$$suite emit_tests >> $@.part || exit; \
	done
	echo mount_setattr:mount_setattr_test >> $@.part
	mv $@.part $@

# kernel-samples-6.1: of the kernel's own version.
kernel-samples-6.1: $(LINUX_TESTS)/list
	$(call kernel_samples,6.1,$(B)/kernel-tests/linux-source-6.1)

kernel-samples-%:
	$(call kernel_samples,$*,$$(qemu-test/linux-source $*))

# $(call kernel_samples,KERNEL,SOURCE)
define kernel_samples
	mkdir -p $(B)/kernel-samples-$(1)
	cd $(2) && cp -f $(LINUX_SAMPLES) $(CURDIR)/$(B)/kernel-samples-$(1)/
	echo 'obj-m := $(patsubst %.c,%.o,$(notdir $(LINUX_SAMPLES)))' > $(B)/kernel-samples-$(1)/Kbuild
	$(MAKE) -C $$(qemu-test/headers $(1)) M=$(CURDIR)/$(B)/kernel-samples-$(1) CC=$(MODULE_CC) modules
endef

# Seconds until the VM is given up.
LINUX_TESTS_TIMEOUT ?= 30000

# kernel-tests-6.1: they end as on the stock kernel, in a VM on that kernel. Tests of ftrace
# patch running code all the time, hence --round-robin.
kernel-tests-%: stage-% kernel-samples-% $(LINUX_TESTS)/list
	qemu-test/vm --kernel $* --no-module --round-robin --smp 2 --with iputils-ping,python3 \
		--timeout $(LINUX_TESTS_TIMEOUT) --share $(CURDIR) -- \
		env KERNEL_TESTS=$(CURDIR)/$(LINUX_TESTS) SAMPLES=$(CURDIR)/$(B)/kernel-samples-$* \
		$(CURDIR)/selftests/kernel-tests/run $(KERNEL_SUITES)
