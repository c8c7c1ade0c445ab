#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux
# programs: iproute2
# Traffic classes: each CPU gets a queue of each class, and transmits on it. A queue in no class is
# skipped.
ip=/lib/iproute2/ip tc=/lib/iproute2/tc
for module in veth sch_mqprio sch_ingress cls_matchall act_skbedit; do
	modprobe "$module"
done
"$ip" link add va numtxqueues 8 numrxqueues 8 type veth peer name vb numtxqueues 8 numrxqueues 8
trap '"$ip" link del va' EXIT
"$ip" link set vb up
"$ip" link set va up
"$ip" addr add 10.9.9.1/24 dev va
"$ip" neigh add 10.9.9.2 lladdr "$(cat /sys/class/net/vb/address)" dev va
# priority 6 is class 1 (tx-3 to tx-6), everything else class 0 (tx-0 to tx-2); tx-7 is in none
"$tc" qdisc add dev va root handle 8001: mqprio num_tc 2 map 0 0 0 0 0 0 1 0 queues 3@0 4@3 hw 0
"$tc" qdisc add dev va clsact

irqkit xps va >table
grep -q 'va of class 1: XPS is off' table || fail "$(cat table)"
irqkit xps va --auto >report 2>err || fail "exit status $? $(cat err)"
grep -q 'va:tx-7 is skipped' report || fail "$(cat report)"
irqkit xps va --json >json
for class in 0 1; do
	eq "$(jq -r "[.queues[] | select(.traffic_class == $class).queue] | length" json)" $((3 + class)) "queues of class $class"
	jq -r ".queues[] | select(.traffic_class == $class).xps_cpus" json | paste -s -d , >list
	eq "$(irqkit mask "$(cat list)")" "$(irqkit mask all)" "CPUs with a queue of class $class"
done

# sent: packets of each tx queue, as lines "NUMBER COUNT" (mqprio numbers its children from 1)
sent() {
	"$tc" -s qdisc show dev va | awk '/parent 8001:/ { for (i = 1; i < NF; i++) if ($i == "parent") split($(i + 1), p, ":") }
		/^ Sent/ && p[2] { print hex(p[2]) - 1, $4; p[2] = "" }
		function hex(t,   n, i) { for (i = 1; i <= length(t); i++) n = n * 16 + index("0123456789abcdef", substr(t, i, 1)) - 1; return n }'
}
for priority in 0 6; do
	"$tc" filter del dev va egress 2>/dev/null || :
	"$tc" filter add dev va egress matchall action skbedit priority $priority
	class=$((priority / 6)) wrong=0 cpus=0
	for dir in /sys/devices/system/cpu/cpu[0-9]*; do
		[ "$(cat "$dir/online" 2>/dev/null)" != 0 ] || continue
		cpu=${dir##*/cpu}
		sent >before
		taskset -c "$cpu" ping -q -c 3 -i 0.05 -w 5 -W 1 10.9.9.2 >/dev/null || :
		sent >after
		queue=$(awk 'NR == FNR { n[$1] = $2; next } $2 - n[$1] >= 3 { print $1 }' before after)
		cpus=$((cpus + 1))
		mask=$(jq -r ".queues[] | select(.queue == \"va:tx-$queue\" and .traffic_class == $class).xps_mask" json)
		[ -n "$mask" ] && [ $((0x$mask >> cpu & 1)) = 1 ] || wrong=$((wrong + 1))
	done
	echo "# class $class: $((cpus - wrong)) of $cpus CPUs transmit on a queue of theirs"
	eq $wrong 0 'CPUs that transmit on another queue'
done
irqkit undo -q
eq "$(irqkit xps va --json | jq '[.queues[].xps_cpus] | all(. == "")')" true 'XPS is off after undo'
