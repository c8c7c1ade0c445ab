#!/bin/sh
# on: linux
# A load that shifts to other queues is followed; idle, nothing is written; TERM ends it well.
dev=$(link 1)
for irq in $(irqkit show 'virtio1-*put.*' -r --noheadings -o IRQ); do
	echo 0 >"/proc/irq/$irq/smp_affinity_list"
done
traffic "$dev"
irqkit spread "$dev" --every=2 --node=any --gain=5 >log 2>&1 &
pid=$!
sleep 5
grep -q moved log && fail "moved although idle: $(cat log)"
for queue in 0 1 2 3; do
	pings_long() {
		cpu=$(cpu_of_mask "$(cat "/sys/class/net/$dev/queues/tx-$1/xps_cpus")")
		subnet=$(ip -4 addr show dev "$dev" | sed -n 's/.*inet \([0-9.]*\)\.2\/.*/\1/p')
		taskset -c "$cpu" ping -q -A -w 14 "$subnet.1" >/dev/null || :
	}
	pings_long $queue &
done
until_ok 14 grep -q moved log || fail "not followed: $(cat log)"
# gone and back while it watches
kill -TERM $pid
wait $pid || fail "exit status $? $(cat log)"
grep -q 'moves in' log || fail "$(cat log)"
wait
while irqkit undo >/dev/null 2>&1; do :; done
