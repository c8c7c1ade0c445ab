#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux
# programs: iproute2
# XPS of a bond is never used: with each CPU on a queue of its own, all CPUs transmit on tx-0. irqkit
# refuses it. XPS of the port below is used.
ip=/lib/iproute2/ip tc=/lib/iproute2/tc
trap '"$ip" link del va; "$ip" link del bn0' EXIT
for module in veth bonding sch_mq; do
	modprobe "$module" 2>/dev/null || :
done
"$ip" link add va numtxqueues 4 numrxqueues 4 type veth peer name vb numtxqueues 4 numrxqueues 4
"$ip" link add bn0 numtxqueues 4 type bond mode active-backup
"$ip" link set va master bn0
"$ip" link set vb up
"$ip" link set bn0 up
"$ip" addr add 10.9.9.1/24 dev bn0
"$ip" neigh add 10.9.9.2 lladdr "$(cat /sys/class/net/vb/address)" dev bn0
until_ok 10 grep -q up /sys/class/net/bn0/operstate
for dev in bn0 va; do
	"$tc" qdisc add dev $dev root handle 8001: mq
done

# sent DEV QUEUE: its packets so far
sent() {
	"$tc" -s qdisc show dev "$1" | awk -v parent="8001:$(($2 + 1))" '
		/^qdisc/ { is = 0; for (i = 1; i < NF; i++) if ($i == "parent" && $(i + 1) == parent) is = 1 }
		is && /^ Sent/ { print $4 }'
}
# use DEV: each of the CPUs 0 to 3 has the queue of its number; prints how many of them transmit on it.
use() {
	own=0
	for cpu in 0 1 2 3; do
		before=$(sent "$1" $cpu)
		taskset -c $cpu ping -q -c 5 -i 0.05 -w 2 -W 1 10.9.9.2 >/dev/null || :
		[ $(($(sent "$1" $cpu) - before)) -lt 5 ] || own=$((own + 1))
	done
	echo $own
}
for cpu in 0 1 2 3; do
	echo $((1 << cpu)) >/sys/class/net/bn0/queues/tx-$cpu/xps_cpus
	status 2 irqkit xps bn0 --queues=$cpu --cpus=$cpu
	grep -q "'irqkit xps bn0 --lower" err || fail "$(cat err)"
	status 0 irqkit xps bn0 --lower --queues=$cpu --cpus=$cpu
done
ports=$(use va) bond=$(use bn0)
echo "# CPUs that transmit on the queue of their number: bond $bond of 4, port $ports of 4"
eq "$bond" 1 'CPUs that use XPS of the bond (all packets are on tx-0)'
eq "$ports" 4 'CPUs that use XPS of the port'
irqkit xps bn0 >table
grep -q 'XPS has no effect' table || fail "$(cat table)"
status 0 irqkit xps bn0 --auto
eq "$(irqkit xps bn0 --json | jq '[.queues[].xps_cpus] | all(. == "")')" true 'XPS of the bond is off'
