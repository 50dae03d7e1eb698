# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the tests of the services share; see run.
. "$HERE/../lib/tap.sh"
FOREIGN_PORT=9999
SECRET=/var/lib/abuse-secret

# The services that systemd started at boot are of the time before the policy.
put_in_force()
{
	systemctl stop "${UNITS[@]}" 2>/dev/null
	[ -z "${COMPLAIN:-}" ] || sed -i '/^\tmode/s/enforce/complain/' /etc/gabion/policy.d/*.gabion
	mkdir -p /run/systemd/system/gabiond.service.d
	printf '[Service]\nExecStart=\nExecStart=/usr/sbin/gabiond --assign --output file:%s\n' "$EVENTS" \
		>/run/systemd/system/gabiond.service.d/output.conf
	systemctl daemon-reload
	check "gabiond puts all policies in force" systemctl start gabiond
	journalctl -q -t gabiond -o cat --no-pager | sed 's/^/# /' | head -n 20
	touch "$EVENTS"
}

# What gabiond has recorded counts from here on.
mark() { drained; events_before=$(wc -l <"$EVENTS"); }
# All that was recorded has been written.
drained() { within sh -c 'gabion status | grep -q "^events.*, 0 waiting"'; }
recorded() { tail -n +$((events_before + 1)) "$EVENTS"; }
refused() { recorded | grep -E '"verdict":"(denied|complain)"' | grep -F "\"domain\":\"$1\""; }

# nothing_refused DOMAIN: since mark; else says what.
nothing_refused()
{
	drained
	refused "$1" >/run/services-refused || return 0
	sed -E 's/"(instance|time|sequence|pid|boottime_ns|cpu|generation|tid|ppid|start_ns|label)":("[^"]*"|[0-9]*),?//g; s/^/# /' \
		/run/services-refused | sort | uniq -c | sed 's/^/# /' | head -n 100
	return 1
}

# refusal DOMAIN FRAGMENT...: an event of one, with all of them in it.
refusal()
{
	local lines fragment
	lines=$(refused "$1")
	shift
	for fragment; do
		lines=$(grep -F -e "$fragment" <<<"$lines")
	done
	[ -n "$lines" ]
}

# starts UNIT: else its log says why not.
starts()
{
	systemctl restart "$1" && return
	journalctl -q -u "$1" -o cat --no-pager | tail -n 20 | sed 's/^/# /'
	return 1
}

# in_domain DOMAIN COMM: a process of that name is there.
in_domain() { gabion ps --domain "$1" | grep -q "$2"; }

# The attempts, and what becomes of them where no policy holds: all succeed, and what is no module
# is refused for that.
without_policy()
{
	install -m 600 /dev/null "$SECRET" && echo secret >"$SECRET"
	busybox nc -ll -p $FOREIGN_PORT -e true >/dev/null 2>&1 &
	listener=$!
	sleep infinity >/dev/null 2>&1 &
	victim=$!
	check "unconfined, one reads another's secret" gives 0 "$ABUSE" read "$SECRET"
	check "writes what cron runs" gives 0 "$ABUSE" write /etc/cron.d/abuse
	rm -f /etc/cron.d/abuse
	check "executes a shell" gives 0 "$ABUSE" execute /usr/bin/dash
	check "and another program" gives 0 "$ABUSE" execute /usr/bin/perl
	check "connects to another server" gives 0 "$ABUSE" connect $FOREIGN_PORT
	check "loads what is no module" gives 8 "$ABUSE" module nonsense
	check "mounts" gives 0 "$ABUSE" mount /mnt
	umount /mnt
	check "traces a process" gives 0 "$ABUSE" trace $victim
	check "and ends it" gives 0 "$ABUSE" signal $victim
	sleep infinity >/dev/null 2>&1 &
	victim=$!
}

gives()
{
	local status
	"${@:2}" >/dev/null 2>&1
	status=$?
	[ $status -eq "$1" ] || { echo "# status $status"; return 1; }
}

# takes_over PROGRAM: the hostile program is PROGRAM from here on; given_back PROGRAM: no more.
takes_over() { mv "$1" "$1.real" && cp "$ABUSE" "$1"; }
given_back() { mv "$1.real" "$1"; }

# denied DOMAIN PROGRAM ERRNO ATTEMPT OBJECT FRAGMENT...: it has that errno, or 159 for death by
# SIGSYS, and the event of it these fragments.
denied()
{
	local domain=$1 program=$2 status=$3 attempt=$4 object=$5
	shift 5
	mark
	gives "$status" "$program" "$attempt" "$object" && drained && refusal "$domain" "$@"
}
EACCES=13 EPERM=1 SIGSYS=159

# hostile DOMAIN PROGRAM ERRNO OTHER WORD: what no service may; executing OTHER fails with ERRNO,
# and WORD is in the event of it.
hostile()
{
	local domain=$1 program=$2 execution=$3 other=$4 word=$5
	[ -z "${COMPLAIN:-}" ] || return
	takes_over "$program"
	check "$domain: taken over, it does not read another's secret" \
		denied "$domain" "$program" $EACCES read "$SECRET" '"class":"file"' "\"$SECRET\""
	check "$domain: nor write what cron runs" \
		denied "$domain" "$program" $EACCES write /etc/cron.d/abuse '"class":"file"' '"/etc/cron.d/abuse"'
	check "$domain: there is no such file" not test -e /etc/cron.d/abuse
	check "$domain: nor write a program" \
		denied "$domain" "$program" $EACCES write "$program.real" '"class":"file"' "\"$program.real\""
	check "$domain: nor execute $other" \
		denied "$domain" "$program" "$execution" execute "$other" "\"$word\""
	check "$domain: nor connect to another server" \
		denied "$domain" "$program" $EACCES connect $FOREIGN_PORT '"class":"net"' "\"port\":$FOREIGN_PORT"
	check "$domain: nor load a module" denied "$domain" "$program" $EPERM module nonsense '"init_module"'
	check "$domain: nor mount" denied "$domain" "$program" $EPERM mount /mnt '"mount"'
	check "$domain: nor trace a process" denied "$domain" "$program" $SIGSYS trace "$victim" '"ptrace"'
	check "$domain: nor end one" \
		denied "$domain" "$program" $EPERM signal "$victim" '"class":"domain"' "\"target_pid\":$victim"
	given_back "$program"
}
