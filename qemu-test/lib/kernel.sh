# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Debian's kernels: which is the newest of a series, its image and modules, its headers.

# kernel_release 6.1|6.1-rt|6.12-cloud|debug|kcsan|RELEASE: prints what `uname -r` says on it.
kernel_release()
{
	local spec=$1 series flavour meta release
	case $spec in
	*-amd64) echo "$spec"; return ;;
	debug | kcsan) debug_release "$spec"; return ;;
	*-*) series=${spec%%-*} flavour=${spec#*-}- ;;
	*) series=$spec flavour= ;;
	esac
	apt_ready
	meta=linux-image-${flavour}amd64
	release=$(private_apt apt-cache show "$meta" 2>/dev/null | awk -v series="$series." '
		$1 == "Version:" { version = $2 }
		$1 == "Depends:" && index(version, series) == 1 { sub("^linux-image-", "", $2); print version, $2 }' |
		sort -V | tail -n 1 | cut -d' ' -f2)
	[ -n "$release" ] || die "no Debian kernel for '$spec' in $SUITE or its backports: name a series (6.1, 6.12)," \
		"one with a flavour (6.1-rt, 6.1-cloud), debug, kcsan, or a path"
	echo "$release"
}

# Modules must be found without looking at the host's own.
module_index()
{
	depmod -b "$1" "$2"
}

unpack_kernel()
{
	local part=$1 release=$2
	download_debs "$part" "linux-image-$release"
	mkdir "$part/x" "$part/out"
	dpkg-deb -x "$part"/linux-image-*.deb "$part/x"
	mkdir -p "$part/out/lib"
	if [ -d "$part/x/usr/lib/modules" ]; then
		mv "$part/x/usr/lib/modules" "$part/out/lib/modules"
	else
		mv "$part/x/lib/modules" "$part/out/lib/modules"
	fi
	# They lead to /usr/src of a host that need not have it.
	rm -f "$part/out/lib/modules/$release"/{build,source}
	cp "$part/x/boot/vmlinuz-$release" "$part/out/vmlinuz"
	cp "$part/x/boot/config-$release" "$part/out/config"
	module_index "$part/out" "$release"
}

# kernel_folder RELEASE: makes and prints the folder with vmlinuz, config and lib/modules/RELEASE.
kernel_folder()
{
	local release=$1
	need depmod kmod
	if is_debug_release "$release"; then
		debug_folder "$release"
		return
	fi
	need dpkg-deb dpkg
	[ -e "$CACHE/kernels/$release" ] || apt_ready
	make_once "kernels/$release" "unpacking kernel $release (once, ~10 s)" unpack_kernel "$release"
	echo "$CACHE/kernels/$release"
}

# image_release BZIMAGE: the release is at the offset that the word at 0x20e of the boot header gives, plus 0x200.
image_release()
{
	local offset
	[ "$(od -An -tx4 -j 514 -N 4 "$1" | tr -d ' ')" = 53726448 ] ||
		die "$1 is not a bzImage: build the kernel with 'make bzImage' and name arch/x86/boot/bzImage"
	offset=$(od -An -tu2 -j 526 -N 2 "$1" | tr -d ' ')
	head -c $((offset + 512 + 200)) "$1" | tail -c 200 | tr '\0' '\n' | sed -n '1s/ .*//p'
}
