#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8
# Somebody moves interrupts while the doctor measures: it finds that for two of them, and says nothing
# of one, or of a CPU that goes offline.
first=$(irq_of virtio1-input.0) second=$(irq_of virtio1-input.1)
was_first=$(cat "/proc/irq/$first/smp_affinity_list")
was_second=$(cat "/proc/irq/$second/smp_affinity_list")
online=/sys/devices/system/cpu/cpu3/online
restore() {
	echo 1 >$online
	echo "$was_first" >"/proc/irq/$first/smp_affinity_list"
	echo "$was_second" >"/proc/irq/$second/smp_affinity_list"
}
trap restore EXIT

# look: what the doctor finds out while this command runs, a few seconds after it began to measure
look() {
	echo 3 >"/proc/irq/$first/smp_affinity_list"
	echo 3 >"/proc/irq/$second/smp_affinity_list"
	(sleep 5 && "$@") &
	pid=$!
	irqkit doctor --for=10 --all --json >json 2>err || [ $? = 5 ] || fail "$(cat json err)"
	wait $pid
	jq -r '[.findings[] | select(.id == "affinity-flapping") | .text] | join("; ")' json
}
both() {
	echo 1 >"/proc/irq/$first/smp_affinity_list"
	echo 2 >"/proc/irq/$second/smp_affinity_list"
}
one() { echo 1 >"/proc/irq/$first/smp_affinity_list"; }
offline() { echo 0 >$online; }

text=$(look both)
echo "# $text"
case $text in *' 2 interrupts '*"such as $first"*) ;; *) fail "not found: $(jq -c .findings json)" ;; esac
eq "$(look one)" '' 'found for one'
text=$(look offline)
eq "$text" '' "found when a CPU goes offline: $(jq -c '[.findings[] | select(.id == "affinity-flapping") | .facts]' json)"
eq "$(jq -r '.not_looked_at[] | select(.id == "affinity-flapping") | .lacks' json)" \
	'CPUs went offline or online meanwhile' 'why it did not look'
