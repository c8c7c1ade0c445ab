#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: threadirqs
# limit: 400
# long
# Interrupts with threads that really fire, and threaded NAPI: pinned to CPUs 2 and 3, all of them leave
# with isolate. The kernel's own trace says that none runs there in 30 seconds of traffic, and that
# they do run elsewhere; undo restores where they may run.
dev=$(link 1) other=$(link 2)
seconds=${seconds-30}
tracing=/sys/kernel/tracing
mountpoint -q $tracing || mount -t tracefs none $tracing
trace=$tracing/instances/threads
threads() { # NAME-PATTERN: "PID NAME" of these threads
	for comm in /proc/[0-9]*/comm; do
		read -r name <"$comm" || continue
		# shellcheck disable=SC2254 # a pattern
		case $name in $1) pid=${comm%/comm} && echo "${pid#/proc/} $name" ;; esac
	done 2>/dev/null
}
allowed() { # "NAME CPUS" of NAPI threads; those of interrupts follow their interrupt
	threads 'napi/*' | while read -r pid name; do
		echo "$name $(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' "/proc/$pid/status")"
	done | sort
}
# runs CPU...: how often a thread of an interrupt or of NAPI began to run on these CPUs
runs() {
	for cpu; do
		sed -n 's/^entries: //p; s/^overrun: //p' "$trace/per_cpu/cpu$cpu/stats"
	done | awk '{ n += $1 } END { print n }'
}
# measure SECONDS: traffic on both interfaces, under the trace
measure() {
	echo 0 >$trace/tracing_on
	echo >$trace/trace
	echo 1 >$trace/tracing_on
	stream "$dev" "$1" &
	stream "$other" "$1"
	wait
	echo 0 >$trace/tracing_on
}
restore() {
	echo 0 >"/sys/class/net/$other/threaded"
	rmdir $trace || :
	while IFS=: read -r file mask; do
		[ "$(cat "$file")" = "$mask" ] || echo "$mask" >"$file" || :
	done <first 2>/dev/null
}
grep . /proc/irq/[0-9]*/smp_affinity >first
trap restore EXIT

eq "$(grep -c threadirqs /proc/cmdline)" 1 'threadirqs'
threads 'irq/*-virtio1-inp*' >list
[ -s list ] || fail "no interrupt of $dev has a thread: $(threads 'irq/*')"
echo 1 >"/sys/class/net/$other/threaded"
[ "$(threads 'napi/*' | wc -l)" -ge 2 ] || fail 'no threaded NAPI'
for name in virtio1-input.0 virtio1-output.0 virtio1-input.1 virtio1-output.1 virtio10-input.0 virtio10-output.0; do
	echo 2-3 >"/proc/irq/$(irq_of $name)/smp_affinity_list"
done
threads 'napi/*' | while read -r pid _; do taskset -p c "$pid" >/dev/null; done
allowed >start
grep . /proc/irq/[0-9]*/smp_affinity >affinities

mkdir $trace
echo 'next_comm ~ "irq/*" || next_comm ~ "napi/*"' >$trace/events/sched/sched_switch/filter
echo 1 >$trace/events/sched/sched_switch/enable
traffic "$dev"
traffic "$other"
measure 3
[ "$(runs 2 3)" -gt 20 ] || fail "only $(runs 2 3) runs on CPUs 2-3 before isolate: the test can show nothing"
echo "# $(runs 2 3) runs of threads on CPUs 2-3 in 3 seconds before"

status 0 irqkit isolate 2-3 --json
jq -r '.changes[] | select(.path | startswith("/proc/irq") | not) | select(.target | test("^(irq|napi)/")) | "\(.target) \(.old) \(.new) \(.result) \(.why)"' out
for _ in 1 2 3; do # each move waits for the next interrupt
	traffic "$dev"
	traffic "$other"
done
measure "$seconds"
sed -n '/^#/!p' $trace/per_cpu/cpu2/trace $trace/per_cpu/cpu3/trace | head -n 5
eq "$(runs 2 3)" 0 'runs of threads on CPUs 2-3'
n=$(runs 0 1 4 5 6 7)
[ "$n" -gt $((20 * seconds)) ] || fail "the threads ran only $n times"
echo "# $n runs elsewhere in $seconds seconds, none on CPUs 2-3"
allowed >now
grep -q . now || fail 'the NAPI threads are gone'
! grep -E ' (2|3|2-3)$' now || fail 'a NAPI thread may still run there'

status 0 irqkit undo
allowed >end
same end start
grep . /proc/irq/[0-9]*/smp_affinity >end
same end affinities
