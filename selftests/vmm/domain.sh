# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Part of selftests/vmm/run: a jail in a domain of Gabion's policy. Needs the module, and what jail.sh has.

# Files by their names inside; what was open before, program, libraries and stdout, by those outside.
machine_policy()
{
	cat <<-END
		domain machine {
		    use                 base
		    map                 $VMM
		    read, write, ioctl  /dev/kvm, /dev/net/tun
		    control             tun
		    read                /kernel, /initrd, /vm.json
		    read, write         /disk
		    create, delete, setattr  /api
		    socket              unix
		    read, write         $WORK/out
		}
	END
}
domain_of() { gabion ps | awk -v pid="$1" '$1 == pid { print $2 }'; }

run_domain()
{
	local vmm inside
	mountpoint -q /sys/fs/cgroup || mount -t cgroup2 cgroup2 /sys/fs/cgroup
	mkdir "$WORK/jail"
	ln -s "$WORK/jail/api" "$WORK/api"
	cp "$KERNEL" "$WORK/jail/kernel"
	cp "$VMM_TEST/initrd" "$WORK/jail/initrd"
	cp "$VMM_TEST/initrd" "$WORK/jail/other"
	chown -R $JAILED:$JAILED "$WORK/jail"
	chmod 755 "$WORK"
	jailed --domain machine
	wait $!
	check "without a policy there is no machine" [ $? -eq 1 ]
	check "and that is said" grep -q 'domain machine: ' "$WORK/out"
	mkdir "$WORK/policy"
	machine_policy >"$WORK/policy/machine.gabion"
	check "a policy is loaded" gabion load "$WORK/policy"
	jailed --domain nobodys
	wait $!
	check "a domain that is not there is none" [ $? -eq 1 ]
	check "and that is said, too" grep -q 'domain nobodys' "$WORK/out"
	jailed --domain machine
	vmm=$!
	check "there is an API of one in its domain" within 30 [ -S "$WORK/jail/api" ]
	[ -S "$WORK/jail/api" ] || return
	inside=$(inside_of $vmm)
	check "which it is in" [ "$(domain_of "$inside")" = machine ]
	check "alone" [ -z "$(domain_of $vmm)" ]
	check "a file of the jail that the policy does not name is refused" shows_fault 'ermission denied' \
		PUT /boot-source '{ "kernel_image_path": "/other" }'
	check "one that it names is not" does PUT /boot-source '{ "kernel_image_path": "/kernel",
		"initrd_path": "/initrd", "boot_args": "console=ttyS0 loglevel=4 panic=1 test=report reboot=k" }'
	check "the machine starts" does PUT /actions '{ "action_type": "InstanceStart" }'
	check "and is up" within 300 printed up
	check "it is paused" does PATCH /vm '{ "state": "Paused" }'
	kill -TERM $vmm
	wait $vmm
	check "SIGTERM ends it with status 143" [ $? -eq 143 ]
	check "and nothing is left" nothing_left "$inside"
	check "the policy goes" gabion unload
	rm -r "$WORK/jail" "$WORK/api" "$WORK/policy"
}
