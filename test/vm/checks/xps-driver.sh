#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: guest
# xen_netfront chooses the tx queue of each packet by its hash, and never asks for XPS: --auto turns
# XPS off, and a setting is written with a warning.
dev=eth0
queues=/sys/class/net/$dev/queues
n=$(irqkit xps "$dev" --json | jq '.queues | length')
[ "$n" -gt 1 ] || skip "$dev has one tx queue"
grep . "$queues"/tx-*/xps_cpus >before
irqkit xps "$dev" --auto -q || fail "--auto: exit status $?"
eq "$(irqkit xps "$dev" --json | jq -c '[.queues[].xps_cpus] | unique')" '[""]' 'XPS after --auto'
irqkit xps "$dev" --cpus=1 >out 2>err || fail "--cpus: exit status $?"
grep -q "XPS of $dev has no effect: its driver xen_netfront" err || fail "$(cat err)"
irqkit xps "$dev" >table
grep -q 'XPS has no effect' table || fail "$(cat table)"
irqkit xps "$dev" --auto -q || fail "--auto turns it off: exit status $?"
eq "$(irqkit xps "$dev" --json | jq -c '[.queues[].xps_cpus] | unique')" '[""]' 'XPS after --auto'
while irqkit undo -q 2>/dev/null; do :; done
grep . "$queues"/tx-*/xps_cpus >end
same end before
