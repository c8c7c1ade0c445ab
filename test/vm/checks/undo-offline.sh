#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8*
# The CPU of an interrupt goes offline: the kernel allows all others, and undo restores the old
# value. An old value on a CPU that is offline is skipped, and the next undo takes the change before.
irq=$(irq_of "$(link 3)-rx-0")
other=$(irq_of "$(link 3)-tx-0")
offline=/sys/devices/system/cpu/cpu5/online
was=$(cat "/proc/irq/$irq/smp_affinity")
was_other=$(cat "/proc/irq/$other/smp_affinity")
trap 'echo 1 >$offline; echo "$was" >/proc/irq/$irq/smp_affinity; echo "$was_other" >/proc/irq/$other/smp_affinity' EXIT

status 0 irqkit set "$irq" --cpus=5
traffic "$(link 3)"
echo 0 >$offline
echo "# with CPU 5 offline: $(cat "/proc/irq/$irq/smp_affinity")"
status 0 irqkit undo --json
eq "$(jq -r '.changes[0].why' out)" restored 'what the kernel has moved'
eq "$(cat "/proc/irq/$irq/smp_affinity")" "$was" 'the affinity before'
echo 1 >$offline

echo 20 >"/proc/irq/$irq/smp_affinity"
echo ff >"/proc/irq/$other/smp_affinity" # not CPU 1 already
status 0 irqkit set "$other" --cpus=1
status 0 irqkit set "$irq" --cpus=2
traffic "$(link 3)"
echo 0 >$offline
status 1 irqkit undo --json
eq "$(jq -r '.changes[0].why' out)" 'CPU 5 is offline' 'the old CPU'
eq "$(cat "/proc/irq/$irq/smp_affinity_list")" 2 'nothing written'
status 0 irqkit undo --json
eq "$(jq -r '.changes[0].irq' out)" "$other" 'the change before'
