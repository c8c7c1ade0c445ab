#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: dom0 guest
# Xen's own kinds: a network interface's queues by their handlers' names, and what belongs to a CPU.
name=vif0
[ "$ROLE" = guest ] || name=$VIF
show "$name-*"
jq -r '.interrupts[] | "\(.actions[0]) \(.chip) \(.movable)"' json | sort >shown
for queue in 0 1 2 3; do
	for way in rx tx; do
		echo "$name-q$queue-$way xen-dyn-lateeoi true"
	done
done >there
same shown there
show chip:xen-percpu
eq "$(jq -c '[.interrupts[] | [.movable, .immovable]] | unique' json)" '[[false,"per-cpu"]]'
eq "$(jq -c '[.interrupts[].actions[0] | select(startswith("timer"))]' json)" \
	'["timer0","timer1","timer2","timer3"]'
show chip:xen-dyn
eq "$(jq -c '[.interrupts[].chip] | unique' json)" '["xen-dyn"]'
