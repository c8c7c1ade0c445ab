#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux dom0 guest
# The counts of a queue under load grow, on the CPU that serves it; those of its neighbour do not.
[ "$ROLE" != linux ] || [ "$TAP" = 1 ] || skip 'one queue only, as no taps can be made'
case $ROLE in
linux) dev=$(link 1) busy=virtio1-input.2 idle=virtio1-input.1 ;;
dom0) dev=$VIF busy=$VIF-q2-tx idle=$VIF-q1-tx ;;
guest) dev=eth0 busy=vif0-q2-rx idle=vif0-q1-rx ;;
esac
busy=$(irq_of "$busy") idle=$(irq_of "$idle")
# By a CPU of our choice; without interrupt remapping the first interrupt still goes to the old one.
cpu=$(sed 's/.*[-,]//' /sys/devices/system/cpu/online)
was=$(cat "/proc/irq/$busy/smp_affinity_list")
trap 'echo "$was" >/proc/irq/$busy/smp_affinity_list' EXIT
echo "$cpu" >"/proc/irq/$busy/smp_affinity_list"
traffic "$dev" 2
show
was_busy=$(shown "$busy" .total) was_idle=$(shown "$idle" .total)
was_cpu=$(shown "$busy" ".per_cpu.\"$cpu\"")
traffic "$dev" 2
show
more_busy=$(($(shown "$busy" .total) - was_busy)) more_idle=$(($(shown "$idle" .total) - was_idle))
more_cpu=$(($(shown "$busy" ".per_cpu.\"$cpu\"") - was_cpu))
[ $more_busy -ge 20 ] || fail "only $more_busy more"
[ $more_idle -lt $((more_busy / 3)) ] || fail "$more_busy more, and $more_idle of the idle queue"
eq "$more_cpu" "$more_busy" "of them on CPU $cpu"
eq "$(shown "$busy" .effective)" "$cpu" 'effective affinity'
