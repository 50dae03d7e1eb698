# shellcheck shell=bash
# cron: a user's job, by @reboot as that waits for no minute; a crontab that crontab(1) installs.
UNITS+=(cron)

cron()
{
	useradd --create-home gabion-user
	echo '@reboot id -un > /home/gabion-user/by; cat /etc/shadow > /home/gabion-user/shadow; echo told' | crontab -u gabion-user -
	echo '@reboot root readlink /proc/$$/exe > /run/cron-job' >/etc/cron.d/job
	printf '#!/bin/sh\ncat > /home/gabion-user/mail\n' >/usr/sbin/sendmail
	chmod 755 /usr/sbin/sendmail
	rm -f /run/crond.reboot
	mark
	check "cron: starts" starts cron
	check "cron: in its domain" in_domain cron cron
	check "cron: runs a user's job" within grep -qx gabion-user /home/gabion-user/by
	check "cron: as that user" not test -s /home/gabion-user/shadow
	check "cron: mails what it said" within grep -qx told /home/gabion-user/mail
	check "cron: and one of the system's" within grep -q '^/usr/bin/' /run/cron-job
	check "cron: restarts" starts cron
	check "cron: nothing of that was refused" nothing_refused cron
	systemctl stop cron
	rm -f /etc/cron.d/job
	hostile cron /usr/sbin/cron $EACCES /usr/bin/perl /usr/bin/perl
}
