#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux dom0
# programs: strace
# A second spread opens no knob for writing, as the kernel is asked; the first does.
[ "$ROLE" = linux ] || needs_moves_at_once
case $ROLE in
linux) dev=$(link 1) ;;
dom0) dev=$VIF ;;
esac

# spread: what it opens for writing below /proc and /sys goes to ./written.
spread() {
	strace -f -e trace=open,openat,openat2,creat -o trace irqkit spread "$dev" >table || fail "$(cat table)"
	knobs_written trace >written
}
spread
[ "$(grep -c smp_affinity written)" -ge 8 ] || fail "strace saw no more than: $(cat written)"
spread
same written /dev/null

# A queue that is moved by hand to the CPU of another one: one of the two moves, and the others stay.
# Their settings are compared, as the kernel has them.
affinities() { irqkit show "$dev" --json | jq -r '.interrupts[] | "\(.irq) \(.affinity)"'; }
cpu=$(irqkit show "$dev:0" --json | jq -r '.interrupts[0].affinity')
irqkit set "$dev:1" --cpus="$cpu" -q || fail "set: exit status $?"
affinities >before
spread
affinities >after
n=$(irqkit show "$dev:1" --json | jq '.interrupts | length')
moved=$(grep -vxcFf before after) || fail "nothing was moved: $(cat before table)"
if [ "$moved" -lt 1 ] || [ "$moved" -gt "$n" ]; then
	fail "$moved interrupts were moved, the queue has $n: $(cat table)"
fi
spread
same written /dev/null
irqkit undo -q || fail "undo of the third spread: exit status $?"
irqkit undo -q || fail "undo of set: exit status $?"
irqkit undo >table || fail "$(cat table)"
