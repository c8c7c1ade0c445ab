#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: dom0
# last
# long
# programs: strace
# A change of vif1.0 is over when its guest is started anew and vif2.0 has its numbers: the second
# undo reaches the change before it, and nothing of vif2.0 is written, not by --force either.
vif_knobs() {
	for i in $(show "$VIF-*"; jq '.interrupts[].irq' json); do
		echo "$i $(cat "/proc/irq/$i/smp_affinity")"
	done
}
bus=$(irq_of xenbus)
before=$(cat "/proc/irq/$bus/smp_affinity")
status 0 irqkit set "$bus" --cpus=1
status 0 irqkit set "$VIF-*" --cpus=2
change=$(irqkit undo --list --json | jq '.journal[-1].number')
numbers=$(vif_knobs | cut -d ' ' -f 1)
xl destroy guest
until_ok 20 sh -c "! grep -q $VIF-q0 /proc/interrupts" || fail "$VIF is still there"
. /vm/dom0.sh
old=$VIF
guest_start || fail "$(cat /var/log/xen/*)"
. /vm/env
[ "$VIF" != "$old" ] || fail "still $old"
vif_knobs >start
reused=0
for i in $numbers; do
	! grep -q "^$i " start || reused=$((reused + 1))
done
[ "$reused" -gt 0 ] || fail "no number is used again: was $numbers, is $(cat start)"
echo "# $reused of the numbers of $old are those of $VIF"

status 1 strace -f -o trace irqkit undo --json
eq "$(jq -c '[.changes[].result] | unique' out)" '["skipped"]' 'the change of the old guest'
eq "$(jq .undoes out)" "$change" 'the change that the first undo takes'
eq "$(knobs_written trace)" '' 'written by the first undo'
status 0 irqkit undo --json
eq "$(jq -c '[.changes[] | [.irq, .result]]' out)" "[[$bus,\"done\"]]" 'the second undo'
eq "$(cat "/proc/irq/$bus/smp_affinity")" "$before" 'the affinity of xenbus'
status 1 strace -f -o trace irqkit undo "$change" --force
eq "$(knobs_written trace)" '' 'written with --force'
vif_knobs >end
cmp start end || fail "$VIF was written: $(cat start end)"
