# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Starts the machine, passes its streams on, ends it, and gives the verdict.

# QEMU writes to files, never to our caller: a slow reader cannot make it drop what a port still holds at power-off.
# The bound keeps a guest that babbles from filling the disk.
readonly MAX_FILE_KIB=$((4 * 1024 * 1024))

run_machine()
{
	local port
	for port in out err status log console.log; do
		: >"$RUN/$port"
	done
	mkfifo "$RUN/monitor.in" "$RUN/monitor.out"
	local started=$SECONDS
	# Dies with us even when we are killed without a chance to clean up.
	(
		ulimit -f "$MAX_FILE_KIB"
		exec setpriv --pdeathsig KILL "${MACHINE[@]}" </dev/null >"$RUN/qemu" 2>&1
	) &
	QEMU=$!
	MACHINE_PROCESSES=("$QEMU")
	setpriv --pdeathsig TERM tail --pid="$QEMU" -s 0.1 -c +1 -f "$RUN/out" 2>/dev/null &
	PUMPS=("$!")
	setpriv --pdeathsig TERM tail --pid="$QEMU" -s 0.1 -c +1 -f "$RUN/err" >&2 2>/dev/null &
	PUMPS+=("$!")
	setpriv --pdeathsig KILL sleep "$TIMEOUT" &
	TIMER=$!
	MACHINE_PROCESSES+=("$TIMER")
	TIMED_OUT=
	QEMU_STATUS=0
	# Not `wait` alone: a signal must be able to interrupt it, and the timer may be the one that ends.
	wait -n -p ENDED "$QEMU" "$TIMER" || QEMU_STATUS=$?
	if [ "$ENDED" = "$TIMER" ]; then
		TIMED_OUT=1
		ask_hung_guest
	fi
	stop_machine
	DURATION=$((SECONDS - started))
}

# Puts the processors' states and the blocked tasks on the console, if the guest still listens to its keyboard.
ask_hung_guest()
{
	local key
	exec 7<>"$RUN/monitor.in"
	timeout 3 cat "$RUN/monitor.out" >"$RUN/monitor.log" &
	for key in l w; do
		echo "sendkey alt-sysrq-$key" >&7
		sleep 0.7
	done
	echo "info registers -a" >&7
	sleep 0.5
	exec 7>&-
}

# Callable at any time, also from a trap.
stop_machine()
{
	local process
	for process in "${MACHINE_PROCESSES[@]}"; do
		# It has no state to save, and may be too stuck for a milder signal.
		kill -KILL "$process" 2>/dev/null || continue
	done
	# The pumps end with QEMU: what the guest wrote comes before what we say about it.
	wait "${MACHINE_PROCESSES[@]}" "${PUMPS[@]}" 2>/dev/null || true
	MACHINE_PROCESSES=() PUMPS=()
}

# Keeps the console and the guest's own copy of the kernel log, and says where.
keep_log()
{
	local file=$LOG
	[ -n "$file" ] || file=$(mktemp "${TMPDIR:-/tmp}/qemu-test-log.XXXXXX")
	{
		echo "== console"
		cat "$RUN/console.log"
		echo "== kernel log"
		cat "$RUN/log"
		echo "== qemu"
		cat "$RUN/qemu"
		[ ! -e "$RUN/monitor.log" ] || tr -d '\033\b' <"$RUN/monitor.log"
	} >"$file"
	KEPT=$file
}

fail()
{
	local status=$1
	shift
	keep_log
	say "FAIL: $*"
	say "kernel log kept in $KEPT"
	exit "$status"
}

# In this order: a splat outranks CMD's status, for a kernel that is broken makes every other result worthless.
verdict()
{
	local file answer
	for file in console.log log; do
		if has_splat "$RUN/$file"; then
			say "from the kernel log:"
			show_splat "$RUN/$file" >&2
			answer=$(messages "$RUN/$file" | grep -E "$SPLAT" | head -n 1)
			fail "$EXIT_SPLAT" "kernel splat: $answer"
		fi
	done
	answer=$(tail -n 1 "$RUN/status")
	if [ -n "$VERBOSE" ]; then
		say "$ACCEL: CMD began $(sed -n 's/^start //p' "$RUN/status") s after the kernel; the whole run took $DURATION s"
	fi
	[ -z "$TIMED_OUT" ] || { last_words 60; fail "$EXIT_TIMEOUT" "no end after $TIMEOUT s: a hang, or --timeout is too short"; }
	case $answer in
	"exit "*)
		[ -z "$LOG" ] || keep_log
		exit "${answer#exit }"
		;;
	"fail "*) last_words; fail "$EXIT_NOSTART" "${answer#fail }" ;;
	"start "*) last_words; fail "$EXIT_VANISHED" "the guest ended (powered off, rebooted?) before CMD did" ;;
	esac
	cat "$RUN/qemu" >&2
	last_words
	fail "$EXIT_NOSTART" "the guest did not get to CMD (QEMU ended with status $QEMU_STATUS)"
}

last_words()
{
	local file=$RUN/console.log
	[ ! -s "$RUN/log" ] || file=$RUN/log
	[ -s "$file" ] || return 0
	say "the end of the kernel log:"
	tail -n "${1:-20}" "$file" >&2
}
