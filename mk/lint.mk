# SPDX-License-Identifier: GPL-2.0
# What the kernel's own tools say about our kernel code. A warning fails; .checkpatch.conf names
# the kinds that do not apply, and why.

CHECKPATCHED = $(wildcard kmod/*.c kmod/*.h kmod/*.S core/*.c core/*.h include/uapi/gabion/*.h)

lint: sparse-6.1 checkpatch
	@echo "2 passed, 0 failed, 0 skipped"

# sparse-6.1: over the module, for Debian's kernel of that name. W=1 is on in every build. An array
# of structures that end in a flexible array is in the kernel's own net/sctp/structs.h.
sparse-%:
	$(call kbuild,$$(qemu-test/headers $*),$(CURDIR)/$(B)/sparse-$*,C=2 CF="-D__CHECK_ENDIAN__ -Wsparse-error -Wno-flexible-array-array")

checkpatch:
	$$(qemu-test/linux-source 6.1)/scripts/checkpatch.pl --no-tree --quiet --terse --show-types --no-summary \
		-f $(CHECKPATCHED)

.PHONY: lint checkpatch
