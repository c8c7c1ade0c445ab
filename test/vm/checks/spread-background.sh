#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: dom0 guest
# Timers and IPIs of vCPUs hide nothing: all queues on vCPU 0 are seen as uneven while traffic comes,
# by show and by spread alike, and a plan by load moves some of them.
needs_moves_at_once
case $ROLE in
dom0) dev=$VIF name=$VIF ;;
guest) dev=eth0 name=vif0 ;;
esac
irqkit set "$name-*" --cpus=0 >table || fail "$(cat table)"
trap 'irqkit undo >/dev/null' EXIT
start_stream "$dev"
counts >was
irqkit spread "$dev" --by=load=6 --dry-run --json >json || fail "exit status $?"
counts >now
end_stream
irqkit show all -r --noheadings -o IRQ,CHIP >chips
# busiest / mean of the same time, by awk: of all, and without what belongs to a vCPU
awk '
	FILENAME == "chips" { chip[$1] = $2; next }
	FILENAME == "was" { was[$1 " " $2] = $3; next }
	!($1 in chip) || $2 == "total" { next }
	{ more = $3 - was[$1 " " $2]; all[$2] += more }
	chip[$1] != "xen-percpu" { own[$2] += more }
	function imbalance(n,  c, sum, most, k) {
		for (c in n) { k++; sum += n[c]; if (n[c] > most) most = n[c] }
		return sum ? most * k / sum : 0
	}
	END { for (c in all) own[c] += 0; printf "%.2f %.2f\n", imbalance(all), imbalance(own) }' chips was now >sums
read -r with without <sums
echo "# imbalance: spread says $(jq .imbalance_before json); with timers and IPIs $with, without $without"
jq -e '.imbalance_before > 3' json >/dev/null || fail "imbalance before: $(jq .imbalance_before json)"
jq -e '.imbalance_after < .imbalance_before - 1' json >/dev/null || fail "after: $(jq .imbalance_after json)"
jq -e '[.changes[] | select(.result == "planned")] | length > 1' json >/dev/null || fail "too few moves: $(cat json)"
