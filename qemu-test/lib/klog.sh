# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What in a kernel log is a failure.

# Anchored to the start of a message: a quoted word inside one is not a splat. "traps: NAME general protection fault" is
# a user program's own fault; "Spectre V2 : WARNING:" is a hint.
SPLATS=(
	'(WARNING|BUG|KASAN|KCSAN|KFENCE|KMSAN|UBSAN|ODEBUG|DEBUG_LOCKS_WARN_ON)\b'
	'Kernel panic|Oops|kernel BUG at|Unable to handle|Internal error|------------\[ cut here'
	'general protection fault|double fault|stack segment|invalid opcode|int3:|traps: PANIC'
	'INFO: (task .* blocked|possible|inconsistent|suspicious|trying to register|rcu)|rcu: INFO: .*(stall|expedited)'
	'watchdog: BUG|(NMI )?watchdog: Watchdog detected'
	'refcount_t:|list_(add|del) corruption|kobject_add_internal failed|sysfs: cannot create duplicate'
	'kmemleak: .*new suspected|unreferenced object|[Kk]ernel stack (overflow|is corrupted)'
	'kernel tried to execute|unchecked MSR access|Bad (page|rss-counter) |page:.*dumped|Slab .*corrupt|page dumped because'
)
SPLAT="^($(IFS='|' && echo "${SPLATS[*]}"))"
readonly SPLATS SPLAT

# Timestamps and task ids ("[   12.345678][  T123] ") are not part of the message; the serial console ends lines with CR.
messages()
{
	sed -e 's/\r$//' -e 's/^<[0-9]*>//' -e 's/^\[ *[0-9.]*\]\(\[ *[TC][0-9]*\]\)\{0,1\} *//' -- "$@"
}

has_splat()
{
	messages "$@" | grep -qE "$SPLAT"
}

# The first splat with what came before it and its trace.
show_splat()
{
	local line
	line=$(messages "$1" | grep -nE "$SPLAT" | head -n 1 | cut -d: -f1)
	[ -n "$line" ] || return 1
	sed -e 's/\r$//' -- "$1" | sed -n "$((line > 5 ? line - 5 : 1)),$((line + 50))p"
}
