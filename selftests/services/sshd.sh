# shellcheck shell=bash
# OpenSSH: a login by key that runs a command, files by sftp, and sshd's own sandbox.
UNITS+=(ssh ssh.socket)

to_host() { timeout 120 "$1" -o StrictHostKeyChecking=no -o BatchMode=yes -i /root/.ssh/id "${@:2}"; }
by_sftp() { to_host sftp -b - root@127.0.0.1 <<<"$1" >/dev/null 2>>/run/ssh.log; }

# A connection that has said who it is waits in the sandboxed child.
sandboxed_child()
{
	local pid
	exec 5<>/dev/tcp/127.0.0.1/22
	printf 'SSH-2.0-waits\r\n' >&5
	within seccomp_in_domain
	pid=$?
	exec 5>&-
	return $pid
}

seccomp_in_domain()
{
	local pid
	for pid in $(pgrep -x sshd); do
		grep -q '^Seccomp:[[:space:]]*2' "/proc/$pid/status" && gabion ps --domain sshd | grep -q "^ *$pid " && return 0
	done
	return 1
}

sshd()
{
	mkdir -p -m 700 /root/.ssh
	ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id
	cp /root/.ssh/id.pub /root/.ssh/authorized_keys
	useradd --create-home --shell /bin/bash visitor
	install -D -m 600 -o visitor /root/.ssh/id.pub /home/visitor/.ssh/authorized_keys
	chown -R visitor /home/visitor
	mark
	check "sshd: starts" starts ssh
	check "sshd: in its domain" in_domain sshd sshd
	check "sshd: a login by key runs a command" [ "$(to_host ssh root@127.0.0.1 'echo cage' 2>/run/ssh.log)" = cage ]
	check "sshd: another one as a user" [ "$(to_host ssh visitor@127.0.0.1 'id -un' 2>>/run/ssh.log)" = visitor ]
	check "sshd: the session is the host's" [ "$(to_host ssh root@127.0.0.1 'gabion ps $$ >/dev/null || echo host' 2>>/run/ssh.log)" = host ]
	check "sshd: with a terminal" [ "$(to_host ssh -tt root@127.0.0.1 'tty' 2>>/run/ssh.log | cut -c1-9)" = /dev/pts/ ]
	check "sshd: it takes a file" by_sftp 'put /etc/hostname /root/sent'
	check "sshd: and gives it" by_sftp 'get /root/sent /root/got'
	check "sshd: as it is" cmp -s /etc/hostname /root/got
	check "sshd: its own sandbox works beside the filter" sandboxed_child
	check "sshd: reloads" systemctl reload ssh
	check "sshd: restarts" starts ssh
	check "sshd: a login after that" [ "$(to_host ssh root@127.0.0.1 'id -u' 2>>/run/ssh.log)" = 0 ]
	check "sshd: nothing of that was refused" nothing_refused sshd
	sed 's/^/# /' /run/ssh.log | head -n 10
	systemctl stop ssh
	hostile sshd /usr/sbin/sshd $EACCES /usr/bin/perl /usr/bin/perl
}
