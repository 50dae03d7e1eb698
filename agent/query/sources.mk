# SPDX-License-Identifier: GPL-2.0
# What compares and lists whole policies; part of libgabion.a.
QUERY_SOURCES := $(addprefix agent/query/, call_pairs.c diff.c diff_access.c diff_calls.c \
	diff_commands.c listing.c)
