# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Debug kernels, built here from Debian's source: qemu-test/debug/base.config and that of the flavour. The release ends with
# a hash of both, so that another configuration is another kernel.

is_debug_release()
{
	[[ $1 == *-gabion-debug-* || $1 == *-gabion-kcsan-* ]]
}

# The version of Debian's kernel source.
source_version()
{
	apt_ready
	private_apt apt-cache show linux-source-6.1 | sed -n 's/^Version: \([0-9.]*\).*/\1/p' |
		sort -V | tail -n 1
}

# debug_release FLAVOUR: debug or kcsan.
debug_release()
{
	local flavour=$1 version hash
	version=$(source_version)
	hash=$(cat "$HERE/debug/base.config" "$HERE/debug/$flavour.config" | sha256sum | cut -c1-8)
	echo "$version-gabion-$flavour-$hash"
}

build_kernel()
{
	local part=$1 release=$2 build=$1/out/build source jobs=${GABION_JOBS:-$(nproc)}
	local flavour=${release%-*}
	flavour=${flavour##*-}
	source=$("$HERE/linux-source" 6.1)
	mkdir -p "$build" "$part/out"
	make -s -C "$source" O="$build" CC="$KERNEL_CC" x86_64_defconfig
	"$source/scripts/kconfig/merge_config.sh" -O "$build" -m "$build/.config" "$HERE/debug/base.config" \
		"$HERE/debug/$flavour.config" >"$part/merge.log"
	"$source/scripts/config" --file "$build/.config" --set-str LOCALVERSION "-${release#*-}"
	make -s -C "$build" CC="$KERNEL_CC" olddefconfig
	missing_options "$build/.config" "$HERE/debug/base.config" "$HERE/debug/$flavour.config"
	# Modules of its own are few and not needed; the step also writes Module.symvers, which our module is built by.
	make -s -C "$build" CC="$KERNEL_CC" -j"$jobs" bzImage modules >&2
	make -s -C "$build" CC="$KERNEL_CC" INSTALL_MOD_PATH="$part/out" modules_install >&2
	[ "$(make -s -C "$build" kernelrelease)" = "$release" ] ||
		die "the source is of another version than $release: GABION_REFRESH=1 for one command"
	cp "$build/arch/x86/boot/bzImage" "$part/out/vmlinuz"
	cp "$build/.config" "$part/out/config"
	rm -f "$part/out/lib/modules/$release"/{build,source}
	module_index "$part/out" "$release"
	find "$build" \( -path "$build/scripts" -o -path "$build/tools" \) -prune -o \
		-type f \( -name '*.o' -o -name '*.a' -o -name '.*.cmd' -o -name 'vmlinux*' -o -name '*.ko' \) -print0 |
		xargs -0 rm -f
}

# missing_options CONFIG FRAGMENT...: an option that Kconfig dropped in silence is one that is not tested with.
missing_options()
{
	local config=$1 option value missing=
	shift
	while IFS='=' read -r option value; do
		case $value in
		n) ! grep -q "^$option=" "$config" || missing+=" $option=n" ;;
		*) grep -qxF "$option=$value" "$config" || missing+=" $option=$value" ;;
		esac
	done < <(cat "$@" | grep '^CONFIG_')
	[ -z "$missing" ] || die "Kconfig did not take$missing: correct $*"
}
KERNEL_CC=${KERNEL_CC:-gcc-12}

# debug_folder RELEASE: as kernel_folder.
debug_folder()
{
	need flex flex
	need bison bison
	need bc bc
	need "$KERNEL_CC" gcc-12
	make_once "kernels/$1" "building the kernel $1 (once, half an hour or more)" build_kernel "$1"
	echo "$CACHE/kernels/$1"
}
