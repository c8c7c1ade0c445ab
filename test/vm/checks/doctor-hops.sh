#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: dom0 guest
# Somebody writes the same mask of several vCPUs to an event channel while the doctor measures, and the
# kernel chooses another vCPU each time: the doctor finds that the channel hops.
needs_moves_at_once
case $ROLE in
dom0) name=$VIF ;;
guest) name=vif0 ;;
esac
irq=$(irq_of "$name-q0-tx")
dir=/proc/irq/$irq
was=$(cat "$dir/smp_affinity_list")
trap 'echo "$was" >"$dir/smp_affinity_list"' EXIT
echo 0-3 >"$dir/smp_affinity_list"
effective=$(cat "$dir/effective_affinity_list")
hops() {
	for again in 1 2 3 4 5 6 7 8; do
		echo 0-3 >"$dir/smp_affinity_list"
		[ "$(cat "$dir/effective_affinity_list")" = "$effective" ] || return 0
	done
}
(sleep 5 && hops) &
pid=$!
irqkit doctor --for=10 --all --json >json 2>err || [ $? = 5 ] || fail "$(cat json err)"
wait $pid
[ "$(cat "$dir/effective_affinity_list")" != "$effective" ] || skip 'this kernel stays with the vCPU that it chose'
text=$(jq -r '.findings[] | select(.id == "xen-mask-repicks") | .text' json)
echo "# $text"
case $text in *': 1 event channel '*) ;; *) fail "not found: $(jq -c .findings json)" ;; esac
grep -q "/proc/irq/$irq/smp_affinity_list" json || fail "another one: $(jq -c .findings json)"
