#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux guest
# RPS spreads what one CPU received: NET_RX runs on the others, where it did not before.
case $ROLE in
linux) dev=$(link 3) ;;
guest) dev=eth0 ;;
esac
queues=/sys/class/net/$dev/queues

# NET_RX softirqs of all CPUs but 0.
net_rx() {
	awk 'NR == 1 { for (i = 1; i <= NF; i++) cpu[i + 1] = $i }
		$1 == "NET_RX:" { for (i = 2; i <= NF; i++) if (cpu[i] != "CPU0") n += $i; print n }' /proc/softirqs
}

grep -r . "$queues"/rx-*/rps_* /proc/sys/net/core/rps_sock_flow_entries >start
irqkit pin-queue "$dev" all=0 --wrap --irq-only --wait=1 --json >json || fail "pin-queue: exit status $?"
traffic "$dev"
rx=$(net_rx) rps=$(by_rps)
traffic "$dev"
before=$(($(net_rx) - rx)) before_rps=$(($(by_rps) - rps))

irqkit rps "$dev" --cpus=housekeeping,^0 --flows=4096 >table || fail "exit status $? $(cat table)"
for queue in "$queues"/rx-*; do
	eq "$(sed 's/,//g; s/^0*//' "$queue/rps_cpus")" "$(irqkit mask housekeeping,^0)" "$queue/rps_cpus"
done
eq "$(cat /proc/sys/net/core/rps_sock_flow_entries)" 4096 rps_sock_flow_entries
eq "$(cat "$queues"/rx-*/rps_flow_cnt | awk '{ n += $1 } END { print n }')" 4096 'sum of rps_flow_cnt'
rx=$(net_rx) rps=$(by_rps)
traffic "$dev"
after=$(($(net_rx) - rx)) after_rps=$(($(by_rps) - rps))
echo "NET_RX on other CPUs than 0: $before before, $after with RPS; packets by RPS: $before_rps, $after_rps"
[ "$before_rps" = 0 ] || fail "RPS was not off before"
[ "$after_rps" -ge 20 ] || fail "no packet was handed over"
[ "$after" -ge $((before + 20)) ] || fail "NET_RX does not grow on the others"

irqkit rps "$dev" --cpus=housekeeping,^0 --flows=4096 --json >json || fail "again: exit status $?"
eq "$(jq -r .changed json)" false 'changed the second time'
irqkit undo >table || fail "undo: $(cat table)"
grep -r . "$queues"/rx-*/rps_* /proc/sys/net/core/rps_sock_flow_entries >end
same end start
irqkit undo >table || fail "undo of pin-queue: $(cat table)"
