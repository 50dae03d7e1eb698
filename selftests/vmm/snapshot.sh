# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Part of selftests/vmm/run: snapshots, full and diff, and machines that go on from them.

# A machine with an API and keys: sets vmm, and the keyboard's end is descriptor 8.
start_machine()
{
	rm -f "$WORK/in" "$WORK/out"
	mkfifo "$WORK/in"
	"$VMM" --api-sock "$WORK/api" <"$WORK/in" >"$WORK/out" 2>&1 8>&- &
	vmm=$!
	exec 8>"$WORK/in"
	within 30 [ -S "$WORK/api" ] && within 30 shows / '"state":"Not started"'
}
end_machine()
{
	exec 8>&-
	kill "$1" $vmm
	wait $vmm 2>/dev/null
}
# asks WORD NAME: of the guest's init, until it has said a value of that name; prints the last one.
asks()
{
	local before
	before=$(grep -c "^$2=" "$WORK/out")
	echo "$1" >&8
	within 120 said_more "$2" "$before" && tr -d '\r' <"$WORK/out" | sed -n "s/^$2=//p" | tail -n 1
}
said_more() { [ "$(grep -c "^$1=" "$WORK/out")" -gt "$2" ]; }
forked() { [ "$(asks forked forked)" = 1 ]; }
last_tick() { tr -d '\r' <"$WORK/out" | sed -n 's/^tick=//p' | tail -n 1; }
# saves TYPE NAME: state and memory.
saves() { does PUT /snapshot/create '{ "snapshot_type": "'"$1"'", "snapshot_path": "'"$WORK/$2"'", "mem_file_path": "'"$WORK/$2.mem"'" }'; }
# source_of NAME [MORE_JSON]: the body of a load.
source_of() { echo '{ "snapshot_path": "'"$WORK/$1"'", "mem_backend": { "backend_type": "File", "backend_path": "'"$WORK/$1.mem"'" }'"${2:-}"' }'; }
add_tap()
{
	ip tuntap add dev "$1" mode tap && ip link set "$1" address 06:00:00:00:00:01 && ip addr add 10.9.0.1/24 dev "$1" &&
		ip link set "$1" up
}

