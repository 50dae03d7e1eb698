# SPDX-License-Identifier: GPL-2.0
#
# What the agent is made of, apart from the policy compiler (agent/policy).
# Paths are from the top of the tree.

# Shared with the kernel.
CORE_SOURCES := core/crc32.c core/verify.c core/verify_filter.c
COMMON_SOURCES := $(addprefix agent/common/, error.c file.c file_replace.c json.c log.c microhttpd.c moment.c protocol.c sync_directory.c \
	text.c)
EVENT_SOURCES := $(addprefix agent/event/, event.c event_encode.c event_fields.c event_filter.c event_line.c \
	event_parse.c event_words.c)
# Without the connection itself, which the tests replace by one to a mock.
NETLINK_CLIENT_SOURCES := $(addprefix agent/netlink/, attr.c enter.c event_decode.c events.c \
	policy.c query.c request.c)
STREAM_SOURCES := $(addprefix agent/stream/, progress.c pump.c relay.c replay.c rotated.c \
	spool.c)
SECCOMP_SOURCES := $(addprefix agent/seccomp/, bpf.c call_label.c call_list.c confine.c cubes.c export.c \
	export_oci.c export_systemd.c generate.c program.c reach.c rlimits.c rules.c userns.c)
FORMAT_SOURCES := $(sort $(wildcard agent/format/*.c))
FLOW_SOURCES := $(sort $(wildcard agent/flow/*.c))
EXPLAIN_SOURCES := $(sort $(wildcard agent/explain/*.c))
LOAD_SOURCES := $(addprefix agent/load/, compile.c image.c last.c) $(CORE_SOURCES) \
	$(SECCOMP_SOURCES)

# Virtual machines of gabion vm, and the protocol that they share with the init of their guests.
VM_SOURCES := $(addprefix agent/vm/, console.c entry.c grant.c image.c jail.c keeper.c machine.c options.c session.c \
	share.c share_change.c share_confine.c share_files.c tap.c terminal.c) $(addprefix vmm/guest/, protocol.c pump.c)

# gabiond: these, agent/netlink/open.c and libgabion.a, which all of the above is in.
DAEMON_SOURCES := $(filter-out agent/daemon/main.c,$(sort $(wildcard agent/daemon/*.c)))
DAEMON_MAIN := agent/daemon/main.c

# gabion: likewise.
CLI_SOURCES := $(sort $(wildcard agent/cli/*.c))

AGENT_CFLAGS := -std=gnu11 -D_GNU_SOURCE $(shell pkg-config --cflags libnl-genl-3.0 jansson \
	libsystemd libcap libmicrohttpd libnats libseccomp)
AGENT_LIBS := $(shell pkg-config --libs libnl-genl-3.0 jansson libsystemd libcap libseccomp libdeflate)
