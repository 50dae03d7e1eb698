# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# TAP of the tests that are scripts.
count=0 failed=0

# check NAME COMMAND...: it must succeed.
check()
{
	local name=$1
	shift
	count=$((count + 1))
	if "$@"; then
		echo "ok $count - $name"
	else
		failed=$((failed + 1))
		echo "not ok $count - $name"
	fi
}

account()
{
	echo "1..$count"
	[ $failed -eq 0 ]
}

not() { ! "$@"; }
within() { local i; for ((i = 0; i < 100; i++)); do "$@" && return 0; sleep 0.2; done; return 1; }
