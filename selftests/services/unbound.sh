# shellcheck shell=bash
# unbound: answers from a zone of its own, asks the servers of the root and one that it is told of, by
# UDP and TCP, validates, keeps the root's key up to date, is controlled, reloads.
UNITS+=(unbound)

# A root zone with a key of its own, and a name in it that was changed after it was signed.
sign_root()
(
	local key
	mkdir -p /run/root-zone && cd /run/root-zone || return
	key=$(dnssec-keygen -q -a ECDSAP256SHA256 -f KSK .) || return
	cat - "$key.key" >zone <<-END
		. 3600 IN SOA server. nobody. 1 3600 1200 604800 3600
		. 3600 IN NS server.
		server. 3600 IN A 127.0.0.2
		one.signed. 3600 IN A 198.51.100.3
		false.signed. 3600 IN A 198.51.100.4
	END
	dnssec-signzone -z -O full -o . -f signed zone "$key" >/dev/null 2>&1 || return
	sed -i '/^false/s/198.51.100.4/198.51.100.5/' signed
	grep -E '^(\.|server\.)[[:space:]].*IN[[:space:]]+(NS|A)[[:space:]]' signed >/etc/unbound/cage.hints
	dnssec-dsfromkey "$key" | install -o unbound -g unbound -m 644 /dev/stdin /var/lib/unbound/root.key
)

# A server with authority, which is a copy of unbound that no domain is entered by.
authority()
{
	cp /usr/sbin/unbound /usr/local/sbin/authority
	cat >/run/authority.conf <<-END
		server:
		 username: ""
		 chroot: ""
		 directory: "/run"
		 pidfile: ""
		 interface: 127.0.0.2
		 do-daemonize: no
		 max-udp-size: 1232
		 module-config: "iterator"
		 local-zone: "forwarded.test." static
		 local-data: "one.forwarded.test. A 198.51.100.1"
		 local-data: "two.forwarded.test. A 198.51.100.2"
	END
	# More than one datagram takes, so that it is asked again by TCP.
	seq -f ' local-data: "long.forwarded.test. TXT %0200.0f"' 12 >>/run/authority.conf
	cat >>/run/authority.conf <<-END
		auth-zone:
		 name: "."
		 zonefile: "/run/root-zone/signed"
	END
	/usr/local/sbin/authority -d -c /run/authority.conf >/dev/null 2>&1 &
	authority=$!
	# unbound knows that there is no "test.", unless told otherwise.
	cat >/etc/unbound/unbound.conf.d/cage.conf <<-END
		server:
		 root-hints: "/etc/unbound/cage.hints"
		 do-not-query-localhost: no
		 local-zone: "test." nodefault
		 domain-insecure: "forwarded.test."
		 local-zone: "cage.test." static
		 local-data: "one.cage.test. A 192.0.2.1"
		forward-zone:
		 name: "forwarded.test."
		 forward-addr: 127.0.0.2
	END
}

ask() { timeout 60 dig +tries=2 +time=20 @127.0.0.1 "$@" 2>&1; }
answers() { [ "$(ask +short "${@:2}")" = "$1" ]; }
answers_lines() { [ "$(ask +short "${@:2}" | wc -l)" = "$1" ]; }
says() { ask "${@:2}" | grep -qE "$1"; }

unbound()
{
	check "unbound: a root zone for it is signed" sign_root
	authority
	mark
	check "unbound: starts" starts unbound
	check "unbound: in its domain" in_domain unbound unbound
	check "unbound: answers from its zone" answers 192.0.2.1 one.cage.test
	check "unbound: by TCP, too" answers 192.0.2.1 +tcp one.cage.test
	check "unbound: asks another server" within answers 198.51.100.1 one.forwarded.test
	check "unbound: knows the answer when that is gone" pause_and_ask
	check "unbound: asks by TCP what is too long" answers_lines 12 +tcp long.forwarded.test TXT
	check "unbound: asks from the root on" within answers 198.51.100.3 one.signed
	check "unbound: has validated that" says ';; flags:[a-z ]* ad[ ;]' +adflag one.signed
	check "unbound: gives nobody what was changed" says 'status: SERVFAIL' false.signed
	check "unbound: but who does not mind" answers 198.51.100.5 +cdflag false.signed
	check "unbound: keeps the root's key up to date" within grep -q '^; autotrust trust anchor file' /var/lib/unbound/root.key
	check "unbound: is controlled" sh -c 'unbound-control local_data three.cage.test. A 192.0.2.3 >/dev/null'
	check "unbound: does what it was told" answers 192.0.2.3 three.cage.test
	check "unbound: reloads" systemctl reload unbound
	check "unbound: and answers" within answers 192.0.2.1 one.cage.test
	check "unbound: and asks" within answers 198.51.100.2 two.forwarded.test
	check "unbound: restarts" starts unbound
	check "unbound: and answers again" within answers 192.0.2.1 one.cage.test
	check "unbound: nothing of that was refused" nothing_refused unbound

	systemctl stop unbound
	kill "$authority"
	hostile unbound /usr/sbin/unbound $SIGSYS /usr/bin/dash execve
}

pause_and_ask()
{
	local status
	kill -STOP "$authority"
	answers 198.51.100.1 one.forwarded.test
	status=$?
	kill -CONT "$authority"
	return $status
}
