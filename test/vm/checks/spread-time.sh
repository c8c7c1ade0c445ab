#!/bin/sh
# on: dom0
# limit: 300
# long
# The time of interrupts is accounted in dom0: by load means CPU time, and what all interrupts of an
# interface are given is not more than the CPUs spent.
stream "$VIF" 45 &
trap 'wait' EXIT
sleep 2
status 0 irqkit spread "$VIF" --by=load=15 --weigh=time -n --json
jq -r '"# by \(.weigh) \(.weigh_why // ""): \(.imbalance_before) before, \(.imbalance_after) after; ms of each CPU: \([.loads[].before / 1e6 | floor] | join(" "))"' out
eq "$(jq -r .weigh out)" time 'weighed by'
jq -e '([.loads[].before] | add) as $sum | $sum > 2e8 and ([.loads[] | select(.before > 15e9)] | length) == 0 and
	([.changes[].load | numbers] | add) <= $sum' out >/dev/null || fail "$(cat out)"
