# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The command line of vm.

usage()
{
	cat <<-'EOF'
		usage: qemu-test/vm [options] -- CMD [ARG...]
		Boots a Debian kernel under QEMU with this tree's module loaded and runs CMD there as root.
		  --kernel 6.1|6.12|PATH  newest Debian kernel of a series (6.1-rt, 6.1-cloud, a release), debug or kcsan,
		                          which are built here, or a bzImage [6.1]
		  --modules DIR           root of lib/modules/RELEASE for a kernel given as PATH
		  --with PKG[,PKG...]     Debian packages in the guest beside the base ones (repeatable)
		  --smp N                 processors [2]
		  --mem MIB               memory [1024]
		  --append STR            more words for the kernel command line (repeatable)
		  --cpu MODEL             QEMU's -cpu [host under KVM, else max]
		  --nested                KVM inside the guest: emulates a processor with svm (always TCG, one processor)
		  --icount                clocks count instructions and runs repeat (always TCG, one processor)
		  --tcg                   do not use KVM even where it works
		  --round-robin           TCG's processors take turns in one host thread: for tests that patch running code
		  --plugin FILE[,ARG]     a plugin of QEMU's TCG (always TCG)
		  --share DIR             DIR appears at the same path in the guest, writable (repeatable)
		  --host-root             this host's own root, read-only, instead of the Debian userland
		  --no-module             do not load gabion.ko
		  --init                  systemd as PID 1; CMD runs as a service once the system is up
		  --timeout S             fail after S seconds from power-on [600]
		  --log FILE              where to keep the kernel log (otherwise kept on failure only)
		  --verbose               times, and the kernel's console on failure
	EOF
}

parse_options()
{
	KERNEL=6.1 MODULES='' PACKAGES=() CPUS=2 MEMORY=1024 APPEND='' CPU='' NESTED='' ICOUNT='' TCG='' ROUND_ROBIN='' SHARES=() HOST_ROOT=''
	LOAD_MODULE=1 PLUGIN='' SYSTEMD='' TIMEOUT=600 LOG='' VERBOSE=''
	local more
	while [ $# -gt 0 ]; do
		case $1 in
		--kernel | --modules | --with | --smp | --mem | --append | --cpu | --plugin | --share | --timeout | --log)
			[ $# -ge 2 ] || die "$1 needs a value: see --help"
			;;
		esac
		case $1 in
		--kernel) KERNEL=$2; shift ;;
		--modules) MODULES=$2; shift ;;
		--with) IFS=', ' read -ra more <<<"$2"; PACKAGES+=("${more[@]}"); shift ;;
		--smp) CPUS=$2; shift ;;
		--mem) MEMORY=$2; shift ;;
		--append) APPEND="${APPEND:+$APPEND }$2"; shift ;;
		--cpu) CPU=$2; shift ;;
		--share)
			[ -d "$2" ] || die "--share $2: no such folder"
			SHARES+=("$(readlink -e "$2")"); shift
			;;
		--timeout) TIMEOUT=$2; shift ;;
		--log) LOG=$2; shift ;;
		--plugin) PLUGIN=$2 TCG=1; shift ;;
		--nested) NESTED=1 ;;
		--icount) ICOUNT=1 ;;
		--tcg) TCG=1 ;;
		--round-robin) ROUND_ROBIN=1 TCG=1 ;;
		--host-root) HOST_ROOT=1 ;;
		--no-module) LOAD_MODULE='' ;;
		--init) SYSTEMD=1 ;;
		--verbose) VERBOSE=1 ;;
		--help | -h) usage; exit 0 ;;
		--) shift; break ;;
		*) die "unknown option $1: see --help; CMD comes after --" ;;
		esac
		shift
	done
	CMD=("$@")
	check_options
}

check_options()
{
	local name
	[ ${#CMD[@]} -gt 0 ] || { usage >&2; die "no CMD given after --"; }
	for name in CPUS MEMORY TIMEOUT; do
		[[ ${!name} =~ ^[1-9][0-9]*$ ]] || die "--smp, --mem and --timeout take a whole number above 0, not '${!name}'"
	done
	case $KERNEL in
	*/*) ;;
	*) [ -z "$MODULES" ] || die "--modules goes with --kernel PATH; Debian's kernels bring their own" ;;
	esac
	[ -z "$HOST_ROOT" ] || [ ${#PACKAGES[@]} -eq 0 ] || die "--with is for the Debian userland: install on the host instead"
	# With more than one, QEMU 7.2 interrupts the nested guest where it cannot be interrupted: see README.md.
	if [ -n "$ICOUNT$NESTED" ]; then
		CPUS=1
	fi
}
