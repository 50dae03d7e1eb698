# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Messages, the cache folder, locks, and the one way in which something is made in the cache.

# Statuses of our own; everything else is CMD's. README.md documents them.
readonly EXIT_VANISHED=123 EXIT_TIMEOUT=124 EXIT_NOSTART=125 EXIT_SPLAT=126

say()
{
	printf 'qemu-test: %s\n' "$*" >&2
}

# Says what went wrong and how to mend it; no CMD has run when this is called.
die()
{
	say "$*"
	exit "$EXIT_NOSTART"
}

# Nothing ends silently. Statuses from 125 on come from die, or from a signal, and have been spoken for.
unexpected()
{
	[ "$1" -ge 125 ] || say "failed in ${BASH_SOURCE[1]##*/}, line ${BASH_LINENO[0]}: $BASH_COMMAND"
	[ "$1" -gt 125 ] || exit "$EXIT_NOSTART"
	exit "$1"
}
set -E
trap 'unexpected $?' ERR

# need COMMAND PACKAGE: a missing tool is named with the package that brings it.
need()
{
	command -v "$1" >/dev/null || die "$1 is missing: apt-get install $2"
}

# sbin is not in every user's PATH, and depmod, modprobe and chroot live there.
PATH=$PATH:/usr/sbin:/sbin
umask 022

CACHE=${GABION_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gabion}
case $CACHE in
/*) ;;
*) CACHE=$PWD/$CACHE ;;
esac
mkdir -p "$CACHE/locks" || die "cannot write to the cache $CACHE: set GABION_CACHE to a folder of yours"

# make_once FINAL WHAT MAKER [ARG...]: makes $CACHE/FINAL unless it is there. MAKER gets an empty folder, then ARGs, and
# fills $folder/out; it runs in a subshell. The folder's name is fixed and the lock is held while it is
# filled, so what an interrupted run left is swept by the next one, and FINAL appears whole or not at all.
make_once()
{
	local final=$CACHE/$1 what=$2 maker=$3 part status
	shift 3
	[ ! -e "$final" ] || return 0
	part=$final.part
	mkdir -p "${final%/*}"
	# Not in a condition: set -e would be off inside.
	(
		flock -n 9 || { say "waiting for another run that is $what"; flock 9; }
		[ ! -e "$final" ] || exit 0
		say "$what"
		rm -rf "$part"
		mkdir "$part"
		trap 'status=$?; rm -rf "$part"; [ "$status" -eq 0 ] || say "could not finish $what"' EXIT
		trap 'exit 130' INT TERM HUP
		"$maker" "$part" "$@"
		mv -T "$part/out" "$final"
	) 9>"$CACHE/locks/${final//\//_}"
}

# The words of "$@" quoted for a POSIX shell (bash's printf %q writes \$'...', which dash does not read).
quote_words()
{
	local word sep=
	for word; do
		printf "%s'%s'" "$sep" "${word//\'/\'\\\'\'}"
		sep=' '
	done
}
