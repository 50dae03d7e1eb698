# SPDX-License-Identifier: GPL-2.0
# Tests: unit tests on the host under sanitizers, kselftests in VMs.

KSELFTESTS := file names net control clone task exec level audit escape policy
KSELFTEST_HEADERS := $(B)/kselftest/kselftest.h $(B)/kselftest/kselftest_harness.h

# The harness is the kernel's own, from Debian's linux-source.
$(KSELFTEST_HEADERS) &:
	mkdir -p $(B)/kselftest
	tar -C $(B)/kselftest -xf /usr/src/linux-source-6.1.tar.xz --strip-components=4 \
		linux-source-6.1/tools/testing/selftests/kselftest.h \
		linux-source-6.1/tools/testing/selftests/kselftest_harness.h
	touch $(KSELFTEST_HEADERS)

$(B)/selftests/%: selftests/%.c selftests/lib/confine.c $(wildcard selftests/lib/*.h) \
		$(KSELFTEST_HEADERS) $(B)/agent/libgabion.a $(B)/agent/obj/agent/netlink/open.o
	mkdir -p $(@D)
	@echo "  CC $@"; $(CC) $(CPPFLAGS) $(CFLAGS) -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers \
		-Iselftests -I. -I$(B)/kselftest -o $@ $< selftests/lib/confine.c \
		$(B)/agent/obj/agent/netlink/open.o $(B)/agent/libgabion.a $(LIBS) -lpthread

$(B)/selftests/bench/ops: selftests/bench/ops.c
	mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -static -o $@ $<

selftests: $(addprefix $(B)/selftests/,$(KSELFTESTS)) $(B)/selftests/bench/ops

# kselftest-6.1: in a VM on that kernel.
kselftest-%: stage-% selftests
	qemu-test/vm --kernel $* --smp 2 --timeout 1500 --share $(CURDIR) -- \
		env SELFTEST_BUILD=$(CURDIR)/$(B)/selftests $(CURDIR)/selftests/run

# A module that gets in the way, for selftests/lifecycle.
holder-%:
	mkdir -p $(B)/holder-$*
	cp -f selftests/holder/* $(B)/holder-$*/
	$(MAKE) -C $$(qemu-test/headers $*) M=$(CURDIR)/$(B)/holder-$* CC=$(MODULE_CC) modules

# lifecycle-6.1: loading, unloading and the agent's death, in a VM on that kernel.
lifecycle-%: stage-% holder-% selftests
	qemu-test/vm --kernel $* --smp 2 --round-robin --timeout 1500 --no-module --share $(CURDIR) -- \
		env SELFTEST_BUILD=$(CURDIR)/$(B)/selftests \
		HOLDER=$(CURDIR)/$(B)/holder-$*/holder.ko $(CURDIR)/selftests/lifecycle

# service-6.1: the systemd unit and Debian's nginx, in a VM on that kernel.
service-%: stage-%
	qemu-test/vm --kernel $* --init --no-module --with nginx,libnginx-mod-http-perl --smp 2 \
		--timeout 600 --share $(CURDIR) -- $(CURDIR)/selftests/service

# Figures of docs/performance.md, on the stock kernel under the instruction clock.
bench: stage-6.1 selftests
	qemu-test/vm --kernel 6.1 --icount --no-module --append mitigations=off --timeout 1800 \
		--share $(CURDIR) -- env OPS=$(CURDIR)/$(B)/selftests/bench/ops \
		$(CURDIR)/selftests/bench/run

# Unit tests, under the sanitizers. agent/tests/tests.mk knows those of client and daemon.
POLICY_TESTS := $(patsubst agent/tests/%.c,%,$(wildcard agent/tests/policy_*_test.c))
UNIT_TESTS := $(addprefix $(TESTS_DIR)/,$(POLICY_TESTS) $(AGENT_TESTS))

$(addprefix $(TESTS_DIR)/,$(POLICY_TESTS)): $(TESTS_DIR)/%: $(B)/asan/obj/agent/tests/%.o \
		$(B)/asan/libgabion.a
	@mkdir -p $(@D)
	@echo "  LD $@"; $(CC) $(ASAN_CFLAGS) -o $@ $^ $(LIBS) -lcmocka

unit-tests: $(UNIT_TESTS) $(addprefix $(TESTS_DIR)/,gabion-mock gabiond-mock)

unit-test: unit-tests
	GABION_BIN=$(TESTS_DIR) agent/tests/run $(UNIT_TESTS)

demo: deps stage-6.1
	demo/run

test: deps
	$(MAKE) $(addprefix stage-,$(KERNELS)) selftests unit-tests
	selftests/all $(KERNELS)

.PHONY: selftests unit-tests unit-test bench demo test
