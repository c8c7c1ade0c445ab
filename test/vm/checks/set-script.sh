#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux dom0 guest
# The script does what the command would have done, and writes nothing when it is so.
case $ROLE in
linux) glob='virtio1-*put.*' ;;
dom0) glob="$VIF-q*" ;;
guest) glob='vif0-q*' ;;
esac
affinities() {
	irqkit show "$glob" --raw --noheadings -o IRQ,AFFINITY
}
affinities >start
irqkit set "$glob" --cpus=2-3 --script >script || fail "exit status $?"
affinities >planned
same planned start
sh script >out 2>&1 || fail "the script: exit status $? $(cat out)"
affinities >by_script
irqkit set "$glob" --cpus=2-3 --json >json || fail "exit status $?"
eq "$(jq -c '[.changes[].result] | unique - ["unchanged", "pending"]' json)" '[]' 'results after the script'
eq "$(jq -r .changed json)" false 'changed after the script'
sh script >out 2>&1 || fail "again: exit status $? $(cat out)"
affinities >again
same again by_script
while read -r irq cpus; do
	echo "$cpus" >"/proc/irq/$irq/smp_affinity_list"
done <start
