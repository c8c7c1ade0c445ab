#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux dom0 guest
# An interrupt goes where set says, by number, by name and by glob, its load with it, and undo
# brings it back.
case $ROLE in
linux) dev=$(link 1) name=virtio1-input.2 glob='virtio1-output.*' ;;
dom0) dev=$VIF name=$VIF-q2-tx glob="$VIF-q*-rx" ;;
guest) dev=eth0 name=vif0-q2-rx glob='vif0-q*-tx' ;;
esac
irq=$(irq_of "$name")
was=$(cat "/proc/irq/$irq/smp_affinity_list")
cpus=$(cat /sys/devices/system/cpu/online)
cpu=${cpus##*[-,]}

# until it has moved, and not only while irqkit starts (Xen moves it at once)
until traffic "$dev" 2 && { [ -e moved ] || [ "$ROLE" != linux ]; }; do :; done &
irqkit set "$irq" --cpus="$cpu" --wait=30 --json >json || fail "exit status $?"
: >moved
wait
eq "$(jq -r '.changes | length' json)" 1 'changes'
eq "$(jq -r '.changes[0].target' json)" "$name" 'target'
eq "$(jq -r '.changes[0].result' json)" "done" 'result'
eq "$(jq -r '.changes[0].effective' json)" "$cpu" 'effective affinity'
eq "$(cat "/proc/irq/$irq/smp_affinity_list")" "$cpu" 'smp_affinity_list'
eq "$(cat "/proc/irq/$irq/effective_affinity_list")" "$cpu" 'effective_affinity_list'

# CPU and total of one reading: interrupts may come between two
on_cpu_and_all() {
	counts | awk -v label="$irq" -v cpu="$cpu" '
		$1 != label { next }
		$2 == cpu { on_cpu = $3 }
		$2 == "total" { all = $3 }
		END { print on_cpu, all }'
}
on_cpu_and_all >was
traffic "$dev" 2
on_cpu_and_all >now
read -r was_cpu was_all <was
read -r now_cpu now_all <now
more=$((now_cpu - was_cpu)) all=$((now_all - was_all))
[ "$all" -ge 20 ] || fail "only $all interrupts came"
eq "$more" "$all" "interrupts on CPU $cpu"

# Again, by name: it is so already.
irqkit set "$name" --cpus="$cpu" --json >json || fail "exit status $?"
eq "$(jq -r '.changes[0].result' json)" unchanged 'second result'
eq "$(jq -r .changed json)" false 'changed'

# Many at once; each file holds it.
irqkit set "$glob" --cpus=0 --json >json || fail "exit status $?"
[ "$(jq '.changes | length' json)" -ge 4 ] || fail "only $(jq '.changes | length' json) for '$glob'"
for changed in $(jq -r '.changes[].irq' json); do
	eq "$(cat "/proc/irq/$changed/smp_affinity_list")" 0 "affinity of $changed"
done
jq -r '.changes[] | "\(.irq) \(.old_cpus)"' json >before
irqkit undo >table || fail "undo: exit status $? $(cat table)"
while read -r changed old; do
	eq "$(cat "/proc/irq/$changed/smp_affinity_list")" "$old" "affinity of $changed after undo"
done <before
irqkit undo >table || fail "undo: exit status $? $(cat table)"
eq "$(cat "/proc/irq/$irq/smp_affinity_list")" "$was" 'affinity after the second undo'
