# SPDX-License-Identifier: GPL-2.0
#
# Unit tests of netlink client, events and daemon, under the sanitizers. Included
# after mk/agent.mk; needs $(B)/asan and LIBS from there.
#
#   make check-agent              build and run all of them
#   make build/asan/tests/NAME    build one; docs/testing.md says how to run it

# On their own; the policies at random are those of the compiler's tests.
SECCOMP_TESTS := seccomp_filter_test seccomp_random_test seccomp_policy_test seccomp_export_test \
	seccomp_run_test
# Needs a kernel that has int 0x80: runs in a VM, `make seccomp-bpf-6.1`.
SECCOMP_KERNEL_TEST := seccomp_kernel_test
SECCOMP_SUPPORT := agent/tests/seccomp_bpf.c agent/tests/seccomp_views.c
SYSCALL_SUPPORT := $(filter-out %_test.c,$(wildcard agent/tests/syscall_*.c))

# Of gabion vm, without a machine.
VM_TESTS := vm_grant_test vm_parts_test vm_share_test vm_share_confine_test vm_run_test

AGENT_TESTS := json_writer_test netlink_event_test netlink_client_test netlink_cli_test event_json_test \
	event_admin_test event_context_test event_filter_test event_line_test event_schema_test \
	moment_test replay_test monitor_cli_test top_test top_cli_test \
	daemon_progress_test daemon_pump_test daemon_spool_test daemon_relay_test daemon_state_test \
	daemon_spec_test daemon_output_test daemon_rotate_test daemon_journal_test daemon_syslog_test daemon_publish_test daemon_gabiond_test daemon_spooling_test \
	daemon_metrics_test daemon_metrics_server_test daemon_nats_test daemon_nats_name_test \
	daemon_nats_restart_test \
	load_flow_test $(SECCOMP_TESTS) $(VM_TESTS)

# The corpus of fuzzers that policy_fuzz_test does not have.
CORPUS_TESTS := corpus_share_test corpus_session_test corpus_event_test

TESTS_DIR := $(B)/asan/tests
MOCK_OPEN := $(B)/asan/obj/agent/tests/netlink_mock_open.o
MOCK := $(B)/asan/obj/agent/tests/netlink_mock.o
DAEMON_OBJECTS := $(DAEMON_SOURCES:%.c=$(B)/asan/obj/%.o)

$(addprefix $(TESTS_DIR)/,$(AGENT_TESTS) $(SECCOMP_KERNEL_TEST)): $(TESTS_DIR)/%: $(B)/asan/obj/agent/tests/%.o \
		$(MOCK) $(MOCK_OPEN) $(DAEMON_OBJECTS) $(B)/asan/libgabion.a
	@mkdir -p $(@D)
	@echo "  LD $@"; $(CC) $(ASAN_CFLAGS) -o $@ $^ $(LIBS) -lcmocka -lpthread

$(addprefix $(TESTS_DIR)/,$(SECCOMP_TESTS) $(SECCOMP_KERNEL_TEST)): $(SECCOMP_SUPPORT:%.c=$(B)/asan/obj/%.o)
$(addprefix $(TESTS_DIR)/,seccomp_policy_test $(SECCOMP_KERNEL_TEST)): $(SYSCALL_SUPPORT:%.c=$(B)/asan/obj/%.o)

$(addprefix $(TESTS_DIR)/,$(CORPUS_TESTS)): $(TESTS_DIR)/corpus_%_test: \
		$(addprefix $(B)/asan/obj/agent/tests/,fuzz_%.o fuzz_corpus.o) $(B)/asan/libgabion.a
	@mkdir -p $(@D)
	@echo "  LD $@"; $(CC) $(ASAN_CFLAGS) -o $@ $^ $(LIBS) -lcmocka -lpthread

# What gabion top shows is its own.
$(TESTS_DIR)/top_test: $(addprefix $(B)/asan/obj/agent/cli/,table.o top_sample.o top_tally.o top_view.o)
# They read what the server has with the library that gabiond loads.
$(addprefix $(TESTS_DIR)/,daemon_nats_test daemon_nats_restart_test): LIBS += -lnats

# The programs as shipped but for the kernel that they speak to.
$(TESTS_DIR)/gabion-mock: $(CLI_SOURCES:%.c=$(B)/asan/obj/%.o) $(MOCK_OPEN) \
		$(B)/asan/libgabion.a
	@mkdir -p $(@D)
	@echo "  LD $@"; $(CC) $(ASAN_CFLAGS) -o $@ $^ $(LIBS)
$(TESTS_DIR)/gabiond-mock: $(DAEMON_OBJECTS) $(DAEMON_MAIN:%.c=$(B)/asan/obj/%.o) $(MOCK_OPEN) \
		$(B)/asan/libgabion.a
	@mkdir -p $(@D)
	@echo "  LD $@"; $(CC) $(ASAN_CFLAGS) -o $@ $^ $(LIBS)

# In place of gabion-vmm.
$(TESTS_DIR)/vm-fake: $(addprefix $(B)/asan/obj/,agent/tests/vm_fake.o vmm/guest/session.o vmm/guest/spawn.o) \
		$(B)/asan/libgabion.a
	@mkdir -p $(@D)
	@echo "  LD $@"; $(CC) $(ASAN_CFLAGS) -o $@ $^ $(LIBS)

check-agent: $(addprefix $(TESTS_DIR)/,$(AGENT_TESTS) $(CORPUS_TESTS) gabion-mock gabiond-mock vm-fake)
	@for test in $(AGENT_TESTS) $(CORPUS_TESTS); do \
		echo "  TEST $$test"; \
		GABION_BIN=$(TESTS_DIR) $(TESTS_DIR)/$$test >$(TESTS_DIR)/$$test.log 2>&1 || \
			{ cat $(TESTS_DIR)/$$test.log; exit 1; }; \
	done

.PHONY: check-agent
.PRECIOUS: $(B)/asan/obj/agent/tests/%.o
