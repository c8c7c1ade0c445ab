#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8 linux-8-6.12 linux-8-7
# limit: 400
# long
# Four queues with as many interrupts, on two CPUs; two queues get many packets where the others get one.
# By interrupts there is nothing to gain, and one CPU keeps most of the packets. By packets they are shared.
dev=$(link 1) names='virtio1-*put.*'

# on CPU QUEUE...: both interrupts of these queues go there
on() {
	cpu=$1
	shift
	for queue; do
		for name in "virtio1-input.$queue" "virtio1-output.$queue"; do
			echo "$cpu" >"/proc/irq/$(irq_of "$name")/smp_affinity_list"
		done
	done
}

# A reply of twenty packets, in one go, is a large ping: its fragments. Each ping is one burst.
talk() {
	for queue in 0 1; do ping_by "$dev" $queue -s 28000 -i 0.1 -w "$1" & done
	for queue in 2 3; do ping_by "$dev" $queue -i "$2" -w "$1" & done
}

# interrupts_of QUEUE...: how many came, of both kinds
interrupts_of() {
	sum=0
	for queue; do
		for name in "virtio1-input.$queue" "virtio1-output.$queue"; do
			sum=$((sum + $(total_of "$(irq_of "$name")")))
		done
	done
	echo $sum
}

# processed: packets of CPU 0 and CPU 1, which are the first lines
processed() {
	awk 'NR <= 2 { n = 0; for (i = 1; i <= 8; i++) n = n * 16 + index("0123456789abcdef", substr($1, i, 1)) - 1
		printf "%d ", n }' /proc/net/softnet_stat
}

# imbalance SECONDS: 100 x busiest / mean of the packets that the two CPUs process
imbalance() {
	before=$(processed)
	sleep "$1"
	echo "$before $(processed)" | awk '{ a = $3 - $1; b = $4 - $2
		printf "%d %d %d\n", 200 * (a > b ? a : b) / (a + b), a, b }'
}

trap 'kill $(jobs -p) 2>/dev/null; while irqkit undo >/dev/null 2>&1; do :; done' EXIT
on 0 0 1
on 1 2 3
irqkit show "$names" >/dev/null

# How often the small pings must be sent for as many interrupts.
every=0.05
for _ in 1 2 3 4 5; do
	talk 5 "$every"
	sleep 1
	heavy=$(interrupts_of 0 1) light=$(interrupts_of 2 3)
	sleep 3
	heavy=$(($(interrupts_of 0 1) - heavy)) light=$(($(interrupts_of 2 3) - light))
	wait
	echo "# C and D every $every s: $heavy interrupts of A and B, $light of C and D"
	[ $((light * 10)) -lt $((heavy * 9)) ] || [ $((light * 10)) -gt $((heavy * 11)) ] || break
	every=$(awk -v e="$every" -v h=$heavy -v l=$light 'BEGIN { printf "%.4f\n", e * l / h }')
done

talk 70 "$every"
sleep 3
heavy=$(interrupts_of 0 1) light=$(interrupts_of 2 3)
# shellcheck disable=SC2046 # numbers
set -- $(imbalance 4)
heavy=$(($(interrupts_of 0 1) - heavy)) light=$(($(interrupts_of 2 3) - light))
echo "# before: $heavy and $light interrupts, packets of CPU 0 and 1: $2 and $3, busiest / mean 0.01 x $1"
[ "$1" -ge 160 ] || fail "packets were even from the start: $*"

status 0 irqkit spread "$dev" --cpus=0,1 --by=load=5 --weigh=interrupts --json
jq -c '"# by \(.weigh): \(.imbalance_before), \([.changes[] | select(.result != "unchanged")] | length) moved"' -r out
# shellcheck disable=SC2046 # numbers
set -- $(imbalance 4)
echo "# by interrupts: packets $2 and $3, busiest / mean 0.01 x $1"
[ "$1" -ge 160 ] || fail "by interrupts: $*"

status 0 irqkit spread "$dev" --cpus=0,1 --by=load=5 --weigh=packets --json
jq -r '"# by \(.weigh) from \(.packets_from | join(" ")): \(.imbalance_before) before, \(.imbalance_after) expected, \(.imbalance_measured) measured"' out
case $(uname -r) in
5.* | 6.1.*) source=ethtool ;;
*) source=qstats ;;
esac
eq "$(jq -r --arg s $source '.weigh, (.packets_from | index($s) != null)' out | tr '\n' ' ')" 'packets true ' "packets from $source"
# shellcheck disable=SC2046 # numbers
set -- $(imbalance 6)
echo "# by packets: packets $2 and $3, busiest / mean 0.01 x $1"
[ "$1" -le 115 ] || fail "by packets: $* $(cat out)"
irqkit spread "$dev" --cpus=0,1 --by=load=5 -n | grep Weighed | sed 's/^/# as it chooses: /'
