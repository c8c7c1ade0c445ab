#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux
# Without interrupt remapping a silent interrupt moves when it next comes: pending, said, and not
# written again; with it the move is immediate.
name=$(irqkit show 'virtio*-config' -r --noheadings -o NAME | head -n 1)
irq=$(irq_of "$name")
now=$(cat "/proc/irq/$irq/effective_affinity_list")
cpu=0
[ "$now" != 0 ] || cpu=2
irqkit set "$name" --cpus=$cpu --json >json || fail "exit status $?"
result=$(jq -r '.changes[0].result' json)
if [ "$(cat "/proc/irq/$irq/effective_affinity_list")" = $cpu ]; then
	eq "$result" "done" 'result of an immediate move'
else
	eq "$result" pending 'result of a move that waits'
	irqkit set "$name" --cpus=$cpu --wait=1 >table || fail "exit status $?"
	grep -q '1 pending' table || fail "$(cat table)"
	grep -q 'no interrupt has fired yet' table || fail "$(cat table)"
	irqkit set "$name" --cpus=$cpu --json >json
	eq "$(jq -r .changed json)" false 'written again'
fi
irqkit undo >table || fail "$(cat table)"
