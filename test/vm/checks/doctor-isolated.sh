#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-iso
# An interrupt that can be moved fires on an isolated CPU: the doctor finds it, and --fix ends that.
dev=$(link 1)
irq=$(irq_of virtio1-input.0)
was=$(cat "/proc/irq/$irq/smp_affinity_list")
restore() {
	while irqkit undo -q 2>/dev/null; do :; done
	echo "$was" >"/proc/irq/$irq/smp_affinity_list"
}
trap restore EXIT
# It stays on the CPU that it has when others are allowed, too.
echo 2 >"/proc/irq/$irq/smp_affinity_list"
traffic "$dev" 0
echo 1-2 >"/proc/irq/$irq/smp_affinity_list"
traffic "$dev" 0
eq "$(cat "/proc/irq/$irq/effective_affinity_list")" 2 'the CPU that handles it'

# look OPTION...: the doctor, while there is traffic
look() {
	start_stream "$dev"
	irqkit doctor --for=4 "$@" >json 2>err || [ $? = 5 ] || fail "$(cat json err)"
	end_stream
}
finding() { jq -r '[.findings[] | select(.id == "irq-on-isolated")][0] | '"$1" json; }
# on_isolated: how often it fired on CPUs 2, 3, 6 and 7
on_isolated() {
	counts | awk -v irq="$irq" '$1 == irq && $2 ~ /^[2367]$/ { n += $3 } END { print n + 0 }'
}

look --all --json
echo "# $(finding '"\(.class) \(.text)"')"
eq "$(finding .subject)" 'isolated CPUs 2-3,6-7' 'found'
finding .text | grep -q virtio1-input.0 || fail "$(jq -c .findings json)"
eq "$(finding '.fix | join(" ")')" 'isolate 2-3,6-7' 'its fix'
look --fix
traffic "$dev" 0
before=$(on_isolated)
look --all --json
eq "$(on_isolated)" "$before" 'times that it fired on isolated CPUs after --fix'
eq "$(finding .id)" null 'found after --fix'
eq "$(cat "/proc/irq/$irq/effective_affinity_list")" 1 'the CPU that handles it after --fix'
status 0 irqkit undo
eq "$(cat "/proc/irq/$irq/smp_affinity_list")" 1-2 'the affinity after undo'
