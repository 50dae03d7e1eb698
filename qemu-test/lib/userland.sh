# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The guest's userland: a Debian file system made from packages, as a read-only image.

readonly BASE_PACKAGES=(
	systemd systemd-sysv dbus procps kmod util-linux iproute2 attr acl psmisc strace curl netcat-openbsd socat
	busybox-static libnl-3-200 libnl-genl-3-200 libseccomp2 libcap2 libcap2-bin libdeflate0 libjansson4 libsystemd0
	libmicrohttpd12 libcmocka0 libasan8 libubsan1
)

# A change of the base changes every image's name.
base_key()
{
	printf '%s\n' "$SUITE" "${BASE_PACKAGES[@]}" | sha256sum | cut -c1-12
}

# Options of mmdebstrap for every run. No documentation, no recommended packages. It starts no service: it diverts
# start-stop-daemon and lays a policy-rc.d while it works.
bootstrap_options()
{
	local proxy
	printf '%s\n' --quiet --mode=auto '--dpkgopt=path-exclude=/usr/share/doc/*' '--dpkgopt=path-exclude=/usr/share/man/*' \
		'--dpkgopt=path-exclude=/usr/share/locale/*' '--dpkgopt=path-exclude=/usr/share/info/*' \
		'--aptopt=APT::Install-Recommends "false"' '--aptopt=Acquire::Languages "none"' '--aptopt=Acquire::Retries "3"'
	proxy=$(apt-config dump --format '%v' Acquire::http::Proxy)
	[ -z "$proxy" ] || printf '%s\n' "--aptopt=Acquire::http::Proxy \"$proxy\""
}

# The userland follows SUITE alone: backports are for kernels.
userland_sources()
{
	grep -v -e "-backports main" "$APT_ROOT/sources.list"
}

bootstrap()
{
	local log=$1 options
	shift
	mapfile -t options < <(bootstrap_options)
	userland_sources | mmdebstrap "${options[@]}" "$@" >"$log" 2>&1 || { tail -n 20 "$log" >&2; exit "$EXIT_NOSTART"; }
}

make_base_tar()
{
	local part=$1
	bootstrap "$part/log" --variant=minbase --include="$(IFS=, && echo "${BASE_PACKAGES[*]}")" "$SUITE" "$part/out.tar" -
	mv "$part/out.tar" "$part/out"
}

# More packages come on top of the unpacked base, so only they are downloaded and set up.
add_packages()
{
	local tar=$1 packages=$2 part=$3
	# shellcheck disable=SC2016
	bootstrap "$part/log" --variant=custom --skip=check/empty,setup,cleanup/mmdebstrap \
		--setup-hook="tar -xf '$CACHE/userland/base-$(base_key).tar' -C \"\$1\"" \
		--customize-hook='chroot "$1" apt-get -q update' \
		--customize-hook="chroot \"\$1\" env DEBIAN_FRONTEND=noninteractive apt-get -q -y install $packages" \
		--customize-hook='chroot "$1" apt-get clean; rm -rf "$1"/var/lib/apt/lists/*' \
		"$SUITE" "$tar" -
}

# Measured under TCG (README.md): erofs without compression boots fastest.
image_from_tar()
{
	local tar=$1 image=$2 part=$3
	mkdir "$part/root"
	tar -xf "$tar" -C "$part/root" --xattrs --xattrs-include="*"
	mkfs.erofs --quiet "$image" "$part/root" >/dev/null
}

make_image()
{
	local part=$1 packages=$2 tar
	tar=$CACHE/userland/base-$(base_key).tar
	if [ -n "$packages" ]; then
		tar=$part/more.tar
		add_packages "$tar" "$packages" "$part"
	fi
	image_from_tar "$tar" "$part/out" "$part"
}

# userland_image [PACKAGE...]: makes and prints the image for the base and these packages.
userland_image()
{
	local packages key name
	packages=$(printf '%s\n' "$@" | sort -u | xargs)
	key=$(base_key)
	name=userland/$key-$(printf '%s' "$packages" | sha256sum | cut -c1-12).img
	if [ ! -e "$CACHE/$name" ]; then
		need mmdebstrap mmdebstrap
		apt_ready
		make_once "userland/base-$key.tar" "making the Debian userland (once, ~40 s)" make_base_tar
		make_once "$name" "making the image of the Debian userland${packages:+ with $packages} (once, ~15 s)" \
			make_image "$packages"
		echo "$SUITE base $packages" >"$CACHE/${name%.img}.txt"
	fi
	echo "$CACHE/$name"
}
