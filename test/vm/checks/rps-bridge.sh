#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux
# programs: iproute2
# RPS of a bridge works for packets that end at it and arrived on rx-0 of a port; not for others
# (linux-8: a port of 4 queues), and not for packets that are forwarded.
ip=/lib/iproute2/ip
dev=$(link 1)
modprobe bridge && modprobe veth
"$ip" link add br9 address "$(cat "/sys/class/net/$dev/address")" type bridge forward_delay 0
affinity=/proc/irq/$(irqkit show "$dev:rx-0" -r --noheadings -o IRQ)/smp_affinity_list
was=$(cat "$affinity")
trap 'echo "$was" >"$affinity"; "$ip" link del br9; "$ip" link del va; "$ip" addr add 10.77.1.2/24 dev "$dev" || :' EXIT
"$ip" link add va up type veth peer name vb
"$ip" link set vb up master br9
"$ip" addr del 10.77.1.2/24 dev "$dev"
"$ip" link set "$dev" master br9
"$ip" addr add 10.77.1.2/24 dev br9
"$ip" link set br9 up
until_ok 40 ping -q -c 1 -W 1 10.77.1.1
# A CPU that does not handle rx-0: RPS to the CPU that received a packet hands nothing over.
cpu=7
echo 0 >"$affinity"
irqkit rps br9 --cpus="$cpu" -q || fail "exit status $?"

# Pings that leave by that queue are answered on the rx queue of the same number.
for queue in /sys/class/net/"$dev"/queues/tx-*; do
	queue=${queue##*-}
	before=$(by_rps)
	taskset -c "$(cpu_of_mask "$(cat "/sys/class/net/$dev/queues/tx-$queue/xps_cpus")")" \
		ping -q -A -c 60 -w 20 10.77.1.1 >/dev/null || fail 'no reply'
	got=$(($(by_rps) - before))
	echo "# br9, packets of rx-$queue of $dev: $got of 60 by RPS of br9"
	case $queue in
	0) [ "$got" -ge 40 ] || fail "RPS of the bridge has no effect on rx-0" ;;
	*) [ "$got" -le 10 ] || fail "RPS of the bridge has an effect on rx-$queue" ;;
	esac
done
before=$(rx_of br9) got=$(flood va br9)
echo "# br9: $got of $(($(rx_of br9) - before)) packets that end at it by its RPS"
[ "$got" -ge 190 ] || fail 'RPS of the bridge has no effect'

# vd receives what is forwarded to its port vc
"$ip" link add vc up type veth peer name vd
"$ip" link set vc master br9
"$ip" link set vd up address 02:00:00:00:00:77
before=$(rx_of vd) got=$(flood va vd)
echo "# br9: $got of $(($(rx_of vd) - before)) packets that it forwards by its RPS"
"$ip" link del vc
[ "$got" -le 10 ] || fail 'RPS of the bridge has an effect on packets that are forwarded'
irqkit rps br9 --auto >table
eq "$(irqkit rps br9 --json | jq -r '.queues[0].rps_cpus')" "$cpu" 'CPUs after --auto'
