# SPDX-License-Identifier: GPL-2.0
#
# The init of a guest of `gabion vm run`. Paths are from the top of the tree.

# Both ends of the protocol; the host's is in the agent.
GUEST_PROTOCOL := $(addprefix vmm/guest/, protocol.c pump.c)
GUEST_SESSION := $(addprefix vmm/guest/, session.c spawn.c)
GUEST_SOURCES := $(GUEST_PROTOCOL) $(GUEST_SESSION) vmm/guest/system.c vmm/guest/init.c agent/common/error.c
