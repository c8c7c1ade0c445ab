#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: dom0 guest
# An event channel goes to one vCPU, whichever the mask allows: said by its number. What belongs
# to one vCPU is refused.
needs_moves_at_once
name=vif0-q1-tx
[ "$ROLE" = guest ] || name=$VIF-q1-tx
irq=$(irq_of "$name")
irqkit set "$name" --cpus=2 >table || fail "$(cat table)"
eq "$(cat "/proc/irq/$irq/effective_affinity_list")" 2 'effective affinity'
irqkit set "$name" --cpus=0-3 >table || fail "$(cat table)"
chosen=$(cat "/proc/irq/$irq/effective_affinity_list")
grep -q "$irq ($name): the kernel delivers all of these interrupts to CPU $chosen" table || fail "$(cat table)"
# Not written again: that would move it.
for again in 1 2 3; do
	irqkit set "$name" --cpus=0-3 --json >json
	eq "$(jq -r '.changes[0].result' json)" unchanged "result of time $again"
	eq "$(cat "/proc/irq/$irq/effective_affinity_list")" "$chosen" 'effective affinity'
done
irqkit undo >table
irqkit undo >table
status 4 irqkit set timer0 --cpus=1
grep -q 'per-CPU' err || fail "$(cat err)"
status 4 irqkit set chip:xen-percpu --cpus=1
irqkit set all --cpus=0 --json >json || fail "exit status $?"
eq "$(jq -c '[.changes[] | select(.target == "timer0") | .result]' json)" '["skipped"]'
eq "$(jq -c '[.changes[].result] | unique - ["skipped", "done", "pending", "unchanged"]' json)" '[]'
irqkit undo >table || fail "$(cat table)"
