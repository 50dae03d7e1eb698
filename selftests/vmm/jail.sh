# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Part of selftests/vmm/run: what --jail takes away, seen from outside, and that nothing stays.

JAILED=4242
GROUP=/sys/fs/cgroup/gabion-vmm.jailed
# jailed OPTION...: in its folder, with the configuration there, and KEYS to type; $! waits for it.
jailed()
{
	"$VMM" --jail "$WORK/jail" --uid $JAILED --gid $JAILED --id jailed --api-sock /api \
		--cgroup memory.max=600M --cgroup pids.max=16 --rlimit nofile=200 "$@" >"$WORK/out" 2>&1 <"${KEYS:-/dev/null}" &
}
# Who is inside, by who waits; the keeper is the first child.
inside_of() { awk '{ print $2 }' "/proc/$1/task/$1/children"; }
status() { sed -n "s/^$2:\t*//p" "/proc/$1/status" | tr '\t' ' '; }
namespace() { readlink "/proc/$1/ns/$2"; }
has_own_namespaces()
{
	local ns
	for ns in mnt pid ipc uts cgroup net; do
		[ "$(namespace "$1" $ns)" != "$(namespace self $ns)" ] || return 1
	done
}
has_no_capability()
{
	[ "$(grep -c '^Cap.*:.0000000000000000$' "/proc/$1/status")" = 5 ]
}
# filters PID THREAD: how many hold the threads of that name.
filters() { grep -lx "$2" /proc/"$1"/task/*/comm | sed 's/comm$/status/' | xargs sed -n 's/^Seccomp_filters:\t//p' | sort -u; }
has_no_folder_open()
{
	local fd
	for fd in /proc/"$1"/fd/*; do
		[ ! -d "$fd" ] || return 1
	done
}
limit() { sed -n "s/^$2  *\([0-9]*\)  *\([0-9]*\) .*/\1 \2/p" "/proc/$1/limits"; }
is_gone() { [ ! -e "/proc/$1" ]; }
# nothing_left PID...: neither them nor what the jail was made of.
nothing_left()
{
	local pid
	for pid; do
		is_gone "$pid" || return 1
	done
	[ ! -e $GROUP ] && [ ! -e "$WORK/jail/api" ] && [ ! -e "$WORK/jail/dev" ]
}

run_jail()
{
	local vmm inside keeper
	mountpoint -q /sys/fs/cgroup || mount -t cgroup2 cgroup2 /sys/fs/cgroup
	mkdir "$WORK/jail"
	ln -s "$WORK/jail/api" "$WORK/api"
	truncate -s 1M "$WORK/jail/disk"
	cp "$KERNEL" "$WORK/jail/kernel"
	cp "$VMM_TEST/initrd" "$WORK/jail/initrd"
	chown -R $JAILED:$JAILED "$WORK/jail"
	chmod 755 "$WORK"
	ip netns add jail && ip -n jail tuntap add dev tap0 mode tap user $JAILED && ip -n jail link set tap0 up
	machine report 2 "reboot=k" ', "drives": [
		{ "drive_id": "disk", "path_on_host": "/disk", "is_root_device": false } ],
	  "network-interfaces": [ { "iface_id": "eth0", "host_dev_name": "tap0" } ],
	  "vsock": { "guest_cid": 3, "uds_path": "/vsock" }, "entropy": {},
	  "logger": { "log_path": "/log" },
	  "balloon": { "amount_mib": 0, "deflate_on_oom": false, "stats_polling_interval_s": 1 }'
	sed -e "s|$KERNEL|/kernel|; s|$VMM_TEST/initrd|/initrd|" "$WORK/vm.json" >"$WORK/jail/vm.json"
	SECRET=here jailed --netns /run/netns/jail --config-file /vm.json
	vmm=$!
	check "a guest in a jail is up" within 300 printed up
	inside=$(inside_of $vmm)
	keeper=$(awk '{ print $1 }' "/proc/$vmm/task/$vmm/children")
	echo "# inside $inside, root $(ls -x "/proc/$inside/root"), descriptors: $(readlink /proc/"$inside"/fd/* | sort -u | tr '\n' ' ')"
	check "it has mount, pid, ipc, uts, cgroup and network namespaces of its own" has_own_namespaces "$inside"
	check "the network is the one given" [ "$(namespace "$inside" net)" = "$(ip netns exec jail readlink /proc/self/ns/net)" ]
	check "it is the first process of its pid namespace" says ' 1$' "$(status "$inside" NSpid)"
	check "the host has the name of the machine" [ "$(nsenter -t "$inside" -u hostname)" = jailed ]
	check "it has its user" [ "$(status "$inside" Uid)" = "4242 4242 4242 4242" ]
	check "and group" [ "$(status "$inside" Gid) $(status "$inside" Groups)" = "4242 4242 4242 4242  " ]
	check "no capability in any set" has_no_capability "$inside"
	check "no way to new ones" [ "$(status "$inside" NoNewPrivs)" = 1 ]
	check "its main thread has a filter" [ "$(filters "$inside" gabion-vmm)" = 1 ]
	check "those of the processors have another one more" [ "$(filters "$inside" 'vcpu[01]')" = 2 ]
	check "its root is the folder" [ "$(stat -Lc %d:%i "/proc/$inside/root")" = "$(stat -c %d:%i "$WORK/jail")" ]
	check "and nothing else is mounted but dev" [ "$(awk '{ print $5 }' "/proc/$inside/mountinfo" | sort | tr '\n' ' ')" = "/ /dev " ]
	check "nothing there can be executed" says ' / / *[^ ]*nosuid,noexec' "$(sed 's/^[^ ]* [^ ]* [^ ]* [^ ]* / \/ /' "/proc/$inside/mountinfo" | head -n 1)"
	check "it has no folder open" has_no_folder_open "$inside"
	check "and no environment" [ -z "$(tr -d '\0' <"/proc/$inside/environ")" ]
	check "it may have 200 descriptors" [ "$(limit "$inside" 'Max open files')" = "200 200" ]
	check "and leaves no core" [ "$(limit "$inside" 'Max core file size')" = "0 0" ]
	check "it is in its control group" [ "$(cat "/proc/$inside/cgroup")" = "0::/gabion-vmm.jailed" ]
	check "with the limit of memory" [ "$(cat $GROUP/memory.max)" = $((600 << 20)) ]
	check "and of threads" [ "$(cat $GROUP/pids.max)" = 16 ]
	check "the guest's memory is charged to it" [ "$(cat $GROUP/memory.current)" -gt $((32 << 20)) ]
	check "who waits keeps two capabilities" [ "$(status $vmm CapEff)" = 0000000000000022 ]
	check "the keeper one" [ "$(status "$keeper" CapEff)" = 0000000000000002 ]
	check "and both a filter" [ "$(status $vmm Seccomp)$(status "$keeper" Seccomp)" = 22 ]
	check "the API is in the folder, and pauses it" does PATCH /vm '{ "state": "Paused" }'
	check "a file of the host is none of its" shows_fault 'No such file' PATCH /drives/disk \
		'{ "drive_id": "disk", "path_on_host": "/etc/passwd" }'
	truncate -s 2M "$WORK/jail/disk"
	check "one of the folder is" does PATCH /drives/disk '{ "drive_id": "disk", "path_on_host": "/disk" }'
	check "it is resumed" does PATCH /vm '{ "state": "Resumed" }'
	check "it goes on" within 60 printed "sectors=4096"
	check "its balloon is to be larger" does PATCH /balloon '{ "amount_mib": 16 }'
	check "and becomes so" within 120 holds 16
	kill -9 "$inside"
	wait $vmm
	check "killed, it ends with status 137" [ $? -eq 137 ]
	check "and nothing is left" nothing_left "$inside" "$keeper"
	rm -f "$WORK/jail/vsock"
	jailed
	vmm=$!
	check "an API in a jail is there" within 30 [ -S "$WORK/jail/api" ]
	inside=$(inside_of $vmm)
	keeper=$(awk '{ print $1 }' "/proc/$vmm/task/$vmm/children")
	jailed
	wait $!
	check "another machine in its folder is refused" [ $? -eq 1 ]
	check "by name" grep -q 'another machine is in it' "$WORK/out"
	check "and leaves it its socket" [ -S "$WORK/jail/api" ]
	kill -9 $vmm
	wait $vmm 2>/dev/null
	check "it dies with who waits for it, and nothing is left" within 20 nothing_left "$inside" "$keeper"
	jailed
	vmm=$!
	check "the next of its id is there" within 30 [ -S "$WORK/jail/api" ]
	check "with the command that it was given" shows / '"id":"jailed","state":"Not started"'
	inside=$(inside_of $vmm)
	kill -TERM $vmm
	wait $vmm
	check "SIGTERM ends it with status 143" [ $? -eq 143 ]
	check "and nothing is left of that, either" nothing_left "$inside"
	ip netns del jail
	rm -r "$WORK/jail" "$WORK/api"
}
