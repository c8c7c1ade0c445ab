#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8*
# One command for each interface: the queues of each have CPUs of their own, the first queues are on
# different cores, link and configuration go with the first queue if that is moved. Each again writes
# nothing, and so it does when the queues have CPUs of their own in another order.
dev=$(link 1) near=$(link 3)
cpu_of() { cat "/proc/irq/$(irq_of "$1")/smp_affinity_list"; }
core_of() { cat "/sys/devices/system/cpu/cpu$(cpu_of "$1")/topology/thread_siblings_list"; }
inputs() { for q in 0 1 2 3; do cpu_of "virtio1-input.$q"; done; }
run() { irqkit "$@" >table 2>&1 || fail "$* ends with $?: $(cat table)"; }
irqkit show all -r --noheadings -o IRQ,AFFINITY >before
rx_before=$(cat "/proc/irq/$(irq_of "$near-rx-0")/effective_affinity_list") link_before=$(cpu_of "$near")
run spread "$dev"
eq "$(inputs | sort -u | wc -l)" 4 "CPUs of $dev: $(inputs | tr '\n' ' ')"
run spread "$near"
[ "$(core_of virtio1-input.0)" != "$(core_of "$near-rx-0")" ] || fail "first queues on one core"
# where the kernel chose a CPU that spread would choose too, the queue and the link stay
wanted=$(cpu_of "$near-rx-0")
[ "$wanted" != "$rx_before" ] || [ "$(cpu_of "$near")" != "$link_before" ] || wanted=$link_before
eq "$(cpu_of "$near")" "$wanted" "link of $near"
for each in "$dev" "$near"; do
	irqkit spread "$each" --json >json
	eq "$(jq -r .changed json)" false "changed by spread $each again"
done
# the same cores, their threads exchanged
run pin-queue "$dev" "0=$(cpu_of virtio1-input.2)" "1=$(cpu_of virtio1-input.3)" \
	"2=$(cpu_of virtio1-input.0)" "3=$(cpu_of virtio1-input.1)"
inputs >pinned
irqkit spread "$dev" --json >json
eq "$(jq -r .changed json)" false 'changed where each queue had a CPU of its own'
inputs >placed
same placed pinned
for i in 1 2 3; do run undo; done
irqkit show all -r --noheadings -o IRQ,AFFINITY >after
same after before
