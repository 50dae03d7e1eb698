# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Part of selftests/vmm/run: a snapshot that is made in a jail, and loaded in another one. Needs what jail.sh and
# snapshot.sh have.

# start_in_jail OPTION...: a machine in a jail with an API and keys, as start_machine's; also sets inside.
start_in_jail()
{
	rm -f "$WORK/in" "$WORK/out"
	mkfifo "$WORK/in"
	KEYS=$WORK/in jailed --netns /run/netns/jail "$@" 8>&-
	vmm=$!
	exec 8>"$WORK/in"
	within 30 [ -S "$WORK/jail/api" ] && within 30 shows / '"state":"Not started"' && inside=$(inside_of $vmm)
}
# keeps NAME TYPE: state and memory, by their names inside.
keeps() { does PUT /snapshot/create '{ "snapshot_type": "'"$2"'", "snapshot_path": "/'"$1"'", "mem_file_path": "/'"$1"'.mem" }'; }
kept() { echo '{ "snapshot_path": "/'"$1"'", "mem_backend": { "backend_type": "File", "backend_path": "/'"$1"'.mem" }'"${2:-}"' }'; }
is_jailed()
{
	[ "$(status "$inside" Uid)" = "$JAILED $JAILED $JAILED $JAILED" ] && has_no_capability "$inside" &&
		[ "$(filters "$inside" gabion-vmm)" = 1 ] && [ "$(filters "$inside" 'vcpu[01]')" = 2 ]
}

run_jail_snapshot()
{
	local vmm inside sum tick random
	mountpoint -q /sys/fs/cgroup || mount -t cgroup2 cgroup2 /sys/fs/cgroup
	mkdir "$WORK/jail"
	ln -s "$WORK/jail/api" "$WORK/api"
	truncate -s 1M "$WORK/jail/disk"
	cp "$KERNEL" "$WORK/jail/kernel"
	cp "$VMM_TEST/initrd" "$WORK/jail/initrd"
	chown -R $JAILED:$JAILED "$WORK/jail"
	chmod 755 "$WORK"
	ip netns add jail && ip -n jail tuntap add dev tap0 mode tap user $JAILED && ip -n jail addr add 10.9.0.1/24 dev tap0 &&
		ip -n jail link set tap0 up
	check "a machine can be configured" start_in_jail
	does PUT /boot-source '{ "kernel_image_path": "/kernel", "initrd_path": "/initrd",
		"boot_args": "console=ttyS0 loglevel=4 panic=1 test=snapshot reboot=k" }'
	does PUT /machine-config '{ "vcpu_count": 2, "mem_size_mib": 256, "track_dirty_pages": true }'
	does PUT /drives/disk '{ "drive_id": "disk", "path_on_host": "/disk", "is_root_device": false, "cache_type": "Writeback" }'
	does PUT /network-interfaces/eth0 '{ "iface_id": "eth0", "host_dev_name": "tap0" }'
	does PUT /vsock '{ "guest_cid": 3, "uds_path": "/vsock" }'
	does PUT /entropy '{}'
	check "it starts" does PUT /actions '{ "action_type": "InstanceStart" }'
	check "and is up" within 300 printed up
	check "in its jail" is_jailed
	sum=$(asks sum sum)
	check "it writes to its disk" [ "$(asks 'write once' wrote)" = 0 ]
	check "it is paused" does PATCH /vm '{ "state": "Paused" }'
	check "a folder of the host is none that a snapshot can be in" shows_fault "No such file" PUT /snapshot/create \
		'{ "snapshot_path": "'"$WORK"'/full", "mem_file_path": "/full.mem" }'
	check "and nothing is left of it" [ -z "$(find "$WORK" -name '*full*')" ]
	check "a full snapshot" keeps full Full
	check "is in its folder, and its user's alone" \
		[ "$(stat -c '%u:%g:%a' "$WORK/jail/full" "$WORK/jail/full.mem" | sort -u)" = $JAILED:$JAILED:600 ]
	tick=$(last_tick)
	exec 8>&-
	kill -9 "$inside"
	wait $vmm
	check "killed, it ends with status 137" [ $? -eq 137 ]
	check "and nothing is left but its files" nothing_left "$inside"
	check "another jail is there" start_in_jail --rlimit fsize=1M
	check "a snapshot of the host is none of its" shows_fault "No such file" PUT /snapshot/load "$(kept "$WORK/jail/full")"
	check "one of the folder is loaded" does PUT /snapshot/load "$(kept full ', "resume_vm": true, "track_dirty_pages": true')"
	check "and counts on" within 60 printed "tick=$((tick + 1))"
	check "not from the start" [ "$(grep -c '^tick=1.$' "$WORK/out")" = 0 ]
	check "in its jail" is_jailed
	check "its memory is what it was" [ "$(asks sum sum)" = "$sum" ]
	check "its disk, too" [ "$(asks read disk)" = "write once" ]
	check "the guest was told that it is another one" forked
	random=$(asks random random)
	check "the network is there" [ "$(asks ping ping)" = 0 ]
	check "and the random source" [ "$(asks hwrng hwrng)" = 1000 ]
	check "it is paused" does PATCH /vm '{ "state": "Paused" }'
	check "a snapshot larger than its limit of files is none" shows_fault "File too large" PUT /snapshot/create \
		'{ "snapshot_path": "/large", "mem_file_path": "/large.mem" }'
	check "nothing is left of that" [ -z "$(find "$WORK/jail" -name 'large*')" ]
	check "it is resumed" does PATCH /vm '{ "state": "Resumed" }'
	check "and goes on" within 60 more_ticks_than "$(ticks_heard)"
	end_machine -TERM
	check "nothing is left but its files" nothing_left "$inside"
	check "a third jail is there" start_in_jail
	check "it loads the same, paused" does PUT /snapshot/load "$(kept full ', "track_dirty_pages": true')"
	check "a diff" keeps diff Diff
	check "has next to nothing" [ $(($(stat -c %b "$WORK/jail/diff.mem") / 2048)) -lt 10 ]
	check "it is resumed" does PATCH /vm '{ "state": "Resumed" }'
	check "and has other random numbers than the other" [ "$(asks random random)" != "$random" ]
	end_machine -TERM
	check "nothing is left but its files" nothing_left "$inside"
	ip netns del jail
	rm -r "$WORK/jail" "$WORK/api" "$WORK/in"
}
