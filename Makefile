# SPDX-License-Identifier: GPL-2.0
#
# make            module for the kernel in hand, agent and gabion-vmm
# make demo       the main job, in a VM on the stock kernel
# make test       lint, unit tests, fuzzers; then in VMs selftests, services, the demo
# make install    below DESTDIR, as usual
#
# Everything that is built lies under build/.

VERSION := $(shell sed -n 's/.*GABION_VERSION "\(.*\)"$$/\1/p' core/version.h)
# Not for others to choose: the unit, `gabion vm` and the policies have it.
PREFIX := /usr
SYSCONFDIR ?= /etc
DESTDIR ?=
B := build

CC ?= gcc
MODULE_CC ?= gcc-12

# The kernel that `make` builds the module for: the running one if its headers
# are installed, else Debian's stable kernel from the test cache.
ifneq ($(wildcard /lib/modules/$(shell uname -r)/build/Makefile),)
KDIR ?= /lib/modules/$(shell uname -r)/build
else
KDIR ?= $(shell qemu-test/headers 6.1)
endif

all: module agent vmm

include mk/deps.mk
include mk/module.mk
include mk/agent.mk
include mk/vmm.mk
include mk/guest.mk
include agent/tests/tests.mk
include mk/install.mk
include mk/test.mk
include mk/bench.mk
include mk/fuzz.mk
include mk/kernel-tests.mk
include mk/lint.mk

clean:
	rm -rf $(B)

.PHONY: all clean
