# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# KVM or TCG. A /dev/kvm can exist, create machines and run real-mode code, and still be of no use (a paravirtual host
# that emulates each instruction of a kernel's decompressor), so the only proof is a kernel that reaches its init.

readonly PROBE_SECONDS=12

make_probe_initrd()
{
	mkdir -p "$1/bin" "$1/dev"
	cp "$(command -v busybox)" "$1/bin/busybox"
	cat >"$1/init" <<-'EOF'
		#!/bin/busybox sh
		/bin/busybox mount -t devtmpfs dev /dev
		echo qemu-test-kvm-works >/dev/ttyS0
		/bin/busybox reboot -f
	EOF
	chmod 755 "$1/init"
}

probe_kvm()
{
	local part=$1 answer=tcg
	make_probe_initrd "$part/tree"
	pack "$part/tree" "$part/initrd"
	# In braces so that the shell's own word on a QEMU that aborts goes with the rest.
	{ timeout -k 1 "$PROBE_SECONDS" qemu-system-x86_64 -nodefaults -no-user-config -display none -vga none -no-reboot \
		-accel kvm -cpu host -m 512 -kernel "$KERNEL" -initrd "$part/initrd" -append "console=ttyS0 quiet panic=-1" \
		-serial "file:$part/console" 9>&- || true; } >"$part/qemu" 2>&1
	! grep -qs '^qemu-test-kvm-works' "$part/console" || answer=kvm
	echo "$answer" >"$part/out"
}

# Sets ACCEL and CPU. The answer holds until the host boots again.
choose_accel()
{
	local answer
	ACCEL=tcg
	if [ -z "$TCG$ICOUNT$NESTED" ] && [ -r /dev/kvm ] && [ -w /dev/kvm ]; then
		answer=accel/$(cat /proc/sys/kernel/random/boot_id)
		make_once "$answer" "trying whether KVM works here (once per boot, $PROBE_SECONDS s at most)" probe_kvm
		ACCEL=$(cat "$CACHE/$answer")
	fi
	if [ -z "$CPU" ]; then
		# Without cmpxchg16b: QEMU 7.2 computes its flags from stale state, and an interrupt right after it then saves
		# garbage. 5 of 7 boots of Debian's 6.12 cloud kernel ended in a double fault in kmem_cache_alloc; 0 of 8 without.
		CPU=max,-cx16
		[ "$ACCEL" = tcg ] || CPU=host
		# QEMU counts every iteration of the kernel's `rep stosb`, which these two would make it prefer.
		[ -z "$ICOUNT" ] || CPU=max,-erms,-fsrm
		# KVM in the guest is not told of its own guest's xsetbv, and answers CPUID with the sizes of before: a
		# kernel there says "XSAVE consistency problem".
		[ -z "$NESTED" ] || CPU+=,-xsave
	fi
}
