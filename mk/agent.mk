# SPDX-License-Identifier: GPL-2.0
# gabiond and gabion, and the library that both and the tests link.  Built twice:
# build/agent as shipped, build/asan with the sanitizers, for the tests.

include agent/sources.mk
include agent/policy/sources.mk
include agent/query/sources.mk

GEN := $(B)/gen
WARNINGS := -Wall -Wextra -Werror
CPPFLAGS += $(AGENT_CFLAGS) -I$(GEN) -Iagent/policy -Iinclude/uapi
CFLAGS ?= -O2 -g -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
ASAN_CFLAGS := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
LIBS := $(AGENT_LIBS)

LIBRARY_SOURCES := $(sort $(COMMON_SOURCES) $(EVENT_SOURCES) $(NETLINK_CLIENT_SOURCES) \
	$(STREAM_SOURCES) $(FORMAT_SOURCES) $(FLOW_SOURCES) $(EXPLAIN_SOURCES) $(LOAD_SOURCES) $(VM_SOURCES) \
	$(filter %.c,$(POLICY_SOURCES)) $(QUERY_SOURCES) $(CORE_SOURCES))
GENERATED := $(GEN)/parser.c $(GEN)/lexer.c

$(GEN)/parser.c $(GEN)/parser.h &: agent/policy/parser.y
	mkdir -p $(GEN)
	bison -Werror --header=$(GEN)/parser.h -o $(GEN)/parser.c $<

$(GEN)/lexer.c $(GEN)/lexer.h &: agent/policy/lexer.l $(GEN)/parser.h
	mkdir -p $(GEN)
	flex --header-file=$(GEN)/lexer.h -o $(GEN)/lexer.c $<

# $(call flavour,FOLDER,FLAGS[,COMPILER]): objects, library and programs of one build.
define flavour
$(1)/obj/%.o: %.c | $(GEN)/parser.h $(GEN)/lexer.h
	@mkdir -p $$(@D)
	@echo "  CC $$@"; $(or $(3),$(CC)) $(CPPFLAGS) $(WARNINGS) $(2) -MMD -MP -c -o $$@ $$<
$(1)/obj/gen/%.o: $(GEN)/%.c $(GEN)/parser.h $(GEN)/lexer.h
	@mkdir -p $$(@D)
	@echo "  CC $$@"; $(or $(3),$(CC)) $(CPPFLAGS) $(WARNINGS) $(2) -MMD -MP -c -o $$@ $$<
$(1)/libgabion.a: $(LIBRARY_SOURCES:%.c=$(1)/obj/%.o) $(GENERATED:$(GEN)/%.c=$(1)/obj/gen/%.o)
	@rm -f $$@
	@ar rcs $$@ $$^
$(1)/gabion: $(CLI_SOURCES:%.c=$(1)/obj/%.o) $(1)/obj/agent/netlink/open.o $(1)/libgabion.a
	@echo "  LD $$@"; $(or $(3),$(CC)) $(2) -o $$@ $$^ $(LIBS)
$(1)/gabiond: $(DAEMON_SOURCES:%.c=$(1)/obj/%.o) $(DAEMON_MAIN:%.c=$(1)/obj/%.o) \
		$(1)/obj/agent/netlink/open.o $(1)/libgabion.a
	@echo "  LD $$@"; $(or $(3),$(CC)) $(2) -o $$@ $$^ $(LIBS)
-include $$(shell find $(1)/obj -name '*.d' 2>/dev/null)
endef

$(eval $(call flavour,$(B)/agent,$(CFLAGS)))
$(eval $(call flavour,$(B)/asan,$(ASAN_CFLAGS)))

agent: $(B)/agent/gabion $(B)/agent/gabiond

.PHONY: agent
.PRECIOUS: $(B)/agent/obj/%.o $(B)/asan/obj/%.o
