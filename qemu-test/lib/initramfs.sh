# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The initramfs: busybox, the modules that the root file system needs, and our init. A second archive, made freshly for
# every run, carries the tree's build products and CMD.

readonly BOOT_MODULES=(virtio_pci virtio_blk virtio_console overlay erofs) SHARE_MODULES=(9p 9pnet_virtio)

has_module()
{
	modprobe -d "$1" -S "$2" --show-depends "$3" >/dev/null 2>&1
}

# copy_modules OUT LIST MODULES_ROOT RELEASE NAME...: copies them and what they depend on, and lists them in the order of
# loading. Built-in ones are left out.
copy_modules()
{
	local out=$1 list=$1/$2 modules=$3 release=$4 wanted verb path module
	shift 4
	mkdir -p "$out"
	for wanted; do
		modprobe -d "$modules" -S "$release" --show-depends "$wanted" | while read -r verb path _; do
			[ "$verb" = insmod ] || continue
			module=$(basename "$path" | sed 's/\.ko\..*/.ko/')
			case $path in
			*.xz) xz -dc "$path" >"$out/$module" ;;
			*.zst) zstd -dqc "$path" >"$out/$module" ;;
			*.gz) gzip -dc "$path" >"$out/$module" ;;
			*) cp "$path" "$out/$module" ;;
			esac
			grep -qsxF "$module" "$list" || echo "$module" >>"$list"
		done || die "$release has no $wanted: build it in, or as a module under --modules"
	done
}

pack()
{
	(cd "$1" && find . -print0 | LC_ALL=C sort -z | cpio --quiet -0 -o -H newc -R 0:0) >"$2"
}

make_base_initramfs()
{
	local part=$1 modules=$2 release=$3
	mkdir -p "$part/tree"/{bin,dev,proc,sys,qt}
	cp "$(command -v busybox)" "$part/tree/bin/busybox"
	if [ -n "$modules" ]; then
		copy_modules "$part/tree/modules" boot "$modules" "$release" "${BOOT_MODULES[@]}"
		# Cloud kernels have none. They load only when something is shared: it takes them half a second.
		! has_module "$modules" "$release" 9p ||
			copy_modules "$part/tree/modules" share "$modules" "$release" "${SHARE_MODULES[@]}"
	fi
	pack "$part/tree" "$part/out"
}

# A kernel built here keeps its release when its modules change; their index is rewritten whenever they are.
modules_key()
{
	{
		echo "$1"
		[ -z "$1" ] || stat -c '%Y %s' "$1/lib/modules/$2/modules.dep"
		sha256sum "$HERE/lib/initramfs.sh" "$(command -v busybox)"
	} | sha256sum | cut -c1-12
}

# base_initramfs MODULES_ROOT RELEASE: MODULES_ROOT/lib/modules/RELEASE; empty for a kernel that has all built in.
base_initramfs()
{
	local modules=$1 release=$2 name
	need cpio cpio
	need busybox busybox-static
	name=initramfs/$release-$(modules_key "$modules" "$release")
	make_once "$name" "packing the initramfs of $release" make_base_initramfs "$modules" "$release"
	echo "$CACHE/$name"
}

make_module_image()
{
	mkfs.erofs --quiet -zlz4 "$1/out" "$2" >/dev/null
}

# module_image MODULES_ROOT RELEASE: all of the kernel's modules, for modprobe in the guest.
module_image()
{
	local modules=$1 release=$2 name
	need mkfs.erofs erofs-utils
	name=modules/$release-$(modules_key "$modules" "$release").img
	make_once "$name" "making the image of the modules of $release (once, ~10 s)" make_module_image \
		"$modules/lib/modules/$release"
	echo "$CACHE/$name"
}

# A DESTDIR tree may say /lib where Debian's root has a link to /usr/lib: unpacking over a link would replace it.
stage_tree()
{
	local stage=$1 out=$2 name
	mkdir -p "$out"
	cp -a "$stage/." "$out/"
	for name in bin sbin lib lib32 lib64 libx32; do
		if [ ! -d "$out/$name" ] || [ -L "$out/$name" ]; then
			continue
		fi
		mkdir -p "$out/usr/$name"
		cp -a "$out/$name/." "$out/usr/$name/"
		rm -rf "${out:?}/$name"
	done
}
