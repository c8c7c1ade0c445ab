#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux dom0 guest
# A set that the machine cannot serve is refused before anything is written, by its CPU's number.
case $ROLE in
linux) name=virtio1-input.0 ;;
dom0) name=$VIF-q0-tx ;;
guest) name=vif0-q0-tx ;;
esac
irq=$(irq_of "$name")
was=$(cat "/proc/irq/$irq/smp_affinity")
status 2 irqkit set "$name" --cpus=0,4000
grep -q 'CPU 4000' err || fail "$(cat err)"
status 2 irqkit set "$name" --mask=1,00000000,00000001
grep -q 'CPU 64' err || fail "$(cat err)"
status 2 irqkit set "$name" --cpus=
status 2 irqkit set "$name" --mask=0
status 2 irqkit set "$name" --cpus=1-0
status 3 irqkit set no-such-interrupt --cpus=0
offline=$(cat /sys/devices/system/cpu/offline)
offline=${offline%%[-,]*}
if [ -n "$offline" ]; then
	status 2 irqkit set "$name" --cpus="0,$offline"
	grep -q "CPU $offline" err || fail "$(cat err)"
fi
eq "$(cat "/proc/irq/$irq/smp_affinity")" "$was" 'affinity'
eq "$(wc -l <err)" 1 'lines on stderr'
