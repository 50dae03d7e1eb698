# shellcheck shell=bash
# rsyslog: what is logged comes to its file, also after a rotation.
UNITS+=(rsyslog syslog.socket)

rsyslog()
{
	mark
	check "rsyslog: starts" starts rsyslog
	check "rsyslog: in its domain" in_domain rsyslog rsyslogd
	check "rsyslog: logs" within sh -c 'logger cage-one; grep -q cage-one /var/log/syslog'
	check "rsyslog: and what concerns logins" within sh -c 'logger -p auth.info cage-auth; grep -q cage-auth /var/log/auth.log'
	check "rsyslog: tells everybody of an emergency" within sh -c 'logger -p user.emerg cage-emergency; grep -q cage-emergency /var/log/syslog'
	check "rsyslog: is rotated" logrotate -f /etc/logrotate.d/rsyslog
	check "rsyslog: goes on with a new file" within sh -c 'logger cage-two; grep -q cage-two /var/log/syslog'
	check "rsyslog: where the old lines are not" not grep -q cage-one /var/log/syslog
	check "rsyslog: restarts" starts rsyslog
	check "rsyslog: and logs" within sh -c 'logger cage-three; grep -q cage-three /var/log/syslog'
	check "rsyslog: nothing of that was refused" nothing_refused rsyslog
	systemctl stop rsyslog syslog.socket
	hostile rsyslog /usr/sbin/rsyslogd $SIGSYS /usr/bin/dash execve
}
