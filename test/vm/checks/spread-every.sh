#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
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
start_stream "$dev"
until_ok 60 grep -q moved log || fail "not followed: $(cat log)"
end_stream
kill -TERM $pid
wait $pid || fail "exit status $? $(cat log)"
grep -q 'moves\? in' log || fail "$(cat log)"
while irqkit undo >/dev/null 2>&1; do :; done
