# SPDX-License-Identifier: GPL-2.0
# Tests: unit tests on the host under sanitizers, kselftests in VMs.

# One list for building and running them.
KSELFTESTS := $(shell cat selftests/list)
KSELFTEST_LIB := selftests/lib/confine.c selftests/lib/call.c selftests/lib/seccomp.c \
	selftests/lib/source.c selftests/lib/uring.c selftests/lib/lost.c \
	selftests/lib/escape_scene.c selftests/lib/worker.c selftests/lib/pass.c \
	selftests/lib/touch.c
FOREIGN := $(addprefix $(B)/selftests/foreign-,i386 x32 x86-64)
KSELFTEST_HEADERS := $(B)/kselftest/kselftest.h $(B)/kselftest/kselftest_harness.h

# The harness is the kernel's own, from Debian's linux-source.
$(KSELFTEST_HEADERS) &:
	mkdir -p $(B)/kselftest
	tar -C $(B)/kselftest -xf /usr/src/linux-source-6.1.tar.xz --strip-components=4 \
		linux-source-6.1/tools/testing/selftests/kselftest.h \
		linux-source-6.1/tools/testing/selftests/kselftest_harness.h
	# An emulated machine that others use too, or a debug kernel, is slow; a hang still ends.
	sed -i 's/^#define TEST_TIMEOUT_DEFAULT 30$$/#define TEST_TIMEOUT_DEFAULT 600/' \
		$(B)/kselftest/kselftest_harness.h
	touch $(KSELFTEST_HEADERS)

# What some have of their own.
$(B)/selftests/policy_swap: OWN_LIB := selftests/lib/swap.c
$(B)/selftests/policy_swap: selftests/lib/swap.c
$(B)/selftests/lifetime_swap: OWN_LIB := selftests/lib/swap.c selftests/lib/swap_reader.c
$(B)/selftests/lifetime_swap: selftests/lib/swap.c selftests/lib/swap_reader.c
$(B)/selftests/lifetime_cycle: OWN_LIB := selftests/lib/kernel_memory.c
$(B)/selftests/lifetime_cycle: selftests/lib/kernel_memory.c
# Its heap has to be where brk(2) of the 32-bit table reaches it.
$(B)/selftests/control_jit: private CFLAGS += -no-pie

