#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8*
# last
# A network card goes and comes under spread --every, in the midst of traffic: the load of the
# other is followed all along, then its own, and TERM ends it well.
. /vm/linux.sh
dev=$(link 1) far=$(link 2)

# on_one DEVICE CPU: its queues' interrupts are served there, as if somebody had put them there.
on_one() {
	for irq in $(irqkit show "$1-*put.*" -r --noheadings -o IRQ); do
		echo "$2" >"/proc/irq/$irq/smp_affinity_list"
	done
}

# follows DEVICE CPU WHEN: a load that is all on that CPU is shared within two periods.
follows() {
	was=$(grep -c "$1-" log || :)
	on_one "$1" "$2"
	until_ok 60 more_moved "$1" || fail "not followed $3: $(cat log)"
}
more_moved() {
	[ "$(grep -c "$1-" log)" -gt "$was" ]
}

start_stream "$dev"
: >log
irqkit spread "$dev" "$far" --every=1 >log 2>&1 &
pid=$!
follows virtio1 0 'before it goes'
card=$(readlink -f "/sys/class/net/$far/device")
echo 1 >"${card%/*}/remove"
! grep virtio10- /proc/interrupts || fail 'the card is still there'
follows virtio1 0 'while the other is gone'
echo 1 >/sys/bus/pci/rescan
until_ok 60 link 2
link_up 2
far=$(link 2)
follows virtio1 0 'when the other is back'
end_stream
start_stream "$far"
follows virtio10 4 'of the card that is back'
end_stream
kill -TERM $pid
wait $pid || fail "exit status $? $(cat log)"
grep -q '^[1-9][0-9]* moves\? in [1-9][0-9]* periods\?\.$' log || fail "$(cat log)"
