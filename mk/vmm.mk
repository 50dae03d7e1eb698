# SPDX-License-Identifier: GPL-2.0
# gabion-vmm, and its tests. Built twice: build/vmm as shipped, build/vmm-asan for the tests.

include vmm/sources.mk

# $(call vmm_flavour,FOLDER,FLAGS): library and program of one build.
define vmm_flavour
$(1)/obj/%.o: %.c
	@mkdir -p $$(@D)
	@echo "  CC $$@"; $(CC) $(VMM_CFLAGS) $(WARNINGS) $(2) -MMD -MP -c -o $$@ $$<
$(1)/libvmm.a: $(VMM_SOURCES:%.c=$(1)/obj/%.o)
	@rm -f $$@
	@ar rcs $$@ $$^
$(1)/gabion-vmm: $(VMM_MAIN:%.c=$(1)/obj/%.o) $(1)/libvmm.a
	@echo "  LD $$@"; $(CC) $(2) -pie -o $$@ $$^ $(VMM_LIBS)
-include $$(shell find $(1)/obj -name '*.d' 2>/dev/null)
endef

$(eval $(call vmm_flavour,$(B)/vmm,$(CFLAGS)))
$(eval $(call vmm_flavour,$(B)/vmm-asan,$(ASAN_CFLAGS)))

vmm: $(B)/vmm/gabion-vmm

.PRECIOUS: $(B)/vmm/obj/%.o $(B)/vmm-asan/obj/%.o

# Unit tests: the parts without KVM, under the sanitizers. mk/test.mk runs them.
VMM_TESTS := $(patsubst vmm/tests/%.c,%,$(wildcard vmm/tests/vmm_*_test.c))
VMM_UNIT_TESTS := $(addprefix $(B)/vmm-asan/tests/,$(VMM_TESTS))

$(VMM_UNIT_TESTS): $(B)/vmm-asan/tests/%: $(B)/vmm-asan/obj/vmm/tests/%.o \
		$(addprefix $(B)/vmm-asan/obj/vmm/tests/, client.o guest.o jail.o malice.o) $(B)/vmm-asan/libvmm.a
	@mkdir -p $(@D)
	@echo "  LD $@"; $(CC) $(ASAN_CFLAGS) -o $@ $^ $(VMM_LIBS) -lcmocka

check-vmm: $(VMM_UNIT_TESTS)
	agent/tests/run $(VMM_UNIT_TESTS)

# Fuzzers that play the guest and a client of the API, by clang; to be run as long as one likes:
# build/vmm-fuzz/guest, build/vmm-fuzz/api, build/vmm-fuzz/snapshot
vmm-fuzz: $(addprefix $(B)/vmm-fuzz/, guest api snapshot)
$(B)/vmm-fuzz/%: vmm/tests/fuzz_%.c $(addprefix vmm/tests/, client.c guest.c malice.c) $(VMM_SOURCES)
	@mkdir -p $(@D)
	$(FUZZ_CC) -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all $(VMM_CFLAGS) \
		-o $@ $^ $(VMM_LIBS) -lcmocka

# vmm-test: gabion-vmm in a VM with an emulated KVM, booting Debian's kernel as bzImage and as ELF. The module is loaded; only
# the part "domain" has a policy. PARTS="jail domain" KINDS=vmlinux: only these.
vmm-test: vmm stage-6.1
	selftests/vmm/prepare $(B)/vmm-test 6.1
	qemu-test/vm --kernel 6.1 --nested --timeout 3600 --share $(CURDIR) -- \
		env VMM=$(CURDIR)/$(B)/vmm/gabion-vmm VMM_TEST=$(CURDIR)/$(B)/vmm-test KINDS="$(KINDS)" \
		$(CURDIR)/selftests/vmm/run $(PARTS)

.PHONY: vmm check-vmm vmm-fuzz vmm-test
