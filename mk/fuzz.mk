# SPDX-License-Identifier: GPL-2.0
# libFuzzer over the policy compiler, the verifier of what it makes, the walk over that, the server
# of a guest's shared folders, the session with its init, and events as the kernel sends them and as
# they are stored. Each begins with agent/tests/corpus; images are made of its policies, so that none
# gets old.

FUZZERS := parser view walk glob share session event
FUZZ_CC ?= clang-14
FUZZ_CFLAGS := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
# Inputs that each of them tries in `make fuzz`; what the first one is depends on the seed.
FUZZ_RUNS_parser ?= 15000
FUZZ_RUNS_view ?= 60000
FUZZ_RUNS_walk ?= 60000
FUZZ_RUNS_glob ?= 15000
FUZZ_RUNS_share ?= 15000
FUZZ_RUNS_session ?= 2000
FUZZ_RUNS_event ?= 60000
FUZZ_SEED ?= 1
# What a guest prints is not for our output; findings are.
FUZZ_FLAGS_session := -close_fd_mask=3
FUZZ_DIR := $(B)/fuzz

$(eval $(call flavour,$(FUZZ_DIR),$(FUZZ_CFLAGS),$(FUZZ_CC)))

$(FUZZ_DIR)/fuzz_%: $(FUZZ_DIR)/obj/agent/tests/fuzz_%.o $(FUZZ_DIR)/libgabion.a
	@echo "  LD $@"; $(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS)

# view: images; walk: images with a name behind them.
$(FUZZ_DIR)/seeds: $(B)/agent/gabion $(wildcard agent/tests/corpus/*/*)
	rm -rf $@ && mkdir -p $(addprefix $@/,$(FUZZERS))
	for p in agent/tests/corpus/parser/*.gabion; do \
		n=$$(basename $$p .gabion) && cp $$p $@/parser/ && \
		$(B)/agent/gabion check --output $@/view/$$n $$p >/dev/null && \
		{ cat $@/view/$$n; printf '/var/log/d/a0.log'; } >$@/walk/$$n || exit 1; \
	done
	cp agent/tests/corpus/glob/* $@/glob/
	cp agent/tests/corpus/share/* $@/share/
	cp agent/tests/corpus/session/* $@/session/
	cp agent/tests/corpus/event/* $@/event/

# An input that fails is left in build/fuzz/NAME-*: it becomes a file of the corpus, and with
# that a test (policy_fuzz_test, corpus_NAME_test).
$(addprefix fuzz-,$(FUZZERS)): fuzz-%: $(FUZZ_DIR)/fuzz_% $(FUZZ_DIR)/seeds
	@mkdir -p $(FUZZ_DIR)/found/$*
	$< -seed=$(FUZZ_SEED) -runs=$(FUZZ_RUNS_$*) -max_len=16384 -timeout=20 -rss_limit_mb=4096 \
		-artifact_prefix=$(FUZZ_DIR)/$*- -print_funcs=0 -verbosity=0 $(FUZZ_FLAGS_$*) \
		$(FUZZ_DIR)/found/$* $(FUZZ_DIR)/seeds/$*

fuzz: $(addprefix fuzz-,$(FUZZERS))
	@echo "$(words $(FUZZERS)) passed, 0 failed, 0 skipped"

.PHONY: fuzz $(addprefix fuzz-,$(FUZZERS))
.PRECIOUS: $(FUZZ_DIR)/obj/%.o $(FUZZ_DIR)/fuzz_%
