# SPDX-License-Identifier: GPL-2.0
# The figures of docs/performance.md.

BENCH_DIR := $(B)/selftests/bench

$(BENCH_DIR)/ops: $(wildcard selftests/bench/ops*.c) selftests/bench/ops.h selftests/bench/clock.h
	mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(WARNINGS) -static -o $@ $(filter %.c,$^)

$(BENCH_DIR)/denied: selftests/bench/denied.c
	mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(WARNINGS) -static -o $@ $<

$(BENCH_DIR)/nothing: selftests/bench/nothing.c
	mkdir -p $(@D)
	$(CC) -O2 $(WARNINGS) -ffreestanding -fno-pie -no-pie -fno-stack-protector \
		-fcf-protection=none -nostdlib -static -o $@ $<

$(BENCH_DIR)/%: selftests/bench/%.c
	mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(WARNINGS) -o $@ $< $(BENCH_LIBS)

$(BENCH_DIR)/own_filter: BENCH_LIBS := -lseccomp
$(BENCH_DIR)/peer_bpf: BENCH_LIBS := -lbpf
$(BENCH_DIR)/peer_bpf: selftests/bench/bpf/event.h

$(BENCH_DIR)/%.bpf.o: selftests/bench/bpf/%.bpf.c $(wildcard selftests/bench/bpf/*.h)
	mkdir -p $(@D)
	clang-14 -O2 -g -target bpf -I/usr/include/$(shell $(CC) -print-multiarch) $(WARNINGS) \
		-Wno-unused-parameter -c -o $@ $<

bench-programs: $(addprefix $(BENCH_DIR)/,ops nothing own_filter peer_landlock peer_bpf \
	rules.bpf.o kprobes.bpf.o syscalls.bpf.o)

# Side by side with other security modules, in guest instructions: what was counted is kept in
# build/bench, the tables are written to docs/. BENCH_BOOTS: only these of selftests/bench/boots,
# and then nothing in docs/ is written.
BENCH_BOOTS ?=
bench: stage-6.1 bench-programs bench-syscalls
	selftests/bench/compare $(B)/bench $(BENCH_BOOTS)
	selftests/bench/report $(B)/bench $(if $(BENCH_BOOTS),,--docs docs)

# How costs grow, beside AppArmor and Landlock where they can say the same. What was counted is kept in build/bench-scaling,
# the tables are written to docs/.
$(BENCH_DIR)/scaling/scale: selftests/bench/scaling/scale.c selftests/bench/clock.h
	mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(WARNINGS) -static -o $@ $<

bench-scaling: stage-6.1 bench-programs $(BENCH_DIR)/scaling/scale
	selftests/bench/scaling/compare $(B)/bench-scaling
	selftests/bench/scaling/report $(B)/bench-scaling --docs docs

# On several processors at once: what is stored where others look, under a plugin of QEMU's. What was counted is kept in
# build/bench-cpus.
$(BENCH_DIR)/cpus/lines.so: selftests/bench/cpus/lines.c
	mkdir -p $(@D)
	$(CC) -std=gnu11 -O2 -fPIC -fvisibility=hidden $(WARNINGS) -shared -o $@ $<

bench-cpus: stage-6.1 bench-programs $(BENCH_DIR)/cpus/lines.so
	selftests/bench/cpus/compare $(B)/bench-cpus
	selftests/bench/cpus/report $(B)/bench-cpus --docs docs

# Whole programs, in instructions for each request, transaction or build. What was counted is kept in build/bench-workloads.
bench-workloads: stage-6.1 bench-programs $(BENCH_DIR)/scaling/scale
	selftests/bench/workloads/compare $(B)/bench-workloads
	selftests/bench/workloads/report $(B)/bench-workloads --docs docs

# Syscall filters, ours and seccomp's.
bench-syscalls: stage-6.1 bench-programs
	qemu-test/vm --kernel 6.1 --icount --no-module --append mitigations=off --timeout 1800 \
		--share $(CURDIR) -- env OPS=$(CURDIR)/$(BENCH_DIR)/ops \
		OWN_FILTER=$(CURDIR)/$(BENCH_DIR)/own_filter $(CURDIR)/selftests/bench/syscalls

# An event from the hook to its line, beside the audit subsystem; and a folded one.
bench-audit: stage-6.1 $(BENCH_DIR)/denied
	mkdir -p $(B)/bench
	qemu-test/vm --kernel 6.1 --icount --no-module --with auditd --append mitigations=off \
		--timeout 3600 --share $(CURDIR) -- env DENIED=$(CURDIR)/$(BENCH_DIR)/denied \
		$(CURDIR)/selftests/bench/audit $(CURDIR)/$(B)/bench/audit.json

# The compiler beside apparmor_parser, on this machine; it has to be installed.
bench-compile: $(B)/agent/gabion $(BENCH_DIR)/compile
	selftests/bench/compile-peer $^

.PHONY: bench bench-programs bench-scaling bench-cpus bench-workloads bench-syscalls bench-audit bench-compile

# The microVM tier, beside QEMU's microvm: guest and VMM in a VM with an emulated KVM, everything in
# instructions. What was counted is kept in build/bench-vmm, twice; the table is written to docs/.
$(BENCH_DIR)/vmm/meter: selftests/bench/vmm/meter.c selftests/bench/vmm/load.h
	mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(WARNINGS) -o $@ $<

$(BENCH_DIR)/vmm/guest: selftests/bench/vmm/guest.c selftests/bench/vmm/load.h
	mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(WARNINGS) -static -s -o $@ $<

# What its guest boots. BENCH_GUEST=debian: with Debian's kernel and modules, which take no building,
# in place of the kernel of `gabion vm run`.
BENCH_GUEST ?= own
BENCH_GUEST_DIR := $(BENCH_DIR)/vmm/$(BENCH_GUEST)

bench-guest: $(BENCH_DIR)/vmm/guest $(if $(filter own,$(BENCH_GUEST)),guest-kernel)
	rm -rf $(BENCH_GUEST_DIR)
	mkdir -p $(BENCH_GUEST_DIR)/tree/dev
	cp $< $(BENCH_GUEST_DIR)/tree/init
ifeq ($(BENCH_GUEST),own)
	cp $(GUEST)/vmlinux $(BENCH_GUEST_DIR)
else
	selftests/vmm/prepare $(B)/vmm-test 6.1
	cp $(B)/vmm-test/vmlinux $(BENCH_GUEST_DIR)
	cp -r $(B)/vmm-test/tree/modules $(BENCH_GUEST_DIR)/tree
endif
	cd $(BENCH_GUEST_DIR)/tree && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 >../initrd

bench-vmm: vmm bench-guest $(BENCH_DIR)/vmm/meter
	selftests/bench/vmm/compare $(B)/bench-vmm $(BENCH_GUEST_DIR)
	selftests/bench/vmm/report $(B)/bench-vmm --docs docs

.PHONY: bench-guest bench-vmm
