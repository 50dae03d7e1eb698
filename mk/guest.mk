# SPDX-License-Identifier: GPL-2.0
# What the guests of `gabion vm run` boot, in build/guest.

GUEST := $(B)/guest

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

guest: $(GUEST)/initrd

.PHONY: guest

# The unit tests of protocol and session run on the host.
$(B)/vmm-asan/tests/vmm_guest_protocol_test $(B)/vmm-asan/tests/vmm_guest_session_test: \
	$(addprefix $(B)/vmm-asan/obj/,$(GUEST_PROTOCOL:.c=.o) $(GUEST_SESSION:.c=.o))
