#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux dom0
# Every CPU sends by a queue, by the one that is served nearest; undo; one queue has no XPS.
case $ROLE in
linux) dev=$(link 1) ;;
dom0) dev=$VIF ;;
esac
queues=/sys/class/net/$dev/queues
grep . "$queues"/tx-*/xps_cpus >before
irqkit xps "$dev" --off --json >json || fail "--off: exit status $?"
was_on=$(jq -r .changed json) # many drivers turn it on
grep . "$queues"/tx-*/xps_cpus >start
irqkit xps "$dev" --auto --json >json || fail "exit status $?"
eq "$(jq -c '[.changes[].result] | unique - ["done", "unchanged"]' json)" '[]' 'results'
online=$(irqkit show --by-cpu --json | jq -c '[.by_cpu[] | select(.online) | .cpu]')
irqkit xps "$dev" --json >json || fail "show: exit status $?"
jq -c '[.queues[].xps_cpus | split(",")[] | split("-") | map(tonumber) | if length == 1 then .[0] else range(.[0]; .[1] + 1) end] | unique' json >covered
eq "$(cat covered)" "$online" 'CPUs that have a queue'
eq "$(jq -c '[.queues[] | select(.xps_cpus == "")] | length' json)" 0 'queues without a CPU'
irqkit xps "$dev" --auto --json >json
eq "$(jq -r .changed json)" false 'changed the second time'
irqkit undo -q || fail "undo: exit status $?"
grep . "$queues"/tx-*/xps_cpus >end
same end start
[ "$was_on" = false ] || irqkit undo -q || fail "undo of --off: exit status $?"
grep . "$queues"/tx-*/xps_cpus >end
same end before

# By rx queue, and off.
grep . "$queues"/tx-*/xps_rxqs >start
irqkit xps "$dev" --rxqs --json >json || fail "--rxqs: exit status $?"
eq "$(jq -c '[.changes[].result] | unique' json)" '["done"]' 'results of --rxqs'
irqkit undo -q || fail "undo of --rxqs: exit status $?"
grep . "$queues"/tx-*/xps_rxqs >end
same end start
[ "$ROLE" != linux ] || { status 4 irqkit xps "$(link 3)" --auto && grep -q 'one tx queue' err; } || fail "$(cat err)"