$(B)/selftests/%: selftests/%.c $(KSELFTEST_LIB) $(wildcard selftests/lib/*.h) \
		$(KSELFTEST_HEADERS) $(B)/agent/libgabion.a $(B)/agent/obj/agent/netlink/open.o
	mkdir -p $(@D)
	@echo "  CC $@"; $(CC) $(CPPFLAGS) $(CFLAGS) -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers \
		-Iselftests -I. -I$(B)/kselftest -o $@ $< $(KSELFTEST_LIB) $(OWN_LIB) \
		$(B)/agent/obj/agent/netlink/open.o $(B)/agent/libgabion.a $(LIBS) -lpthread

# Programs of the other ABIs, without any library: they need no multilib.
$(B)/selftests/foreign-i386: FOREIGN_ABI := -m32
$(B)/selftests/foreign-x32: FOREIGN_ABI := -mx32
$(B)/selftests/foreign-x86-64: FOREIGN_ABI := -m64
$(FOREIGN): selftests/foreign/foreign.c
	mkdir -p $(@D)
	$(CC) $(FOREIGN_ABI) -O2 -Wall -Wextra -Werror -ffreestanding -fno-pie -no-pie \
		-fno-stack-protector -fcf-protection=none -nostdlib -static -o $@ $<

# Those of the scripts. Named here, as what only pattern rules name is deleted by the first make that
# has used it, from under the VM of another.
SCRIPT_PROGRAMS := $(addprefix $(B)/selftests/,audit_fold flood_open abuse)
selftests: $(addprefix $(B)/selftests/,$(KSELFTESTS)) $(FOREIGN) $(SCRIPT_PROGRAMS)

# Seconds until a VM with all of them is given up; its processors, and more words for its kernel.
KSELFTEST_TIMEOUT ?= 3000
KSELFTEST_SMP ?= 2
KSELFTEST_APPEND ?=

# kselftest-6.1: in a VM on that kernel.
kselftest-%: stage-% tracer-% selftests
	qemu-test/vm --kernel $* --smp $(KSELFTEST_SMP) --timeout $(KSELFTEST_TIMEOUT) \
		--with btrfs-progs,dosfstools --append "syscall.x32=y vsyscall=xonly $(KSELFTEST_APPEND)" \
		--share $(CURDIR) -- env SELFTEST_BUILD=$(CURDIR)/$(B)/selftests \
		TRACER=$(CURDIR)/$(B)/tracer-$*/tracer.ko $(CURDIR)/selftests/run
	docs/event-schema < $(B)/selftests/events-$$(qemu-test/kernel-release $*).json

# The same on other machines than `make test` has: one processor, four, a real-time kernel, and
# one without AppArmor, which the stock kernel has on.
test-machines:
	$(MAKE) kselftest-6.1 KSELFTEST_SMP=1 KSELFTEST_TIMEOUT=10000
	$(MAKE) kselftest-6.1 KSELFTEST_SMP=4 KSELFTEST_TIMEOUT=10000
	$(MAKE) kselftest-6.1-rt KSELFTEST_TIMEOUT=10000
	$(MAKE) kselftest-6.1 KSELFTEST_APPEND=apparmor=0 KSELFTEST_TIMEOUT=10000

# The same on a kernel with KASAN, lockdep, kmemleak and others, built here when first asked for
# (half an hour); hours under emulation. tsc=reliable: so slow a guest is late to its watchdog of
# clocks, which would then take the TSC for the wrong one. no5lvl: a boot without met KASAN before
# anything of ours was loaded (wild access in rcu_is_watching() at 9 ms); identify_cpu() clears the
# processor's features, LA57 with them, for a moment, which would explain it.
test-debug:
	$(MAKE) kselftest-debug KSELFTEST_APPEND="tsc=reliable no5lvl" KSELFTEST_TIMEOUT=40000

# Modules that get in the way, for selftests/lifecycle and syscall_tracepoint.
# $(call test_module,NAME,KERNEL)
define test_module
	mkdir -p $(B)/$(1)-$(2)
	cp -f selftests/$(1)/* $(B)/$(1)-$(2)/
	$(MAKE) -C $$(qemu-test/headers $(2)) M=$(CURDIR)/$(B)/$(1)-$(2) CC=$(MODULE_CC) modules
endef

holder-%:
	$(call test_module,holder,$*)

tracer-%:
	$(call test_module,tracer,$*)

# lifecycle-6.1: loading, unloading, the agent's death, folded events, in a VM on that kernel.
lifecycle-%: stage-% holder-% selftests $(B)/selftests/audit_fold $(B)/selftests/flood_open
	qemu-test/vm --kernel $* --smp 2 --round-robin --timeout 3000 --no-module \
		--append "syscall.x32=y vsyscall=xonly" --share $(CURDIR) -- \
		env SELFTEST_BUILD=$(CURDIR)/$(B)/selftests \
		HOLDER=$(CURDIR)/$(B)/holder-$*/holder.ko $(CURDIR)/selftests/lifecycle

# service-6.1: the systemd unit and Debian's nginx, in a VM on that kernel.
service-%: stage-%
	qemu-test/vm --kernel $* --init --no-module --with nginx,libnginx-mod-http-perl --smp 2 \
		--timeout 1800 --share $(CURDIR) -- $(CURDIR)/selftests/service

# service-boot-6.1: the unit enabled, with an error in the policy's text and a policy that was in force last.
service-boot-%: stage-%
	release=$$(qemu-test/kernel-release $*) && boot=$(CURDIR)/$(B)/stage-boot/$$release && \
	rm -rf $$boot && mkdir -p $$boot && cp -a $(B)/stage/$$release/. $$boot/ && \
	mkdir -p $$boot/etc/systemd/system/sysinit.target.wants && \
	ln -s /usr/lib/systemd/system/gabiond.service $$boot/etc/systemd/system/sysinit.target.wants/ && \
	install -d -m 700 $$boot/var/lib/gabion && \
	$(B)/agent/gabion check --output $$boot/var/lib/gabion/last.image $$boot/etc/gabion/policy.d && \
	echo 'domain broken { nonsense }' >$$boot/etc/gabion/policy.d/broken.gabion && \
	GABION_STAGE=$$boot qemu-test/vm --kernel $* --init --no-module --with nginx,libnginx-mod-http-perl --smp 2 \
		--timeout 1800 --share $(CURDIR) -- $(CURDIR)/selftests/service-boot

# outputs-6.1: outputs of gabiond that fail, with journald and rsyslog, in a VM on that kernel.
outputs-%: stage-%
	qemu-test/vm --kernel $* --init --with rsyslog --smp 2 --timeout 900 \
		--share $(CURDIR) -- $(CURDIR)/selftests/outputs

# The kernel's own test of seccomp, from Debian's linux-source, unmodified.
SECCOMP_BPF := $(B)/kselftest/seccomp/seccomp_bpf
KERNEL_TESTS := linux-source-6.1/tools/testing/selftests
$(SECCOMP_BPF):
	mkdir -p $(B)/kselftest/seccomp-source
	tar -C $(B)/kselftest/seccomp-source -xf /usr/src/linux-source-6.1.tar.xz \
		--strip-components=4 $(KERNEL_TESTS)/kselftest.h $(KERNEL_TESTS)/kselftest_harness.h \
		$(KERNEL_TESTS)/clone3/clone3_selftests.h $(KERNEL_TESTS)/seccomp/seccomp_bpf.c
	mkdir -p $(@D)
	$(CC) -O2 -o $@ $(B)/kselftest/seccomp-source/seccomp/seccomp_bpf.c -lpthread -lcap

# seccomp-bpf-6.1: the same in a domain as outside of one; and the programs that we make, in a
# kernel that has both of its entries. RANDOM_CALLS: how many calls are tried.
RANDOM_CALLS ?= 300000
RANDOM_PROGRAMS := $(TESTS_DIR)/$(SECCOMP_KERNEL_TEST)
seccomp-bpf-%: stage-% $(SECCOMP_BPF) $(RANDOM_PROGRAMS)
	qemu-test/vm --kernel $* --smp 2 --timeout 3600 --with libcmocka0,libasan8,libubsan1 \
		--share $(CURDIR) -- env SECCOMP_BPF=$(CURDIR)/$(SECCOMP_BPF) \
		RANDOM_PROGRAMS=$(CURDIR)/$(RANDOM_PROGRAMS) GABION_CALLS=$(RANDOM_CALLS) \
		$(CURDIR)/selftests/seccomp-bpf

# services-6.1: Debian's services under the policies that we ship. SERVICES="redis sshd": only these;
# COMPLAIN=1: what would be refused.
SERVICES ?=
COMPLAIN ?=
SERVICE_PACKAGES := redis-server,openssh-server,openssh-client,openssh-sftp-server,cron,rsyslog,logrotate,postgresql,unbound,bind9-dnsutils,bind9-utils
$(B)/selftests/abuse: selftests/services/abuse.c
	mkdir -p $(@D)
	$(CC) $(CFLAGS) $(WARNINGS) -static -o $@ $<

services-%: stage-% $(B)/selftests/abuse
	qemu-test/vm --kernel $* --init --no-module --with $(SERVICE_PACKAGES) --smp 2 --timeout 1500 \
		--share $(CURDIR) -- env ABUSE=$(CURDIR)/$(B)/selftests/abuse COMPLAIN=$(COMPLAIN) \
		$(CURDIR)/selftests/services/run $(SERVICES)

# syscall-random-6.1: selftests/syscall_random.c for much longer than in `make test`.
RANDOM_POLICIES ?= 200
syscall-random-%: stage-% tracer-% selftests
	qemu-test/vm --kernel $* --smp 2 --timeout 7200 --append "syscall.x32=y vsyscall=xonly" \
		--share $(CURDIR) -- env SELFTEST_BUILD=$(CURDIR)/$(B)/selftests \
		GABION_RANDOM_POLICIES=$(RANDOM_POLICIES) $(CURDIR)/selftests/run syscall_random

# lifetime-6.1: policies take turns, and the module comes and goes, so many times while others
# work. A night under emulation: not in `make test`.
LIFETIME_SWAPS ?= 10000
LIFETIME_CYCLES ?= 1000
LIFETIME_TIMEOUT ?= 200000
lifetime-%: lifetime-swaps-% lifetime-cycles-%
	@:

lifetime-swaps-%: stage-% $(B)/selftests/lifetime_swap $(FOREIGN)
	qemu-test/vm --kernel $* --smp 2 --timeout $(LIFETIME_TIMEOUT) --no-module --share $(CURDIR) -- \
		env SELFTEST_BUILD=$(CURDIR)/$(B)/selftests LIFETIME_SWAPS=$(LIFETIME_SWAPS) \
		$(CURDIR)/selftests/lifetime swaps

lifetime-cycles-%: stage-% $(B)/selftests/lifetime_cycle $(FOREIGN)
	qemu-test/vm --kernel $* --smp 2 --round-robin --timeout $(LIFETIME_TIMEOUT) --no-module \
		--share $(CURDIR) -- env SELFTEST_BUILD=$(CURDIR)/$(B)/selftests \
		LIFETIME_CYCLES=$(LIFETIME_CYCLES) $(CURDIR)/selftests/lifetime cycles

$(B)/selftests/flood_open: selftests/flood_open.c
	mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(WARNINGS) -static -o $@ $<

# flood-6.1: floods of events, and gabiond killed meanwhile, in a VM on that kernel.
# FLOOD_EVENTS: of each of four domains; FLOOD_KILLS: how often it is killed; FLOOD_MEMORY: of the
# VM, in MiB, half of which may be taken by the file of events.
FLOOD_EVENTS ?= 20000
FLOOD_KILLS ?= 4
FLOOD_MEMORY ?= 1024
flood-%: stage-% $(B)/selftests/flood_open
	qemu-test/vm --kernel $* --smp 4 --mem $(FLOOD_MEMORY) --timeout 30000 --share $(CURDIR) -- \
		env SELFTEST_BUILD=$(CURDIR)/$(B)/selftests FLOOD_EVENTS=$(FLOOD_EVENTS) \
		FLOOD_KILLS=$(FLOOD_KILLS) $(CURDIR)/selftests/flood

# For long: ten million events.
flood-test:
	$(MAKE) flood-6.1 FLOOD_EVENTS=2500000 FLOOD_KILLS=20 FLOOD_MEMORY=8192

# stress-6.1: stress-ng on the host and confined, and trinity confined, while policies take turns.
# STRESS_OPS: bogo operations of each instance; STRESS_CALLS: syscalls of each fuzzer.
STRESS_OPS ?= 20
STRESS_CALLS ?= 20000
stress-%: stage-% $(addprefix $(B)/selftests/,stress_referee stress_canary)
	qemu-test/vm --kernel $* --smp 4 --mem 2048 --with stress-ng,trinity,iproute2 --timeout 50000 \
		--share $(CURDIR) -- env SELFTEST_BUILD=$(CURDIR)/$(B)/selftests \
		STRESS_OPS=$(STRESS_OPS) STRESS_CALLS=$(STRESS_CALLS) $(CURDIR)/selftests/stress

# Unit tests, under the sanitizers. agent/tests/tests.mk knows those of client and daemon.
POLICY_TESTS := $(patsubst agent/tests/%.c,%,$(wildcard $(addprefix agent/tests/, \
	policy_*_test.c format_*_test.c diff_*_test.c query_*_test.c warn_*_test.c flow_*_test.c explain_*_test.c)))
ORACLE_TESTS := $(TESTS_DIR)/oracle_test $(B)/agent/tests/oracle_test
UNIT_TESTS := $(addprefix $(TESTS_DIR)/,$(POLICY_TESTS) $(AGENT_TESTS) $(CORPUS_TESTS)) $(ORACLE_TESTS) \
	$(VMM_UNIT_TESTS)

$(addprefix $(TESTS_DIR)/,$(POLICY_TESTS)): $(TESTS_DIR)/%: $(B)/asan/obj/agent/tests/%.o \
		$(B)/asan/libgabion.a
	@mkdir -p $(@D)
	@echo "  LD $@"; $(CC) $(ASAN_CFLAGS) -o $@ $^ $(LIBS) -lcmocka

$(TESTS_DIR)/flow_random_test: $(B)/asan/obj/agent/tests/flow_reference.o

# Random policies and their reference interpreter, also for others to compare with.
SYSCALL_RANDOM := $(addprefix $(B)/asan/obj/agent/tests/, syscall_random.o syscall_random_sample.o \
	syscall_random_text.o syscall_reference.o)
$(addprefix $(TESTS_DIR)/,policy_syscall_random_test diff_calls_test format_text_test): $(SYSCALL_RANDOM)

# The compiler and the decision against an interpreter of the policy's tree. A million questions
# take two minutes under the sanitizers, and a quarter of that in what is shipped: so that is asked
# them all, and what the sanitizers look at a twentieth.
ORACLE_SOURCES := agent/tests/oracle_test.c $(wildcard agent/tests/oracle/*.c)
$(TESTS_DIR)/oracle_test: $(ORACLE_SOURCES:%.c=$(B)/asan/obj/%.o) $(B)/asan/libgabion.a
$(B)/agent/tests/oracle_test: $(ORACLE_SOURCES:%.c=$(B)/agent/obj/%.o) $(B)/agent/libgabion.a
$(TESTS_DIR)/policy_same_bytes_test: $(patsubst %.c,$(B)/asan/obj/%.o,$(wildcard agent/tests/oracle/*.c))
$(ORACLE_TESTS):
	@mkdir -p $(@D)
	@echo "  LD $@"; $(CC) $(if $(filter $(B)/asan/%,$@),$(ASAN_CFLAGS),$(CFLAGS)) -o $@ $^ $(LIBS) -lcmocka

unit-tests: $(UNIT_TESTS) $(addprefix $(TESTS_DIR)/,gabion-mock gabiond-mock vm-fake)

unit-test: unit-tests agent
	docs/coverage-table --check
	docs/grammar-words
	grep -qx 'PACKAGE_VERSION="$(VERSION)"' dkms.conf
	agent/tests/installed $(B)/installed >/dev/null
	GABION_BIN=$(TESTS_DIR) agent/tests/run $(UNIT_TESTS)

demo: deps stage-6.1
	demo/run

test: deps
	$(MAKE) -j$$(nproc) $(addprefix stage-,$(KERNELS)) selftests unit-tests $(RANDOM_PROGRAMS)
	selftests/all $(KERNELS)

.PHONY: flood-test test-machines test-debug selftests unit-tests unit-test demo test
