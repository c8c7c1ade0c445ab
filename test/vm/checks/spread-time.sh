#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: dom0
# limit: 600
# long
# In dom0, two queues of a guest carry far more packets than the other two. They start on one CPU. By the
# time of interrupts they are parted; where that time is not accounted, irqkit says so and takes packets
# or interrupts. The ticks of each CPU are reported either way.
needs_moves_at_once
seconds=15

# on CPU QUEUE...: both interrupts of these queues go there
on() {
	cpu=$1
	shift
	for queue; do
		for way in tx rx; do
			echo "$cpu" >"/proc/irq/$(irq_of "$VIF-q$queue-$way")/smp_affinity_list"
		done
	done
}

# ticks: of hard and soft interrupts of CPU 0 and CPU 1
ticks() {
	awk '$1 == "cpu0" || $1 == "cpu1" { printf "%d ", $7 + $8 }' /proc/stat
}

# events QUEUE...: interrupts by which dom0 hears of packets from the guest
events() {
	sum=0
	for queue; do sum=$((sum + $(total_of "$(irq_of "$VIF-q$queue-tx")"))); done
	echo $sum
}

# measure: 100 x busiest / mean, and the ticks of both CPUs
measure() {
	before=$(ticks)
	heavy=$(events 0 1) light=$(events 2 3)
	sleep "$seconds"
	echo "$before $(ticks) $(($(events 0 1) - heavy)) $(($(events 2 3) - light))" | awk '{ a = $3 - $1; b = $4 - $2
		printf "%d %d %d %d %d\n", a + b ? 200 * (a > b ? a : b) / (a + b) : 0, a, b, $5, $6 }'
}

# The guest sends by queue N from its CPU N: as fast as it can by A and B, four packets a second by C and D.
talk() {
	peer ". /vm/lib.sh; modprobe pktgen
		for n in 0 1 2 3; do
			thread=/proc/net/pktgen/kpktgend_\$n dev=$PEER_DEV@\$n
			delay=0
			[ \$n -lt 2 ] || delay=250000000
			echo rem_device_all >\$thread
			echo \"add_device \$dev\" >\$thread
			for word in 'count 0' 'pkt_size 1400' \"delay \$delay\" 'dst 198.51.100.2' \\
				'dst_mac 02:00:00:00:00:99' \"queue_map_min \$n\" \"queue_map_max \$n\"; do
				echo \"\$word\" >/proc/net/pktgen/\$dev
			done
		done
		{ sleep $1; echo stop >/proc/net/pktgen/pgctrl; } &
		echo start >/proc/net/pktgen/pgctrl
		wait"
}

# The guest's clock is not ours: it sends for longer than all of this takes, until it is stopped.
trap 'peer "echo stop >/proc/net/pktgen/pgctrl" >/dev/null || true; wait; while irqkit undo >/dev/null 2>&1; do :; done' EXIT
irqkit show "$VIF" >/dev/null
on 0 0 1
on 1 2 3
began=$(date +%s)
{ talk 300 >talk.log 2>&1 || true; echo $(($(date +%s) - began)) >talked; } &
sleep 8
# shellcheck disable=SC2046 # numbers
set -- $(measure)
echo "# before: $2 and $3 ticks of CPU 0 and 1 in $seconds s, busiest / mean 0.01 x $1; $4 events of A and B, $5 of C and D"
[ "$4" -gt $(($5 * 2)) ] || fail "the guest sent too little by queues A and B: $*"

status 0 irqkit spread "$VIF" --cpus=0,1 --by=load="$seconds" --verify="$seconds" --weigh=time --json
weigh=$(jq -r .weigh out)
jq -r '"# by \(.weigh): \(.imbalance_before) before, \(.imbalance_after) expected, \(.imbalance_measured) measured"' out
[ "$(cat "/proc/irq/$(irq_of "$VIF-q0-tx")/effective_affinity_list")" != "$(cat "/proc/irq/$(irq_of "$VIF-q1-tx")/effective_affinity_list")" ] ||
	fail "A and B are still on one CPU: $(cat out)"
if [ "$weigh" != time ]; then
	irqkit spread "$VIF" --cpus=0,1 --by=load=5 --weigh=time -n >table
	grep -E 'Weighed by (packets|interrupts)[^:]*: (this kernel does not account|it is not known whether|there were fewer than 20 ticks)' table ||
		fail "time is not used, and nothing says why: $(cat table)"
	echo "# $(grep Weighed table)"
	[ "$2" -lt 20 ] || [ "$3" -lt 20 ] || fail "there were enough ticks: $2 and $3"
	exit 0
fi
busiest=$1
[ ! -e talked ] || echo "# the guest has stopped after $(cat talked) s: $(tail -n 1 talk.log)"
# shellcheck disable=SC2046 # numbers
set -- $(measure)
echo "# after: $2 and $3 ticks of CPU 0 and 1 in $seconds s, busiest / mean 0.01 x $1; $4 events of A and B, $5 of C and D"
[ "$4" -gt 0 ] || skip "the guest has stopped sending: $(cat talked talk.log 2>/dev/null)"
[ "$1" -lt "$busiest" ] || fail "the time is no more even than before: $busiest, $1"
jq -e '.imbalance_after <= 1.3' out >/dev/null || fail "expected to be uneven: $(cat out)"
