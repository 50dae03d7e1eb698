# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# A private apt root in the cache: the mirror is the one that this host is configured for, nothing is installed on the
# host, and its own package lists stay as they are.

readonly SUITE=bookworm
readonly APT_ROOT=$CACHE/apt

# Package lists are kept until asked to renew, so that every step of a build sees the same kernel version.
if [ -n "${GABION_REFRESH-}" ]; then
	rm -f "$APT_ROOT/updated"
	unset GABION_REFRESH
fi

# "URI keyring" for every source that names a key file, of both notations. Keys written inline are skipped: such a source
# is then checked against trusted.gpg.d, like one that names none.
host_keyrings()
{
	local etc
	etc=$(apt-config shell etc Dir::Etc/d)
	eval "$etc"
	# shellcheck disable=SC2154
	find "$etc/sources.list.d" -name '*.sources' -exec awk '
		function flush(n, i, uris) {
			n = split(uri, uris, " ")
			for (i = 1; i <= n && key ~ /^\//; i++) print uris[i], key
			uri = key = ""
		}
		FNR == 1 || /^[[:space:]]*$/ { flush() }
		tolower($1) == "uris:" { $1 = ""; uri = $0 }
		tolower($1) == "signed-by:" { key = $2 }
		END { flush() }' {} +
	# Neither need exist.
	{ cat "$etc/sources.list" "$etc/sources.list.d"/*.list 2>/dev/null || true; } |
		sed -nE 's/^deb[[:space:]]+\[[^]]*signed-by=([^] ]+)[^]]*\][[:space:]]+([^ ]+).*/\2 \1/p'
}

# A sources.list for the private root: SUITE with its updates and security as the host has them, and, for newer kernels,
# the backports of the archive that SUITE itself comes from.
write_sources()
{
	local targets keys uri suite key main=
	# shellcheck disable=SC2016
	targets=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' | sort -u)
	keys=$(host_keyrings)
	main=$(awk -v s="$SUITE" '$2 == s { print $1; exit }' <<<"$targets")
	[ -n "$main" ] || die "this host's apt sources have no $SUITE: add Debian $SUITE to /etc/apt/sources.list.d"
	{
		awk -v s="$SUITE" '$2 == s || $2 == s "-updates" || $2 == s "-security"' <<<"$targets"
		echo "$main $SUITE-backports"
	} | while read -r uri suite; do
		key=$(awk -v u="${uri%/}" '{ sub("/$", "", $1) } $1 == u { print $2; exit }' <<<"$keys")
		echo "deb ${key:+[signed-by=$key] }$uri $suite main"
	done
}

# The host's apt.conf.d still applies (a proxy, for one), but not its hooks, pins and package state.
make_apt_root()
{
	local out=$1/out
	mkdir -p "$out"/{state/lists/partial,cache/archives/partial,none}
	: >"$out/status"
	write_sources >"$out/sources.list"
	cat >"$out/apt.conf" <<-EOF
		Dir::Etc::sourcelist "$APT_ROOT/sources.list";
		Dir::Etc::sourceparts "$APT_ROOT/none";
		Dir::Etc::preferencesparts "$APT_ROOT/none";
		Dir::Etc::preferences "$APT_ROOT/none/preferences";
		Dir::Etc::main "$APT_ROOT/last.conf";
		Dir::State "$APT_ROOT/state";
		Dir::State::status "$APT_ROOT/status";
		Dir::Cache "$APT_ROOT/cache";
		APT::Architecture "amd64";
		APT::Sandbox::User "root";
		Acquire::Languages "none";
		Acquire::Retries "3";
	EOF
	# Read after apt.conf.d, so it can take back what that set.
	cat >"$out/last.conf" <<-'EOF'
		#clear APT::Update::Post-Invoke;
		#clear APT::Update::Post-Invoke-Success;
		#clear APT::Update::Pre-Invoke;
	EOF
}

make_package_lists()
{
	# The stamp is what make_once publishes: lists are complete or asked for again.
	APT_CONFIG=$APT_ROOT/apt.conf apt-get -q update >"$1/log" 2>&1 || { cat "$1/log" >&2; exit "$EXIT_NOSTART"; }
	# It calls a list that it could not fetch a warning.
	! grep -E '^(E|Err|W: Failed)' "$1/log" >&2 || exit "$EXIT_NOSTART"
	date -u +%FT%TZ >"$1/out"
}

apt_ready()
{
	need apt-get apt
	make_once apt "setting up a private apt root in $CACHE" make_apt_root
	make_once apt/updated "reading the package lists of $SUITE and its backports" make_package_lists
}

private_apt()
{
	local tool=$1
	shift
	APT_CONFIG=$APT_ROOT/apt.conf "$tool" "$@"
}

# download_debs FOLDER PACKAGE...: apt checks the hashes. A list can outlive a package on the mirror.
download_debs()
{
	local folder=$1
	shift
	(cd "$folder" && private_apt apt-get -q download "$@" >apt.log 2>&1) && return
	cat "$folder/apt.log" >&2
	die "if the mirror has newer versions by now, run again with GABION_REFRESH=1"
}
