#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux
# Without interrupt remapping a silent interrupt moves when it next comes: pending, said, and not
# written again; it is shown where it is, and moves with the next traffic. With remapping the move is
# immediate.
name=$(irqkit show 'virtio*-config' -r --noheadings -o NAME | head -n 1)
irq=$(irq_of "$name")
now=$(cat "/proc/irq/$irq/effective_affinity_list")
cpu=0
[ "$now" != 0 ] || cpu=2
irqkit set "$name" --cpus=$cpu --json >json || fail "exit status $?"
result=$(jq -r '.changes[0].result' json)
if [ "$(cat "/proc/irq/$irq/effective_affinity_list")" = $cpu ]; then
	eq "$result" "done" 'result of an immediate move'
	irqkit undo >table || fail "$(cat table)"
	exit 0
fi
eq "$result" pending 'result of a move that waits'
irqkit set "$name" --cpus=$cpu --wait=1 >table || fail "exit status $?"
grep -q '1 pending' table || fail "$(cat table)"
grep -q 'no interrupt has fired yet' table || fail "$(cat table)"
irqkit set "$name" --cpus=$cpu --json >json
eq "$(jq -r .changed json)" false 'written again'
show "$name"
eq "$(jq -c '.interrupts[0] | [.affinity, .effective]' json)" "[\"$cpu\",\"$now\"]" 'what is shown'
irqkit undo >table || fail "$(cat table)"

# A queue: its interrupts wait, and come with its traffic. (Newer drivers want few interrupts for what they
# send: rx is looked at.)
[ "$TAP" = 1 ] || exit 0
dev=$(link 1) queue=3
input=$(irq_of virtio1-input.$queue)
cpus=$(cat /sys/devices/system/cpu/online)
cpu=${cpus##*[-,]}
effective() { cat "/proc/irq/$input/effective_affinity_list"; }
result() { jq -r ".changes[] | select(.irq == $input).result" json; }
irqkit pin-queue "$dev" $queue=0 --irq-only -q || fail "exit status $?"
traffic "$dev" $queue
eq "$(effective)" 0 'the CPU that handles the queue at first'
fired=$(total_of "$input")
irqkit pin-queue "$dev" $queue="$cpu" --irq-only --json >json || fail "exit status $?"
first="$(result) on $(effective)"
irqkit pin-queue "$dev" $queue="$cpu" --irq-only --json >json || fail "exit status $?"
second="$(jq -r .changed json), $(result)"
shown=$(irqkit show "$dev:rx-$queue" --json | jq -c '.interrupts[0] | [.affinity, .effective]')
irqkit show "$dev:rx-$queue" >table
if [ "$(total_of "$input")" = "$fired" ]; then # the other end may have sent something by itself
	eq "$first" 'pending on 0' 'a queue that waits'
	eq "$second" 'false, pending' 'the second time'
	eq "$shown" "[\"$cpu\",\"0\"]" 'shown of rx'
	grep -q '^Pending: 1 interrupt moves to other CPUs' table || fail "$(cat table)"
fi
irqkit undo -q || fail "undo: exit status $?"
eq "$(cat "/proc/irq/$input/smp_affinity_list")" 0 'the affinity after undo of a move that never was'
irqkit pin-queue "$dev" $queue="$cpu" --irq-only -q || fail "exit status $?"
traffic "$dev" $queue
eq "$(effective)" "$cpu" 'the CPU that handles the queue in the end'
irqkit pin-queue "$dev" $queue="$cpu" --irq-only --json >json || fail "exit status $?"
eq "$(jq -r .changed json), $(result)" 'false, unchanged' 'after traffic'
irqkit undo -q
irqkit undo -q