run_snapshot()
{
	local vmm sum socat tick random
	truncate -s 1M "$WORK/disk"
	add_tap tap0
	check "a machine can be configured" start_machine
	does PUT /boot-source '{ "kernel_image_path": "'"$KERNEL"'", "initrd_path": "'"$VMM_TEST"'/initrd",
		"boot_args": "console=ttyS0 loglevel=4 panic=1 test=snapshot reboot=k" }'
	does PUT /machine-config '{ "vcpu_count": 2, "mem_size_mib": 256, "track_dirty_pages": true }'
	does PUT /drives/disk '{ "drive_id": "disk", "path_on_host": "'"$WORK"'/disk", "is_root_device": false,
		"cache_type": "Writeback" }'
	does PUT /network-interfaces/eth0 '{ "iface_id": "eth0", "host_dev_name": "tap0" }'
	does PUT /vsock '{ "guest_cid": 3, "uds_path": "'"$WORK"'/vsock" }'
	does PUT /entropy '{}'
	does PUT /balloon '{ "amount_mib": 0, "deflate_on_oom": false, "stats_polling_interval_s": 1 }'
	check "a machine whose changes are noted starts" does PUT /actions '{ "action_type": "InstanceStart" }'
	check "and is up" within 300 printed up
	check "no snapshot of what runs" shows_fault "pause it first" PUT /snapshot/create \
		'{ "snapshot_path": "'"$WORK"'/full", "mem_file_path": "'"$WORK"'/full.mem" }'
	check "the network is there" [ "$(asks ping ping)" = 0 ]
	sum=$(asks sum sum)
	check "it is paused" does PATCH /vm '{ "state": "Paused" }'
	check "no snapshot where none can be" shows_fault "No such file" PUT /snapshot/create \
		'{ "snapshot_path": "'"$WORK"'/nowhere/full", "mem_file_path": "'"$WORK"'/full.mem" }'
	check "and nothing is left of it" [ -z "$(ls "$WORK" | grep full)" ]
	check "a full snapshot" saves Full full
	check "has all of the memory" [ "$(stat -c %s "$WORK/full.mem")" = $((256 << 20)) ]
	check "is its owner's alone" [ "$(stat -c %a "$WORK/full" "$WORK/full.mem" | sort -u)" = 600 ]
	cp "$WORK/full.mem" "$WORK/merged.mem"
	tick=$(last_tick)
	check "it is resumed" does PATCH /vm '{ "state": "Resumed" }'
	check "and goes on" within 60 more_ticks_than "$tick"
	check "its memory is as it was" [ "$(asks sum sum)" = "$sum" ]
	check "it writes to its disk" [ "$(asks 'write once' wrote)" = 0 ]
	check "and changes memory" [ "$(asks change changed)" = 0 ]
	does PATCH /vm '{ "state": "Paused" }'
	check "a diff" saves Diff diff1
	check "is less than all" [ $(($(stat -c %b "$WORK/diff1.mem") / 2048)) -lt 100 ]
	does PATCH /vm '{ "state": "Resumed" }'
	check "it changes memory again" [ "$(asks change changed)" = 0 ]
	sum=$(asks sum sum)
	does PATCH /vm '{ "state": "Paused" }'
	check "another diff" saves Diff diff2
	check "and all at the same time" saves Full last
	tick=$(last_tick)
	check "the first diff is put into the full one" "$VMM" --merge-diff "$WORK/diff1.mem" --into "$WORK/merged.mem"
	check "then the second" "$VMM" --merge-diff "$WORK/diff2.mem" --into "$WORK/merged.mem"
	check "which makes it what all of it is" cmp "$WORK/merged.mem" "$WORK/last.mem"
	check "no other files are left" [ -z "$(ls "$WORK" | grep '\.......$')" ]
	end_machine -KILL
	ip link del tap0
	add_tap tap1
	check "a machine is there again, where the killed one left its sockets" start_machine
	head -c 1000 "$WORK/last" >"$WORK/short"
	cp "$WORK/last" "$WORK/altered"
	printf x | dd of="$WORK/altered" bs=1 seek=5000 conv=notrunc 2>/dev/null
	check "a state that is cut short is refused" shows_fault "short: it is cut short" PUT /snapshot/load \
		"$(source_of last | sed "s|/last\"|/short\"|")"
	check "and one that was altered" shows_fault "the checksum does not match" PUT /snapshot/load \
		"$(source_of last | sed "s|/last\"|/altered\"|")"
	truncate -s 255M "$WORK/short.mem"
	check "and memory that is cut short" shows_fault "was cut short" PUT /snapshot/load \
		"$(source_of last | sed "s|/last.mem|/short.mem|")"
	check "and another card than it has" shows_fault "no network interface 'eth1'" PUT /snapshot/load \
		"$(source_of last ', "network_overrides": [ { "iface_id": "eth1", "host_dev_name": "tap1" } ]')"
	check "after all of which nothing runs" shows / '"state":"Not started"'
	check "it is loaded from the merged diffs, on another tap, with another socket" does PUT /snapshot/load \
		"$(source_of last ', "resume_vm": true, "network_overrides": [ { "iface_id": "eth0", "host_dev_name": "tap1" } ],
			"vsock_override": { "uds_path": "'"$WORK"'/other" }' | sed "s|/last.mem|/merged.mem|")"
	check "it runs" shows / '"state":"Running"'
	check "and counts on" within 60 printed "tick=$((tick + 1))"
	check "not from the start" [ "$(grep -c '^tick=1.$' "$WORK/out")" = 0 ]
	check "its memory is what it was" [ "$(asks sum sum)" = "$sum" ]
	check "its disk, too" [ "$(asks read disk)" = "write once" ]
	check "the guest was told that it is another one" forked
	random=$(asks random random)
	check "the network is there" [ "$(asks ping ping)" = 0 ]
	socat -t 60 "UNIX-LISTEN:$WORK/other_1024" SYSTEM:'read -r line; echo "$line, too"' &
	socat=$!
	within 10 [ -S "$WORK/other_1024" ]
	check "vsock, too" [ "$(asks vsock vsock)" = "hello from the guest, too" ]
	kill $socat 2>/dev/null
	rm -f "$WORK/other_1024"
	check "and the random source" [ "$(asks hwrng hwrng)" = 1000 ]
	check "the balloon takes 32 MiB" does PATCH /balloon '{ "amount_mib": 32 }'
	check "and has it" within 120 holds 32
	end_machine -TERM
	check "it is loaded again" start_machine
	check "paused, this time" does PUT /snapshot/load "$(source_of last ', "track_dirty_pages": true, "network_overrides": [
		{ "iface_id": "eth0", "host_dev_name": "tap1" } ]')"
	check "and says so" shows / '"state":"Paused"'
	check "it is configured as it was" shows /vm/config '"guest_cid":3'
	check "another load is refused" shows_fault "after starting" PUT /snapshot/load "$(source_of last)"
	check "it is resumed" does PATCH /vm '{ "state": "Resumed" }'
	check "it counts on" within 60 printed "tick=$((tick + 1))"
	check "it was told" forked
	check "and has other random numbers" [ "$(asks random random)" != "$random" ]
	check "a diff of what was loaded" does PATCH /vm '{ "state": "Paused" }'
	check "is made" saves Diff diff3
	check "of what has changed" [ $(($(stat -c %b "$WORK/diff3.mem") / 2048)) -lt 100 ]
	end_machine -TERM
	ip link del tap1
	rm -f "$WORK"/{in,short,altered,full,last,diff?}{,.mem} "$WORK/merged.mem"
}
