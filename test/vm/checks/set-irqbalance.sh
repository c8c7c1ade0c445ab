#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8*
# programs: irqbalance
# long
# A running irqbalance is reported, except for the interrupts that its command line bans. These stay
# where set has put them, while irqbalance places the others.
irq=$(irq_of "$(link 3)-rx-0")
other=$(irq_of "$(link 3)-tx-0")
was=$(cat "/proc/irq/$irq/smp_affinity")
was_other=$(cat "/proc/irq/$other/smp_affinity")
irqbalance --foreground --interval=1 --banirq="$irq" >log 2>&1 &
pid=$!
trap 'kill $pid; echo "$was" >/proc/irq/$irq/smp_affinity; echo "$was_other" >/proc/irq/$other/smp_affinity' EXIT
until_ok 30 grep -q irqbalance "/proc/$pid/comm" || fail "$(cat log)"
status 0 irqkit set "$irq" --cpus=3
! grep -q irqbalance err || fail "banned, and reported: $(cat err)"
status 0 irqkit set "$other" --cpus=3
grep -q "irqbalance (pid $pid) is running.*use --ban" err || fail "not reported: $(cat err)"
status 0 irqkit set "$irq" "$other" --cpus=3 --json
eq "$(jq '.warnings | length' out)" 1 'warnings'
for again in 1 2 3; do
	traffic "$(link 3)"
	sleep 2
	eq "$(cat "/proc/irq/$irq/smp_affinity_list")" 3 "the banned interrupt, time $again"
done
echo "# the other one is on $(cat "/proc/irq/$other/smp_affinity_list") now"
