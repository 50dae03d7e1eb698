# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Kernel headers for building modules, from Debian's packages, without installing them.

unpack_headers()
{
	local part=$1 release=$2 final=$CACHE/headers/$2 depends common kbuild file
	depends=$(private_apt apt-cache show "linux-headers-$release" | sed -n 's/^Depends: //p' |
		head -n 1 | tr ',' '\n')
	common=$(grep -oE 'linux-headers-[^ ]+-common[^ ]*' <<<"$depends")
	kbuild=$(grep -oE 'linux-kbuild-[^ ]+' <<<"$depends")
	download_debs "$part" "linux-headers-$release" "$common" "$kbuild"
	mkdir "$part/out"
	for file in "$part"/*.deb; do
		dpkg-deb -x "$file" "$part/out"
	done
	# Their Makefiles include each other, and link to each other, by absolute names.
	grep -rlI --include=Makefile --include='.kernelvariables' -e '/usr/src/linux-' -e '/usr/lib/linux-kbuild' \
		"$part/out/usr/src/linux-headers-$release" "$part/out/usr/src/$common" | while read -r file; do
		sed -i -e "s,/usr/src/linux-,$final/usr/src/linux-,g" -e "s,/usr/lib/linux-kbuild,$final/usr/lib/linux-kbuild,g" "$file"
	done
	find "$part/out/usr" -type l -lname '/usr/*' | while read -r file; do
		ln -sfn "$final$(readlink "$file")" "$file"
	done
	# BTF of an out-of-tree module would need pahole from 6.12 on. Only make reads this file: autoconf.h, and with it
	# the layout of struct module, stays as it is.
	sed -i '/^CONFIG_DEBUG_INFO_BTF_MODULES=/d' "$part/out/usr/src/linux-headers-$release/include/config/auto.conf"
}

# headers_folder RELEASE: makes and prints a KDIR for `make -C KDIR M=... modules`.
headers_folder()
{
	local release=$1 folder
	if is_debug_release "$release"; then
		folder=$(debug_folder "$release")
		echo "$folder/build"
		return
	fi
	need dpkg-deb dpkg
	[ -e "$CACHE/headers/$release" ] || apt_ready
	make_once "headers/$release" "unpacking the headers of $release (once, ~5 s)" unpack_headers "$release"
	echo "$CACHE/headers/$release/usr/src/linux-headers-$release"
}
