#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux
# An interrupt that only the kernel places is never written: refused if named, else skipped.
queue=$(irq_of nvme0q1) admin=$(irq_of nvme0q0)
for irq in $(numbered); do
	cat "/proc/irq/$irq/smp_affinity"
done >before
status 4 irqkit set nvme0q1 --cpus=0
grep -qE "cannot (move $queue|write .* to /proc/irq/$queue/smp_affinity) ?\(nvme0q1\): (it is managed by the kernel|Input/output error|Operation not permitted)" err || fail "$(cat err)"
status 4 irqkit set nvme0q0 "$queue" --cpus=0
status 4 irqkit set 'nvme0q[1-9]*' --cpus=0
status 4 irqkit set timer --cpus=0
for irq in $(numbered); do
	cat "/proc/irq/$irq/smp_affinity"
done >after
same after before

was=$(cat "/proc/irq/$admin/smp_affinity_list")
status 0 irqkit set 'nvme0q*' --cpus=2
grep -q 'Skipped: [0-9]* \(probably \)\?managed by the kernel' out || fail "$(cat out)"
eq "$(cat "/proc/irq/$admin/smp_affinity_list")" 2 'affinity of nvme0q0'
status 0 irqkit undo
eq "$(cat "/proc/irq/$admin/smp_affinity_list")" "$was" 'affinity of nvme0q0 after undo'
