#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux
# last
# A device that goes and comes between two runs, or while one is at it, does no harm.
dev=$(link 3)
irq=$(irq_of "$dev-rx-0")
pci=$(readlink -f "/sys/class/net/$dev/device")
show "$irq"
echo 1 >"$pci/remove"
status 3 irqkit show "$dev-rx-0"
show --all
counts | awk '$2 == "total" { print $1 }' >there
jq -r '.interrupts[].label' json >shown
same shown there

# Meanwhile: irqkit runs on, as the device comes and goes.
(
	for _ in 1 2 3 4; do
		echo 1 >/sys/bus/pci/rescan
		ip link set "$(link 3)" up
		usleep 300000
		echo 1 >"$pci/remove"
	done
	: >over
) 2>/dev/null &
runs=0
until [ -e over ]; do
	show --all
	runs=$((runs + 1))
done
wait
echo 1 >/sys/bus/pci/rescan
ip link set "$(link 3)" up
show "$(link 3)-rx-0"
eq "$(jq '.interrupts | length' json)" 1 'interrupts after it is back'
[ "$runs" -ge 4 ] || fail "only $runs runs meanwhile"
